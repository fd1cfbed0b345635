//! The types of buttons: their required members, and the event that a tap pushes.

/// A type of button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ButtonType {
    /// The spelling in `type`.
    pub name: &'static str,
    /// The event that a tap pushes; `None` where WeChat answers by itself.
    pub event: Option<&'static str>,
    /// The member that becomes the EventKey, or names the content.
    pub content: &'static str,
    /// The other required members.
    pub also: &'static [&'static str],
    /// The origin of the type.
    pub origin: Origin,
    /// Phones before WeChat 5.4 show and push nothing.
    pub needs_5_4: bool,
}

/// The origin of a type of button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `menu/create` takes it.
    Api,
    /// The web console made it; `menu/create` refuses it.
    Console,
}

/// The event of a tap on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ButtonPush<'m> {
    /// The kind, as in `Event`.
    pub kind: &'static str,
    /// The `EventKey`.
    pub key: &'m str,
}

const fn pushing(name: &'static str, event: &'static str, needs_5_4: bool) -> ButtonType {
    ButtonType { name, event: Some(event), content: "key", also: &[], origin: Origin::Api, needs_5_4 }
}

const fn silent(name: &'static str, content: &'static str) -> ButtonType {
    ButtonType { name, event: None, content, also: &[], origin: Origin::Api, needs_5_4: false }
}

const fn console(name: &'static str) -> ButtonType {
    ButtonType { name, event: None, content: "value", also: &[], origin: Origin::Console, needs_5_4: false }
}

/// Every type, in the order of WeChat's documentation of `menu/create`, then those of `get_current_selfmenu_info`.
const TYPES: [ButtonType; 19] = [
    pushing("click", "CLICK", false),
    ButtonType { content: "url", ..pushing("view", "VIEW", false) },
    pushing("scancode_push", "scancode_push", true),
    pushing("scancode_waitmsg", "scancode_waitmsg", true),
    pushing("pic_sysphoto", "pic_sysphoto", true),
    pushing("pic_photo_or_album", "pic_photo_or_album", true),
    pushing("pic_weixin", "pic_weixin", true),
    pushing("location_select", "location_select", true),
    silent("media_id", "media_id"),
    silent("view_limited", "media_id"),
    silent("article_id", "article_id"),
    silent("article_view_limited", "article_id"),
    ButtonType { content: "pagepath", also: &["appid", "url"], ..pushing("miniprogram", "view_miniprogram", false) },
    console("text"),
    console("img"),
    console("photo"),
    console("video"),
    console("voice"),
    console("news"),
];

impl ButtonType {
    /// The type of exactly that spelling.
    pub fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name == name)
    }

    /// The type of that spelling in any case.
    pub fn in_any_case(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The names of the types that `menu/create` takes.
    pub fn api_names() -> impl Iterator<Item = &'static str> {
        TYPES.iter().filter(|known| known.origin == Origin::Api).map(|known| known.name)
    }

    /// Tells whether a member belongs to a button of this type.
    pub fn takes(&self, member: &str) -> bool {
        matches!(member, "type" | "name" | "sub_button") || member == self.content || self.also.contains(&member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::kind::MENU_EVENTS;

    #[test]
    fn every_menu_event_has_one_type() {
        for event in MENU_EVENTS {
            assert_eq!(TYPES.iter().filter(|known| known.event == Some(event)).count(), 1, "{event}");
        }
        assert_eq!(TYPES.iter().filter(|known| known.event.is_some()).count(), MENU_EVENTS.len());
    }

    #[test]
    fn types_are_told_by_exact_spelling() {
        assert!(ButtonType::named("Click").is_none());
        assert_eq!(ButtonType::in_any_case("Click").unwrap().name, "click");
        assert!(ButtonType::named("miniprogram").unwrap().takes("appid"));
        assert!(!ButtonType::named("view").unwrap().takes("key"));
    }
}
