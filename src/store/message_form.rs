//! The column `form`: in which way MsgType and Event follow from a capture's kind. What does not follow stands in `rest`.

use crate::capture::Envelope;

/// The MsgType is `event`.
pub(super) const IS_PUSH: i64 = 1;
/// The MsgType is the kind.
pub(super) const TYPE_IS_KIND: i64 = 2;
/// There is an Event, perhaps an empty one.
pub(super) const HAS_EVENT: i64 = 4;
/// The Event is the kind.
pub(super) const EVENT_IS_KIND: i64 = 8;

/// The MsgType of events.
const PUSH: &str = "event";

/// MsgType and Event as bits, and as texts where the bits do not say them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form<'a> {
    pub(super) bits: i64,
    pub(super) msg_type: Option<&'a str>,
    pub(super) event: Option<&'a str>,
}

impl<'a> Form<'a> {
    pub(super) fn of(envelope: &'a Envelope) -> Self {
        let mut form = Self { bits: 0, msg_type: None, event: None };
        match envelope.msg_type.as_deref() {
            Some(PUSH) => form.bits |= IS_PUSH,
            Some(msg_type) if msg_type == envelope.kind => form.bits |= TYPE_IS_KIND,
            msg_type => form.msg_type = msg_type,
        }
        match envelope.event.as_deref() {
            Some(event) if event == envelope.kind => form.bits |= HAS_EVENT | EVENT_IS_KIND,
            event => {
                form.bits |= if event.is_some() { HAS_EVENT } else { 0 };
                form.event = event;
            }
        }
        form
    }

    /// The MsgType and the Event of a capture of that kind.
    pub(super) fn texts(self, kind: &str) -> [Option<String>; 2] {
        let has = |bit| self.bits & bit != 0;
        let msg_type = match () {
            () if has(IS_PUSH) => Some(PUSH),
            () if has(TYPE_IS_KIND) => Some(kind),
            () => self.msg_type,
        };
        let event = if has(EVENT_IS_KIND) { Some(kind) } else { self.event };
        [msg_type, event].map(|text| text.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_back() {
        let texts = [None, Some(""), Some("event"), Some("CLICK"), Some("text")];
        for kind in ["event", "CLICK", "text", ""] {
            for (msg_type, event) in texts.iter().flat_map(|one| texts.iter().map(move |other| (*one, *other))) {
                let [msg_type, event] = [msg_type, event].map(|text| text.map(str::to_owned));
                let envelope = Envelope {
                    kind: kind.to_owned(),
                    msg_type: msg_type.clone(),
                    event: event.clone(),
                    ..Envelope::default()
                };
                let form = Form::of(&envelope);
                assert_eq!(form.texts(kind), [msg_type, event.clone()]);
                assert_eq!(form.bits & HAS_EVENT != 0, event.is_some());
            }
        }
    }
}
