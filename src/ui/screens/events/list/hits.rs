//! Hits of the filter in the text of a cell.

use std::ops::Range;

use crate::filter::{Expr, Filter, Term};

/// Texts that the filter looks for, in lower case as far as ASCII goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hits(Vec<String>);

impl Hits {
    /// The texts that a filter looks for in what a row shows; what it excludes is not among them.
    pub(super) fn of(filter: &Filter) -> Self {
        let mut found = Self::default();
        found.collect(&filter.expr);
        found
    }

    fn collect(&mut self, expr: &Expr) {
        match expr {
            Expr::And(items) | Expr::Or(items) => items.iter().for_each(|item| self.collect(item)),
            Expr::Term(Term::Word(word)) => self.add(word),
            Expr::Term(Term::Key(pattern)) => pattern.parts().iter().for_each(|part| self.add(part)),
            Expr::All | Expr::Not(_) | Expr::Term(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        if !text.is_empty() {
            self.0.push(text.to_ascii_lowercase());
        }
    }

    /// Places of the hits in a text, in order and apart from each other.
    pub(super) fn within(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let lower = text.to_ascii_lowercase();
        let hits =
            |word: &String| lower.match_indices(word.as_str()).map(|(at, hit)| at..at + hit.len()).collect::<Vec<_>>();
        let mut places: Vec<Range<usize>> = self.0.iter().flat_map(hits).collect();
        places.sort_unstable_by_key(|place| (place.start, place.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(places.len());
        for place in places {
            match apart.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => apart.push(place),
            }
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(filter: &str, text: &str) -> Vec<String> {
        let filter = Filter::parse(filter, &crate::clock::local_now()).unwrap();
        let places = Hits::of(&filter).within(text);
        places.into_iter().map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn words_and_keys_are_marked_in_any_case_and_what_is_excluded_is_not() {
        assert_eq!(hits("menu", "MENU_1 · a menu"), ["MENU", "menu"]);
        assert_eq!(hits("key:MENU_* -lottery", "MENU_LOTTERY"), ["MENU_"]);
        assert_eq!(hits("你好 OR 好吗", "你好吗"), ["你好吗"], "hits that overlap are one");
        assert!(hits("", "MENU_1").is_empty());
        assert!(hits("event:CLICK", "CLICK").is_empty());
    }
}
