//! Output on stdout: lines, tables, JSON, and a pipe that closes early.

use std::io::{self, Write as _};

use jiff::tz::TimeZone;

use super::terminal_table::{ColumnLimit, fitted};
use crate::capture::diagnosis::{Coded, Finding, Severity};
use crate::capture::{
    CaptureSummary, ForwardState, ReplyEnd, ReplyMeaning, ReplySummary, StoredCapture, reply_words, summary_words,
};
use crate::cli::Color;
use crate::operations::event_object;
use crate::store::Reader;
use crate::texts::Language;
use crate::texts::safe_text::{beginning, grouped, safe_text, shortened};

/// Texts such as keys are cut to this many characters in a table.
const CELL: usize = 40;

/// The most that is printed of one text; `--json`, `--raw` and `--body` print all of it.
const LONGEST: usize = 2_000;

/// The way to stdout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    colored: bool,
}

impl Output {
    pub(super) fn new(color: Color) -> Self {
        Self { colored: color.is_on() }
    }

    /// Emphasised where colours are on.
    pub(super) fn strong(self, text: &str) -> String {
        if self.colored { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Events under their headings, no wider than the terminal.
    pub(super) fn table(self, rows: &[CaptureSummary], language: Language) -> io::Result<()> {
        let headings = ["ID", "TIME", "KIND", "SUMMARY", "OPENID", "TRY", "SIGNATURE", "MODE", "REPLY", "ANSWER"];
        self.limited(headings, &EVENT_COLUMNS, rows.iter().map(|row| cells(row, language)))
    }

    /// Rows under their headings, no wider than the terminal.
    pub(super) fn lines<const N: usize>(
        self,
        headings: [&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) -> io::Result<()> {
        self.limited(headings, &[ColumnLimit::ANY; N], rows)
    }

    fn limited<const N: usize>(
        self,
        headings: [&str; N],
        limits: &[ColumnLimit; N],
        rows: impl Iterator<Item = [String; N]>,
    ) -> io::Result<()> {
        let headings = headings.map(str::to_owned);
        let rows: Vec<Vec<String>> = std::iter::once(headings).chain(rows).map(Vec::from).collect();
        let mut lines = fitted(&rows, limits, terminal_width());
        // Only now: the bytes that switch to bold have no width.
        if let Some(heading) = lines.first_mut() {
            *heading = self.strong(heading);
        }
        print_line(&lines.join("\n"))
    }
}

/// The columns of a table of events. What an event is about gives way first.
const EVENT_COLUMNS: [ColumnLimit; 10] = [
    ColumnLimit::whole(None),
    ColumnLimit { keeps_end: true, ..ColumnLimit::cut(CLOCK, 4, None) },
    ColumnLimit::cut(8, 5, None),
    ColumnLimit::cut(8, 1, None),
    ColumnLimit::cut(8, 2, Some(2)),
    ColumnLimit::whole(Some(4)),
    ColumnLimit::whole(Some(3)),
    ColumnLimit::whole(Some(1)),
    ColumnLimit::cut(8, 3, None),
    ColumnLimit::cut(8, 3, Some(6)),
];

/// The width of a time without its date, such as 08:00:00.123.
const CLOCK: usize = 12;

/// The columns of the terminal that stdout is, if it is one.
fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(io::stdout())?;
    (width > 0).then_some(usize::from(width))
}

/// One line, at once.
pub(super) fn print_line(text: &str) -> io::Result<()> {
    print_bytes(format!("{text}\n").as_bytes())
}

/// Bytes as they are.
pub(super) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// One event as one line for people.
pub(super) fn print_row(row: &CaptureSummary, language: Language) -> io::Result<()> {
    print_line(&cells(row, language).join("  "))
}

fn cells(row: &CaptureSummary, language: Language) -> [String; 10] {
    let or_dash = |words: String| if words.is_empty() { "-".to_owned() } else { words };
    let answer = match &row.reply {
        Some(reply) => answer(reply),
        None => "-".to_owned(),
    };
    [
        row.placement.id.to_string(),
        local_time(row.received_at),
        shortened(&row.kind, CELL),
        or_dash(summary_words(row, language)),
        row.openid.as_deref().map_or_else(|| "-".to_owned(), |openid| shortened(openid, CELL)),
        row.placement.attempt.to_string(),
        row.signature.as_str().to_owned(),
        row.mode.as_str().to_owned(),
        format!("{} {}", ReplyMeaning::of(row).mark(), reply_words(row, language)),
        answer,
    ]
}

/// The reply in one line: what was answered, by whom, after how long.
pub(super) fn answer(reply: &ReplySummary) -> String {
    let status = reply.status.map_or_else(|| reply.end.as_str().to_owned(), |status| status.to_string());
    let cut = if reply.status.is_some() && reply.end != ReplyEnd::Answered { reply.end.as_str() } else { "" };
    let source = shortened(&reply.source.spelling(), CELL);
    let ms = reply.elapsed.as_secs_f64() * 1000.0;
    let severity = reply.severity.filter(|severity| *severity == Severity::Error).map_or("", |_| "illegal");
    let server = match reply.forward {
        Some(ForwardState::Late) => "own server late",
        Some(ForwardState::Failed) => "own server failed",
        Some(ForwardState::Ok) | None => "",
    };
    let fault = reply.fault.map_or_else(String::new, |name| format!("fault {name}"));
    let parts = [&status, cut, &source, &format!("{ms:.1} ms"), severity, server, &fault];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The time on the wall.
pub(super) fn local_time(instant: jiff::Timestamp) -> String {
    instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// One event as JSON, on one line.
pub(super) fn event_line(reader: &Reader, stored: &StoredCapture, language: Language) -> anyhow::Result<String> {
    Ok(event_object(reader, stored, language)?.to_string())
}

/// A finding about a request or a reply: how bad, what, where, and what to do about it.
pub(super) fn finding_lines<C: Coded>(finding: &Finding<C>, language: Language) -> [String; 2] {
    refusal_lines(finding, None, language)
}

/// The same of what WeChat refuses with that errcode.
pub(super) fn refusal_lines<C: Coded>(finding: &Finding<C>, errcode: Option<u32>, language: Language) -> [String; 2] {
    let severity = language.text(&format!("severity.{}", finding.code.severity().as_str()));
    let refusal = errcode.map(|errcode| format!("errcode {errcode}"));
    let place = finding.place.map(|place| {
        language.filled("detail.place", &[("line", place.line.to_string()), ("column", place.column.to_string())])
    });
    let facts: Vec<String> = refusal.into_iter().chain(place).collect();
    let facts =
        if facts.is_empty() { String::new() } else { format!(" {}", facts.join(&language.text("menu.between"))) };
    let message = finding.message(language);
    [
        format!("{severity} [{}]{facts}: {}", finding.code.as_str(), quoted(&message)),
        format!("  → {}", quoted(&finding.remedy(language))),
    ]
}

/// The status of a server's answer, and how long it took.
pub(super) fn answered_words(status: &str, ms: f64, language: Language) -> String {
    language.filled("report.answered", &[("status", status), ("ms", &format!("{ms:.1}"))])
}

/// One text from outside for a terminal: nothing that would steer it, and a mark where it goes on for too long.
pub(super) fn quoted(text: &str) -> String {
    marked(text, |start| safe_text(start).into_owned())
}

/// Text of a message for a terminal: its own line ends, and nothing else that would steer the terminal.
pub(super) fn printable(bytes: &[u8]) -> String {
    marked(&String::from_utf8_lossy(bytes), |start| {
        start.split('\n').map(|line| safe_text(line.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
    })
}

fn marked(text: &str, shown: impl FnOnce(&str) -> String) -> String {
    match beginning(text, LONGEST) {
        (all, None) => shown(all),
        (start, Some(characters)) => format!("{} … {} characters", shown(start), grouped(characters as u64)),
    }
}

/// Tells whether an error means that the other end of stdout has closed.
pub(super) fn is_closed(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
