//! A menu's definition: the default menu, conditional menus, and their buttons.

use std::ops::Range;

use super::button_type::{ButtonPush, ButtonType};
use super::menu_error::MenuError;
use super::reader;
use crate::wechat::tree::TextForm;

/// The API call whose JSON a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuShape {
    /// `menu/create`: `button`.
    Create,
    /// `menu/get`: `menu`, and `conditionalmenu` where there are some.
    Get,
    /// `menu/addconditional`: `button` and `matchrule`.
    AddConditional,
    /// `get_current_selfmenu_info`: `is_menu_open` and `selfmenu_info`.
    SelfMenu,
}

impl MenuShape {
    /// The name of the API call.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "menu/create",
            Self::Get => "menu/get",
            Self::AddConditional => "menu/addconditional",
            Self::SelfMenu => "get_current_selfmenu_info",
        }
    }
}

/// The menus of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuFile {
    /// The API call that the file is of.
    pub shape: MenuShape,
    /// The menu of all users whom no conditional menu is for.
    pub default: Option<Menu>,
    /// The conditional menus, in the order of the file.
    pub conditional: Vec<Menu>,
    /// `is_menu_open` of `get_current_selfmenu_info`.
    pub is_open: Option<bool>,
}

impl MenuFile {
    /// Reads the JSON of any of the four calls.
    ///
    /// # Errors
    /// [`MenuError`] where the bytes are no JSON object, or none that holds a menu.
    pub fn read(payload: &[u8]) -> Result<Self, MenuError> {
        reader::read(payload)
    }

    /// Every menu: the default one first, then the conditional ones in their order.
    pub fn menus(&self) -> impl Iterator<Item = &Menu> {
        self.default.iter().chain(&self.conditional)
    }
}

/// One menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// The buttons of the bar.
    pub buttons: Vec<Button>,
    /// `menuid`, which pushes of VIEW and `view_miniprogram` repeat as `MenuId`.
    #[expect(clippy::struct_field_names, reason = "WeChat's own name")]
    pub menu_id: Option<String>,
    /// The rule of a conditional menu.
    pub rule: Option<MatchRule>,
    /// The bytes of the menu's object in the file.
    pub span: Range<usize>,
}

impl Menu {
    /// Every button with its path, a parent before its own: `1`, `1.1`, `1.2`, `2`.
    pub fn all_buttons(&self) -> Vec<(String, &Button)> {
        let mut list = Vec::new();
        let mut open: Vec<(String, &Button)> = Vec::new();
        let numbered = |before: &str, buttons: &'_ [Button]| -> Vec<(String, usize)> {
            (0..buttons.len()).map(|index| (format!("{before}{}", index + 1), index)).collect()
        };
        for (path, index) in numbered("", &self.buttons).into_iter().rev() {
            open.extend(self.buttons.get(index).map(|button| (path, button)));
        }
        while let Some((path, button)) = open.pop() {
            for (below, index) in numbered(&format!("{path}."), &button.sub_buttons).into_iter().rev() {
                open.extend(button.sub_buttons.get(index).map(|sub| (below, sub)));
            }
            list.push((path, button));
        }
        list
    }

    /// The button at a path of numbers (`2.1`, `2/1`) or of names (`菜单/扫码`).
    pub fn button_at(&self, path: &str) -> Option<&Button> {
        let numbers = path.replace('/', ".");
        self.all_buttons().into_iter().find(|(known, _)| *known == numbers).map(|(_, button)| button).or_else(|| {
            let (mut buttons, mut found) = (&self.buttons, None);
            for name in path.split('/') {
                let button = buttons.iter().find(|button| button.name() == name)?;
                buttons = &button.sub_buttons;
                found = Some(button);
            }
            found
        })
    }
}

/// One button.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Button {
    /// The members of the button but for `sub_button`, in the order of the file.
    pub members: Vec<MenuMember>,
    /// The buttons that rise from it.
    pub sub_buttons: Vec<Self>,
    /// The bytes of the button's object in the file.
    pub span: Range<usize>,
}

