//! The names of the filter language (`name:value`), each with its values.

/// One name of the filter language.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "a name's name is what a reader looks for")]
pub struct Name {
    /// The name, without its colon.
    pub name: &'static str,
    /// Every value it takes, or some to show how they look where [`Self::closed`] is false.
    pub values: &'static [&'static str],
    /// The list of values is complete.
    pub closed: bool,
    pub(super) field: Field,
}

/// The property of an event that a name reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Event,
    Type,
    Key,
    Openid,
    Account,
    Relay,
    Claimed,
    Signature,
    Mode,
    Reply,
    Forward,
    Fault,
    Status,
    Ms,
    Attempt,
    Id,
    After,
    Before,
    Is,
    Has,
    Diagnosis,
}

/// A field whose values in stored events can complete a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenField {
    Event,
    /// Kinds of what is no event.
    Type,
    Key,
    Openid,
    Account,
    /// Sources of replies, the rules among them.
    Reply,
    /// Relays of a team.
    Relay,
    /// Desktops of a team.
    Claimed,
}

impl Name {
    const fn open(name: &'static str, field: Field, values: &'static [&'static str]) -> Self {
        Self { name, values, closed: false, field }
    }

    const fn taking_only(name: &'static str, field: Field, values: &'static [&'static str]) -> Self {
        Self { name, values, closed: true, field }
    }

    /// The field whose values complete this name.
    pub fn seen(&self) -> Option<SeenField> {
        Some(match self.field {
            Field::Event => SeenField::Event,
            Field::Type => SeenField::Type,
            Field::Key => SeenField::Key,
            Field::Openid => SeenField::Openid,
            Field::Account => SeenField::Account,
            Field::Reply => SeenField::Reply,
            Field::Relay => SeenField::Relay,
            Field::Claimed => SeenField::Claimed,
            _ => return None,
        })
    }

    /// Tells whether the values are codes of diagnoses.
    pub fn takes_codes(&self) -> bool {
        self.field == Field::Diagnosis
    }

    /// The entry of this name, ASCII letters in any case.
    pub fn find(name: &str) -> Option<&'static Self> {
        NAMES.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }
}

/// The value of `fault:` for any fault.
pub(super) const ANY_FAULT: &str = "*";

/// The names of faults, and the value for any.
const FAULTS: &[&str] = &[
    ANY_FAULT,
    "late",
    "unanswered",
    "empty",
    "wrong-case",
    "json",
    "bom",
    "wrong-address",
    "wrong-signature",
    "former-key",
    "cut",
    "reset",
];

/// Every name, in the order in which help lists them.
pub const NAMES: &[Name] = &[
    Name::open("event", Field::Event, &["CLICK", "scancode_waitmsg"]),
    Name::open("type", Field::Type, &["event", "text", "handshake"]),
    Name::open("key", Field::Key, &["6", "menu_*"]),
    Name::open("openid", Field::Openid, &["oMgHVj*"]),
    Name::open("account", Field::Account, &["default"]),
    Name::open("relay", Field::Relay, &["hub-*"]),
    Name::open("claimed", Field::Claimed, &["alice", "*"]),
    Name::taking_only("sig", Field::Signature, &["valid", "invalid", "missing", "unchecked"]),
    Name::taking_only("mode", Field::Mode, &["plain", "compat", "safe"]),
    Name::taking_only(
        "reply",
        Field::Reply,
        &["default", "rule", "rule:NAME", "held", "forward", "desktop", "desktop:NAME", "none"],
    ),
    Name::taking_only("forward", Field::Forward, &["ok", "late", "failed"]),
    Name::taking_only("fault", Field::Fault, FAULTS),
    Name::open("status", Field::Status, &["403", ">=400"]),
    Name::open("ms", Field::Ms, &[">1000"]),
    Name::open("attempt", Field::Attempt, &[">1"]),
    Name::open("id", Field::Id, &["17", "10..20", "10.."]),
    Name::open("after", Field::After, &["10m", "10:00", "2026-11-23", "\"2026-11-23 10:00\""]),
    Name::open("before", Field::Before, &["10m", "10:00", "2026-11-23", "\"2026-11-23 10:00\""]),
    Name::taking_only("is", Field::Is, &["held", "replay", "pinned"]),
    Name::taking_only("has", Field::Has, &["diagnosis", "note"]),
    Name::open("diagnosis", Field::Diagnosis, &["signature-mismatch"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ForwardState;
    use crate::wechat::fault::Fault;

    #[test]
    fn every_fault_and_every_state_of_a_forward_is_listed() {
        let values = |name| Name::find(name).unwrap().values.to_vec();
        assert_eq!(values("forward"), ForwardState::ALL.map(ForwardState::as_str));
        assert_eq!(values("fault")[1..], Fault::ALL.map(Fault::name));
    }
}
