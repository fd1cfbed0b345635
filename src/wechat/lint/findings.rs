//! Collects findings over one payload: places them, holds their number down, and puts them in order.

use std::ops::Range;

use super::{LintCode, LintFinding};
use crate::wechat::codes::Severity;

/// So many errors are told of one body at most, and as much of what is none: a thousand misspelt elements are one mistake,
/// and must not hide another.
const MAX_FINDINGS: usize = 50;

/// How much of a text from the body is quoted, in characters.
const QUOTED: usize = 60;

/// The findings about one payload, which may be what another one held encrypted.
pub(super) struct Findings<'p> {
    payload: &'p [u8],
    /// What is being read begins here in the payload; positions count from here.
    base: usize,
    list: Vec<LintFinding>,
}

impl<'p> Findings<'p> {
    pub(super) fn over(payload: &'p [u8]) -> Self {
        Self { payload, base: 0, list: Vec::new() }
    }

    /// From here on, positions are those of the payload without its first `base` bytes.
    pub(super) fn set_base(&mut self, base: usize) {
        self.base = base;
    }

    /// What is being read.
    pub(super) fn payload(&self) -> &'p [u8] {
        self.payload.get(self.base..).unwrap_or_default()
    }

    /// A finding that has no place in the body.
    pub(super) fn add(&mut self, finding: LintFinding) {
        if self.has_room(finding.code) {
            self.list.push(finding);
        }
    }

    /// A finding about these bytes.
    pub(super) fn add_at(&mut self, finding: LintFinding, bytes: Range<usize>) {
        // Finding the line takes as long as the way to it: not for one that is dropped.
        if self.has_room(finding.code) {
            let bytes = self.base + bytes.start..self.base + bytes.end;
            self.list.push(finding.over(self.payload, bytes));
        }
    }

    /// Neither errors nor anything else fits any more, so looking on is in vain.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= 2 * MAX_FINDINGS
    }

    fn has_room(&self, code: LintCode) -> bool {
        let is_error = |code: LintCode| code.severity() == Severity::Error;
        self.list.iter().filter(|finding| is_error(finding.code) == is_error(code)).count() < MAX_FINDINGS
    }

    pub(super) fn has_error(&self) -> bool {
        self.list.iter().any(|finding| finding.code.severity() == Severity::Error)
    }

    pub(super) fn has(&self, code: LintCode) -> bool {
        self.list.iter().any(|finding| finding.code == code)
    }

    /// In the order of their places; what has none comes first.
    pub(super) fn into_sorted(mut self) -> Vec<LintFinding> {
        self.list.sort_by_key(|finding| finding.place.map(|place| place.offset));
        self.list
    }
}

/// The beginning of a text, to be quoted in a finding.
pub(super) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(QUOTED) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
