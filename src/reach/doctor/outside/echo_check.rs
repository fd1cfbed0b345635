//! The handshake as the console makes it when a URL is saved: the exact `echostr`, each time, under WeChat's own name.

use std::time::Duration;

use super::super::{CheckName, CheckResult, DoctorCode};
use super::page_check::{Obstacle, get};
use super::public_url::PublicUrl;
use super::redirects::redirect;
use super::{OutsideCheck, intermediary, out_of_time};
use crate::account::Account;
use crate::capture::{ForwardProblem, OWN_HEADER, SentRequest, ServerAnswer};
use crate::sample;
use crate::texts::safe_text::shortened;
use crate::wechat::lint::{HttpResponse, LintCode, LintFinding, WECHAT_LIMIT_MS, lint_handshake};

/// The time that WeChat waits for the echo.
const ECHO_PATIENCE: Duration = Duration::from_millis(WECHAT_LIMIT_MS);

/// The time for a request that only tells causes apart.
const SECOND_PATIENCE: Duration = Duration::from_secs(3);

/// An echo that takes longer than this may take longer than WeChat waits the next time.
const NEAR_LIMIT: Duration = Duration::from_secs(3);

/// The name that WeChat's requests go by, and one that nobody refuses.
const WECHATS_AGENT: &str = "Mozilla/4.0";
const OTHER_AGENT: &str = concat!("menuscope/", env!("CARGO_PKG_VERSION"));

/// Characters of a wrong echo that are told.
const QUOTED: usize = 80;

/// Digits that an `echostr` has at least.
const ECHO_DIGITS: usize = 8;

/// A handshake with the text that has to come back.
struct SignedGet {
    request: SentRequest,
    echostr: String,
}

impl SignedGet {
    fn new(check: &OutsideCheck<'_>, url: &PublicUrl, account: &Account, agent: &str) -> Self {
        let (handshake, echostr) = sample::handshake(account, crate::clock::now());
        let mut request = get(url, &url.target.path_and_query("/", &handshake.query), agent);
        // Our own, or it would be taken for WeChat's where the latest handshake is shown.
        if let Some(accounts) = &check.found.accounts {
            let mark = accounts.own_mark().value("doctor", b"");
            request.headers.push((OWN_HEADER.to_owned(), mark.into_bytes()));
        }
        Self { request, echostr }
    }

    fn is_echoed_by(&self, answer: &ServerAnswer) -> bool {
        answer.status == Some(200) && answer.problem.is_none() && answer.body == self.echostr.as_bytes()
    }
}

/// Makes the handshake; tells also whether a POST to the same place makes sense.
pub(super) async fn check(
    check: &OutsideCheck<'_>,
    url: &PublicUrl,
    in_the_way: Option<Obstacle>,
) -> (CheckResult, bool) {
    let skipped = || (CheckResult::of(DoctorCode::HandshakeSkipped), false);
    let Some(account) = check.account(url) else { return skipped() };
    if check.is_over() {
        return (out_of_time(CheckName::Handshake), false);
    }
    let asked = SignedGet::new(check, url, account, WECHATS_AGENT);
    let Some(answer) = check.answer(&asked.request, &url.target, ECHO_PATIENCE + NEAR_LIMIT).await else {
        return (out_of_time(CheckName::Handshake), false);
    };
    let is_explained = |code| in_the_way.is_some_and(|obstacle| obstacle.explains(code, answer.status));
    if let Some(found) = redirect(url, &asked.request, &answer) {
        return if is_explained(Some(found.code)) { skipped() } else { (found.at(CheckName::Handshake), false) };
    }
    if matches!(answer.problem, Some(ForwardProblem::TooLate)) {
        let late = CheckResult::of(DoctorCode::EchoLate).with("seconds", ECHO_PATIENCE.as_secs());
        return (late, in_the_way.is_none());
    }
    if asked.is_echoed_by(&answer) {
        return (second_echo(check, url, account, &asked, &answer).await, true);
    }
    let obstacle = intermediary::recognise(&answer);
    if is_explained(obstacle.as_ref().map(|found| found.code)) {
        return skipped();
    }
    if is_answered_to_others(check, url, account, &answer).await {
        let status = answer.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        return (CheckResult::of(DoctorCode::AgentRefused).with("status", status), false);
    }
    match obstacle {
        Some(found) => (found.at(CheckName::Handshake).with("port", url.port), false),
        None => (judge(&answer, &asked.echostr), true),
    }
}

