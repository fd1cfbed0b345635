//! Compares two answers: differences by element and by line, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::readable::readable;
use crate::capture::{Baseline, StoredReplay, Verdict};
use crate::wechat::tree::{Element, Tree};

/// The time for a diff of lines, which gets coarser beyond it: answers may be large, and the window waits.
const DIFF_TIME: Duration = Duration::from_millis(200);

/// The path of a change of the HTTP status.
const STATUS: &str = "status";

/// The most elements that are compared one by one; a reply has some dozens.
const MOST_ELEMENTS: usize = 1_000;

/// A difference between two replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `status`, or an element's path such as `Articles/item[2]/Title`; empty for a body that is not a message.
    pub path: String,
    /// `None` if it was not there.
    pub before: Option<String>,
    /// `None` if it is gone.
    pub after: Option<String>,
}

/// A line of a text diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// True if the line was there before; an unchanged line has both.
    pub before: bool,
    /// True if the line is there now.
    pub after: bool,
    /// The line without its end.
    pub text: String,
}

/// An answer reduced to what is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparableAnswer {
    /// The record it comes from; `None` for a new answer.
    pub which: Option<Baseline>,
    /// The HTTP status; `None` if no answer came.
    pub status: Option<u16>,
    /// The body in plaintext.
    pub body: Vec<u8>,
    /// True if WeChat would accept it.
    pub is_legal: bool,
}

impl ComparableAnswer {
    /// The answer to a recorded replay.
    pub fn of_replay(stored: &StoredReplay) -> Self {
        let replayed = &stored.replayed;
        Self {
            which: Some(Baseline::Replay(stored.id)),
            status: replayed.answer.status,
            body: replayed.reply().to_vec(),
            is_legal: replayed.is_legal(),
        }
    }
}

/// The differences of two answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// By element, without the ignored ones.
    pub changes: Vec<Change>,
    /// By line, with everything in them.
    pub lines: Vec<DiffLine>,
}

/// Compares two answers, without the elements named in `ignored` and their children.
pub fn difference(before: &ComparableAnswer, after: &ComparableAnswer, ignored: &[String]) -> Difference {
    Difference { changes: changes(before, after, ignored), lines: diff_lines(&before.body, &after.body) }
}

/// The verdict on an answer against an earlier one.
pub fn verdict(before: Option<&ComparableAnswer>, after: &ComparableAnswer, ignored: &[String]) -> Verdict {
    let Some(before) = before else { return Verdict::New };
    match (before.is_legal, after.is_legal) {
        (false, true) => Verdict::Fixed,
        (true, false) => Verdict::Regressed,
        _ if changes(before, after, ignored).is_empty() => Verdict::Same,
        _ => Verdict::Different,
    }
}

/// The changes by element. Order, white space and CDATA make no difference, nor do the elements named in `ignored`.
pub fn changes(before: &ComparableAnswer, after: &ComparableAnswer, ignored: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.status != after.status {
        let text = |status: Option<u16>| status.map(|status| status.to_string());
        changes.push(Change { path: STATUS.to_owned(), before: text(before.status), after: text(after.status) });
    }
    if before.body == after.body {
        return changes;
    }
    if let (Some(before), Some(after)) = (leaves(&before.body, ignored), leaves(&after.body, ignored)) {
        changes.extend(between(&before, &after));
    } else {
        let text = |body: &[u8]| Some(String::from_utf8_lossy(body).into_owned());
        changes.push(Change { path: String::new(), before: text(&before.body), after: text(&after.body) });
    }
    changes
}

/// The changes in document order: first those of the earlier answer's elements, then the added ones.
fn between(before: &Leaves, after: &Leaves) -> Vec<Change> {
    let text = |leaves: &Leaves, path: &str| leaves.by_path.get(path).cloned();
    let gone_or_changed = before.order.iter().filter_map(|path| {
        let (was, is) = (text(before, path), text(after, path));
        (was != is).then(|| Change { path: path.clone(), before: was, after: is })
    });
    let added = after.order.iter().filter(|path| !before.by_path.contains_key(*path));
    let added = added.map(|path| Change { path: path.clone(), before: None, after: text(after, path) });
    gone_or_changed.chain(added).collect()
}

/// The texts of a message by their unique paths.
pub(super) struct Leaves {
    pub(super) order: Vec<String>,
    pub(super) by_path: BTreeMap<String, String>,
}

