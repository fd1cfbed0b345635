//! Checks the response to a handshake as the console does: the exact `echostr`, and nothing else.

use super::findings::{Findings, quoted};
use super::{
    HttpResponse, LintCode, LintFinding, Outcome, Report, WECHAT_LIMIT_MS, error_output, html_page, transport,
};
use crate::wechat::tree::bom_of;

/// Statuses with which servers refuse a signature.
const REFUSED: [u16; 2] = [401, 403];

const QUOTES: [char; 2] = ['"', '\''];

/// Checks the response to the GET with that `echostr`.
pub fn lint_handshake(response: &HttpResponse<'_>, echostr: &str) -> Report {
    let mut findings = Findings::over(response.body);
    if let Some(elapsed) = response.elapsed_ms.filter(|elapsed| *elapsed > WECHAT_LIMIT_MS) {
        findings.add(echo_late(elapsed));
    }
    if REFUSED.contains(&response.status) {
        findings.add(LintFinding::new(LintCode::EchoRefused).with("status", response.status));
    } else {
        transport::check_status(response.status, &mut findings);
        // What comes with an error or a redirect is not read.
        if (200..300).contains(&response.status) && response.body != echostr.as_bytes() {
            report_echo(response.body, echostr, &mut findings);
        }
    }
    let outcome = if findings.has_error() { Outcome::NotVerified } else { Outcome::Verified };
    Report { findings: findings.into_sorted(), outcome, reply: None }
}

/// The finding about an echo that had not come after `elapsed` milliseconds.
pub fn echo_late(elapsed: u64) -> LintFinding {
    LintFinding::new(LintCode::EchoLate).with("elapsed", elapsed).with("limit", WECHAT_LIMIT_MS)
}

/// Reports what stands in place of the `echostr`, or around it.
fn report_echo(body: &[u8], echostr: &str, findings: &mut Findings<'_>) {
    let all = 0..body.len();
    let Ok(text) = std::str::from_utf8(body) else {
        if !html_page::report_page(body, findings) {
            findings.add_at(LintFinding::new(LintCode::NotUtf8), all);
        }
        return;
    };
    let shown = text.trim_matches(|character: char| character == '\u{FEFF}' || character.is_whitespace());
    let bare = shown.trim_matches(QUOTES).trim();
    if bare == echostr {
        if let Some(at) = text.find('\u{FEFF}') {
            findings.add_at(LintFinding::new(LintCode::Bom), at..at + bom_of(&body[at..]));
        }
        if text.replacen(echostr, "", 1).chars().any(char::is_whitespace) {
            findings.add_at(LintFinding::new(LintCode::EchoWhite), all.clone());
        }
        if shown != bare {
            findings.add_at(LintFinding::new(LintCode::EchoQuoted), all.clone());
        }
        // A blank of another alphabet.
        if !findings.has_error() {
            findings.add_at(LintFinding::new(LintCode::EchoWhite), all);
        }
        return;
    }
    if shown.is_empty() {
        findings.add_at(LintFinding::new(LintCode::EchoMissing), all);
    } else if !html_page::report_page(body, findings) {
        findings.add_at(other_text(shown, bare, body, echostr), all);
    }
}

fn other_text(shown: &str, bare: &str, body: &[u8], echostr: &str) -> LintFinding {
    let holds_echo = shown.contains(echostr);
    let code = match () {
        () if holds_echo && shown.starts_with(['{', '[']) => LintCode::EchoInJson,
        () if is_rounded(bare, echostr) => LintCode::EchoRounded,
        () if holds_echo => LintCode::EchoNotAlone,
        () => LintCode::EchoDiffers,
    };
    let output = matches!(code, LintCode::EchoNotAlone | LintCode::EchoDiffers)
        .then(|| error_output::known_output(&html_page::body_start(body)));
    output.flatten().unwrap_or_else(|| LintFinding::new(code).with("text", quoted(shown)))
}

/// Tells whether a text is the `echostr` after a way through a floating-point number.
fn is_rounded(text: &str, echostr: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number != 0.0);
    // Printed in full, JavaScript keeps 16 or 17 digits; other languages write an exponent with six.
    let is_near = |one: f64, other: f64| ((one - other) / other).abs() < 1e-5;
    let written_so = text.len() == echostr.len() || text.contains(['e', 'E']);
    written_so && matches!((number(text), number(echostr)), (Some(one), Some(other)) if is_near(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_lost_its_last_digits_is_recognised_and_no_other_number() {
        for rounded in ["4375120948345356300", "4.375120948345356e+18", "4.37512e+18", "4375120948345356288"] {
            assert!(is_rounded(rounded, "4375120948345356249"), "{rounded}");
        }
        for other in ["4375", "success", "9375120948345356249", "0", ""] {
            assert!(!is_rounded(other, "4375120948345356249"), "{other}");
        }
    }
}
