//! Typed messages: the envelope that all messages share, and a payload by kind.
//!
//! Everything borrows from the tree. Decoding never fails: a value that does not parse stays text and is listed as a
//! [`Problem`].

use std::ops::Range;

use super::kind;
use super::tree::{Element, Format, Tree};

mod location;
mod menu;
mod payload;
mod problem;

pub use location::{Location, Position};
pub use menu::{MenuEvent, Pictures, ScanCode};
pub use payload::{OtherEvent, Payload, UserMessage};
pub use problem::{Problem, ProblemKind};

/// A decoded message: its envelope, its payload, and its deviations from the documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'t> {
    /// `ToUserName`: the account's `gh_…`.
    pub to_user: Option<&'t str>,
    /// `FromUserName`: the user's OpenID.
    pub from_user: Option<&'t str>,
    /// `CreateTime` in seconds, if it is a whole number.
    pub create_time: Option<i64>,
    pub msg_type: Option<&'t str>,
    pub event: Option<&'t str>,
    /// `EventKey` of the root, not of elements inside: `None` if it is missing, empty if it is empty.
    pub event_key: Option<&'t str>,
    /// `MsgId`, which has 64 bits and stays text.
    pub msg_id: Option<&'t str>,
    /// `InfoType` of an open platform's push.
    pub info_type: Option<&'t str>,
    /// `AppId` of an open platform's push.
    pub app_id: Option<&'t str>,
    /// `action`, the only element of cloud hosting's own check.
    pub action: Option<&'t str>,
    /// `Encrypt`, the encrypted message of safe and compat mode.
    pub encrypt: Option<&'t str>,
    /// The typed elements of its kind.
    pub payload: Payload<'t>,
    /// Deviations from the documentation.
    pub problems: Vec<Problem>,
}

impl<'t> Message<'t> {
    /// Decodes a parsed payload.
    pub fn decode(tree: &'t Tree<'_>) -> Self {
        let root = tree.root();
        let mut message = Self::envelope(root);
        if tree.format() == Format::Xml && root.name() != "xml" {
            let name = root.name().to_owned();
            message.report(ProblemKind::RootNotXml { name }, root.span());
        }
        message.payload = message.decode_payload(root);
        message
    }

