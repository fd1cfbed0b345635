//! Collects the findings about one payload: adds places, limits their number, and sorts them.

use std::ops::Range;

use super::{LintCode, LintFinding};
use crate::wechat::codes::Severity;

/// The maximum number of errors in one body, and of other findings as well: a thousand misspelt elements must not hide
/// another mistake.
const MAX_FINDINGS: usize = 50;

/// The maximum length of a quotation from the body, in characters.
const QUOTED: usize = 60;

/// The findings about one payload: the body, or the message decrypted from it.
pub(super) struct Findings<'p> {
    payload: &'p [u8],
    /// The offset of the reply in the payload, from which positions count.
    base: usize,
    list: Vec<LintFinding>,
}

impl<'p> Findings<'p> {
    pub(super) fn over(payload: &'p [u8]) -> Self {
        Self { payload, base: 0, list: Vec::new() }
    }

    /// Moves the offset from which later positions count.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.base += bytes;
    }

    /// The payload from the base on.
    pub(super) fn payload(&self) -> &'p [u8] {
        self.payload.get(self.base..).unwrap_or_default()
    }

    /// Adds a finding without a place in the body.
    pub(super) fn add(&mut self, finding: LintFinding) {
        if self.has_room(finding.code) {
            self.list.push(finding);
        }
    }

    /// Adds a finding about these bytes.
    pub(super) fn add_at(&mut self, finding: LintFinding, bytes: Range<usize>) {
        // Counting lines takes time, so not for a finding that is dropped.
        if self.has_room(finding.code) {
            let bytes = self.base + bytes.start..self.base + bytes.end;
            self.list.push(finding.over(self.payload, bytes));
        }
    }

    /// Tells whether neither errors nor other findings fit any more.
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

    /// The findings in order of their places; those without a place come first.
    pub(super) fn into_sorted(mut self) -> Vec<LintFinding> {
        self.list.sort_by_key(|finding| finding.place.map(|place| place.offset));
        self.list
    }
}

/// The beginning of a text, for quotation in a finding.
pub(super) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(QUOTED) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
