//! What was replaced, each once: for the preview, and for the look through the finished files.
//!
//! Of each original its hash is kept and not its text: some 60 bytes for each, however long it is.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::ops::Range;

use super::edge::{Edge, is_word};
use super::known::AllKnown;
use super::{Identifier, Replacement};
use crate::account::{Account, Accounts, Secret};
use crate::exchange::published;

/// How many changes are kept for the preview.
const MAX_CHANGES: usize = 500;

/// By how many bytes at its end an original is found before it is compared as a whole.
const ANCHOR: usize = 8;

/// Of a longer original the last so many bytes are looked for: finding part of it is bad enough.
const MAX_COMPARED: usize = 63;

/// How many bytes of a file are looked through at once.
const BLOCK: usize = 16 << 10;

/// Whether something is a word shows within so many bytes behind it.
const BEHIND: usize = 2;

/// A filter before the table of anchors: so many bits, most of which are not set.
const FILTER_BITS: u32 = 22;

/// What the name of a leaked secret of an account is, instead of [`Identifier::as_str`].
const ACCOUNT_SECRET: &str = "account-secret";

/// What was replaced, each once: for the preview, and for the look through the finished files.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Originals {
    /// The hash of everything that was replaced.
    replaced: HashSet<u64>,
    changes: Vec<Replacement>,
    sought: Sought,
    /// The accounts' own identifiers and secrets, with their stand-ins; `None` before the first event.
    of_accounts: Option<AllKnown>,
}

/// What must not be found.
#[derive(Debug, Default)]
struct Sought {
    /// One bit for each anchor; empty while nothing is sought.
    filter: Vec<u64>,
    /// The last bytes of originals, and as bits how long (as far as they are compared) those are that end so.
    anchors: HashMap<u64, u64>,
    /// By the hash of what is compared.
    known: HashMap<u64, Trace>,
}

/// Where an original was first replaced.
#[derive(Clone, Copy, Debug)]
struct Trace {
    what: &'static str,
    number: u32,
    edge: Edge,
}

impl Originals {
    /// The first changes, at most so many, in the order in which they were met.
    pub(in crate::exchange) fn changes(&self, limit: usize) -> Vec<Replacement> {
        self.changes.iter().take(limit).cloned().collect()
    }

    /// How many different identifiers and texts were replaced.
    pub(in crate::exchange) fn total(&self) -> u64 {
        self.replaced.len() as u64
    }

