//! A menu as it is edited: buttons with their members, and the JSON for `menu/create` or `menu/addconditional`.

use serde_json::{Map, Value};

use super::button_type::{ButtonPush, ButtonType};
use super::definition::{Button, Menu, MenuMember, MenuShape};

/// A menu as it is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuDraft {
    /// The buttons of the bar.
    pub buttons: Vec<DraftButton>,
    /// The members of the rule; none for a default menu.
    pub rule: Vec<(String, String)>,
}

/// A button as it is edited.
#[derive(Clone, Debug, Default, Eq)]
pub struct DraftButton {
    /// The name on it.
    pub name: String,
    /// The type as it is spelt; empty for a parent.
    pub kind: String,
    /// The other members, in the order of the file.
    pub members: Vec<(String, String)>,
    /// The buttons that rise from it.
    pub sub_buttons: Vec<Self>,
    /// Members of former types, which come back with their type.
    former: Vec<(String, String)>,
}

impl PartialEq for DraftButton {
    /// Compares what is written; members that are kept aside are no part of the menu.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.kind == other.kind
            && self.members == other.members
            && self.sub_buttons == other.sub_buttons
    }
}

impl MenuDraft {
    /// The draft of a menu.
    pub fn of(menu: &Menu) -> Self {
        let members = menu.rule.iter().flat_map(|rule| &rule.members);
        let rule = members.filter(|member| !member.value.is_empty());
        Self {
            buttons: menu.buttons.iter().map(DraftButton::of).collect(),
            rule: rule.map(|member| (member.name.clone(), member.value.clone())).collect(),
        }
    }

    /// The call that takes it.
    pub fn call(&self) -> MenuShape {
        if self.rule.is_empty() { MenuShape::Create } else { MenuShape::AddConditional }
    }

    /// The JSON for [`Self::call`], with an indentation of two and every character as itself.
    pub fn to_json(&self) -> String {
        let mut object = Map::new();
        object.insert("button".to_owned(), self.buttons.iter().map(DraftButton::to_value).collect());
        if !self.rule.is_empty() {
            object.insert("matchrule".to_owned(), texts(&self.rule).into());
        }
        // An object of texts can always be written.
        serde_json::to_string_pretty(&object).unwrap_or_default()
    }

    /// Every button with its path, a parent before its own.
    pub fn all_buttons(&self) -> Vec<(String, &DraftButton)> {
        let numbered = |above: &str, buttons: &'_ [DraftButton]| -> Vec<String> {
            (1..=buttons.len()).map(|number| format!("{above}{number}")).collect()
        };
        let mut open: Vec<(String, &DraftButton)> = Vec::new();
        open.extend(numbered("", &self.buttons).into_iter().zip(&self.buttons).rev());
        let mut list = Vec::new();
        while let Some((path, button)) = open.pop() {
            let below = numbered(&format!("{path}."), &button.sub_buttons);
            open.extend(below.into_iter().zip(&button.sub_buttons).rev());
            list.push((path, button));
        }
        list
    }

    /// The button at a path as in `2.1`.
    pub fn button(&self, path: &str) -> Option<&DraftButton> {
        let (above, at) = self.siblings(path)?;
        above.get(at)
    }

    /// The button at a path as in `2.1`, to be changed.
    pub fn button_mut(&mut self, path: &str) -> Option<&mut DraftButton> {
        let (above, at) = self.siblings_mut(path)?;
        above.get_mut(at)
    }

    /// The buttons beside one, and its position among them.
    fn siblings(&self, path: &str) -> Option<(&[DraftButton], usize)> {
        let mut positions = positions(path)?;
        let at = positions.pop()?;
        let mut buttons = self.buttons.as_slice();
        for above in positions {
            buttons = &buttons.get(above)?.sub_buttons;
        }
        (at < buttons.len()).then_some((buttons, at))
    }

    fn siblings_mut(&mut self, path: &str) -> Option<(&mut Vec<DraftButton>, usize)> {
        let mut positions = positions(path)?;
        let at = positions.pop()?;
        let mut buttons = &mut self.buttons;
        for above in positions {
            buttons = &mut buttons.get_mut(above)?.sub_buttons;
        }
        (at < buttons.len()).then_some((buttons, at))
    }

    /// Adds a button below the one at a path, or to the bar for an empty path; returns the new one's path.
    pub fn add(&mut self, below: &str, button: DraftButton) -> Option<String> {
        if below.is_empty() {
            self.buttons.push(button);
            return Some(self.buttons.len().to_string());
        }
        let parent = self.button_mut(below)?;
        parent.sub_buttons.push(button);
        Some(format!("{below}.{}", parent.sub_buttons.len()))
    }

    /// Removes the button at a path with all below it.
    pub fn remove(&mut self, path: &str) {
        if let Some((buttons, at)) = self.siblings_mut(path) {
            buttons.remove(at);
        }
    }

    /// Moves a button before the one in front of it, or behind the next one; returns its new path, or `None` at the end.
    pub fn shift(&mut self, path: &str, behind: bool) -> Option<String> {
        let (buttons, at) = self.siblings_mut(path)?;
        let to = if behind { at + 1 } else { at.checked_sub(1)? };
        if to >= buttons.len() {
            return None;
        }
        buttons.swap(at, to);
        let above = path.rsplit_once('.').map_or(String::new(), |(above, _)| format!("{above}."));
        Some(format!("{above}{}", to + 1))
    }
}

