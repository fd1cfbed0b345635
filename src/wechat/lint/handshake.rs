//! Checks the answer to a handshake: the `echostr`, exactly, with nothing before or after it.

use super::findings::{Findings, quoted};
use super::{HttpResponse, LintCode, LintFinding, Outcome, Report, transport};
use crate::wechat::tree::BOM;

/// Checks the answer to a handshake with that `echostr`. `is_chunked` tells that it came in chunks, without a length.
pub fn lint_handshake(response: &HttpResponse<'_>, echostr: &[u8], is_chunked: bool) -> Report {
    let mut findings = Findings::over(response.body);
    transport::check(response, &mut findings);
    if is_chunked {
        findings.add(LintFinding::new(LintCode::EchoChunked));
    }
    // The body of a redirect or of an error is nobody's echo.
    if (200..300).contains(&response.status) {
        findings.list_echo(response.body, echostr);
    }
    Report { findings: findings.into_sorted(), outcome: Outcome::Nothing, reply: None }
}

impl Findings<'_> {
    fn list_echo(&mut self, body: &[u8], echostr: &[u8]) {
        let without_bom = body.strip_prefix(BOM);
        let trimmed = without_bom.unwrap_or(body).trim_ascii();
        let inside = [b'"', b'\''].into_iter().find_map(|quote| trimmed.strip_prefix(&[quote])?.strip_suffix(&[quote]));
        if body == echostr {
            return;
        }
        if inside.unwrap_or(trimmed) != echostr {
            let [expected, found] = [echostr, body].map(|bytes| quoted(&String::from_utf8_lossy(bytes)));
            self.add(LintFinding::new(LintCode::EchoDiffers).with("expected", expected).with("found", found));
            return;
        }
        if without_bom.is_some() {
            self.add_at(LintFinding::new(LintCode::EchoBom), 0..BOM.len());
        }
        if trimmed.len() != without_bom.unwrap_or(body).len() {
            self.add(LintFinding::new(LintCode::EchoWhite));
        }
        if inside.is_some() {
            self.add(LintFinding::new(LintCode::EchoQuoted));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(status: u16, body: &[u8], is_chunked: bool) -> Vec<&'static str> {
        let response = HttpResponse { status, body, elapsed_ms: Some(12) };
        let report = lint_handshake(&response, b"4375120948345356249", is_chunked);
        report.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    #[test]
    fn only_the_echostr_itself_is_right() {
        assert!(codes(200, b"4375120948345356249", false).is_empty());
        for (body, expected) in [
            (&b"\xEF\xBB\xBF4375120948345356249"[..], &["echo-bom"][..]),
            (b"4375120948345356249\n", &["echo-white"]),
            (b"\"4375120948345356249\"", &["echo-quoted"]),
            (b"\xEF\xBB\xBF\"4375120948345356249\"\n", &["echo-white", "echo-quoted", "echo-bom"]),
            (b"success", &["echo-differs"]),
            (b"", &["echo-differs"]),
        ] {
            assert_eq!(codes(200, body, false), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_redirect_and_an_error_are_named_and_chunks_are_noted() {
        assert_eq!(codes(302, b"", false), ["redirect"]);
        assert_eq!(codes(500, b"<html>", false), ["status-error"]);
        assert_eq!(codes(200, b"4375120948345356249", true), ["echo-chunked"]);
    }

    #[test]
    fn a_long_page_is_quoted_by_its_beginning() {
        let body = [b"<!DOCTYPE html>", &[b'a'; 9_000][..]].concat();
        let response = HttpResponse { status: 200, body: &body, elapsed_ms: None };
        let report = lint_handshake(&response, b"1", false);
        assert!(report.findings[0].details.iter().all(|(_, value)| value.chars().count() < 100));
    }
}