    /// Looks through a finished file to its end: what kind of original is still in it, and which event had it first,
    /// 0 where that is a secret of an account.
    ///
    /// Identifiers are found wherever they stand, also inside of longer words; those under 12 bytes only as a word,
    /// and numbers (as addresses, too) only as a whole of at least 11 digits and points: shorter ones are also timestamps,
    /// nonces and versions.
    /// Not looked for are texts, which anybody may have written, coordinates, and what has fewer than 8 bytes.
    pub(in crate::exchange) fn leak_in(&self, input: &mut dyn io::Read) -> io::Result<Option<(&'static str, u64)>> {
        // What is found may have begun in the block before, and whether it is a word shows only behind it.
        let mut buffer = vec![0; MAX_COMPARED + 1 + BEHIND + BLOCK];
        let (mut filled, mut looked) = (0, 0);
        loop {
            let read = match input.read(&mut buffer[filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            filled += read;
            let ends = if read == 0 { filled } else { filled.saturating_sub(BEHIND) };
            if let Some((trace, _)) = self.sought.find(&buffer[..filled], looked..ends) {
                return Ok(Some((trace.what, u64::from(trace.number))));
            }
            if read == 0 {
                return Ok(None);
            }
            let gone = ends.saturating_sub(MAX_COMPARED + 1);
            buffer.copy_within(gone..filled, 0);
            (filled, looked) = (filled - gone, ends - gone);
        }
    }

    /// The same for what is in memory.
    pub(super) fn leak(&self, bytes: &[u8]) -> Option<&'static str> {
        self.sought.find(bytes, 0..bytes.len()).map(|(trace, _)| trace.what)
    }

    /// Where originals of any event so far stand in a text. What is known by its end only is as long as the word.
    pub(super) fn all_in(&self, text: &[u8]) -> Vec<Range<usize>> {
        let (mut all, mut from) = (Vec::new(), 0);
        while let Some((_, range)) = self.sought.find(text, from..text.len()) {
            let before = text.get(from..range.start).unwrap_or_default().iter().rev();
            from = range.end;
            let lead = if range.len() == MAX_COMPARED { before.take_while(|byte| is_word(**byte)).count() } else { 0 };
            all.push(range.start - lead..range.end);
        }
        all
    }

    /// Takes note of a replacement. What is only part of a longer one, as a token in a URL, is no change of its own.
    pub(super) fn record(&mut self, what: Identifier, before: &str, after: &str, number: u64) {
        if before == after {
            return;
        }
        // That every event is signed anew goes without saying; and what is another thing elsewhere gets the same stand-in.
        let is_change = what != Identifier::Signature && self.replaced.insert(hash((before, after)));
        if is_change && self.changes.len() < MAX_CHANGES {
            self.changes.push(Replacement { what, before: before.to_owned(), after: after.to_owned() });
        }
        if !matches!(what, Identifier::Text | Identifier::Coordinate | Identifier::Url)
            && let Some(edge) = Edge::in_files(before)
        {
            self.sought.add(what.as_str(), before.as_bytes(), number, edge);
        }
    }

    /// What is known of the accounts, once [`Self::learn_accounts`] was told.
    pub(super) fn of_accounts(&self) -> Option<&AllKnown> {
        self.of_accounts.as_ref()
    }

    /// From now on the accounts' secrets are looked for, too.
    pub(super) fn learn_accounts(&mut self, accounts: &Accounts, known: AllKnown) {
        for known in known.iter().filter(|known| known.what != Identifier::Secret) {
            if let Some(edge) = Edge::in_files(&known.before) {
                self.sought.add(known.what.as_str(), known.before.as_bytes(), 0, edge);
            }
        }
        self.of_accounts = Some(known);
        for secret in accounts.iter().flat_map(secrets) {
            if let Some(edge) = Edge::of_secret(secret) {
                self.sought.add(ACCOUNT_SECRET, secret.as_bytes(), 0, edge);
            }
        }
    }
}

/// What must not be in any file, of one account. What is published anyway is no secret.
pub(super) fn secrets(account: &Account) -> impl Iterator<Item = &str> {
    let secrets = &account.secrets;
    let all =
        [&secrets.token, &secrets.previous_token, &secrets.aes_key, &secrets.previous_aes_key, &secrets.app_secret];
    let revealed = all.into_iter().flatten().map(Secret::reveal).map(str::trim);
    revealed.filter(|secret| ![published::TOKEN, published::AES_KEY, ""].contains(secret))
}

impl Sought {
    fn add(&mut self, what: &'static str, original: &[u8], number: u64, edge: Edge) {
        let compared = &original[original.len().saturating_sub(MAX_COMPARED)..];
        let Some(anchor) = compared.last_chunk::<ANCHOR>().map(|bytes| u64::from_le_bytes(*bytes)) else { return };
        let trace = Trace { what, number: u32::try_from(number).unwrap_or(u32::MAX), edge };
        self.known.entry(hash(compared)).or_insert(trace);
        *self.anchors.entry(anchor).or_default() |= 1 << compared.len();
        if self.filter.is_empty() {
            self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        }
        let (word, bit) = place(anchor);
        self.filter[word] |= bit;
    }

    /// The first original that ends in that stretch.
    fn find(&self, bytes: &[u8], ends: Range<usize>) -> Option<(Trace, Range<usize>)> {
        if self.filter.is_empty() {
            return None;
        }
        let first = ends.start.saturating_sub(ANCHOR - 1).min(bytes.len());
        let windows = bytes[first..].windows(ANCHOR).zip(first + ANCHOR..=ends.end);
        for (window, end) in windows {
            let Some(anchor) = window.first_chunk().map(|window| u64::from_le_bytes(*window)) else { continue };
            let (word, bit) = place(anchor);
            if self.filter[word] & bit != 0
                && let Some(found) = self.compare(anchor, bytes, end)
            {
                return Some(found);
            }
        }
        None
    }

    fn compare(&self, anchor: u64, bytes: &[u8], end: usize) -> Option<(Trace, Range<usize>)> {
        let lengths = *self.anchors.get(&anchor)?;
        (ANCHOR..=MAX_COMPARED.min(end))
            .rev()
            .filter(|length| lengths & 1 << length != 0)
            .filter_map(|length| Some((*self.known.get(&hash(&bytes[end - length..end]))?, end - length..end)))
            .find(|(trace, range)| trace.edge.allows(bytes, range.clone()))
    }
}

/// Where an anchor's bit is in the filter.
fn place(anchor: u64) -> (usize, u64) {
    // Fibonacci hashing: the high bits of the product depend on all of the anchor's.
    let slot = anchor.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS);
    ((slot >> 6) as usize, 1 << (slot & 63))
}