/// One member of a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuMember {
    /// The name, as it is spelt.
    pub name: String,
    /// The value's text, without escapes.
    pub value: String,
    /// The notation of the value; `Empty` for `null`, lists and objects.
    pub form: TextForm,
    /// The bytes of the value.
    pub span: Range<usize>,
}

impl Button {
    /// The member of that name; of several the last, as programs that read JSON take it.
    pub fn member(&self, name: &str) -> Option<&MenuMember> {
        self.members.iter().rfind(|member| member.name == name)
    }

    /// The text of the member of that name, if it is there and not empty.
    pub fn value_of(&self, name: &str) -> Option<&str> {
        self.member(name).map(|member| member.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The name on the button; empty where there is none.
    pub fn name(&self) -> &str {
        self.value_of("name").unwrap_or_default()
    }

    /// The type, if it is a known one.
    pub fn button_type(&self) -> Option<&'static ButtonType> {
        ButtonType::named(self.value_of("type")?)
    }

    /// Tells whether other buttons rise from it instead of an event.
    pub fn is_parent(&self) -> bool {
        !self.sub_buttons.is_empty()
    }

    /// The event of a tap; `None` for a parent, for what WeChat answers by itself, and for a button without its key.
    pub fn push(&self) -> Option<ButtonPush<'_>> {
        if self.is_parent() {
            return None;
        }
        let known = self.button_type()?;
        Some(ButtonPush { kind: known.event?, key: self.value_of(known.content)? })
    }
}

/// The rule of a conditional menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchRule {
    /// Its members, in the order of the file.
    pub members: Vec<MenuMember>,
    /// The bytes of the rule.
    pub span: Range<usize>,
}

/// The members of rules that WeChat has withdrawn: it refuses them in new menus and ignores the menus that have them.
pub(super) const WITHDRAWN: [&str; 5] = ["sex", "country", "province", "city", "language"];

impl MatchRule {
    /// The tag of the users; `group_id` is its former name.
    pub fn tag(&self) -> Option<&str> {
        self.value_of("tag_id").or_else(|| self.value_of("group_id"))
    }

    /// The platform as WeChat numbers it: 1 iOS, 2 Android, 3 other.
    pub fn platform(&self) -> Option<&str> {
        self.value_of("client_platform_type")
    }

    /// The withdrawn members that are not empty.
    pub fn withdrawn(&self) -> Vec<&str> {
        let given = |name: &&'static str| self.value_of(name).is_some();
        WITHDRAWN.iter().filter(|name| given(name)).copied().collect()
    }

    /// Tells whether no member has a value.
    pub fn is_empty(&self) -> bool {
        self.members.iter().all(|member| member.value.is_empty())
    }

    fn value_of(&self, name: &str) -> Option<&str> {
        let member = self.members.iter().rfind(|member| member.name == name)?;
        Some(member.value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: &str = r#"{"button":[
        {"type":"click","name":"A","key":"K"},
        {"name":"B","sub_button":[{"type":"view","name":"C","url":"http://e.com/"},{"type":"media_id","name":"D","media_id":"M"}]}
    ]}"#;

    #[test]
    fn buttons_have_paths_by_number_and_by_name() {
        let file = MenuFile::read(MENU.as_bytes()).unwrap();
        let menu = file.default.as_ref().unwrap();
        let paths: Vec<String> = menu.all_buttons().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["1", "2", "2.1", "2.2"]);
        for path in ["2.1", "2/1", "B/C"] {
            assert_eq!(menu.button_at(path).unwrap().name(), "C", "{path}");
        }
        assert!(menu.button_at("3").is_none() && menu.button_at("B/X").is_none());
    }

    #[test]
    fn a_button_pushes_the_event_of_its_type() {
        let file = MenuFile::read(MENU.as_bytes()).unwrap();
        let menu = file.default.as_ref().unwrap();
        let push = |path: &str| menu.button_at(path).unwrap().push();
        assert_eq!(push("1"), Some(ButtonPush { kind: "CLICK", key: "K" }));
        assert_eq!(push("2"), None);
        assert_eq!(push("2.1"), Some(ButtonPush { kind: "VIEW", key: "http://e.com/" }));
        assert_eq!(push("2.2"), None);
    }
}
