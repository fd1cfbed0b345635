//! Redirects, none of which WeChat follows: to the same address by https, with a slash, elsewhere, or in a circle.

use std::time::Duration;

use url::{Position, Url};

use super::super::{CheckResult, DoctorCode};
use super::OutsideCheck;
use super::public_url::PublicUrl;
use crate::capture::{ForwardProblem, SentRequest, ServerAnswer};

/// Redirects that are followed: more in a row lead nowhere.
const MOST_HOPS: usize = 4;

/// The time for each of them.
const HOP_PATIENCE: Duration = Duration::from_secs(2);

/// The result where the answer to this request is a redirect.
pub(super) fn redirect(url: &PublicUrl, request: &SentRequest, answer: &ServerAnswer) -> Option<CheckResult> {
    let Some(ForwardProblem::Redirect { location }) = &answer.problem else { return None };
    let (code, led_to) = match addresses(url, request, location) {
        Some((asked, led_to)) => (code_of(&asked, &led_to), without_query(led_to)),
        None => (DoctorCode::RedirectElsewhere, location.clone()),
    };
    Some(CheckResult::of(code).with("location", location).with("url", led_to))
}

fn code_of(asked: &Url, led_to: &Url) -> DoctorCode {
    let same_slashes = asked.path().trim_end_matches('/') == led_to.path().trim_end_matches('/');
    // The same query, or left out.
    let same_query = query(led_to).is_empty() || query(led_to) == query(asked);
    let same_host = asked.host() == led_to.host() && asked.port() == led_to.port();
    if asked.origin() == led_to.origin() && asked.path() == led_to.path() && query(asked) == query(led_to) {
        DoctorCode::RedirectLoop
    } else if asked.scheme() == "http" && led_to.scheme() == "https" && same_host && same_slashes && same_query {
        // A slash more may be the one that a bare host has.
        DoctorCode::RedirectHttps
    } else if asked.origin() == led_to.origin() && asked.path() != led_to.path() && same_slashes && same_query {
        DoctorCode::RedirectSlash
    } else {
        DoctorCode::RedirectElsewhere
    }
}

/// The address that was asked, and the one that a redirect leads to; `None` where that is no address.
fn addresses(url: &PublicUrl, request: &SentRequest, location: &str) -> Option<(Url, Url)> {
    let asked = Url::parse(&url.target.whole(&request.target)).ok()?;
    let led_to = asked.join(location.trim()).ok()?;
    Some((asked, led_to))
}

fn query(url: &Url) -> &str {
    url.query().unwrap_or_default()
}

fn without_query(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// Path and query of the place that a redirect leads to, where it is at the same server.
fn next(url: &PublicUrl, request: &SentRequest, answer: &ServerAnswer) -> Option<String> {
    let Some(ForwardProblem::Redirect { location }) = &answer.problem else { return None };
    let (asked, led_to) = addresses(url, request, location)?;
    (led_to.origin() == asked.origin()).then(|| led_to[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// Follows redirects at the same server, as browsers do, and tells whether they come back to where one of them began.
pub(super) async fn is_circle(
    check: &OutsideCheck<'_>,
    url: &PublicUrl,
    mut request: SentRequest,
    mut answer: ServerAnswer,
) -> bool {
    let path = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
    let mut visited = vec![path(&request.target)];
    for _ in 0..MOST_HOPS {
        let Some(target) = next(url, &request, &answer) else { return false };
        if visited.contains(&path(&target)) {
            return true;
        }
        visited.push(path(&target));
        request = SentRequest { target, ..request };
        match check.answer(&request, &url.target, HOP_PATIENCE).await {
            Some(next) => answer = next,
            None => return false,
        }
    }
    true
}

/// Tells whether a code is that of a redirect.
pub(super) fn is_redirect(code: DoctorCode) -> bool {
    use DoctorCode::{RedirectElsewhere, RedirectHttps, RedirectLoop, RedirectSlash};
    matches!(code, RedirectElsewhere | RedirectHttps | RedirectLoop | RedirectSlash)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::public_url;
    use super::*;

    fn asked(target: &str) -> SentRequest {
        SentRequest { method: "GET".into(), target: target.into(), headers: Vec::new(), body: Bytes::new() }
    }

    fn to(location: &str) -> ServerAnswer {
        ServerAnswer::unsent(String::new(), ForwardProblem::Redirect { location: location.to_owned() })
    }

    #[test]
    fn a_loop_is_told_from_a_slash_and_from_other_addresses() {
        let url = public_url::check("http://Example.com/wx").1.unwrap();
        for (target, location, expected) in [
            ("/wx", "/wx", "redirect-loop"),
            ("/wx", "http://example.com:80/wx", "redirect-loop"),
            ("/wx", "//example.com/wx#top", "redirect-loop"),
            ("/wx", "", "redirect-loop"),
            ("/wx?signature=1", "/wx?signature=1", "redirect-loop"),
            ("/wx", "/wx/", "redirect-slash"),
            ("/wx", "wx/", "redirect-slash"),
            ("/wx", "/wx/?", "redirect-slash"),
            ("/wx/", "http://example.com/wx", "redirect-slash"),
            ("/wx?signature=1", "/wx/?signature=1", "redirect-slash"),
            ("/wx?signature=1", "/wx/", "redirect-slash"),
            ("/wx", "https://example.com/wx", "redirect-https"),
            ("/wx", "https://EXAMPLE.com:443/wx/", "redirect-https"),
            ("/wx", "/WX", "redirect-elsewhere"),
            ("/wx", "https://www.example.com/wx", "redirect-elsewhere"),
            ("/wx", "/login?next=/wx", "redirect-elsewhere"),
            ("/wx", "http://example.com:8080/wx", "redirect-elsewhere"),
            ("/wx?signature=1", "/wx?lang=en", "redirect-elsewhere"),
        ] {
            let found = redirect(&url, &asked(target), &to(location)).unwrap();
            assert_eq!(found.code.as_str(), expected, "{target} to {location}");
            assert!(is_redirect(found.code));
        }
        assert_eq!(redirect(&url, &asked("/wx"), &ServerAnswer::unsent(String::new(), ForwardProblem::Status)), None);
    }

    #[test]
    fn only_redirects_at_the_same_server_are_followed() {
        let url = public_url::check("http://example.com/wx").1.unwrap();
        let next = |location: &str| next(&url, &asked("/wx"), &to(location));
        assert_eq!(next("/wx/?a=b").as_deref(), Some("/wx/?a=b"));
        assert_eq!(next("http://example.com").as_deref(), Some("/"));
        for elsewhere in ["http://elsewhere.example/wx", "https://example.com/wx", "http://example.com:81/wx"] {
            assert_eq!(next(elsewhere), None, "{elsewhere}");
        }
    }
}
