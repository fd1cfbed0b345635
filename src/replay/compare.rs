//! Two answers side by side: what differs element by element and line by line, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::capture::{Baseline, StoredReplay, Verdict};
use crate::wechat::tree::{Element, Tree};

/// A diff of lines that takes longer than this gets coarser, not longer: answers may be large, and the window waits.
const DIFF_TIME: Duration = Duration::from_millis(200);

/// Where a change of the HTTP status is said to be.
const STATUS: &str = "status";

/// A reply has some dozens of elements; what has more than this is compared as a whole.
const MOST_ELEMENTS: usize = 1_000;

/// A difference between two replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where: `status`, or an element's path such as `Articles/item[2]/Title`; empty for a body that is no reply.
    pub path: String,
    /// What it said; `None` where it was not there.
    pub before: Option<String>,
    /// What it says; `None` where it is gone.
    pub after: Option<String>,
}

/// A line of a text diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// Whether it was there before, and whether it is there now: both for what did not change.
    pub before: bool,
    /// See [`Self::before`].
    pub after: bool,
    /// The line without its end.
    pub text: String,
}

/// An answer as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparableAnswer {
    /// Which it is; `None` for the one that is new.
    pub which: Option<Baseline>,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// The body in plaintext.
    pub body: Vec<u8>,
    /// Whether WeChat would take it.
    pub is_legal: bool,
}

impl ComparableAnswer {
    /// The answer to a replay that is on record.
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

/// How two answers differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Element by element, without those that do not count.
    pub changes: Vec<Change>,
    /// Line by line, everything that is in them.
    pub lines: Vec<DiffLine>,
}

/// Compares two answers; `ignored` are names of elements that do not count, with what is in them.
pub fn difference(before: &ComparableAnswer, after: &ComparableAnswer, ignored: &[String]) -> Difference {
    Difference { changes: changes(before, after, ignored), lines: lines(&before.body, &after.body) }
}

/// What has become of an answer since an earlier one.
pub(super) fn verdict(before: Option<&ComparableAnswer>, after: &ComparableAnswer, ignored: &[String]) -> Verdict {
    let Some(before) = before else { return Verdict::New };
    match (before.is_legal, after.is_legal) {
        (false, true) => Verdict::Fixed,
        (true, false) => Verdict::Regressed,
        _ if changes(before, after, ignored).is_empty() => Verdict::Same,
        _ => Verdict::Different,
    }
}

/// What differs element by element: order, whitespace and CDATA make no difference, nor do elements that are `ignored`.
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

/// Both are in the order of their documents; what is new follows what was there.
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

/// The texts of a message by their paths, which are unique.
struct Leaves {
    order: Vec<String>,
    by_path: BTreeMap<String, String>,
}

/// `None` for what is no message, or has more elements than any.
fn leaves(body: &[u8], ignored: &[String]) -> Option<Leaves> {
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

fn lines(before: &[u8], after: &[u8]) -> Vec<DiffLine> {
    let (before, after) = (readable(before), readable(after));
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(&*before, &*after);
    let line = |change: similar::Change<&str>| DiffLine {
        before: change.tag() != ChangeTag::Insert,
        after: change.tag() != ChangeTag::Delete,
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    diff.iter_all_changes().map(line).collect()
}

/// A message on one line is one line for a diff, and tells nothing: its elements get a line each.
fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    if text.starts_with('<') && !text.trim_end().contains('\n') { text.replace("><", ">\n<") } else { text }
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
        let judged = |before: Option<&ComparableAnswer>, after: &ComparableAnswer| verdict(before, after, &ignored());
        assert_eq!(judged(None, &illegal), Verdict::New);
        assert_eq!(judged(Some(&illegal), &answer("success")), Verdict::Fixed);
        assert_eq!(judged(Some(&answer("success")), &illegal), Verdict::Regressed);
        assert_eq!(judged(Some(&illegal), &illegal), Verdict::Same);
        assert_eq!(judged(Some(&answer(&text("a", 1))), &answer(&text("a", 9))), Verdict::Same);
        assert_eq!(judged(Some(&answer("success")), &answer("")), Verdict::Different);
        let other_status = ComparableAnswer { status: Some(500), ..illegal.clone() };
        assert_eq!(judged(Some(&illegal), &other_status), Verdict::Different);
    }
}
