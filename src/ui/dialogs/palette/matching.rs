//! Matching of what is typed in the palette with its entries: letters in order, gaps allowed, in any script.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// A match: the entry, and the characters of its name that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaletteHit {
    /// Index of the entry.
    pub(super) entry: usize,
    /// Positions of the matching characters in the entry's name; empty if another name of it matched.
    pub(super) lit: Vec<u32>,
}

/// Finds the entries that match, the best first; with nothing typed all of them, in their order.
///
/// `names` gives each entry's name as shown, and other names that it is known by.
pub(super) fn hits<'n>(typed: &str, names: impl Iterator<Item = (&'n str, &'n [String])>) -> Vec<PaletteHit> {
    let typed = typed.trim();
    if typed.is_empty() {
        return names.enumerate().map(|(entry, _)| PaletteHit { entry, lit: Vec::new() }).collect();
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut found: Vec<(u32, PaletteHit, bool)> = Vec::new();
    for (entry, (name, others)) in names.enumerate() {
        let mut lit = Vec::new();
        let own = pattern.indices(Utf32Str::new(name, &mut buffer), &mut matcher, &mut lit);
        let other =
            others.iter().filter_map(|other| pattern.score(Utf32Str::new(other, &mut buffer), &mut matcher)).max();
        // A name that is not shown counts only where the shown one does not match as well.
        let score = own.max(other).map(|score| if is_whole(name, typed) { score.saturating_add(1) } else { score });
        if own.is_none() || own < other {
            lit.clear();
        }
        lit.sort_unstable();
        lit.dedup();
        let is_literal = std::iter::once(name).chain(others.iter().map(String::as_str)).any(|name| holds(name, typed));
        found.extend(score.map(|score| (score, PaletteHit { entry, lit }, is_literal)));
    }
    // Letters that are merely scattered over a name say nothing beside a name that holds the word.
    if found.iter().any(|(_, _, is_literal)| *is_literal) {
        found.retain(|(_, _, is_literal)| *is_literal);
    }
    // Stable: what matches equally well keeps its order.
    found.sort_by_key(|(score, _, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, hit, _)| hit).collect()
}

/// Tells whether each word that is typed stands in a name.
fn holds(name: &str, typed: &str) -> bool {
    let name = name.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| name.contains(word))
}

/// Tells whether a name is just what is typed.
fn is_whole(name: &str, typed: &str) -> bool {
    name.to_lowercase() == typed.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(typed: &str, names: &[(&str, &[&str])]) -> Vec<String> {
        let names: Vec<(&str, Vec<String>)> = names
            .iter()
            .map(|(name, others)| (*name, others.iter().map(|other| (*other).to_owned()).collect()))
            .collect();
        let hits = hits(typed, names.iter().map(|(name, others)| (*name, &**others)));
        hits.iter().map(|hit| names[hit.entry].0.to_owned()).collect()
    }

    #[test]
    fn letters_in_order_match_with_gaps_and_the_closest_comes_first() {
        let names: &[(&str, &[&str])] =
            &[("Copy raw request", &[]), ("Replay", &[]), ("Replay…", &[]), ("Settings", &[])];
        assert_eq!(found("rep", names)[..2], ["Replay", "Replay…"]);
        assert_eq!(found("crr", names), ["Copy raw request"]);
        assert_eq!(found("REPLAY", names)[0], "Replay");
        assert_eq!(found("xyz", names), [""; 0]);
        assert_eq!(found("", names).len(), 4);
    }

    #[test]
    fn the_very_name_comes_first_and_scattered_letters_do_not_count_beside_a_word() {
        let names: &[(&str, &[&str])] = &[
            ("Edit the menu", &[]),
            ("Menu", &[]),
            ("Remove (can be undone)", &[]),
            ("scans", &["event:scancode OR u"]),
        ];
        assert_eq!(found("menu", names), ["Menu", "Edit the menu"]);
    }

    #[test]
    fn chinese_matches_by_its_characters_and_by_the_english_name() {
        let names: &[(&str, &[&str])] =
            &[("复制原始请求", &["Copy raw request"]), ("重放", &["Replay"]), ("设置", &["Settings"])];
        assert_eq!(found("重放", names), ["重放"]);
        assert_eq!(found("复请", names), ["复制原始请求"]);
        assert_eq!(found("setti", names), ["设置"]);
        let hits = hits("请求", [("复制原始请求", &[][..])].into_iter());
        assert_eq!(hits, [PaletteHit { entry: 0, lit: vec![4, 5] }]);
    }
}
