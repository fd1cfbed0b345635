//! Redirects, none of which WeChat follows: to the same address by https, with a slash, elsewhere, or in a circle.

use std::time::Duration;

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
    let asked = Address::of(&url.target.whole(&request.target));
    let led_to = Address::of(&resolved(url, &request.target, location));
    let code = if led_to == asked {
        DoctorCode::RedirectLoop
    } else if !url.is_secure && led_to.is_same_by_https(&asked) {
        DoctorCode::RedirectHttps
    } else if led_to.differs_in_slash(&asked) {
        DoctorCode::RedirectSlash
    } else {
        DoctorCode::RedirectElsewhere
    };
    Some(CheckResult::of(code).with("location", location).with("url", led_to.without_query()))
}

/// Path and query of the place that a redirect leads to, where it is at the same server.
fn next(url: &PublicUrl, request: &SentRequest, answer: &ServerAnswer) -> Option<String> {
    let Some(ForwardProblem::Redirect { location }) = &answer.problem else { return None };
    let (asked, led_to) = (Address::of(&url.target.whole(&request.target)), resolved(url, &request.target, location));
    let led_to = Address::of(&led_to);
    (led_to.origin == asked.origin).then(|| format!("{}{}", led_to.path, led_to.query))
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

/// The whole URL of a `Location`, which may leave out what it has in common with the address that was asked.
fn resolved(url: &PublicUrl, asked: &str, location: &str) -> String {
    let location = location.trim();
    let path = asked.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let scheme = if url.is_secure { "https" } else { "http" };
    match location {
        _ if has_scheme(location) => location.to_owned(),
        _ if location.starts_with("//") => format!("{scheme}:{location}"),
        _ if location.starts_with('/') => url.target.whole(location),
        _ if location.is_empty() || location.starts_with('#') => url.target.whole(asked),
        _ if location.starts_with('?') => url.target.whole(&format!("{path}{location}")),
        _ => url.target.whole(&format!("{folder}/{}", location.trim_start_matches("./"))),
    }
}

fn has_scheme(location: &str) -> bool {
    let scheme =
        location.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// A URL in parts that can be compared.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    /// Scheme, host and port in lower case, the scheme's own port left out.
    origin: String,
    /// With at least a slash.
    path: String,
    /// With its question mark, or empty.
    query: String,
}

impl Address {
    fn of(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let start = url.find("://").map_or(0, |at| at + 3);
        let end = url[start..].find('/').map_or(url.len(), |at| start + at);
        let (origin, path) = url.split_at(end);
        let origin = origin.to_ascii_lowercase();
        let own_port = if origin.starts_with("https:") { ":443" } else { ":80" };
        let origin = origin.strip_suffix(own_port).map(str::to_owned).unwrap_or(origin);
        Self { origin, path: if path.is_empty() { "/".to_owned() } else { path.to_owned() }, query }
    }

    fn host(&self) -> &str {
        self.origin.split_once("://").map_or(&*self.origin, |(_, host)| host)
    }

    /// Tells whether it is the other one by https. A slash more may be the one that a bare host has.
    fn is_same_by_https(&self, other: &Self) -> bool {
        let same_host = self.host() == other.host();
        let same_path = self.path.trim_end_matches('/') == other.path.trim_end_matches('/');
        self.origin.starts_with("https:") && same_host && same_path && self.has_query_of(other)
    }

    fn differs_in_slash(&self, other: &Self) -> bool {
        self.origin == other.origin
            && self.path != other.path
            && self.path.trim_end_matches('/') == other.path.trim_end_matches('/')
            && self.has_query_of(other)
    }

    /// Tells whether the query is the same, or left out.
    fn has_query_of(&self, other: &Self) -> bool {
        self.query.is_empty() || self.query == other.query
    }

    fn without_query(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }
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
