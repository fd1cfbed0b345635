//! The originals of an export: learnt from all of its events before the first of them is replaced.

use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};

use super::edge::{Edge, is_word};
use super::leak_check::Leak;
use super::search_table::{MAX_COMPARED, Origin, SearchTable, hash};
use super::substitutions::{Certainty, Hit, Substitutions};
use super::{Identifier, Replacement};
use crate::account::{Account, Accounts, Secret};
use crate::exchange::published;

/// The number of changes that are kept for the preview.
const MAX_CHANGES: usize = 500;

/// The name of a leaked secret of an account, instead of [`Identifier::as_str`].
const ACCOUNT_SECRET: &str = "account-secret";

/// The identifiers, texts and secrets that an export must not hold.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Originals {
    /// Hashes: of each original, and of each with its stand-in.
    met: HashSet<u64>,
    /// By their hashes, the originals that were not named so far.
    uncertain: HashMap<u64, Certainty>,
    total: u64,
    changes: Vec<Replacement>,
    table: SearchTable,
    /// The accounts' own identifiers and secrets, with their stand-ins; `None` before the first event.
    of_accounts: Option<Substitutions>,
}

impl Originals {
    /// The first changes, at most so many, in the order in which they were met.
    pub(in crate::exchange) fn changes(&self, limit: usize) -> Vec<Replacement> {
        self.changes.iter().take(limit).cloned().collect()
    }

    /// The number of different identifiers and texts that are replaced.
    pub(in crate::exchange) fn total(&self) -> u64 {
        self.total
    }

    /// The first original in the bytes of a whole file.
    pub(in crate::exchange) fn leak(&self, bytes: &[u8]) -> Option<Leak> {
        self.leak_within(bytes, 0..bytes.len())
    }

    /// The first original that ends in that stretch.
    pub(super) fn leak_within(&self, bytes: &[u8], ends: Range<usize>) -> Option<Leak> {
        self.table.find(bytes, ends).map(|(origin, _)| (origin.what, u64::from(origin.number)))
    }

    /// The stretches of a text that are originals of any event, also where they overlap.
    pub(super) fn all_in(&self, text: &str) -> Vec<Hit> {
        let mut all = Vec::new();
        self.table.each(text.as_bytes(), 0..text.len(), |origin, range| {
            let range = self.whole(text.as_bytes(), range);
            all.push(Hit { range, certainty: origin.certainty, stand_in: Err(origin.what) });
            ControlFlow::Continue(())
        });
        all
    }

    /// The range of an original, of which the end was compared. Of several that end alike, one that is not the first is as
    /// long as the word.
    fn whole(&self, text: &[u8], range: Range<usize>) -> Range<usize> {
        let is_met = |range: Range<usize>| {
            std::str::from_utf8(&text[range]).is_ok_and(|found| self.met.contains(&hash((Identifier::Id, found))))
        };
        if range.len() < MAX_COMPARED || is_met(range.clone()) {
            return range;
        }
        let compared = range.end - MAX_COMPARED;
        compared - text[..compared].iter().rev().take_while(|byte| is_word(**byte)).count()..range.end
    }

    /// Learns what the event of that number holds. `stand_in` draws for it, where it was not met before.
    pub(super) fn learn(
        &mut self,
        (what, certainty): (Identifier, Certainty),
        original: &str,
        number: u64,
        stand_in: impl FnOnce() -> String,
    ) {
        // Stand-ins of these are drawn in ways of their own.
        let class = match what {
            Identifier::Text | Identifier::Coordinate | Identifier::Mail | Identifier::Phone | Identifier::Url => what,
            Identifier::Signature => return self.search_for((what, certainty), original, number),
            _ => Identifier::Id,
        };
        // Coordinates move with their user: the same one is another one there.
        let hashed = hash((class, original));
        if !self.met.insert(hashed) && what != Identifier::Coordinate {
            if let Some(known) = self.uncertain.get_mut(&hashed).filter(|known| **known < certainty) {
                *known = certainty;
                self.search_for((what, certainty), original, number);
            }
            return;
        }
        let after = stand_in();
        if after == original {
            return;
        }
        if self.met.insert(hash((original, &after))) {
            self.total += 1;
            if self.changes.len() < MAX_CHANGES {
                self.changes.push(Replacement { what, before: original.to_owned(), after });
            }
        }
        if certainty < Certainty::Named {
            self.uncertain.insert(hashed, certainty);
        }
        self.search_for((what, certainty), original, number);
    }

