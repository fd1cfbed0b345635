//! Reads the four shapes of a menu's JSON.

use super::definition::{Button, MatchRule, Menu, MenuFile, MenuMember, MenuShape};
use super::json_fault::JsonFault;
use super::menu_error::MenuError;
use crate::wechat::tree::{Element, Format, MAX_BYTES, Place, TextForm, Tree, TreeError};

pub(super) fn read(payload: &[u8]) -> Result<MenuFile, MenuError> {
    if Format::of(payload) == Some(Format::Xml) {
        return Err(MenuError::Xml);
    }
    let tree = Tree::parse(payload).map_err(|error| match error {
        TreeError::TooLarge { bytes } => MenuError::TooLarge { bytes, place: Place::at(payload, MAX_BYTES) },
        error => MenuError::Json(JsonFault::of(error, payload)),
    })?;
    MenuReader { payload }.file(tree.root())
}

/// Reads the elements of one file.
struct MenuReader<'p> {
    payload: &'p [u8],
}

impl MenuReader<'_> {
    fn file(&self, root: Element<'_, '_>) -> Result<MenuFile, MenuError> {
        let has = |name: &str| root.child(name).is_some();
        if has("selfmenu_info") || has("is_menu_open") {
            return self.self_menu(root);
        }
        if has("menu") || has("conditionalmenu") {
            let default = self.object(root, "menu")?.map(|menu| self.menu(menu)).transpose()?;
            let conditional = self.list(root, "conditionalmenu")?;
            let conditional = conditional.into_iter().map(|menu| self.menu(menu)).collect::<Result<_, _>>()?;
            return Ok(MenuFile { shape: MenuShape::Get, default, conditional, is_open: None });
        }
        if has("matchrule") {
            let conditional = vec![self.menu(root)?];
            return Ok(MenuFile { shape: MenuShape::AddConditional, default: None, conditional, is_open: None });
        }
        if has("button") {
            let default = Some(self.menu(root)?);
            return Ok(MenuFile { shape: MenuShape::Create, default, conditional: Vec::new(), is_open: None });
        }
        if let Some(errcode) = root.text_of("errcode") {
            if errcode == "0" {
                return Err(MenuError::Done);
            }
            let errmsg = root.text_of("errmsg").unwrap_or_default().to_owned();
            return Err(MenuError::Refusal { errcode: errcode.to_owned(), errmsg });
        }
        Err(MenuError::NotAMenu { place: self.place(root) })
    }

    fn self_menu(&self, root: Element<'_, '_>) -> Result<MenuFile, MenuError> {
        let default = self.object(root, "selfmenu_info")?.map(|menu| self.menu(menu)).transpose()?;
        let is_open = root.text_of("is_menu_open").map(|text| !matches!(text, "0" | "false"));
        Ok(MenuFile { shape: MenuShape::SelfMenu, default, conditional: Vec::new(), is_open })
    }

    fn menu(&self, object: Element<'_, '_>) -> Result<Menu, MenuError> {
        let buttons = self.list(object, "button")?;
        let rule = self
            .object(object, "matchrule")?
            .map(|rule| MatchRule { members: rule.children().map(member).collect(), span: rule.content_span() });
        Ok(Menu {
            buttons: buttons.into_iter().map(|button| self.button(button)).collect::<Result<_, _>>()?,
            menu_id: object.text_of("menuid").filter(|id| !id.is_empty()).map(str::to_owned),
            rule,
            span: object.content_span(),
        })
    }

    fn button(&self, object: Element<'_, '_>) -> Result<Button, MenuError> {
        let below = match object.children_named("sub_button").last() {
            // get_current_selfmenu_info wraps the list in an object.
            Some(wrapper) if wrapper.child("list").is_some() && !Self::is_item(wrapper) => {
                self.list(wrapper, "list")?
            }
            _ => self.list(object, "sub_button")?,
        };
        // Depth is limited by the tree, so this recursion is too.
        let sub_buttons = below.into_iter().map(|button| self.button(button)).collect::<Result<_, _>>()?;
        let members = object.children().filter(|child| child.name() != "sub_button").map(member).collect();
        Ok(Button { members, sub_buttons, span: object.content_span() })
    }

    /// The objects of the list that is the member of that name, of several lists the last; none where it is missing, `null` or
    /// empty.
    fn list<'t, 'a>(&self, object: Element<'t, 'a>, name: &'static str) -> Result<Vec<Element<'t, 'a>>, MenuError> {
        let mut objects: Vec<Element<'t, 'a>> = Vec::new();
        for value in object.children_named(name) {
            // As programs that read JSON do where a member comes twice.
            if !objects.last().is_some_and(|before| self.is_same_list(*before, value)) {
                objects.clear();
            }
            if self.is_null(value) || self.starts_with(value, b'[') && !Self::is_item(value) {
                continue;
            }
            if !Self::is_item(value) {
                return Err(self.structure(name, "a list", value));
            }
            if !self.starts_with(value, b'{') {
                return Err(self.structure(name, "a list of objects", value));
            }
            objects.push(value);
        }
        Ok(objects)
    }

    /// The object that is the member of that name; `None` where it is missing or `null`.
    fn object<'t, 'a>(
        &self,
        object: Element<'t, 'a>,
        name: &'static str,
    ) -> Result<Option<Element<'t, 'a>>, MenuError> {
        match object.children_named(name).last().filter(|value| !self.is_null(*value)) {
            None => Ok(None),
            Some(value) if self.starts_with(value, b'{') && !Self::is_item(value) => Ok(Some(value)),
            Some(value) => Err(self.structure(name, "an object", value)),
        }
    }

    /// Tells whether a value stands in a list: only then does its element begin with the value instead of with a name.
    fn is_item(value: Element<'_, '_>) -> bool {
        value.span().start == value.content_span().start
    }

    /// Tells whether two siblings, one after the other, are items of one list.
    fn is_same_list(&self, before: Element<'_, '_>, value: Element<'_, '_>) -> bool {
        let between = self.payload.get(before.span().end..value.span().start).unwrap_or_default();
        Self::is_item(value) && !between.contains(&b']')
    }

    fn is_null(&self, value: Element<'_, '_>) -> bool {
        value.form() == TextForm::Empty && self.starts_with(value, b'n')
    }

    fn starts_with(&self, value: Element<'_, '_>, byte: u8) -> bool {
        self.payload.get(value.content_span().start) == Some(&byte)
    }

    fn structure(&self, name: &'static str, expected: &'static str, value: Element<'_, '_>) -> MenuError {
        MenuError::Structure { name, expected, place: self.place(value) }
    }

    fn place(&self, value: Element<'_, '_>) -> Place {
        Place::at(self.payload, value.content_span().start)
    }
}

