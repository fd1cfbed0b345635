//! The term that finds what has a value: by its name where there is one, else as text; a part of it where it is long.

use super::{Pattern, Term, display};
use crate::texts::safe_text::is_hidden;

/// Characters of a value that a term takes; a part of a value finds the whole as well.
const LONGEST: usize = 120;

/// The term that finds captures with this value.
///
/// `name` is one of the filter language, `None` for any text. It stays on one line and within what a person sees: from a line end or a hidden character on, the value is cut.
/// `None` where there is nothing to look for.
pub fn by_value(name: Option<&str>, value: &str) -> Option<String> {
    let part = part_of(value);
    let is_whole = part.len() == value.len();
    let pattern = || {
        let parts = if is_whole { vec![part.to_owned()] } else { vec![part.to_owned(), String::new()] };
        Pattern::from_parts(parts)
    };
    let term = match name {
        Some("key") if is_whole || !part.is_empty() => Term::Key(pattern()),
        Some("openid") if is_whole || !part.is_empty() => Term::Openid(pattern()),
        Some("relay") if is_whole && !part.is_empty() => Term::Relay(pattern()),
        Some("claimed") if is_whole && !part.is_empty() => Term::Claimed(pattern()),
        Some("event") if is_whole => Term::Event(value.to_owned()),
        Some("type") if is_whole => Term::Type(value.to_owned()),
        Some("account") if is_whole => Term::Account(value.to_owned()),
        _ => {
            let text = part_of(value.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c))).trim_end();
            return (!text.is_empty()).then(|| display::quoted(text).into_owned());
        }
    };
    Some(term.to_string())
}

/// The beginning of a value, as far as a term takes it.
fn part_of(value: &str) -> &str {
    let end = value.char_indices().enumerate().find(|(count, (_, c))| *count == LONGEST || is_hidden(*c));
    end.map_or(value, |(_, (at, _))| &value[..at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Filter;
    use super::*;

    #[test]
    fn a_value_is_found_by_its_name_or_as_text() {
        assert_eq!(by_value(Some("key"), "a*b").as_deref(), Some(r#"key:"a*b""#));
        assert_eq!(by_value(Some("key"), "").as_deref(), Some(r#"key:"""#));
        assert_eq!(by_value(Some("event"), "CLICK").as_deref(), Some("event:CLICK"));
        assert_eq!(by_value(None, " say \"hi\" \\o").as_deref(), Some(r#""say \"hi\" \\o""#));
        assert_eq!(by_value(None, " \n"), None);
    }

    #[test]
    fn what_is_long_or_has_hidden_parts_is_found_by_its_beginning() {
        assert_eq!(by_value(Some("key"), "one\ntwo").as_deref(), Some("key:one*"));
        assert_eq!(by_value(Some("openid"), "o\u{202E}1").as_deref(), Some("openid:o*"));
        assert_eq!(by_value(Some("key"), "\u{202E}one").as_deref(), Some(r#""one""#));
        assert_eq!(by_value(Some("event"), "A\nB").as_deref(), Some(r#""A""#));
        assert_eq!(by_value(None, &"广".repeat(9_000)), Some(format!("\"{}\"", "广".repeat(LONGEST))));
    }

    proptest! {
        #[test]
        fn the_term_is_always_a_filter(
            name in prop::sample::select(vec![None, Some("key"), Some("openid"), Some("event"), Some("type"), Some("account")]),
            value in "\\PC{0,12}|[\"\\\\*\n\u{202E} :/-]{0,6}|.{120,140}",
        ) {
            if let Some(term) = by_value(name, &value) {
                prop_assert!(Filter::parse(&term, &crate::clock::local_now()).is_ok(), "{term}");
                prop_assert!(!term.contains('\n'));
            }
        }
    }
}
