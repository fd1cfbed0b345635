//! Fault injection: the ways a reply can be made wrong on purpose, and the wrong bytes.
//!
//! Faults in the bytes are injected here; faults in time, encryption or connection are the listener's.

use std::borrow::Cow;
use std::fmt;

use super::reply::{Address, PassiveReply};
use super::tree::Format;

/// The default delay of a late reply after WeChat's limit, in milliseconds.
const LATE_MS: u32 = 1_000;
/// The default number of unanswered attempts: all but the last of WeChat's three.
const UNANSWERED_ATTEMPTS: u32 = 2;
/// The text of the message that a fault is injected into if the reply has no message.
const PLACEHOLDER: &str = "menuscope";
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// A fault to inject into the reply to a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The reply comes too late.
    Late {
        /// Milliseconds after WeChat's limit.
        ms: u32,
    },
    /// The first attempts get no reply at all.
    Unanswered {
        /// The number of attempts without a reply, at least 1.
        attempts: u32,
    },
    /// The body is empty.
    Empty,
    /// `Success`, or `MsgType` in capitals.
    WrongCase,
    /// JSON in reply to XML.
    Json,
    /// A byte order mark before the first byte.
    Bom,
    /// `ToUserName` and `FromUserName` as they were in the push.
    WrongAddress,
    /// A `MsgSignature` that does not match the reply.
    WrongSignature,
    /// Encrypted with the account's other key.
    FormerKey,
    /// The connection ends in the middle of the body.
    Cut,
    /// The connection is reset instead of a reply.
    Reset,
}

impl Fault {
    /// Every fault, with its default number.
    pub const ALL: [Self; 11] = [
        Self::Late { ms: LATE_MS },
        Self::Unanswered { attempts: UNANSWERED_ATTEMPTS },
        Self::Empty,
        Self::WrongCase,
        Self::Json,
        Self::Bom,
        Self::WrongAddress,
        Self::WrongSignature,
        Self::FormerKey,
        Self::Cut,
        Self::Reset,
    ];

    /// The name in settings, in the record of a reply, and in the keys of its texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late { .. } => "late",
            Self::Unanswered { .. } => "unanswered",
            Self::Empty => "empty",
            Self::WrongCase => "wrong-case",
            Self::Json => "json",
            Self::Bom => "bom",
            Self::WrongAddress => "wrong-address",
            Self::WrongSignature => "wrong-signature",
            Self::FormerKey => "former-key",
            Self::Cut => "cut",
            Self::Reset => "reset",
        }
    }

    /// The form in which it is written: its name, and the number that it takes.
    pub fn form(self) -> Cow<'static, str> {
        match self {
            Self::Late { .. } => Cow::Owned(format!("{}:MS", self.name())),
            Self::Unanswered { .. } => Cow::Owned(format!("{}:ATTEMPTS", self.name())),
            other => Cow::Borrowed(other.name()),
        }
    }

    /// The fault of that name, with a number behind a colon where it has one: `late`, `late:2500`.
    ///
    /// Zero attempts are no fault.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(whole_number(number)?)),
            None => (text, None),
        };
        let fault = Self::ALL.into_iter().find(|fault| fault.name() == name)?;
        match (fault, number) {
            (fault, None) => Some(fault),
            (Self::Late { .. }, Some(ms)) => Some(Self::Late { ms }),
            (Self::Unanswered { .. }, Some(attempts @ 1..)) => Some(Self::Unanswered { attempts }),
            _ => None,
        }
    }

    /// The name of the fault that is called so, if there is one.
    pub fn known_name(text: &str) -> Option<&'static str> {
        Self::ALL.into_iter().map(Self::name).find(|name| *name == text)
    }

    /// Tells whether the fault leaves every byte of the reply as it is.
    pub fn keeps_bytes(self) -> bool {
        matches!(self, Self::Late { .. } | Self::Unanswered { .. } | Self::Cut | Self::Reset)
    }

    /// Tells whether the fault is one of encryption, and so has an effect in safe and compat mode only.
    pub fn needs_encryption(self) -> bool {
        matches!(self, Self::WrongSignature | Self::FormerKey)
    }

    /// The reply that the fault is injected into: the given one, if possible.
    ///
    /// Only a message has an address and an encryption to get wrong, so a short text replaces `success` and
    /// the empty reply. Raw bytes that are a reply are read as that reply; other raw bytes stay as they are.
    /// The listener encrypts it if [`PassiveReply::needs_address`].
    pub fn carrier(self, reply: &PassiveReply) -> Cow<'_, PassiveReply> {
        let wants_message = self == Self::WrongAddress || self.needs_encryption();
        let understood = match reply {
            _ if self == Self::Empty => Cow::Owned(PassiveReply::Empty),
            PassiveReply::Raw(bytes) if wants_message || matches!(self, Self::WrongCase | Self::Json) => {
                PassiveReply::read(bytes).map_or(Cow::Borrowed(reply), Cow::Owned)
            }
            _ => Cow::Borrowed(reply),
        };
        match *understood {
            PassiveReply::Success | PassiveReply::Empty if wants_message => placeholder(),
            // An empty body cannot be cut.
            PassiveReply::Empty if self == Self::Cut => placeholder(),
            _ => understood,
        }
    }

    /// The body before its encryption, with the fault if it is one of the body.
    pub fn faulty_body(self, reply: &PassiveReply, address: &Address, format: Format) -> Vec<u8> {
        let reply = self.carrier(reply);
        let silent = matches!(*reply, PassiveReply::Success | PassiveReply::Empty);
        match self {
            Self::WrongCase if silent => b"Success".to_vec(),
            Self::WrongCase => {
                let capitals = reply.kind().as_str().to_ascii_uppercase();
                reply.to_bytes_as(&capitals, address, format)
            }
            Self::Json if silent => br#"{"success":true}"#.to_vec(),
            Self::Json => reply.to_bytes(address, Format::Json),
            Self::Bom => [BYTE_ORDER_MARK.as_bytes(), &reply.to_bytes(address, format)].concat(),
            Self::WrongAddress => reply.to_bytes(&address.swapped(), format),
            Self::Late { .. }
            | Self::Unanswered { .. }
            | Self::Empty
            | Self::WrongSignature
            | Self::FormerKey
            | Self::Cut
            | Self::Reset => reply.to_bytes(address, format),
        }
    }
}

/// The spelling that [`Fault::parse`] reads, always with its number.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())?;
        match self {
            Self::Late { ms: number } | Self::Unanswered { attempts: number } => write!(formatter, ":{number}"),
            _ => Ok(()),
        }
    }
}

fn placeholder() -> Cow<'static, PassiveReply> {
    Cow::Owned(PassiveReply::Text { content: PLACEHOLDER.to_owned() })
}

/// Parses digits only: `str::parse` would accept a sign.
fn whole_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
