//! Misbehaving on purpose: how an answer can be wrong, and the bytes that are.
//!
//! What is wrong with the bytes is done here; what is wrong with their time, their sealing or their
//! connection is the listener's to do.

use std::borrow::Cow;
use std::fmt;

use super::reply::{Address, PassiveReply};
use super::tree::Format;

/// How long after WeChat's limit a late answer comes unless said otherwise.
const LATE_MS: u32 = 1_000;
/// How many attempts stay unanswered unless said otherwise: all but the last of WeChat's three.
const UNANSWERED_ATTEMPTS: u32 = 2;
/// What is sent where a fault needs a message to be in, and there is none.
const STAND_IN: &str = "menuscope";
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// One way to answer wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer comes too late.
    Late {
        /// Milliseconds after WeChat's limit.
        ms: u32,
    },
    /// The first attempts get no answer at all.
    Unanswered {
        /// How many of them, from 1.
        attempts: u32,
    },
    /// Nothing in the body.
    Empty,
    /// `Success`, or `MsgType` in capitals.
    WrongCase,
    /// JSON where WeChat wants XML.
    Json,
    /// A byte order mark before the first byte.
    Bom,
    /// `ToUserName` and `FromUserName` as they were in the push.
    WrongAddress,
    /// A `MsgSignature` that is not the reply's.
    WrongSignature,
    /// Sealed with the account's other key.
    FormerKey,
    /// The connection ends in the middle of the body.
    Cut,
    /// The connection is reset instead of an answer.
    Reset,
}

impl Fault {
    /// Every fault, with the numbers that it has unless said otherwise.
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

    /// Its name in settings, and in the keys of its texts.
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

    /// Whether it means something in safe and compat mode only.
    pub fn needs_encryption(self) -> bool {
        matches!(self, Self::WrongSignature | Self::FormerKey)
    }

    /// The reply that the fault is put into: the one that was asked for, wherever that is possible.
    ///
    /// What is addressed or sealed has to be a message, so a short text stands in for `success` and for
    /// nothing. Raw bytes are taken for the reply that they are, and stay as they are where they are none.
    /// It is sealed where [`PassiveReply::needs_address`] says so.
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
            PassiveReply::Success | PassiveReply::Empty if wants_message => stand_in(),
            // Of nothing there is no middle.
            PassiveReply::Empty if self == Self::Cut => stand_in(),
            _ => understood,
        }
    }

    /// The body before it is sealed, with the fault where the fault is in it.
    pub fn spoil(self, reply: &PassiveReply, address: &Address, format: Format) -> Vec<u8> {
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

/// As [`Fault::parse`] reads it, its number always written out.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())?;
        match self {
            Self::Late { ms: number } | Self::Unanswered { attempts: number } => write!(formatter, ":{number}"),
            _ => Ok(()),
        }
    }
}

fn stand_in() -> Cow<'static, PassiveReply> {
    Cow::Owned(PassiveReply::Text { content: STAND_IN.to_owned() })
}

/// Digits only: the parser of numbers would take a sign.
fn whole_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
