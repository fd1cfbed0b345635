//! Answers of what stands between WeChat and the listener: tunnels, firewalls, proxies, providers.

use super::super::{CheckResult, DoctorCode};
use crate::capture::{ForwardProblem, ServerAnswer};
use crate::wechat::lint::WECHAT_LIMIT_MS;

/// The part of a page that is searched, in bytes: the marks of its maker are near the beginning.
const LOOKED_AT: usize = 64 << 10;

/// The status with which nginx closes a connection without an answer, which some firewalls send instead.
const NGINX_CLOSED: u16 = 444;

/// Cloudflare's status for errors of its own network, such as a tunnel that nobody has connected.
const CLOUDFLARE_ORIGIN: u16 = 530;

/// Cloudflare's statuses for errors of the server behind it.
const CLOUDFLARE_ERRORS: std::ops::RangeInclusive<u16> = 520..=527;

/// Statuses of proxies that do not reach the server behind them.
const UPSTREAM_STATUSES: [u16; 3] = [502, 503, 504];

/// The status of a request that comes back to where it came from.
const LOOP_STATUS: u16 = 508;

/// Pages of tunnels, by marks in lower case that all have to be there.
const TUNNELS: [(DoctorCode, &str, &[&str]); 15] = [
    (DoctorCode::LocaltunnelPassword, "localtunnel", &["tunnel password"]),
    (DoctorCode::LocaltunnelPassword, "localtunnel", &["tunnel website ahead"]),
    (DoctorCode::LocaltunnelOffline, "localtunnel", &["tunnel unavailable"]),
    (DoctorCode::LocaltunnelOffline, "localtunnel", &["localtunnel"]),
    (DoctorCode::FrpNotFound, "frp", &["faithfully yours, frp"]),
    (DoctorCode::NatappPage, "NATAPP", &["natapp"]),
    (DoctorCode::CpolarPage, "cpolar", &["cpolar"]),
    (DoctorCode::OrayPage, "花生壳", &["花生壳"]),
    (DoctorCode::OrayPage, "花生壳", &["oray.com"]),
    (DoctorCode::TunnelPage, "localhost.run", &["no tunnel here"]),
    (DoctorCode::TunnelPage, "serveo", &["serveo"]),
    (DoctorCode::TunnelPage, "pinggy", &["pinggy"]),
    (DoctorCode::TunnelPage, "Dev Tunnels", &["devtunnels"]),
    (DoctorCode::TunnelPage, "zrok", &["zrok"]),
    // Servers of the first ngrok, of which many are offered in China.
    (DoctorCode::TunnelPage, "ngrok 1", &["tunnel ", " not found"]),
];

/// Pages and cookies of firewalls that ask for a proof that the visitor is a browser.
const CHALLENGES: [(&str, &[&str]); 9] = [
    ("阿里云 WAF", &["acw_sc__v2"]),
    ("加速乐", &["__jsl_clearance"]),
    ("云锁", &["yunsuo_session"]),
    ("360 网站卫士", &["wzws-waf-cgi"]),
    ("EdgeOne", &["eo_bot"]),
    ("腾讯云验证码", &["captcha.qcloud.com"]),
    ("AWS WAF", &["awswafcookie"]),
    ("Imperva", &["_incapsula_resource"]),
    ("DDoS-Guard", &["ddos-guard"]),
];

/// Pages of firewalls that block a request.
const BLOCKS: [(&str, &[&str]); 7] = [
    ("阿里云 WAF", &["errors.aliyun.com"]),
    ("宝塔", &["已被网站管理员设置拦截"]),
    ("宝塔", &["btwaf"]),
    ("安全狗", &["safedog"]),
    ("腾讯云 WAF", &["waf.tencent-cloud.com"]),
    ("ModSecurity", &["mod_security"]),
    ("Sucuri", &["sucuri"]),
];

/// Pages of providers that block names without a filing.
const UNFILED: [&str; 6] =
    ["未备案", "未完成备案", "未进行备案", "webblock", "non-compliance icp filing", "icp filing is required"];

