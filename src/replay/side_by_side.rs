//! Two messages or replies side by side: elements by name, and lines, with the words that differ marked.

use std::time::Duration;

use similar::{ChangeTag, DiffTag, TextDiff};

use super::compare::leaves;
use super::readable::readable;

/// The time for a diff, which gets coarser beyond it: messages may be large, and the window waits.
const DIFF_TIME: Duration = Duration::from_millis(200);

/// The time for the words of one value or line.
const WORDS_TIME: Duration = Duration::from_millis(20);

/// The most lines that are compared; the bytes of a longer message are looked at elsewhere.
const MOST_LINES: usize = 2_000;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// True if the other side lacks it.
    pub is_changed: bool,
}

/// One value or line on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedText {
    /// `None` where this side has nothing.
    pub before: Option<Vec<Piece>>,
    pub after: Option<Vec<Piece>>,
}

/// An element on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedField {
    /// Its path, such as `ScanCodeInfo/ScanResult`.
    pub path: String,
    pub value: PairedText,
}

/// Two messages or replies side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideBySide {
    /// By element, in document order; none where either side is no message.
    pub fields: Vec<PairedField>,
    /// By line, in order.
    pub lines: Vec<PairedText>,
    /// Lines beyond the limit, which are not compared.
    pub more_lines: usize,
    /// True if the lines are equal, and the bytes differ only in white space between the elements.
    pub differs_in_space: bool,
}

impl PairedText {
    /// Tells whether both sides are equal.
    pub fn is_same(&self) -> bool {
        let is_plain = |side: &Option<Vec<Piece>>| side.iter().flatten().all(|piece| !piece.is_changed);
        self.before.is_some() == self.after.is_some() && is_plain(&self.before) && is_plain(&self.after)
    }

    fn same(text: &str) -> Self {
        Self { before: Some(whole(text, false)), after: Some(whole(text, false)) }
    }

    fn of(before: Option<&str>, after: Option<&str>) -> Self {
        match (before, after) {
            (Some(before), Some(after)) if before == after => Self::same(before),
            (Some(before), Some(after)) => {
                let (before, after) = words(before, after);
                Self { before: Some(before), after: Some(after) }
            }
            (before, after) => {
                let side = |text: Option<&str>| text.map(|text| whole(text, true));
                Self { before: side(before), after: side(after) }
            }
        }
    }
}

fn whole(text: &str, is_changed: bool) -> Vec<Piece> {
    vec![Piece { text: text.to_owned(), is_changed }]
}

/// Compares two messages or replies.
pub fn side_by_side(before: &[u8], after: &[u8]) -> SideBySide {
    let fields = match (leaves(before, &[]), leaves(after, &[])) {
        (Some(before), Some(after)) => {
            let added = after.order.iter().filter(|path| !before.by_path.contains_key(*path));
            let paths = before.order.iter().chain(added);
            let field = |path: &String| {
                let text = |side: &super::compare::Leaves| side.by_path.get(path).cloned();
                let (was, is) = (text(&before), text(&after));
                PairedField { path: path.clone(), value: PairedText::of(was.as_deref(), is.as_deref()) }
            };
            paths.map(field).collect()
        }
        _ => Vec::new(),
    };
    let (lines, more_lines) = lines(&readable(before), &readable(after));
    let differs_in_space = before != after && lines.iter().all(PairedText::is_same);
    SideBySide { fields, lines, more_lines, differs_in_space }
}

/// Lines in pairs: changed ones stand beside those that took their place.
fn lines(before: &str, after: &str) -> (Vec<PairedText>, usize) {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let more = before.len().max(after.len()).saturating_sub(MOST_LINES);
    let (before, after) = (&before[..before.len().min(MOST_LINES)], &after[..after.len().min(MOST_LINES)]);
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_slices(before, after);
    let mut lines = Vec::with_capacity(before.len().max(after.len()));
    for op in diff.ops() {
        let (was, is) = (&before[op.old_range()], &after[op.new_range()]);
        if op.tag() == DiffTag::Equal {
            lines.extend(was.iter().map(|line| PairedText::same(line)));
        } else {
            let longest = was.len().max(is.len());
            lines.extend((0..longest).map(|at| PairedText::of(was.get(at).copied(), is.get(at).copied())));
        }
    }
    (lines, more)
}

