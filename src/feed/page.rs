//! The page for people: one file, whose own script and style run in it and nothing else.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::response;

/// The page as it is.
const PAGE: &str = include_str!("../../assets/feed.html");

/// The policy without the addresses that the page may connect to.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; script-src {}; style-src {}; frame-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; connect-src 'self'",
        digest_of("<script>", "</script>"),
        digest_of("<style>", "</style>")
    )
});

/// Answers with the page. Some browsers do not count a WebSocket at its own `host` as its own.
pub(super) fn page(host: &str) -> Response<Body> {
    let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte));
    let socket = if is_plain && !host.is_empty() { format!(" ws://{host}") } else { String::new() };
    let mut response = response::whole(StatusCode::OK, "text/html; charset=utf-8", PAGE);
    if let Ok(policy) = HeaderValue::from_str(&format!("{}{socket}", *POLICY)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The digest of the page's part between two tags, by which a browser knows it.
fn digest_of(start: &str, end: &str) -> String {
    let inside = PAGE.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map_or("", |(inside, _)| inside);
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inside.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_one_file_that_loads_nothing() {
        assert_eq!((PAGE.matches("<script>").count(), PAGE.matches("<style>").count()), (1, 1));
        assert_eq!((PAGE.matches("<script").count(), PAGE.matches("<style").count()), (1, 1));
        for never in ["http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]
        {
            assert!(!PAGE.contains(never), "the page has {never}");
        }
        assert!(!PAGE.contains(" style=") && !PAGE.contains(" onclick="), "the policy would refuse it");
    }

    #[test]
    fn its_policy_takes_no_word_from_outside() {
        let policy = |host: &str| page(host).headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy("127.0.0.1:8990").ends_with("connect-src 'self' ws://127.0.0.1:8990"));
        assert!(policy("a; script-src *").ends_with("connect-src 'self'"));
    }
}
