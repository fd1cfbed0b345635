//! A plain GET, as a person's browser would make it: a redirect, a page of something in the way, or the listener's own.

use bytes::Bytes;

use super::super::network::OUR_PAGE;
use super::super::{CheckName, CheckResult, DoctorCode};
use super::public_url::PublicUrl;
use super::redirects::{self, redirect};
use super::{OutsideCheck, PAGE_PATIENCE, intermediary, out_of_time};
use crate::capture::{SentRequest, ServerAnswer};
use crate::texts::safe_text::shortened;

/// The name that this request goes by: one that no firewall knows, unlike WeChat's own.
const OWN_AGENT: &str = concat!("menuscope/", env!("CARGO_PKG_VERSION"));

/// Characters of another program's page that are told.
const QUOTED: usize = 80;

/// The results of the plain GET.
pub(super) struct PageOutcome {
    pub(super) redirect: CheckResult,
    pub(super) page: CheckResult,
    /// The obstacle in the way of every request, if there is one.
    pub(super) in_the_way: Option<Obstacle>,
}

/// Something in the way, by its code and the status of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) code: DoctorCode,
    pub(super) status: Option<u16>,
}

impl Obstacle {
    /// Tells whether another answer has the same cause, which is told once.
    pub(super) fn explains(self, code: Option<DoctorCode>, status: Option<u16>) -> bool {
        match (code, status) {
            (Some(code), _) => code == self.code || (redirects::is_redirect(code) && redirects::is_redirect(self.code)),
            (None, Some(status)) if is_refusal(status) => self.code == DoctorCode::AccessRefused,
            (None, Some(status)) => status >= FIRST_ERROR && self.status == Some(status),
            (None, None) => false,
        }
    }
}

/// The first status that is an error.
const FIRST_ERROR: u16 = 400;

/// Tells whether a status refuses the request because of who makes it.
pub(super) fn is_refusal(status: u16) -> bool {
    matches!(status, 401 | 403 | 407)
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
    let status = answer.status;
    if let Some(mut redirect) = redirect(url, &request, &answer) {
        let may_circle = matches!(redirect.code, DoctorCode::RedirectSlash | DoctorCode::RedirectElsewhere);
        if may_circle && redirects::is_circle(check, url, request, answer).await {
            redirect.code = DoctorCode::RedirectLoop;
        }
        let page = CheckResult::of(DoctorCode::PageSkipped);
        return PageOutcome { in_the_way: Some(Obstacle { code: redirect.code, status }), redirect, page };
    }
    let code = if answer.status.is_some() { DoctorCode::RedirectNone } else { DoctorCode::RedirectSkipped };
    let page = intermediary::recognise(&answer).unwrap_or_else(|| judge(url, &answer)).with("port", url.port);
    let in_the_way = page.is_failure().then_some(Obstacle { code: page.code, status });
    PageOutcome { redirect: CheckResult::of(code), page, in_the_way }
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

/// The result of an answer that comes from nothing known in the way.
fn judge(url: &PublicUrl, answer: &ServerAnswer) -> CheckResult {
    let status = answer.status.unwrap_or_default();
    let text = String::from_utf8_lossy(&answer.body);
    match status {
        status if is_refusal(status) => CheckResult::of(DoctorCode::AccessRefused).with("status", status),
        200 if text.contains(OUR_PAGE) => CheckResult::of(DoctorCode::PageOk).with("url", url.shown()),
        404 | 410 => CheckResult::of(DoctorCode::NotFound).with("status", status),
        500..=599 => CheckResult::of(DoctorCode::ServerError).with("status", status),
        _ => {
            let quoted = shortened(text.trim(), QUOTED);
            CheckResult::of(DoctorCode::PageOther).with("status", status).with("text", quoted)
        }
    }
}
