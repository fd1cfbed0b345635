//! The server that exported requests are sent to, and which of them goes to its path.

use super::request_comments::SentPath;
use super::request_comments::percent::{proper_url, sent_target, target_of};
use crate::exchange::record::Fixture;

/// The server where no other is asked for.
const USUAL: &str = "http://127.0.0.1:8080";

/// Bytes of a path that stands in a variable.
const LONGEST_PATH: usize = 200;

/// The URL of a server. Its path takes the place of the captured one, as in a replay, unless it is `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    /// Scheme, host and port.
    origin: String,
    /// Empty where the captured path stays.
    path: String,
    /// Without the question mark.
    query: String,
}

impl ServerUrl {
    /// The server of an absolute URL; `None` for any other text.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let target = proper_url(&target_of(url));
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let is_bare = path == "/" && query.is_empty();
        let path = if is_bare { String::new() } else { path.to_owned() };
        (!host.is_empty()).then(|| Self {
            origin: proper_url(&format!("{scheme}://{host}")),
            path,
            query: query.to_owned(),
        })
    }

    /// The URL without its query, which stands in each request.
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// Scheme, host and port.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// The path and query of every request, if the URL has any.
    pub(super) fn fixed_path(&self) -> Option<SentPath<'_>> {
        (!self.path.is_empty()).then_some(SentPath::Other { query: &self.query })
    }
}

impl Default for ServerUrl {
    fn default() -> Self {
        Self { origin: USUAL.to_owned(), path: String::new(), query: String::new() }
    }
}

/// The path of an event's request, as it is sent.
pub(super) fn path_of(event: &Fixture) -> String {
    let target = sent_target(&event.stored.capture.request.target);
    target.split('?').next().unwrap_or_default().to_owned()
}

/// Tells whether shells and templates leave a path alone between double quotes.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.len() <= LONGEST_PATH
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%+,=:@".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_path_of_its_own_or_leaves_the_captured_one() {
        let server = |url: &str| ServerUrl::parse(url).unwrap();
        assert_eq!(server("http://127.0.0.1:3000/wx?a=b#c").text(), "http://127.0.0.1:3000/wx");
        assert_eq!(server("https://[::1]/$(x)'").text(), "https://[::1]/%24%28x%29%27");
        for bare in ["http://h:1", "http://h:1/", "http://h:1/?", "http://h:1#x"] {
            assert_eq!((server(bare).text(), server(bare).fixed_path().is_none()), ("http://h:1".to_owned(), true));
        }
        assert_eq!(server("http://h?a").fixed_path(), Some(SentPath::Other { query: "a" }));
        assert_eq!((ServerUrl::parse("h/wx"), ServerUrl::parse("http:///wx")), (None, None));
    }
}