/// Asks once more: what answers from a cache gives back the first echo again.
async fn second_echo(
    check: &OutsideCheck<'_>,
    url: &PublicUrl,
    account: &Account,
    first: &SignedGet,
    answer: &ServerAnswer,
) -> CheckResult {
    let again = SignedGet::new(check, url, account, WECHATS_AGENT);
    if let Some(second) = check.answer(&again.request, &url.target, SECOND_PATIENCE).await
        && second.body == first.echostr.as_bytes()
    {
        return CheckResult::of(DoctorCode::EchoCached).with("text", &first.echostr);
    }
    let elapsed = answer.elapsed;
    let code = if elapsed > NEAR_LIMIT { DoctorCode::EchoNearLimit } else { DoctorCode::HandshakeOk };
    CheckResult::of(code).with("elapsed", elapsed.as_millis())
}

/// Tells whether the same handshake is answered well under another name.
async fn is_answered_to_others(
    check: &OutsideCheck<'_>,
    url: &PublicUrl,
    account: &Account,
    answer: &ServerAnswer,
) -> bool {
    // A wrong echo is wrong for everybody, and the page of a tunnel has its own name.
    let is_refused = match intermediary::recognise(answer) {
        Some(obstacle) => matches!(obstacle.code, DoctorCode::WafClosed | DoctorCode::WafBlocked),
        None => answer.status.is_some_and(|status| status >= 400),
    };
    if !is_refused {
        return false;
    }
    let other = SignedGet::new(check, url, account, OTHER_AGENT);
    let answer = check.answer(&other.request, &url.target, SECOND_PATIENCE).await;
    answer.is_some_and(|answer| other.is_echoed_by(&answer))
}

/// The result of an answer that is not the echo.
fn judge(answer: &ServerAnswer, echostr: &str) -> CheckResult {
    let status = answer.status.unwrap_or_default();
    let elapsed_ms = Some(answer.elapsed.as_millis() as u64);
    let report = lint_handshake(&HttpResponse { status, body: &answer.body, elapsed_ms }, echostr);
    if let Some(encoding) = answer.content_encoding().filter(|_| status == 200) {
        return CheckResult::of(DoctorCode::EchoCompressed).with("encoding", shortened(&encoding, QUOTED));
    }
    if is_utf16_of(&answer.body, echostr) {
        return CheckResult::of(DoctorCode::EchoUtf16);
    }
    let text = String::from_utf8_lossy(&answer.body);
    let text = shortened(text.trim(), QUOTED);
    let name = report.findings.first().map(name_of).unwrap_or_default();
    let code = report.findings.first().map_or(DoctorCode::EchoDiffers, |finding| code_of(finding.code));
    let is_number = text.len() >= ECHO_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    let code = if code == DoctorCode::EchoDiffers && is_number { DoctorCode::EchoCached } else { code };
    CheckResult::of(code).with("status", status).with("text", text).with("name", name)
}

/// Tells whether these bytes are that text in UTF-16, of either order, with a mark or without.
fn is_utf16_of(body: &[u8], text: &str) -> bool {
    let is_it = |unit: fn([u8; 2]) -> u16| {
        let units = body.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let read: String = char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        read.trim_start_matches('\u{feff}').trim() == text
    };
    is_it(u16::from_le_bytes) || is_it(u16::from_be_bytes)
}

/// The maker of a page that the lint knows.
fn name_of(finding: &LintFinding) -> String {
    let name = finding.details.iter().find(|(name, _)| name == "name");
    name.map_or_else(|| "HTML".to_owned(), |(_, value)| value.clone())
}