/// Two texts as pieces, with those marked that the other lacks.
fn words(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = (tokens(before), tokens(after));
    let diff = TextDiff::configure().timeout(WORDS_TIME).diff_slices(&old, &new);
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                add(&mut was, change.value(), false);
                add(&mut is, change.value(), false);
            }
            ChangeTag::Delete => add(&mut was, change.value(), true),
            ChangeTag::Insert => add(&mut is, change.value(), true),
        }
    }
    (was, is)
}

fn add(pieces: &mut Vec<Piece>, text: &str, is_changed: bool) {
    match pieces.last_mut() {
        Some(last) if last.is_changed == is_changed => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), is_changed }),
    }
}

/// The words of a text. Languages without spaces have a word in each character, and so do marks.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A side with what is changed in brackets.
    fn marked(side: Option<&Vec<Piece>>) -> String {
        let piece = |piece: &Piece| if piece.is_changed { format!("[{}]", piece.text) } else { piece.text.clone() };
        side.map_or_else(|| "–".to_owned(), |pieces| pieces.iter().map(piece).collect())
    }

    fn both(text: &PairedText) -> [String; 2] {
        [marked(text.before.as_ref()), marked(text.after.as_ref())]
    }

    #[test]
    fn elements_are_compared_by_name_and_their_words_marked() {
        let compared = side_by_side(
            "<xml><Content><![CDATA[下单 12 杯]]></Content><A>x</A></xml>".as_bytes(),
            "<xml><B>y</B><Content>下单 13 杯咖啡</Content></xml>".as_bytes(),
        );
        let fields: Vec<_> = compared.fields.iter().map(|field| (&*field.path, both(&field.value))).collect();
        assert_eq!(
            fields,
            [
                ("Content", ["下单 [12] 杯".to_owned(), "下单 [13] 杯[咖啡]".to_owned()]),
                ("A", ["[x]".to_owned(), "–".to_owned()]),
                ("B", ["–".to_owned(), "[y]".to_owned()]),
            ]
        );
    }

    #[test]
    fn white_space_between_elements_is_no_difference_of_the_lines() {
        let flat = side_by_side(b"<xml><A>1</A><B>2</B></xml>", b"<xml><A>1</A>\n  <B>2</B>\n</xml>");
        assert!(flat.differs_in_space && flat.lines.len() == 4 && flat.lines.iter().all(PairedText::is_same));
        let other = side_by_side(b"<xml><A>1</A><B>2</B></xml>", b"<xml><A>1</A>\n<B>3</B></xml>");
        let changed = other.lines.iter().filter(|line| !line.is_same()).count();
        assert!(!other.differs_in_space && changed == 1);
    }

    #[test]
    fn lines_stand_beside_those_that_took_their_place() {
        let compared = side_by_side(b"a\nb one\nc", b"a\nb two\nc\nd");
        assert_eq!(compared.fields, []);
        let lines: Vec<_> = compared.lines.iter().map(both).collect();
        let text = |before: &str, after: &str| [before.to_owned(), after.to_owned()];
        assert_eq!(lines, [text("a", "a"), text("b [one]", "b [two]"), text("c", "c"), text("–", "[d]")]);
        assert!(compared.lines[0].is_same() && !compared.lines[1].is_same() && !compared.lines[3].is_same());
    }

    #[test]
    fn what_is_empty_or_long_does_no_harm() {
        assert_eq!(side_by_side(b"", b"").lines, []);
        let long = "x\n".repeat(MOST_LINES + 7);
        let compared = side_by_side(long.as_bytes(), b"x");
        assert_eq!((compared.lines.len(), compared.more_lines), (MOST_LINES, 7));
    }
}
