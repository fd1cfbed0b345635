//! Terms for the words that stand in the list's columns of state and reply: for `server late`, `forward:late` is offered.

use std::ops::Range;

use crate::filter::NAMES;
use crate::ui::look::Look;

/// Fewest letters of an alphabet after which a state is offered; a single Chinese character is enough.
const FEWEST: usize = 2;
/// Most words before the caret that are taken for one state: `server late` are two.
const MOST_WORDS: usize = 3;

/// States by the locale keys of their words, each with the term that finds their rows.
const STATES: [(&str, &str); 14] = [
    ("row.server_late", "forward:late"),
    ("row.server_failed", "forward:failed"),
    ("row.late", "ms:>5000"),
    ("filters.states.refused", "reply:none status:>=400"),
    ("list.held", "is:held"),
    ("list.own", "is:replay"),
    ("filters.states.safe", "mode:safe"),
    ("filters.states.compat", "mode:compat"),
    ("filters.states.retry", "attempt:>1"),
    ("filters.states.error", "has:diagnosis"),
    ("marking.pinned", "is:pinned"),
    ("filters.states.note", "has:note"),
    ("filters.states.fault", "fault:*"),
    ("filters.states.forwarded", "reply:forward"),
];

/// A state whose words were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui::screens::events) struct StateTerm {
    /// The words as the list has them.
    pub(in crate::ui::screens::events) words: String,
    /// The term that finds its rows.
    pub(in crate::ui::screens::events) term: String,
    /// The bytes of the text that it replaces.
    pub(super) span: Range<usize>,
}

/// States whose words begin with what stands before the end of `word`, where the caret is; the longest match first.
pub(super) fn states_at(text: &str, word: &Range<usize>, look: &Look) -> Vec<StateTerm> {
    let starts = starts_of_words(text, word);
    let mut found: Vec<StateTerm> = states(look)
        .filter_map(|(words, term)| {
            let lower = words.to_lowercase();
            let start = starts.iter().rfind(|start| says(&lower, &text[**start..word.end]))?;
            let is_excluded = text[..*start].ends_with('-') && term.contains(' ');
            let term = if is_excluded { format!("({term})") } else { term };
            Some(StateTerm { words, term, span: *start..word.end })
        })
        .collect();
    // Stable: what is found by as many words keeps its order.
    found.sort_by_key(|state| state.span.start);
    found
}

/// States whose words are all that a filter says.
pub(in crate::ui::screens::events) fn states_meant(text: &str, look: &Look) -> Vec<StateTerm> {
    let text = text.trim();
    let word = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = text.ceil_char_boundary(word)..text.len();
    let mut found = states_at(text, &word, look);
    found.retain(|state| state.span == (0..text.len()));
    found
}

/// Every state with its words and its term.
fn states(look: &Look) -> impl Iterator<Item = (String, String)> + '_ {
    let fixed = STATES.into_iter().map(|(key, term)| (look.text(key).into_owned(), term.to_owned()));
    let signatures = values_of("sig").map(|state| {
        let words = look.text(&format!("window.signature.{state}")).into_owned();
        (look.filled("window.row.signature", &[("state", &words)]), format!("sig:{state}"))
    });
    let faults =
        values_of("fault").filter(|value| value.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'));
    let faults = faults.map(|fault| {
        let name = look.text(&format!("fault.{fault}.name")).into_owned();
        (look.filled("fault.injected", &[("fault", &name)]), format!("fault:{fault}"))
    });
    fixed.chain(signatures).chain(faults)
}

/// The values that the filter language has for a name.
fn values_of(name: &str) -> impl Iterator<Item = &'static str> {
    NAMES.iter().filter(move |known| known.name == name).flat_map(|known| known.values).copied()
}