/// `None` if the body is not a message, or has more than [`MOST_ELEMENTS`].
pub(super) fn leaves(body: &[u8], ignored: &[String]) -> Option<Leaves> {
    let tree =
        Tree::parse(body).ok().filter(|tree| tree.elements().take(MOST_ELEMENTS + 1).count() <= MOST_ELEMENTS)?;
    let counts = |element: &Element<'_, '_>| {
        let mut around = std::iter::successors(Some(*element), |element| element.parent());
        !element.has_children() && !around.any(|element| ignored.iter().any(|name| name == element.name()))
    };
    let mut leaves = Leaves { order: Vec::new(), by_path: BTreeMap::new() };
    for element in tree.elements().filter(counts) {
        let path = element.path();
        leaves.order.push(path.clone());
        leaves.by_path.insert(path, element.text().to_owned());
    }
    Some(leaves)
}

/// Compares two texts by line.
pub fn diff_lines(before: &[u8], after: &[u8]) -> Vec<DiffLine> {
    let (before, after) = (readable(before), readable(after));
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(&*before, &*after);
    let line = |change: similar::Change<&str>| DiffLine {
        before: change.tag() != ChangeTag::Insert,
        after: change.tag() != ChangeTag::Delete,
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    diff.iter_all_changes().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> ComparableAnswer {
        ComparableAnswer { which: None, status: Some(200), body: body.as_bytes().to_vec(), is_legal: true }
    }

    fn text(content: &str, created: i64) -> String {
        format!(
            "<xml><ToUserName>o1</ToUserName><CreateTime>{created}</CreateTime><Content><![CDATA[{content}]]></Content></xml>"
        )
    }

    fn ignored() -> Vec<String> {
        vec!["CreateTime".to_owned()]
    }

    fn paths(before: &str, after: &str) -> Vec<String> {
        let changes = difference(&answer(before), &answer(after), &ignored()).changes;
        changes.into_iter().map(|change| change.path).collect()
    }

    #[test]
    fn what_does_not_count_is_no_difference() {
        assert_eq!(paths(&text("a", 1), &text("a", 2)), [""; 0]);
        let reordered = "<xml>\n<CreateTime>3</CreateTime>\n<Content>a</Content><ToUserName>o1</ToUserName></xml>";
        assert_eq!(paths(&text("a", 1), reordered), [""; 0]);
    }

    #[test]
    fn a_changed_element_is_named_with_both_texts() {
        let difference = difference(&answer(&text("a", 1)), &answer(&text("b", 2)), &ignored());
        let (before, after) = (Some("a".to_owned()), Some("b".to_owned()));
        assert_eq!(difference.changes, [Change { path: "Content".to_owned(), before, after }]);
        let marked = difference.lines.iter().filter(|line| line.before != line.after).count();
        // The time is in the text, which shows everything.
        assert_eq!(marked, 4);
        assert!(
            difference.lines.iter().any(|line| line.before && line.after && line.text == "<ToUserName>o1</ToUserName>")
        );
    }

    #[test]
    fn an_article_more_is_so_many_elements_more() {
        let news = |items: &str| format!("<xml><Articles>{items}</Articles></xml>");
        let one = news("<item><Title>a</Title><Url>b</Url></item>");
        let two = news("<item><Title>a</Title><Url>b</Url></item><item><Title>c</Title></item>");
        let changes = paths(&one, &two);
        assert!(changes.contains(&"Articles/item[2]/Title".to_owned()), "{changes:?}");
    }

    #[test]
    fn what_is_no_message_is_compared_as_a_whole() {
        assert_eq!(paths("success", "success"), [""; 0]);
        assert_eq!(paths("success", &text("a", 1)), [""]);
        assert_eq!(paths("{\"a\":1.0}", "{\"a\":1.00}"), ["a"]);
    }

    #[test]
    fn a_verdict_is_about_legality_first() {
        let illegal = ComparableAnswer { is_legal: false, ..answer("<html>") };
        let verdict_of =
            |before: Option<&ComparableAnswer>, after: &ComparableAnswer| verdict(before, after, &ignored());
        assert_eq!(verdict_of(None, &illegal), Verdict::New);
        assert_eq!(verdict_of(Some(&illegal), &answer("success")), Verdict::Fixed);
        assert_eq!(verdict_of(Some(&answer("success")), &illegal), Verdict::Regressed);
        assert_eq!(verdict_of(Some(&illegal), &illegal), Verdict::Same);
        assert_eq!(verdict_of(Some(&answer(&text("a", 1))), &answer(&text("a", 9))), Verdict::Same);
        assert_eq!(verdict_of(Some(&answer("success")), &answer("")), Verdict::Different);
        let other_status = ComparableAnswer { status: Some(500), ..illegal.clone() };
        assert_eq!(verdict_of(Some(&illegal), &other_status), Verdict::Different);
    }
}