/// The positions of a path as in `2.1`, counted from 0.
fn positions(path: &str) -> Option<Vec<usize>> {
    path.split('.').map(|number| number.parse::<usize>().ok()?.checked_sub(1)).collect()
}

fn texts(members: &[(String, String)]) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
}

impl DraftButton {
    /// A new button of that type and name.
    pub fn new(kind: &str, name: &str) -> Self {
        Self { name: name.to_owned(), kind: kind.to_owned(), ..Self::default() }
    }

    fn of(button: &Button) -> Self {
        let is_own = |name: &str| matches!(name, "name" | "type");
        // Of a member that comes twice the last one counts.
        let counts = |member: &&MenuMember| button.member(&member.name).is_some_and(|last| std::ptr::eq(last, *member));
        let members = button.members.iter().filter(counts);
        let members = members.filter(|member| !is_own(&member.name) && !member.value.is_empty());
        Self {
            name: button.name().to_owned(),
            kind: button.value_of("type").unwrap_or_default().to_owned(),
            members: members.map(|member| (member.name.clone(), member.value.clone())).collect(),
            sub_buttons: button.sub_buttons.iter().map(Self::of).collect(),
            former: Vec::new(),
        }
    }

    /// The event of a tap; `None` for a parent, for what WeChat answers by itself, and for a button without its key.
    pub fn push(&self) -> Option<ButtonPush<'_>> {
        let known = ButtonType::named(&self.kind).filter(|_| self.sub_buttons.is_empty())?;
        let key = Some(self.value(known.content)).filter(|key| !key.is_empty())?;
        Some(ButtonPush { kind: known.event?, key })
    }

    /// The members that its type has, in the order in which they are asked for; none for a parent.
    pub fn wanted(&self) -> Vec<&'static str> {
        let known = ButtonType::named(&self.kind).filter(|_| self.sub_buttons.is_empty());
        known
            .map(|known| std::iter::once(known.content).chain(known.also.iter().copied()).collect())
            .unwrap_or_default()
    }

    /// The members that its type does not have.
    pub fn superfluous(&self) -> Vec<String> {
        let wanted = self.wanted();
        let others = self.members.iter().map(|(name, _)| name).filter(|name| !wanted.contains(&&***name));
        others.cloned().collect()
    }

    /// The value of a member; empty where it is missing.
    pub fn value(&self, name: &str) -> &str {
        self.members.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Sets a member; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.members.iter_mut().find(|(known, _)| known == name) {
            _ if value.is_empty() => self.members.retain(|(known, _)| known != name),
            Some((_, text)) => value.clone_into(text),
            None => self.members.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Changes the type. The members that only the former one had are kept aside, and come back with it.
    pub fn set_kind(&mut self, kind: &str) {
        let before = self.wanted();
        kind.clone_into(&mut self.kind);
        let now = self.wanted();
        for name in before.into_iter().filter(|name| !now.contains(name)) {
            let value = self.value(name).to_owned();
            if !value.is_empty() {
                self.former.retain(|(known, _)| known != name);
                self.former.push((name.to_owned(), value));
                self.set(name, "");
            }
        }
        for name in now {
            let former = self.former.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            if let Some(value) = former.filter(|_| self.value(name).is_empty()) {
                self.set(name, &value);
            }
        }
    }

    fn to_value(&self) -> Value {
        let mut object = Map::new();
        if !self.kind.is_empty() {
            object.insert("type".to_owned(), self.kind.clone().into());
        }
        object.insert("name".to_owned(), self.name.clone().into());
        object.extend(texts(&self.members));
        if !self.sub_buttons.is_empty() {
            object.insert("sub_button".to_owned(), self.sub_buttons.iter().map(Self::to_value).collect());
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::custom_menu::MenuFile;

    const MENU: &str = r#"{"menu":{"menuid":1,"button":[
        {"type":"click","name":"今日","key":"K","sub_button":[]},
        {"name":"P","sub_button":[{"type":"view","name":"V","url":"http://e.com/?a=1&b=2"},
            {"type":"miniprogram","name":"M","url":"http://e.com","appid":"wx1","pagepath":"p"}]}]},
        "conditionalmenu":[{"button":[],"matchrule":{"tag_id":2,"sex":"","client_platform_type":"1"}}]}"#;

    fn draft() -> MenuDraft {
        MenuDraft::of(MenuFile::read(MENU.as_bytes()).unwrap().default.as_ref().unwrap())
    }

    #[test]
    fn a_draft_is_the_same_menu_for_menu_create() {
        let json = draft().to_json();
        let again = MenuFile::read(json.as_bytes()).unwrap();
        assert_eq!((again.shape, again.default.as_ref().map(MenuDraft::of)), (MenuShape::Create, Some(draft())));
        assert!(json.contains("\"name\": \"今日\"") && !json.contains("sub_button\": []"), "{json}");
        let file = MenuFile::read(MENU.as_bytes()).unwrap();
        let conditional = MenuDraft::of(&file.conditional[0]);
        assert_eq!(conditional.call(), MenuShape::AddConditional);
        assert!(
            conditional
                .to_json()
                .ends_with("\"matchrule\": {\n    \"tag_id\": \"2\",\n    \"client_platform_type\": \"1\"\n  }\n}")
        );
    }

    #[test]
    fn of_members_that_come_twice_the_last_is_edited() {
        let text = r#"{"button":[{"type":"view","name":"A","key":"K","url":"http://a.com","type":"click","key":"L","url":""}]}"#;
        let draft = MenuDraft::of(MenuFile::read(text.as_bytes()).unwrap().default.as_ref().unwrap());
        let button = draft.button("1").unwrap();
        assert_eq!((&*button.kind, &*button.members), ("click", &[("key".to_owned(), "L".to_owned())][..]));
    }

    #[test]
    fn buttons_are_added_moved_and_removed_by_their_paths() {
        let mut draft = draft();
        assert_eq!(draft.add("2", DraftButton::new("click", "New")).as_deref(), Some("2.3"));
        assert_eq!(draft.add("", DraftButton::new("click", "Third")).as_deref(), Some("3"));
        assert_eq!(draft.shift("2.3", false).as_deref(), Some("2.2"));
        assert_eq!((draft.shift("2.3", true), draft.shift("1", false)), (None, None));
        assert_eq!(draft.shift("1", true).as_deref(), Some("2"));
        let names: Vec<_> = draft.buttons.iter().map(|button| &*button.name).collect();
        assert_eq!(names, ["P", "今日", "Third"]);
        draft.remove("1.1");
        assert_eq!(draft.button("1.1").map(|button| &*button.name), Some("New"));
        for path in ["", "0", "9", "1.9", "x", "2.1.1"] {
            assert!(draft.button(path).is_none(), "{path}");
            draft.remove(path);
        }
        assert!(draft.add("9", DraftButton::default()).is_none());
    }

    #[test]
    fn members_of_a_former_type_come_back_with_it() {
        let mut draft = draft();
        let button = draft.button_mut("1").unwrap();
        button.set_kind("view");
        assert_eq!((button.wanted(), button.value("key"), button.superfluous()), (vec!["url"], "", Vec::new()));
        button.set("url", "http://e.com/");
        button.set_kind("scancode_push");
        assert_eq!((button.value("key"), button.value("url")), ("K", ""));
        button.set("key", "");
        button.set("note", "x");
        assert_eq!(button.superfluous(), ["note"]);
        button.set_kind("no such type");
        assert_eq!(button.wanted(), Vec::<&str>::new());
    }
}