fn member(element: Element<'_, '_>) -> MenuMember {
    // A value within a list is no text of the member.
    let is_item = MenuReader::is_item(element);
    MenuMember {
        name: element.name().to_owned(),
        value: if is_item { String::new() } else { element.text().to_owned() },
        form: if is_item { TextForm::Empty } else { element.form() },
        span: element.content_span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<MenuFile, MenuError> {
        MenuFile::read(text.as_bytes())
    }

    #[test]
    fn each_call_is_told_by_its_members() {
        let get = r#"{"menu":{"button":[{"type":"click","name":"A","key":"K","sub_button":[]}],"menuid":208396938},
            "conditionalmenu":[{"button":[],"matchrule":{"tag_id":"2"},"menuid":208396993}]}"#;
        let file = read(get).unwrap();
        assert_eq!(file.shape, MenuShape::Get);
        assert_eq!(file.default.unwrap().menu_id.as_deref(), Some("208396938"));
        assert_eq!(file.conditional[0].rule.as_ref().unwrap().tag(), Some("2"));
        let added = read(r#"{"button":[],"matchrule":{"client_platform_type":"2"}}"#).unwrap();
        assert_eq!((added.shape, added.default.is_none()), (MenuShape::AddConditional, true));
        assert_eq!(read(r#"{"button":[]}"#).unwrap().shape, MenuShape::Create);
        let info = r#"{"is_menu_open":0,"selfmenu_info":{"button":[{"name":"B","sub_button":{"list":[
            {"type":"text","name":"T","value":"hello"},{"type":"view","name":"V","url":"http://e.com"}]}}]}}"#;
        let file = read(info).unwrap();
        assert_eq!((file.shape, file.is_open), (MenuShape::SelfMenu, Some(false)));
        assert_eq!(file.default.unwrap().buttons[0].sub_buttons.len(), 2);
    }

    #[test]
    fn of_members_that_come_twice_the_last_is_taken() {
        let text = r#"{"button":[{"name":"A"},{"name":"B"}],"button":[
            {"type":"click","name":"C","sub_button":[{"name":"D"}],"sub_button":[{"name":"E"},{"name":"F"}],"type":"view"}]}"#;
        let menu = read(text).unwrap().default.unwrap();
        assert_eq!(menu.buttons.len(), 1);
        assert_eq!(menu.buttons[0].value_of("type"), Some("view"));
        let below: Vec<_> = menu.buttons[0].sub_buttons.iter().map(|button| button.name()).collect();
        assert_eq!(below, ["E", "F"]);
        let empty = read(r#"{"button":[{"name":"A"}],"button":[]}"#).unwrap();
        assert_eq!(empty.default.unwrap().buttons, []);
    }

    #[test]
    fn what_is_no_menu_is_refused_with_the_place() {
        let structure = |text: &str| match read(text) {
            Err(MenuError::Structure { name, place, .. }) => (name, place.line, place.column),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(structure(r#"{"button":{"name":"A"}}"#), ("button", 1, 11));
        assert_eq!(structure("{\"button\":[\n\"A\"]}"), ("button", 2, 1));
        assert_eq!(structure(r#"{"menu":[]}"#), ("menu", 1, 9));
        assert_eq!(structure(r#"{"button":[{"sub_button":"x"}]}"#), ("sub_button", 1, 26));
        let refusal = read(r#"{"errcode":40001,"errmsg":"invalid credential"}"#);
        assert!(matches!(refusal, Err(MenuError::Refusal { errcode, .. }) if errcode == "40001"));
        assert!(matches!(read("{}"), Err(MenuError::NotAMenu { .. })));
        assert!(matches!(read(r#"{"errcode":0,"errmsg":"ok"}"#), Err(MenuError::Done)));
        for text in ["<xml/>", "<html>\n<body>", "<"] {
            assert!(matches!(read(text), Err(MenuError::Xml)), "{text}");
        }
        for text in ["", "[]", "// menu\n{}", "{\"button\":[}", "{\"button\":[],}"] {
            assert!(matches!(read(text), Err(MenuError::Json(_))), "{text}");
        }
    }

    #[test]
    fn giants_are_refused_by_their_limit() {
        let many = format!("{{\"button\":[{}]}}", vec!["{\"name\":\"A\"}"; 10_000].join(","));
        assert!(matches!(read(&many), Err(MenuError::Json(_))));
        let deep = format!("{{\"button\":[{}{}]}}", "{\"sub_button\":[".repeat(20), "]}".repeat(20));
        assert!(matches!(read(&deep), Err(MenuError::Json(_))));
        let long = format!("{{\"button\":[{{\"name\":\"{}\"}}]}}", "x".repeat(1 << 20));
        let too_large = read(&long).unwrap_err();
        assert!(matches!(too_large, MenuError::TooLarge { place, .. } if (place.line, place.column) == (1, 1_048_577)));
        // Lists within limits, but deeper than any menu, are read, and the lint says so.
        assert!(read(r#"{"button":[{"sub_button":[{"sub_button":[{"name":"A"}]}]}]}"#).is_ok());
    }
}