fn hash(value: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

    fn originals(all: &[(Identifier, &str)]) -> Originals {
        let mut originals = Originals::default();
        for (index, (what, text)) in all.iter().enumerate() {
            originals.record(*what, text, "else", index as u64 + 1);
        }
        originals
    }

    fn leak(originals: &Originals, text: &str) -> Option<(&'static str, u64)> {
        originals.leak_in(&mut text.as_bytes()).unwrap()
    }

    /// Gives out as many bytes at a time as it is told.
    struct Slow<'a>(&'a [u8], usize);

    impl io::Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn an_identifier_is_found_anywhere_in_a_file_with_its_event() {
        let originals = originals(&[(Identifier::MediaId, "media-of-nobody-1"), (Identifier::OpenId, OPENID)]);
        for length in [0, 1, 7, 63, 64, 127, BLOCK - 20, BLOCK, 2 * BLOCK + 1] {
            let text = format!("{}{OPENID}{}", "x".repeat(length), "y".repeat(length));
            assert_eq!(leak(&originals, &text), Some(("openid", 2)), "{length}");
            for step in [1, 3, 1000] {
                let mut slow = Slow(text.as_bytes(), step);
                assert!(originals.leak_in(&mut slow).unwrap().is_some(), "{length} by {step}");
            }
        }
        assert_eq!(leak(&originals, &OPENID[..27]), None);
        assert_eq!(leak(&originals, ""), None);
        assert_eq!(leak(&Originals::default(), OPENID), None);
    }

    #[test]
    fn a_long_original_is_found_by_its_end() {
        let long = "0a".repeat(200);
        let originals = originals(&[(Identifier::MediaId, &long)]);
        assert!(leak(&originals, &format!("<{long}>")).is_some());
        assert!(leak(&originals, &long[300..]).is_some());
        assert!(leak(&originals, &long[350..]).is_none());
    }

    #[test]
    fn a_number_is_found_as_a_whole_number_only() {
        let originals = originals(&[(Identifier::Phone, "13800138000"), (Identifier::MsgId, "1408090412")]);
        assert!(leak(&originals, "tel:13800138000;").is_some());
        assert!(leak(&originals, "13800138000").is_some());
        assert!(leak(&originals, "9913800138000").is_none());
        assert!(leak(&originals, "138001380001").is_none());
        assert!(leak(&originals, "timestamp=1408090412").is_none());
    }

    #[test]
    fn an_address_is_not_found_in_a_longer_one() {
        let originals = originals(&[(Identifier::Address, "203.205.254.1"), (Identifier::Address, "2001:db80::1:1")]);
        assert!(leak(&originals, "for=203.205.254.1.").is_some());
        assert!(leak(&originals, "[2001:db80::1:1]").is_some());
        for other in ["203.205.254.12", "1.203.205.254.1", "203.205.254.1.5", "2001:db80::1:12"] {
            assert!(leak(&originals, other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_short_identifier_is_found_as_a_word_only() {
        let originals = originals(&[(Identifier::ToUser, "kf2001@ab"), (Identifier::Id, "12b")]);
        assert!(leak(&originals, "<a>kf2001@ab</a>").is_some());
        assert!(leak(&originals, "<a>kf2001@abc</a>").is_none());
        assert!(leak(&originals, "12b").is_none());
    }

    #[test]
    fn each_is_counted_once_and_the_first_are_shown() {
        let many: Vec<_> = (0..MAX_CHANGES + 9).map(|number| format!("media-of-{number}")).collect();
        let all: Vec<_> = many.iter().chain(&many).map(|text| (Identifier::MediaId, text.as_str())).collect();
        let originals = originals(&all);
        assert_eq!(originals.total(), many.len() as u64);
        assert_eq!(originals.changes(usize::MAX).len(), MAX_CHANGES);
        assert_eq!(originals.changes(1)[0].before, "media-of-0");
    }

    #[test]
    fn secrets_are_found_unless_they_are_published_or_ordinary_words() {
        let of = |token: &str| {
            let secrets = crate::account::Secrets { token: Some(Secret::new(token)), ..Default::default() };
            let mut originals = Originals::default();
            originals.learn_accounts(
                &Accounts::new(vec![Account::named("a").with_secrets(secrets)], None),
                AllKnown::default(),
            );
            originals
        };
        assert_eq!(leak(&of("Kq81ztwo"), "token Kq81ztwo"), Some((ACCOUNT_SECRET, 0)));
        assert_eq!(leak(&of("Kq81ztwo"), "token Kq81ztwo9"), None);
        assert_eq!(leak(&of(published::TOKEN), published::TOKEN), None);
        assert_eq!(leak(&of("wechatpy"), "import wechatpy"), None);
    }
}