    /// The kind: `Event`, else `MsgType`, else `InfoType`; empty if all are missing.
    pub fn kind(&self) -> &'t str {
        match kind::of(self.msg_type, self.event, self.info_type) {
            "" => self.action.filter(|action| kind::is_action(action)).unwrap_or_default(),
            kind => kind,
        }
    }

    /// The menu event, if it is one.
    pub const fn menu_event(&self) -> Option<&MenuEvent<'t>> {
        match &self.payload {
            Payload::Menu(event) => Some(event),
            _ => None,
        }
    }

    /// Reads the envelope in one pass over the root's children; of several with one name the first counts.
    fn envelope(root: Element<'t, '_>) -> Self {
        let mut message = Self {
            to_user: None,
            from_user: None,
            create_time: None,
            msg_type: None,
            event: None,
            event_key: None,
            msg_id: None,
            info_type: None,
            app_id: None,
            action: None,
            encrypt: None,
            payload: Payload::Unknown,
            problems: Vec::new(),
        };
        // Nothing reads these elements: they are only checked for repetition.
        let (mut create_time, mut msg_data_id, mut idx) = (None, None, None);
        for child in root.children() {
            let place = match child.name() {
                "ToUserName" => &mut message.to_user,
                "FromUserName" => &mut message.from_user,
                "CreateTime" => &mut create_time,
                "MsgType" => &mut message.msg_type,
                "Event" => &mut message.event,
                "EventKey" => &mut message.event_key,
                "MsgId" => &mut message.msg_id,
                "MsgDataId" => &mut msg_data_id,
                "Idx" => &mut idx,
                "InfoType" => &mut message.info_type,
                "AppId" => &mut message.app_id,
                "action" => &mut message.action,
                "Encrypt" => &mut message.encrypt,
                _ => continue,
            };
            if place.is_some() {
                let name = child.name().to_owned();
                message.report(ProblemKind::ElementRepeated { name }, child.span());
                continue;
            }
            // A key may begin with a space; names, numbers and identifiers never do.
            let key = child.name() == "EventKey";
            let text = child.text();
            *place = Some(if key { text } else { text.trim() });
            if child.name() == "CreateTime" {
                message.read_create_time(child);
            }
        }
        message
    }

    fn read_create_time(&mut self, element: Element<'t, '_>) {
        self.create_time = element.text().trim().parse().ok();
        if self.create_time.is_none() {
            let text = element.text().to_owned();
            let problem = ProblemKind::CreateTimeNotInteger { text };
            self.report(problem, element.text_span());
        }
    }

    fn decode_payload(&mut self, root: Element<'t, '_>) -> Payload<'t> {
        let missing = |text: Option<&str>| text.is_none_or(str::is_empty);
        if missing(self.msg_type) {
            if !missing(self.info_type) {
                let is_known = payload::is_platform_push(self.kind());
                return if is_known { Payload::Platform } else { self.unknown(root, "InfoType") };
            }
            if missing(self.event) && self.action.is_some_and(kind::is_action) {
                return Payload::Platform;
            }
            // In safe mode the kind is in the encrypted message.
            if self.encrypt.is_none() {
                self.report(ProblemKind::MsgTypeMissing, root.span());
            }
            return Payload::Unknown;
        }
        let kind = self.kind();
        let is_event = self.msg_type.is_some_and(|name| name.eq_ignore_ascii_case("event"));
        if !is_event {
            return match UserMessage::decode(kind, root, &mut self.problems) {
                Some(message) => Payload::Message(message),
                None => self.unknown(root, "MsgType"),
            };
        }
        if missing(self.event) {
            self.report(ProblemKind::EventMissing, root.span());
            return Payload::Unknown;
        }
        // `click` is dispatched as CLICK; the kind stays as it was received.
        let name = kind::lookup_event(kind).map_or(kind, |known| known.name);
        if let Some(event) = MenuEvent::decode(name, root, &mut self.problems) {
            return Payload::Menu(event);
        }
        match OtherEvent::decode(name, root, &mut self.problems) {
            Some(event) => Payload::Event(event),
            None => self.unknown(root, "Event"),
        }
    }

    fn unknown(&mut self, root: Element<'t, '_>, named_by: &str) -> Payload<'t> {
        let kind = self.kind().to_owned();
        let span = root.child(named_by).map_or(root.span(), |element| element.text_span());
        self.report(ProblemKind::KindUnknown { kind }, span);
        Payload::Unknown
    }

    fn report(&mut self, kind: ProblemKind, span: Range<usize>) {
        self.problems.push(Problem::new(kind, span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(payload: &str) -> Vec<ProblemKind> {
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let message = Message::decode(&tree);
        message.problems.into_iter().map(|problem| problem.kind).collect()
    }

    #[test]
    fn a_nested_event_key_is_not_the_events() {
        let payload = b"<xml><MsgType>event</MsgType><Event>scancode_push</Event>\
            <ScanCodeInfo><EventKey>inner</EventKey></ScanCodeInfo><EventKey> 6</EventKey></xml>";
        let tree = Tree::parse(payload).unwrap();
        assert_eq!(Message::decode(&tree).event_key, Some(" 6"));
    }

    #[test]
    fn a_missing_event_key_is_not_an_empty_one() {
        let key = |payload: &'static str| {
            let tree = Tree::parse(payload.as_bytes()).unwrap();
            Message::decode(&tree).event_key.map(str::to_owned)
        };
        assert_eq!(key("<xml/>"), None);
        assert_eq!(key("<xml><EventKey/></xml>"), Some(String::new()));
    }

    #[test]
    fn a_kind_in_another_case_is_dispatched_but_not_renamed() {
        let payload = b"<xml><MsgType>event</MsgType><Event>click</Event></xml>";
        let tree = Tree::parse(payload).unwrap();
        let message = Message::decode(&tree);
        assert_eq!(message.kind(), "click");
        assert_eq!(message.payload, Payload::Menu(MenuEvent::Click));
    }

    #[test]
    fn what_is_not_as_documented_is_reported() {
        let root = ProblemKind::RootNotXml { name: "a".to_owned() };
        assert_eq!(problems("<a/>"), [root, ProblemKind::MsgTypeMissing]);
        let time = ProblemKind::CreateTimeNotInteger { text: "soon".to_owned() };
        let kind = ProblemKind::KindUnknown { kind: "new".to_owned() };
        let payload = "<xml><CreateTime>soon</CreateTime><MsgType>new</MsgType></xml>";
        assert_eq!(problems(payload), [time, kind]);
        let payload = "<xml><MsgType>event</MsgType><MsgType>x</MsgType></xml>";
        let twice = ProblemKind::ElementRepeated { name: "MsgType".to_owned() };
        assert_eq!(problems(payload), [twice, ProblemKind::EventMissing]);
    }

    #[test]
    fn a_message_id_keeps_its_64_bits() {
        let payload = b"<xml><MsgType>text</MsgType><MsgId>18446744073709551615</MsgId></xml>";
        let tree = Tree::parse(payload).unwrap();
        assert_eq!(Message::decode(&tree).msg_id, Some("18446744073709551615"));
    }
}