    fn search_for(&mut self, (what, certainty): (Identifier, Certainty), original: &str, number: u64) {
        if !matches!(what, Identifier::Text | Identifier::Coordinate | Identifier::Url)
            && let Some(edge) = Edge::in_files(original)
        {
            let origin = Origin::new(what.as_str(), number, edge, certainty);
            self.table.add(original.as_bytes(), origin);
        }
    }

    /// The accounts' substitutions, once [`Self::learn_accounts`] was called.
    pub(super) fn of_accounts(&self) -> Option<&Substitutions> {
        self.of_accounts.as_ref()
    }

    /// Learns the identifiers and secrets of the accounts.
    pub(super) fn learn_accounts(&mut self, accounts: &Accounts, substitutions: Substitutions) {
        for found in substitutions.iter().filter(|found| found.what != Identifier::Secret) {
            self.search_for((found.what, found.certainty), &found.before, 0);
        }
        self.of_accounts = Some(substitutions);
        for secret in accounts.iter().flat_map(secrets) {
            if let Some(edge) = Edge::of_secret(secret) {
                self.table.add(secret.as_bytes(), Origin::new(ACCOUNT_SECRET, 0, edge, Certainty::Named));
            }
        }
    }
}

/// The secrets of an account, which must not be in any file. One that is published anyway is none.
pub(super) fn secrets(account: &Account) -> impl Iterator<Item = &str> {
    let secrets = &account.secrets;
    let all =
        [&secrets.token, &secrets.previous_token, &secrets.aes_key, &secrets.previous_aes_key, &secrets.app_secret];
    let revealed = all.into_iter().flatten().map(Secret::reveal).map(str::trim);
    revealed.filter(|secret| ![published::TOKEN, published::AES_KEY, ""].contains(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::pseudonyms::leak_check::LeakCheck;

    /// A length over which files are usually read in parts.
    const BLOCK: usize = 16 << 10;

    const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

    fn originals(all: &[(Identifier, &str)]) -> Originals {
        let mut originals = Originals::default();
        for (index, (what, text)) in all.iter().enumerate() {
            originals.learn((*what, Certainty::Named), text, index as u64 + 1, || "else".to_owned());
        }
        originals
    }

    /// The same for the whole and, in parts of a few bytes, for a file that grows.
    fn leak(originals: &Originals, text: &str) -> Option<Leak> {
        let leak = originals.leak(text.as_bytes());
        assert_eq!(in_parts(originals, text, 100), leak);
        leak
    }

    fn in_parts(originals: &Originals, text: &str, length: usize) -> Option<Leak> {
        let mut check = LeakCheck::default();
        text.as_bytes().chunks(length).for_each(|part| check.update(originals, part));
        check.finish(originals)
    }

    #[test]
    fn an_identifier_is_found_anywhere_in_a_file_with_its_event() {
        let originals = originals(&[(Identifier::MediaId, "media-of-nobody-1"), (Identifier::OpenId, OPENID)]);
        for length in [0, 1, 7, 63, 64, 127, BLOCK - 20, BLOCK, 2 * BLOCK + 1] {
            let text = format!("{}{OPENID}{}", "x".repeat(length), "y".repeat(length));
            assert_eq!(leak(&originals, &text), Some(("openid", 2)), "{length}");
            for step in [1, 3, 1000] {
                assert!(in_parts(&originals, &text, step).is_some(), "{length} by {step}");
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
                Substitutions::default(),
            );
            originals
        };
        assert_eq!(leak(&of("Kq81ztwo"), "token Kq81ztwo"), Some((ACCOUNT_SECRET, 0)));
        assert_eq!(leak(&of("Kq81ztwo"), "token Kq81ztwo9"), None);
        assert_eq!(leak(&of(published::TOKEN), published::TOKEN), None);
        assert_eq!(leak(&of("wechatpy"), "import wechatpy"), None);
    }
}
