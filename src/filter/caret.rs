//! The filter text at the caret: the name or value being typed. The text need not be a valid filter yet.

use std::ops::Range;

use super::names::{Name, SeenField};
use super::parse::is_delimiter;
use super::{Pattern, display};

/// The text at the caret, and the bytes that a completion replaces.
#[derive(Clone, Debug)]
pub struct Caret<'t> {
    pub typing: Typing<'t>,
    /// The bytes that a choice takes the place of; the whole name or value, also where the caret stands within it.
    pub span: Range<usize>,
}

/// The part of a term that is being typed.
#[derive(Clone, Debug)]
pub enum Typing<'t> {
    /// A name, or a word that may become one.
    Name {
        /// The text before the caret.
        typed: &'t str,
    },
    /// The value of a name.
    Value {
        name: &'static Name,
        /// The text before the caret, without quotes.
        typed: String,
    },
}

/// One term, as far as it has been typed.
struct TermSpan {
    start: usize,
    end: usize,
    /// The name, if it is a known one, and the byte at which its value begins.
    value: Option<(&'static Name, usize)>,
}

/// Reads the filter text at this byte. `None` in quoted text, behind an unknown name, and before the term at the caret.
pub fn at_caret(text: &str, caret: usize) -> Option<Caret<'_>> {
    let caret = text.floor_char_boundary(caret.min(text.len()));
    let mut at = 0;
    loop {
        at = term_start(text, at);
        if caret <= at {
            // In a gap; a choice right before a term would run into it.
            let free = text[caret..].chars().next().is_none_or(|next| next.is_whitespace() || next == ')');
            return free.then_some(Caret { typing: Typing::Name { typed: "" }, span: caret..caret });
        }
        let span = term_span(text, at);
        if caret <= span.end {
            return within_span(text, caret, &span);
        }
        at = span.end;
    }
}

fn within_span<'t>(text: &'t str, caret: usize, span: &TermSpan) -> Option<Caret<'t>> {
    if let Some((name, value)) = span.value {
        if caret >= value {
            let typed = unquoted(&text[value..caret]);
            return Some(Caret { typing: Typing::Value { name, typed }, span: value..span.end });
        }
        let typed = &text[span.start..caret];
        return Some(Caret { typing: Typing::Name { typed }, span: span.start..value });
    }
    let word = &text[span.start..span.end];
    let is_word = !word.starts_with('"') && !word.contains([':', '：']);
    let typing = Typing::Name { typed: &text[span.start..caret] };
    is_word.then_some(Caret { typing, span: span.start..span.end })
}

/// The first byte from `from` on that belongs to a term: behind white space, parentheses and a minus.
fn term_start(text: &str, from: usize) -> usize {
    let gap = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '-');
    from + text[from..].find(|c| !gap(c)).unwrap_or(text.len() - from)
}

/// The term that begins here; it is never empty.
fn term_span(text: &str, start: usize) -> TermSpan {
    let rest = &text[start..];
    if rest.starts_with('"') {
        return TermSpan { start, end: start + quoted_length(rest), value: None };
    }
    let word = rest.find(is_delimiter).unwrap_or(rest.len());
    let colon = rest[..word].char_indices().find(|(_, c)| matches!(c, ':' | '：'));
    let named = colon.and_then(|(at, colon)| Some((Name::find(&rest[..at])?, at + colon.len_utf8())));
    match named.filter(|(_, value)| !rest[*value..].starts_with("//")) {
        Some((name, value)) => {
            let end = start + value + value_length(&rest[value..]);
            TermSpan { start, end, value: Some((name, start + value)) }
        }
        None => TermSpan { start, end: start + word, value: None },
    }
}

/// Returns the end of a value: bare and quoted pieces side by side.
fn value_length(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with('"') {
            at += quoted_length(rest);
        } else {
            match rest.find(is_delimiter).unwrap_or(rest.len()) {
                0 => return at,
                bare => at += bare,
            }
        }
    }
}

/// Returns the end of the quoted text that begins here; the end of the text where the quote is not closed.
fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn unquoted(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => {}
            '\\' => plain.push(characters.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            c => plain.push(c),
        }
    }
    plain
}

impl Name {
    /// A value as it has to be written behind this name's colon to mean itself.
    pub fn written(&self, value: &str) -> String {
        match self.seen() {
            Some(SeenField::Key | SeenField::Openid | SeenField::Relay | SeenField::Claimed) => {
                Pattern::exact(value).to_string()
            }
            _ => display::value(value).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text at the `|`, and the filter after `@` was chosen there.
    fn read(marked: &str) -> Option<(String, String)> {
        let caret = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let found = at_caret(&text, caret)?;
        let typed = match found.typing {
            Typing::Name { typed } => typed.to_owned(),
            Typing::Value { name, typed } => format!("{}={typed}", name.name),
        };
        let mut chosen = text.clone();
        chosen.replace_range(found.span, "@");
        Some((typed, chosen))
    }

    #[test]
    fn a_name_is_typed_until_its_colon() {
        for (marked, typed, chosen) in [
            ("|", "", "@"),
            ("ev|", "ev", "@"),
            ("e|v", "e", "@"),
            ("a ev|", "ev", "a @"),
            ("a |", "", "a @"),
            ("a | b", "", "a @ b"),
            ("-ev|", "ev", "-@"),
            ("(a OR -(ty|))", "ty", "(a OR -(@))"),
            ("(|", "", "(@"),
            ("ev|ent:CLICK b", "ev", "@CLICK b"),
            ("菜|单", "菜", "@"),
        ] {
            assert_eq!(read(marked), Some((typed.to_owned(), chosen.to_owned())), "{marked}");
        }
    }

    #[test]
    fn a_value_is_typed_behind_it_quoted_or_not() {
        for (marked, typed, chosen) in [
            ("event:|", "event=", "event:@"),
            ("Event：CL|", "event=CL", "Event：@"),
            ("event:CL|ICK b", "event=CL", "event:@ b"),
            ("a -key:\"two wo|rds\" b", "key=two wo", "a -key:@ b"),
            ("key:\"two wo|", "key=two wo", "key:@"),
            (r#"key:"a\"b\\|"#, r#"key=a"b\"#, "key:@"),
            ("reply:rule:x|", "reply=rule:x", "reply:@"),
            ("(event:|)", "event=", "(event:@)"),
        ] {
            assert_eq!(read(marked), Some((typed.to_owned(), chosen.to_owned())), "{marked}");
        }
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_being_chosen() {
        for marked in ["\"quo|ted", "\"quoted\"|", "evnt:|x", "http://a|", "event://|", "|event:CLICK", "a |b"] {
            assert_eq!(read(marked), None, "{marked}");
        }
    }

    #[test]
    fn a_value_is_written_so_that_it_means_itself() {
        let written = |name, value| Name::find(name).unwrap().written(value);
        assert_eq!(written("key", "a*b"), r#""a*b""#);
        assert_eq!(written("event", "two words"), r#""two words""#);
        assert_eq!(written("account", "shop"), "shop");
    }

    proptest! {
        #[test]
        fn any_text_with_the_caret_anywhere_is_read(text in "[a-z:：()\"\\\\* /\\-菜ORevntky]{0,24}|\\PC{0,12}") {
            for caret in 0..=text.len() + 2 {
                if let Some(found) = at_caret(&text, caret) {
                    prop_assert!(text.get(found.span.clone()).is_some(), "{:?} in {text:?}", found.span);
                    prop_assert!(found.span.start <= caret);
                }
            }
        }
    }
}