fn code_of(code: LintCode) -> DoctorCode {
    match code {
        LintCode::EchoQuoted => DoctorCode::EchoQuoted,
        LintCode::Bom => DoctorCode::EchoBom,
        LintCode::EchoWhite => DoctorCode::EchoWhite,
        LintCode::EchoMissing => DoctorCode::EchoMissing,
        LintCode::EchoInJson => DoctorCode::EchoInJson,
        LintCode::EchoRounded => DoctorCode::EchoRounded,
        LintCode::EchoNotAlone | LintCode::PhpOutput | LintCode::DebugBar | LintCode::HtmlAfter => {
            DoctorCode::EchoNotAlone
        }
        LintCode::EchoRefused => DoctorCode::EchoRefused,
        LintCode::EchoLate => DoctorCode::EchoLate,
        LintCode::StatusError | LintCode::StatusNot200 | LintCode::Redirect => DoctorCode::EchoStatus,
        LintCode::HtmlPage | LintCode::ErrorPage | LintCode::LoginPage | LintCode::TunnelPage => DoctorCode::EchoHtml,
        _ => DoctorCode::EchoDiffers,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const ECHO: &str = "4375120948345356249";

    fn judged(status: u16, body: &str) -> &'static str {
        let answer = ServerAnswer {
            status: Some(status),
            body: Bytes::copy_from_slice(body.as_bytes()),
            ..ServerAnswer::unsent(String::new(), ForwardProblem::Status)
        };
        judge(&answer, ECHO).code.as_str()
    }

    #[test]
    fn each_way_to_spoil_the_echo_has_its_code() {
        for (status, body, expected) in [
            (200, format!("\"{ECHO}\""), "echo-quoted"),
            (200, format!("\u{feff}{ECHO}"), "echo-bom"),
            (200, format!("{ECHO}\n"), "echo-white"),
            (200, String::new(), "echo-missing"),
            (200, "<!doctype html><html></html>".to_owned(), "echo-html"),
            (200, "4375120948345356000".to_owned(), "echo-rounded"),
            (200, format!("{{\"echostr\":\"{ECHO}\"}}"), "echo-in-json"),
            (200, format!("ok {ECHO}"), "echo-not-alone"),
            (200, "1111111111111111111".to_owned(), "echo-cached"),
            (200, "success".to_owned(), "echo-differs"),
            (403, String::new(), "echo-refused"),
            (500, String::new(), "echo-status"),
        ] {
            assert_eq!(judged(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn utf16_and_compression_are_named() {
        let units: Vec<u16> = format!("\u{feff}{ECHO}").encode_utf16().collect();
        for (skip, to) in [(0, u16::to_le_bytes as fn(u16) -> [u8; 2]), (1, u16::to_le_bytes), (0, u16::to_be_bytes)] {
            let body: Vec<u8> = units[skip..].iter().flat_map(|unit| to(*unit)).collect();
            let answer = ServerAnswer {
                status: Some(200),
                body: body.into(),
                ..ServerAnswer::unsent(String::new(), ForwardProblem::Status)
            };
            assert_eq!(judge(&answer, ECHO).code.as_str(), "echo-utf16");
        }
        let answer = |encoding: &str| ServerAnswer {
            status: Some(200),
            headers: vec![("content-encoding".to_owned(), encoding.as_bytes().to_vec())],
            body: Bytes::from_static(b"\x1f\x8b\x08"),
            ..ServerAnswer::unsent(String::new(), ForwardProblem::Status)
        };
        let found = judge(&answer("gzip"), ECHO);
        assert_eq!(found.code.as_str(), "echo-compressed");
        for language in crate::texts::Language::ALL {
            assert!(found.message(language).contains("Content-Encoding: gzip"), "{}", found.message(language));
        }
        assert_eq!(judge(&answer("identity"), ECHO).code.as_str(), "echo-differs");
    }
}