/// Answers to plain http at a port that speaks TLS.
const PLAIN_AT_TLS: [&str; 3] =
    ["plain http request was sent to https port", "client sent an http request to an https server", "requires tls"];

/// An answer as the marks are looked for in it, in lower case.
struct AnswerText<'a> {
    answer: &'a ServerAnswer,
    status: u16,
    body: String,
    headers: String,
}

impl<'a> AnswerText<'a> {
    /// The text of an answer that came with a status.
    fn of(answer: &'a ServerAnswer) -> Option<Self> {
        let status = answer.status?;
        let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(LOOKED_AT)]).to_lowercase();
        let lines = answer.headers.iter().map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value)));
        Some(Self { answer, status, body, headers: lines.collect::<String>().to_lowercase() })
    }

    fn holds(&self, mark: &str) -> bool {
        self.body.contains(mark) || self.headers.contains(mark)
    }

    fn holds_all(&self, marks: &[&str]) -> bool {
        marks.iter().all(|mark| self.holds(mark))
    }
}

/// Recognises the answer of something in the way, whatever was asked. `None`: it may be the listener's.
pub(super) fn recognise(answer: &ServerAnswer) -> Option<CheckResult> {
    let Some(text) = AnswerText::of(answer) else { return Some(silence(answer)) };
    if let Some(ForwardProblem::Broken { cause }) = &answer.problem {
        return Some(CheckResult::of(DoctorCode::AnswerBroken).with("cause", cause));
    }
    if let Some(ForwardProblem::TooLate) = &answer.problem {
        return Some(no_answer());
    }
    ngrok(&text)
        .or_else(|| cloudflare(&text))
        .or_else(|| known_mark(&text))
        .or_else(|| by_status(&text))
        .map(|result| result.with("status", text.status))
}

/// No head of an answer came.
fn silence(answer: &ServerAnswer) -> CheckResult {
    match &answer.problem {
        Some(ForwardProblem::Broken { cause }) if is_malformed(cause) => {
            CheckResult::of(DoctorCode::NotHttp).with("cause", cause)
        }
        Some(ForwardProblem::Broken { cause }) if cause.contains("too large") => {
            CheckResult::of(DoctorCode::HeadTooLarge).with("cause", cause)
        }
        Some(ForwardProblem::Broken { cause }) => {
            CheckResult::of(DoctorCode::WafClosed).with("cause", cause).with("status", "-")
        }
        Some(ForwardProblem::Unreachable { cause } | ForwardProblem::Unresolved { cause }) => {
            CheckResult::of(DoctorCode::AnswerBroken).with("cause", cause)
        }
        _ => no_answer(),
    }
}

/// The HTTP library tells what it could not read; its types do not.
fn is_malformed(cause: &str) -> bool {
    cause.contains("parsed") || cause.contains("invalid HTTP")
}

fn no_answer() -> CheckResult {
    CheckResult::of(DoctorCode::NoAnswer).with("seconds", WECHAT_LIMIT_MS / 1000)
}

fn ngrok(text: &AnswerText<'_>) -> Option<CheckResult> {
    let warns = text.holds("you are about to visit") && text.holds("ngrok");
    let code = [&text.headers, &text.body].into_iter().find_map(|part| {
        let (_, number) = part.split_once("err_ngrok_")?;
        Some(number.chars().take_while(char::is_ascii_digit).collect::<String>())
    });
    let name = code.as_ref().map_or_else(|| "ngrok".to_owned(), |number| format!("ERR_NGROK_{number}"));
    let found = match code.as_deref() {
        _ if warns => DoctorCode::NgrokInterstitial,
        Some("6024") => DoctorCode::NgrokInterstitial,
        // No endpoint, or none that is online.
        Some("3200" | "3208" | "3801") => DoctorCode::NgrokOffline,
        // The agent is there, and what it should forward to is not.
        Some("8012" | "3004" | "8011") => DoctorCode::NgrokUpstream,
        Some(_) => DoctorCode::NgrokError,
        None if text.holds("ngrok") && text.holds("is offline") => DoctorCode::NgrokOffline,
        None => return None,
    };
    Some(CheckResult::of(found).with("name", name))
}

