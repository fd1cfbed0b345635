//! An event as a report in Markdown: what arrived, what was answered, and what is wrong with either.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::diagnosis::{Coded, Finding};
use super::json::{header_text, milliseconds};
use super::reply_record::Reply;
use super::stored_capture::StoredCapture;
use crate::texts::Language;
use crate::texts::safe_text::{safe_text, shortened};
use crate::wechat::tree::Format;

/// Characters of a value in the table of a report.
const CELL: usize = 200;

/// Writes the report of a request and its answer.
pub fn event_report(stored: &StoredCapture, zone: &TimeZone, language: Language) -> String {
    let StoredCapture { capture, reply, .. } = stored;
    let mut report = Report { text: String::new(), language };
    report.head(stored, zone);
    report.findings("report.problems", &capture.diagnoses);
    let request = &capture.request;
    report.section("report.request");
    report.code("http", &String::from_utf8_lossy(&request.to_http()));
    if let Some(message) = &capture.message {
        report.section("report.message");
        report.code(syntax(message), &String::from_utf8_lossy(message));
    }
    report.section("report.answer");
    match reply {
        Some(reply) => report.answer(reply),
        None => report.line(&language.text("report.no_answer")),
    }
    report.text
}

struct Report {
    text: String,
    language: Language,
}

impl Report {
    /// The title, and what is known beside the bytes.
    fn head(&mut self, stored: &StoredCapture, zone: &TimeZone) {
        let StoredCapture { placement, capture, reply, annotation } = stored;
        let envelope = &capture.envelope;
        let key = envelope.event_key.as_deref().filter(|key| !key.is_empty());
        let key = key.map(|key| format!(" {}", inline(key))).unwrap_or_default();
        let kind = inline(&envelope.kind);
        writeln!(self.text, "## {kind}{key} · #{}\n", placement.id).unwrap_or_default();
        self.line("| | |\n|---|---|");
        let received = capture.request.received_at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S.%3f %:z");
        self.row("report.received", &format!("{received} · {}", capture.request.peer));
        let signature = self.language.text(&format!("window.signature.{}", capture.signature.as_str())).into_owned();
        self.row("report.account", &format!("{} · {} · {signature}", capture.account, capture.mode.as_str()));
        if let Some(openid) = &envelope.openid {
            self.row("report.user", openid);
        }
        self.row("report.attempt", &format!("{} (#{})", placement.attempt, placement.group));
        if let Some(reply) = reply {
            self.row("report.answer", &answer_words(reply));
        }
        if let Some(note) = &annotation.note {
            self.row("report.note", note);
        }
    }

    fn row(&mut self, key: &str, value: &str) {
        let value = shortened(value, CELL).replace('|', "\\|");
        writeln!(self.text, "| {} | {value} |", self.language.text(key)).unwrap_or_default();
    }

    fn answer(&mut self, reply: &Reply) {
        self.line(&format!("{}\n", answer_words(reply)));
        if reply.body.is_empty() {
            self.line(&self.language.text("report.empty"));
        } else {
            self.code(syntax(&reply.body), &String::from_utf8_lossy(&reply.body));
        }
        self.findings("report.lint", &reply.lint);
        if let Some(forwarded) = reply.forwarded.as_ref().filter(|forwarded| !forwarded.passed_on) {
            self.section("report.server");
            let status = forwarded.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
            self.line(&format!("{} · {status} · {} ms", inline(&forwarded.target), milliseconds(forwarded.elapsed)));
            let headers = forwarded.headers.iter().map(|(name, value)| format!("{name}: {}\n", header_text(value)));
            let head: String = headers.collect();
            self.code("http", &format!("{head}\n{}", String::from_utf8_lossy(&forwarded.body)));
            self.findings("report.lint", &forwarded.lint);
        }
    }

    fn findings<C: Coded>(&mut self, title: &str, findings: &[Finding<C>]) {
        if findings.is_empty() {
            return;
        }
        self.section(title);
        for finding in findings {
            let (message, remedy) = (finding.message(self.language), finding.remedy(self.language));
            let severity = self.language.text(&format!("severity.{}", finding.code.severity().as_str()));
            let line =
                format!("- **{severity}** `{}`: {} {}", finding.code.as_str(), safe_text(&message), safe_text(&remedy));
            self.line(line.trim_end());
        }
    }

    fn section(&mut self, key: &str) {
        writeln!(self.text, "\n### {}\n", self.language.text(key)).unwrap_or_default();
    }

    fn line(&mut self, text: &str) {
        writeln!(self.text, "{text}").unwrap_or_default();
    }

    /// A block of code, whose fence is longer than any in it.
    fn code(&mut self, syntax: &str, text: &str) {
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        writeln!(self.text, "{fence}{syntax}\n{}\n{fence}", text.trim_end_matches(['\r', '\n'])).unwrap_or_default();
    }
}

fn answer_words(reply: &Reply) -> String {
    let status = reply.status.map_or_else(|| reply.end.as_str().to_owned(), |status| status.to_string());
    let fault = reply.fault.map(|fault| format!(" · fault:{fault}")).unwrap_or_default();
    format!("{status} · {}{fault} · {} ms", reply.source.spelling(), milliseconds(reply.elapsed))
}

/// A value from outside within a line: as code, whatever backticks are in it.
fn inline(text: &str) -> String {
    format!("`{}`", shortened(text, CELL).replace('`', "'"))
}

fn syntax(body: &[u8]) -> &'static str {
    match Format::of(body) {
        Some(Format::Json) => "json",
        Some(Format::Xml) => "xml",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::*;
    use super::*;

    #[test]
    fn request_and_answer_are_one_document_whatever_is_in_them() {
        let body: &[u8] = b"<xml><MsgType>text</MsgType><Content>a ``` b | c</Content></xml>";
        let request = RawRequest {
            received_at: "2026-11-23T08:00:00.1Z".parse().unwrap(),
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx?nonce=a".to_owned(),
            headers: vec![("content-type".to_owned(), b"text/xml".to_vec())].into(),
            peer: "127.0.0.1".to_owned(),
            body: body.into(),
            body_length: body.len() as u64,
        };
        let capture = crate::inspect::inspect(request, &crate::account::Accounts::new(Vec::new(), None)).capture;
        let reply = Reply {
            status: Some(200),
            body: b"success".to_vec(),
            wire: None,
            source: ReplySource::Default,
            elapsed: Duration::from_micros(1900),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        };
        let placement = Placement { id: CaptureId(17), group: CaptureId(17), attempt: 1 };
        let annotation = Annotation::of(false, Some("a|b"));
        let stored = StoredCapture { placement, capture, reply: Some(reply), annotation };
        let report = event_report(&stored, &TimeZone::UTC, Language::English);
        assert!(report.starts_with("## `text` · #17\n"), "{report}");
        assert!(report.contains("| Note | a\\|b |"), "{report}");
        assert!(
            report.contains("````http\nPOST /wx?nonce=a HTTP/1.1\r\ncontent-type: text/xml\r\n\r\n<xml>"),
            "{report}"
        );
        assert!(report.contains("### Answer\n\n200 · default · 1.9 ms\n\n```\nsuccess\n```"), "{report}");
        let chinese = event_report(&stored, &TimeZone::UTC, Language::Chinese);
        assert!(chinese.contains("### 回复") && chinese.contains("| 备注 | a\\|b |"), "{chinese}");
    }
}
