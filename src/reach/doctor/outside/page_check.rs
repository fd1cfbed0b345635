//! A plain GET, as a person's browser would make it: a redirect, a page of something in the way, or the listener's own.

use bytes::Bytes;

use super::super::network::OUR_PAGE;
use super::super::{CheckName, CheckResult, DoctorCode};
use super::public_url::PublicUrl;
use super::{OutsideCheck, PAGE_PATIENCE, intermediary, out_of_time};
use crate::capture::{ForwardProblem, SentRequest, ServerAnswer};
use crate::texts::safe_text::shortened;

/// The name that this request goes by: one that no firewall knows, unlike WeChat's own.
const OWN_AGENT: &str = concat!("menuscope/", env!("CARGO_PKG_VERSION"));

/// Characters of another program's page that are told.
const QUOTED: usize = 80;

/// The results of the plain GET.
pub(super) struct PageOutcome {
    pub(super) redirect: CheckResult,
    pub(super) page: CheckResult,
    /// The code of what stands in the way of every request, if something does.
    pub(super) in_the_way: Option<DoctorCode>,
}

/// Makes the GET, and judges what comes.
pub(super) async fn check(check: &OutsideCheck<'_>, url: &PublicUrl) -> PageOutcome {
    let request = get(url, &url.target.path_and_query("/", ""), OWN_AGENT);
    let Some(answer) = check.answer(&request, &url.target, PAGE_PATIENCE).await else {
        let page = if check.is_over() {
            out_of_time(CheckName::Page)
        } else {
            CheckResult::of(DoctorCode::NoAnswer).with("seconds", PAGE_PATIENCE.as_secs())
        };
        return PageOutcome { redirect: CheckResult::of(DoctorCode::RedirectSkipped), page, in_the_way: None };
    };
    if let Some(redirect) = redirect(url, &answer) {
        let page = CheckResult::of(DoctorCode::PageSkipped);
        return PageOutcome { in_the_way: Some(redirect.code), redirect, page };
    }
    let code = if answer.status.is_some() { DoctorCode::RedirectNone } else { DoctorCode::RedirectSkipped };
    let in_the_way = intermediary::recognise(&answer);
    let page = in_the_way.clone().unwrap_or_else(|| judge(url, &answer)).with("port", url.port);
    PageOutcome { redirect: CheckResult::of(code), page, in_the_way: in_the_way.map(|result| result.code) }
}

/// A GET by that name.
pub(super) fn get(url: &PublicUrl, path_and_query: &str, agent: &str) -> SentRequest {
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    SentRequest {
        method: "GET".to_owned(),
        target: path_and_query.to_owned(),
        headers: vec![
            header("host", url.target.authority()),
            header("user-agent", agent),
            header("accept", "*/*"),
            header("cache-control", "no-cache"),
        ],
        body: Bytes::new(),
    }
}

/// The result where the answer is a redirect, which WeChat does not follow.
pub(super) fn redirect(url: &PublicUrl, answer: &ServerAnswer) -> Option<CheckResult> {
    let Some(ForwardProblem::Redirect { location }) = &answer.problem else { return None };
    let asked = url.target.as_str().split('#').next().unwrap_or_default();
    let absolute = if location.starts_with('/') && !location.starts_with("//") {
        url.target.whole(location)
    } else {
        location.clone()
    };
    let by_tls = asked.replacen("http://", "https://", 1);
    let same = |one: &str, other: &str| one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'));
    let code = if same(&absolute, asked) {
        DoctorCode::RedirectLoop
    } else if !url.is_secure && same(&absolute, &by_tls) {
        DoctorCode::RedirectHttps
    } else {
        DoctorCode::RedirectElsewhere
    };
    Some(CheckResult::of(code).with("location", location))
}

/// The result of an answer that comes from nothing known in the way.
fn judge(url: &PublicUrl, answer: &ServerAnswer) -> CheckResult {
    let status = answer.status.unwrap_or_default();
    let text = String::from_utf8_lossy(&answer.body);
    match status {
        200 if text.contains(OUR_PAGE) => CheckResult::of(DoctorCode::PageOk).with("url", url.shown()),
        404 | 410 => CheckResult::of(DoctorCode::NotFound).with("status", status),
        500..=599 => CheckResult::of(DoctorCode::ServerError).with("status", status),
        _ => {
            let quoted = shortened(text.trim(), QUOTED);
            CheckResult::of(DoctorCode::PageOther).with("status", status).with("text", quoted)
        }
    }
}