/// Beginnings of the word at the caret, and of the bare words that stand side by side before it.
fn starts_of_words(text: &str, word: &Range<usize>) -> Vec<usize> {
    let mut starts = vec![word.start];
    while starts.len() < MOST_WORDS {
        let before = &text[..starts[starts.len() - 1]];
        let trimmed = before.trim_end();
        let start = trimmed.rfind(char::is_whitespace).map_or(0, |at| text.ceil_char_boundary(at + 1));
        let former = &trimmed[start..];
        let is_bare = former.chars().all(|letter| letter.is_alphanumeric() || letter == ',');
        if trimmed.len() == before.len() || former.is_empty() || !is_bare {
            break;
        }
        starts.push(start);
    }
    starts
}

/// Tells whether one of the words of a state, and what follows it, begins with what was typed.
fn says(state: &str, typed: &str) -> bool {
    let typed = typed.to_lowercase();
    let is_enough = typed.chars().count() >= FEWEST || !typed.is_ascii();
    let begins_word = |at: usize| {
        let before = state[..at].chars().next_back();
        let letter = state[at..].chars().next();
        letter.is_some_and(|letter| letter.is_alphanumeric() && !letter.is_ascii())
            || before.is_none_or(|before| !before.is_alphanumeric())
    };
    is_enough && state.match_indices(&typed).any(|(at, _)| begins_word(at))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::filter::Filter;
    use crate::texts::Language;

    fn look(language: Language) -> Look {
        Look::new(language, egui::Theme::Dark, TimeZone::UTC)
    }

    /// The terms offered at the end of a text, each with what it replaces.
    fn offered(text: &str, language: Language) -> Vec<(String, String)> {
        let word = text.rfind([' ', '-']).map_or(0, |at| at + 1)..text.len();
        let found = states_at(text, &word, &look(language));
        found.into_iter().map(|state| (state.term, text[state.span].to_owned())).collect()
    }

    #[test]
    fn a_word_of_the_list_offers_the_term_that_finds_its_rows() {
        let terms = |text| offered(text, Language::English).into_iter().map(|(term, _)| term).collect::<Vec<_>>();
        assert_eq!(terms("late"), ["forward:late", "ms:>5000", "fault:late"]);
        assert_eq!(terms("refu"), ["reply:none status:>=400"]);
        assert_eq!(terms("-refused"), ["(reply:none status:>=400)"]);
        assert_eq!(terms("TEMPLATE"), [""; 0], "the middle of a word is none");
        assert_eq!(terms("l"), [""; 0]);
        assert!(terms("invalid").contains(&"sig:invalid".to_owned()));
    }

    #[test]
    fn several_words_are_replaced_together() {
        let first = |text, language| offered(text, language).into_iter().next();
        let late = |typed: &str| Some(("forward:late".to_owned(), typed.to_owned()));
        assert_eq!(first("event:CLICK server late", Language::English), late("server late"));
        assert_eq!(first("a  server la", Language::English), late("server la"));
        assert_eq!(first("服务器超时", Language::Chinese), late("服务器超时"));
        assert!(offered("超时", Language::Chinese).iter().any(|(term, _)| term == "ms:>5000"));
        let meant = states_meant(" Server late ", &look(Language::English));
        assert_eq!(meant.iter().map(|state| &*state.term).collect::<Vec<_>>(), ["forward:late"]);
        assert!(states_meant("x server late", &look(Language::English)).is_empty());
    }

    #[test]
    fn every_term_can_be_read_and_every_state_has_words() {
        let now = crate::clock::local_now();
        for language in Language::ALL {
            for (words, term) in states(&look(language)) {
                assert!(Filter::parse(&term, &now).is_ok(), "{term}");
                assert!(!words.is_empty() && !words.contains("fault.") && !words.contains("filters."), "{words}");
            }
        }
    }

    #[test]
    fn too_late_is_later_than_wechat_waits() {
        let term = format!("ms:>{}", crate::wechat::lint::WECHAT_LIMIT_MS);
        assert!(STATES.contains(&("row.late", &term)));
    }
}
