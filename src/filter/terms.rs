//! The terms of a filter that all have to match: where they stand in its text, and the text with one of them changed.

use std::ops::Range;

use jiff::Zoned;

use super::parse::items;

/// Returns the places of the terms that all have to match. One place for the whole text, where any of several has to match, or it is no filter;
/// none where there is nothing.
pub fn terms(text: &str, now: &Zoned) -> Vec<Range<usize>> {
    if let Some(spans) = items(text, now) {
        return spans;
    }
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    if start < end { std::iter::once(start..end).collect() } else { Vec::new() }
}

/// The text without this term.
pub fn without(text: &str, term: Range<usize>) -> String {
    let before = text.get(..term.start).unwrap_or_default().trim_end();
    let after = text.get(term.end..).unwrap_or_default().trim_start();
    if before.is_empty() || after.is_empty() { format!("{before}{after}") } else { format!("{before} {after}") }
}

/// The text with this term turned into its opposite, or back. `is_single` says that it is a term by itself and not
/// several of which any has to match.
pub fn turned(text: &str, term: Range<usize>, is_single: bool) -> String {
    let shown = text.get(term.clone()).unwrap_or_default();
    let turned = match shown.strip_prefix('-') {
        Some(opposite) if is_single => opposite.to_owned(),
        _ if is_single => format!("-{shown}"),
        _ => format!("-({shown})"),
    };
    let mut text = text.to_owned();
    text.replace_range(term, &turned);
    text
}

/// Tells whether the whole text is a single term, which needs no parentheses around it.
pub fn is_term(text: &str, now: &Zoned) -> bool {
    items(text, now).is_some_and(|spans| spans.len() == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Filter;
    use super::*;

    fn now() -> Zoned {
        "2026-11-23T08:30:15+08:00[+08:00]".parse().unwrap()
    }

    fn shown(text: &str) -> Vec<&str> {
        terms(text, &now()).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn each_term_that_has_to_match_stands_for_itself() {
        assert_eq!(
            shown(r#" event:CLICK -key:"a b"  (x OR y) after:10m "#),
            ["event:CLICK", r#"-key:"a b""#, "(x OR y)", "after:10m"]
        );
        assert!(shown("  ").is_empty());
    }

    #[test]
    fn what_is_an_alternative_or_a_mistake_is_one_piece() {
        assert_eq!(shown(" a b OR c "), ["a b OR c"]);
        assert_eq!(shown("a evnt:x"), ["a evnt:x"]);
    }

    #[test]
    fn a_term_is_taken_out_and_turned() {
        let text = "event:CLICK  -sig:valid x";
        let [first, second, third] = &terms(text, &now())[..] else { panic!("three terms") };
        assert_eq!(without(text, first.clone()), "-sig:valid x");
        assert_eq!(without(text, second.clone()), "event:CLICK x");
        assert_eq!(without(text, third.clone()), "event:CLICK  -sig:valid");
        assert_eq!(turned(text, first.clone(), true), "-event:CLICK  -sig:valid x");
        assert_eq!(turned(text, second.clone(), true), "event:CLICK  sig:valid x");
        let either = turned("a OR b", 0..6, false);
        assert_eq!(either, "-(a OR b)");
        assert_eq!(turned(&either, 0..either.len(), is_term(&either, &now())), "(a OR b)");
    }

    proptest! {
        #[test]
        fn every_term_is_a_filter_by_itself(text in "[a-c:(\\)\"* -]{0,16}") {
            let spans = terms(&text, &now());
            if Filter::parse(&text, &now()).is_ok() {
                for span in spans {
                    prop_assert!(Filter::parse(&text[span.clone()], &now()).is_ok());
                    prop_assert!(Filter::parse(&without(&text, span), &now()).is_ok());
                }
            }
        }
    }
}
