//! The parts of a capture that no filter asks about, as one value of its row: a row of few columns is written in half the time.
//!
//! ```text
//! layout  key?  key     method version peer target to_user msg_id msg_type event  body_length  headers
//! u8 = 1  u8    16 B    ──────────── each: length + 1, then the bytes; 0: none ──  + 1; 0: all  to the end
//! ```
//! Lengths are in LEB128. `POST` and `HTTP/1.1` count as none; so do a `msg_type` and an `event` that follow from the kind.

use crate::capture::GroupKey;

/// The layout that is written; another one is to be read as well for as long as there are rows of this one.
const LAYOUT: u8 = 1;

/// The method and the version that nearly every request has.
const METHOD: &str = "POST";
const VERSION: &str = "HTTP/1.1";

/// Bits of a number in one byte of LEB128, and the bit that says that more bytes follow.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// The parts of a capture that no filter asks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest<'a> {
    pub(super) group_key: Option<GroupKey>,
    pub(super) method: &'a str,
    pub(super) version: &'a str,
    pub(super) peer: &'a str,
    pub(super) target: &'a str,
    pub(super) to_user: Option<&'a str>,
    pub(super) msg_id: Option<&'a str>,
    /// `None` as well where it follows from the kind.
    pub(super) msg_type: Option<&'a str>,
    /// `None` as well where it follows from the kind.
    pub(super) event: Option<&'a str>,
    /// The bytes that arrived, where more arrived than are kept.
    pub(super) cut_from: Option<u64>,
    /// `name: value` lines.
    pub(super) headers: &'a [u8],
}

impl<'a> Rest<'a> {
    /// The value for the row.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let texts = self.texts();
        let room: usize = texts.iter().flatten().map(|text| text.len() + 2).sum();
        let mut bytes = Vec::with_capacity(room + self.headers.len() + 2 * size_of::<GroupKey>());
        bytes.extend([LAYOUT, u8::from(self.group_key.is_some())]);
        if let Some(key) = self.group_key {
            bytes.extend(key);
        }
        for text in texts {
            put_number(&mut bytes, text.map_or(0, |text| text.len() as u64 + 1));
            bytes.extend(text.unwrap_or_default().as_bytes());
        }
        put_number(&mut bytes, self.cut_from.map_or(0, |length| length.saturating_add(1)));
        bytes.extend_from_slice(self.headers);
        bytes
    }

    /// The texts in their order in the value; `None` where they are as nearly always.
    fn texts(&self) -> [Option<&'a str>; 8] {
        [
            (self.method != METHOD).then_some(self.method),
            (self.version != VERSION).then_some(self.version),
            Some(self.peer),
            Some(self.target),
            self.to_user,
            self.msg_id,
            self.msg_type,
            self.event,
        ]
    }

    /// Reads a value; `None` where it is damaged.
    pub(super) fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let (&[LAYOUT, has_key], mut left) = bytes.split_first_chunk()? else { return None };
        let mut group_key = None;
        if has_key != 0 {
            let (key, after) = left.split_first_chunk()?;
            (group_key, left) = (Some(*key), after);
        }
        let mut text = || match take_number(&mut left)? {
            0 => Some(None),
            length => {
                let (text, after) = left.split_at_checked(usize::try_from(length - 1).ok()?)?;
                left = after;
                std::str::from_utf8(text).ok().map(Some)
            }
        };
        let rest = Self {
            group_key,
            method: text()?.unwrap_or(METHOD),
            version: text()?.unwrap_or(VERSION),
            peer: text()?.unwrap_or_default(),
            target: text()?.unwrap_or_default(),
            to_user: text()?,
            msg_id: text()?,
            msg_type: text()?,
            event: text()?,
            cut_from: None,
            headers: &[],
        };
        let cut_from = take_number(&mut left)?.checked_sub(1);
        Some(Self { cut_from, headers: left, ..rest })
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= MORE.into() {
        bytes.push(number as u8 | MORE);
        number >>= BITS;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(BITS as usize) {
        let (byte, left) = bytes.split_first()?;
        *bytes = left;
        number |= u64::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_back(
            group_key in proptest::option::of(any::<GroupKey>()), cut_from in proptest::option::of(0..u64::MAX),
            method in "POST|GET|", version in "HTTP/1\\.[01]|", target in "\\PC{0,300}",
            some in proptest::array::uniform4(proptest::option::of("\\PC{0,9}")),
            headers in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let [to_user, msg_id, msg_type, event] = some.each_ref().map(Option::as_deref);
            let rest = Rest {
                group_key, method: &method, version: &version, peer: "::1", target: &target, to_user, msg_id, msg_type,
                event, cut_from, headers: &headers,
            };
            let bytes = rest.to_bytes();
            prop_assert_eq!(Rest::from_bytes(&bytes), Some(rest));
        }

        #[test]
        fn damage_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            Rest::from_bytes(&bytes);
            Rest::from_bytes(&[&[LAYOUT, 0][..], &bytes].concat());
        }
    }

    #[test]
    fn what_ends_too_early_is_damaged() {
        let rest = Rest { peer: "127.0.0.1", target: "/", headers: b"a: b\r\n", ..Rest::default() };
        let bytes = rest.to_bytes();
        let without_headers = bytes.len() - rest.headers.len();
        assert!((0..without_headers).all(|length| Rest::from_bytes(&bytes[..length]).is_none()));
    }
}