fn cloudflare(text: &AnswerText<'_>) -> Option<CheckResult> {
    let is_theirs = text.headers.contains("server: cloudflare") || text.body.contains("cloudflare");
    let challenges = text.holds("cf-mitigated: challenge") || text.holds("challenges.cloudflare.com");
    let is_offline = text.status == CLOUDFLARE_ORIGIN || text.body.contains("error code: 1033");
    let found = match text.status {
        _ if is_offline => DoctorCode::CloudflareOffline,
        _ if challenges || (is_theirs && text.body.contains("just a moment")) => DoctorCode::CloudflareChallenge,
        502 | 503 if is_theirs => DoctorCode::CloudflareUpstream,
        status if CLOUDFLARE_ERRORS.contains(&status) && !text.holds("__jsl_clearance") => DoctorCode::CloudflareError,
        status if is_theirs && status >= 400 && text.holds("error code: ") => DoctorCode::CloudflareError,
        403 if is_theirs && text.holds("attention required") => DoctorCode::CloudflareError,
        _ => return None,
    };
    Some(CheckResult::of(found))
}

fn known_mark(text: &AnswerText<'_>) -> Option<CheckResult> {
    if text.status == NGINX_CLOSED {
        return Some(CheckResult::of(DoctorCode::WafClosed).with("cause", NGINX_CLOSED));
    }
    if PLAIN_AT_TLS.iter().any(|mark| text.body.contains(mark)) {
        return Some(CheckResult::of(DoctorCode::PlainToTls));
    }
    if UNFILED.iter().any(|mark| text.body.contains(mark)) {
        return Some(CheckResult::of(DoctorCode::IcpBlocked));
    }
    let tunnel = TUNNELS.iter().find(|(_, _, marks)| marks.iter().all(|mark| text.body.contains(mark)));
    if let Some((code, name, _)) = tunnel {
        return Some(CheckResult::of(*code).with("name", name));
    }
    if let Some((name, _)) = CHALLENGES.iter().find(|(_, marks)| text.holds_all(marks)) {
        return Some(CheckResult::of(DoctorCode::WafChallenge).with("name", name));
    }
    let blocked = BLOCKS.iter().find(|(_, marks)| text.holds_all(marks));
    if let Some((name, _)) = blocked {
        return Some(CheckResult::of(DoctorCode::WafBlocked).with("name", name));
    }
    let asks = text.headers.contains("www-authenticate: ") && text.status == 401;
    let is_form = text.body.contains("<form") && text.body.contains("type=\"password\"");
    (asks || is_form).then(|| CheckResult::of(DoctorCode::LoginWall))
}

