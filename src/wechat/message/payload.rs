//! The part of a message that depends on its kind.

use crate::wechat::kind::{self, Class};
use crate::wechat::tree::Element;

use super::location::{Location, Position};
use super::menu::MenuEvent;
use super::problem::Problem;

/// The typed elements of one kind of message. Elements without a type are in [`crate::wechat::fields`].
#[derive(Clone, Debug, PartialEq)]
pub enum Payload<'t> {
    /// One of the nine events of menu buttons.
    Menu(MenuEvent<'t>),
    /// A message sent by a user.
    Message(UserMessage<'t>),
    Event(OtherEvent<'t>),
    /// A push of an open platform, which names its kind in `InfoType`.
    Platform,
    /// An unknown kind, or no kind at all.
    Unknown,
}

/// A message sent by a user.
#[derive(Clone, Debug, PartialEq)]
pub enum UserMessage<'t> {
    Text {
        content: Option<&'t str>,
    },
    Location(Location<'t>),
    Link {
        url: Option<&'t str>,
    },
    /// A known message without typed elements.
    Other,
}

impl<'t> UserMessage<'t> {
    /// Decodes a message with this `MsgType`; `None` if the type is unknown.
    pub(super) fn decode(msg_type: &str, root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let known = kind::lookup(msg_type).filter(|known| known.class == Class::Message)?;
        Some(match known.name {
            "text" => Self::Text { content: root.text_of("Content") },
            "location" => Self::Location(Location::decode(root, problems)),
            "link" => Self::Link { url: root.text_of("Url").map(str::trim) },
            _ => Self::Other,
        })
    }
}

/// An event that no menu button pushes.
#[derive(Clone, Debug, PartialEq)]
pub enum OtherEvent<'t> {
    /// `LOCATION`: the phone reports its position.
    Location(Position<'t>),
    /// A known event without typed elements.
    Other,
}

impl<'t> OtherEvent<'t> {
    /// Decodes the event of this name; `None` if the name is unknown.
    pub(super) fn decode(event: &str, root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let is_known = || kind::lookup_event(event).is_some() || kind::is_known(event) || is_about_cards(event);
        match event {
            "LOCATION" => Some(Self::Location(Position::decode(root, problems))),
            _ => is_known().then_some(Self::Other),
        }
    }
}

/// Recognises card events, whose names contain the word `card`.
fn is_about_cards(event: &str) -> bool {
    event.split('_').any(|word| matches!(word, "card" | "giftcard" | "membercard"))
}

/// Tells whether an `InfoType` is known. Some names, such as `wxa_nickname_audit`, are events and platform pushes alike.
pub(super) fn is_platform_push(info_type: &str) -> bool {
    kind::lookup(info_type).is_some_and(|known| matches!(known.class, Class::Platform | Class::Event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::{Message, ProblemKind};
    use crate::wechat::tree::Tree;

    fn event_of(event: &str) -> (bool, Vec<ProblemKind>) {
        let payload = format!("<xml><MsgType>event</MsgType><Event>{event}</Event></xml>");
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let Message { payload, problems, .. } = Message::decode(&tree);
        (matches!(payload, Payload::Event(_)), problems.into_iter().map(|problem| problem.kind).collect())
    }

    #[test]
    fn events_of_cards_are_known_by_a_word_of_their_names() {
        for event in ["user_get_card", "card_pass_check", "submit_membercard_user_info", "user_new_card"] {
            assert_eq!(event_of(event), (true, vec![]), "{event}");
        }
        let unknown = ProblemKind::KindUnknown { kind: "discard".to_owned() };
        assert_eq!(event_of("discard"), (false, vec![unknown]));
    }

    #[test]
    fn a_reported_position_is_checked_for_numbers() {
        let payload = b"<xml><MsgType>event</MsgType><Event>LOCATION</Event><Latitude>23.1</Latitude>\
            <Longitude>inf</Longitude><Precision>119.38</Precision></xml>";
        let tree = Tree::parse(payload).unwrap();
        let message = Message::decode(&tree);
        let Payload::Event(OtherEvent::Location(position)) = &message.payload else {
            panic!("{:?}", message.payload);
        };
        assert_eq!((position.latitude, position.longitude, position.precision), (Some(23.1), None, Some(119.38)));
        let wrong = ProblemKind::CoordinateNotNumber { name: "Longitude", text: "inf".to_owned() };
        assert_eq!(message.problems.first().map(|problem| &problem.kind), Some(&wrong));
    }

    #[test]
    fn an_info_type_makes_a_platform_push() {
        let payload = b"<xml><AppId>wx1</AppId><InfoType>component_verify_ticket</InfoType></xml>";
        let tree = Tree::parse(payload).unwrap();
        let message = Message::decode(&tree);
        assert_eq!((message.kind(), message.payload), ("component_verify_ticket", Payload::Platform));
    }
}