fn by_status(text: &AnswerText<'_>) -> Option<CheckResult> {
    match text.status {
        LOOP_STATUS => Some(CheckResult::of(DoctorCode::RouteLoop)),
        // A listener says so itself, without a page, where it cannot write.
        503 if text.answer.body.is_empty() && text.headers.contains("nosniff") => None,
        status if UPSTREAM_STATUSES.contains(&status) => Some(CheckResult::of(DoctorCode::UpstreamDown)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;

    fn code(status: u16, headers: &[(&str, &str)], body: &'static str) -> Option<&'static str> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let answer = ServerAnswer {
            status: Some(status),
            headers: headers.collect(),
            body: Bytes::from_static(body.as_bytes()),
            elapsed: Duration::from_millis(10),
            ..ServerAnswer::unsent(String::new(), ForwardProblem::Status)
        };
        recognise(&answer).map(|result| result.code.as_str())
    }

    #[test]
    fn pages_of_tunnels_are_told_apart() {
        let html = "text/html";
        for (status, headers, body, expected) in [
            (
                200,
                vec![("content-type", html)],
                "<html>You are about to visit: x.ngrok-free.app … ngrok.com",
                "ngrok-interstitial",
            ),
            (404, vec![("ngrok-error-code", "ERR_NGROK_3200")], "", "ngrok-offline"),
            (
                502,
                vec![],
                "<html>ERR_NGROK_8012 Traffic was successfully tunneled to the ngrok agent",
                "ngrok-upstream",
            ),
            (403, vec![], "ERR_NGROK_108", "ngrok-error"),
            (
                401,
                vec![],
                "<html>To access the website, please enter the tunnel password below.",
                "localtunnel-password",
            ),
            (503, vec![], "503 - Tunnel Unavailable", "localtunnel-offline"),
            (530, vec![("server", "cloudflare")], "error code: 1033", "cloudflare-offline"),
            (502, vec![("server", "cloudflare")], "error code: 502", "cloudflare-upstream"),
            (403, vec![("cf-mitigated", "challenge")], "<html>Just a moment...", "cloudflare-challenge"),
            (521, vec![("server", "cloudflare")], "error code: 521", "cloudflare-error"),
            (404, vec![], "<html>The page you requested was not found. Faithfully yours, frp.", "frp-not-found"),
            (404, vec![], "<html><title>NATAPP</title>", "natapp-page"),
            (404, vec![], "<html>cpolar: tunnel not found", "cpolar-page"),
            (404, vec![], "<html>花生壳 域名未绑定", "oray-page"),
            (404, vec![], "Tunnel a.example.com not found", "tunnel-page"),
            (503, vec![], "no tunnel here :(", "tunnel-page"),
        ] {
            assert_eq!(code(status, &headers, body), Some(expected), "{status} {body}");
        }
    }

    #[test]
    fn firewalls_providers_and_proxies_are_told_apart() {
        for (status, headers, body, expected) in [
            (444, vec![], "", "waf-closed"),
            (200, vec![], "<html><script>var arg1='…';acw_sc__v2", "waf-challenge"),
            (521, vec![("set-cookie", "__jsl_clearance_s=1")], "<script>", "waf-challenge"),
            (405, vec![], "<html>https://errors.aliyun.com/", "waf-blocked"),
            (403, vec![], "<html>该网站未备案", "icp-blocked"),
            (401, vec![("www-authenticate", "Basic realm=\"x\"")], "", "login-wall"),
            (200, vec![], "<form><input type=\"password\"></form>", "login-wall"),
            (400, vec![], "<html>The plain HTTP request was sent to HTTPS port", "plain-to-tls"),
            (502, vec![], "<center>nginx</center>", "upstream-down"),
            (504, vec![], "", "upstream-down"),
            (508, vec![], "", "route-loop"),
        ] {
            assert_eq!(code(status, &headers, body), Some(expected), "{status} {body}");
        }
    }

    #[test]
    fn an_answer_that_may_be_the_listeners_is_nobodys() {
        let ours = [("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")];
        for (status, body) in [
            (200, "menuscope is listening here for WeChat's callbacks."),
            (200, "4375120948345356249"),
            (200, "success"),
            (403, ""),
            (503, ""),
            (404, "<html>nothing here"),
        ] {
            assert_eq!(code(status, &ours, body), None, "{status} {body}");
        }
    }

    #[test]
    fn silence_is_told_apart_by_its_reason() {
        let silent = |problem| {
            let answer = ServerAnswer::unsent(String::new(), problem);
            recognise(&answer).unwrap().code.as_str()
        };
        let broken = |cause: &str| silent(ForwardProblem::Broken { cause: cause.to_owned() });
        assert_eq!(broken("connection closed before message completed"), "waf-closed");
        assert_eq!(broken("Connection reset by peer (os error 104)"), "waf-closed");
        assert_eq!(broken("invalid HTTP version parsed"), "not-http");
        assert_eq!(broken("message head is too large"), "head-too-large");
        assert_eq!(silent(ForwardProblem::TooLate), "no-answer");
    }
}
