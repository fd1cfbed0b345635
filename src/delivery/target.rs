//! The target of requests: a URL as typed, and the URLs made of it.

use std::net::{IpAddr, SocketAddr};

use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};

use super::delivery_error::DeliveryError;

/// An http or https URL without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: String,
    scheme: Scheme,
    authority: Authority,
    /// Begins with a slash.
    path: String,
    /// Without the question mark.
    query: String,
}

impl Target {
    /// Parses a target; a fragment in it is not sent.
    pub fn parse(text: &str) -> Result<Self, DeliveryError> {
        Self::read(text).ok_or_else(|| DeliveryError::Target { target: without_credentials(text) })
    }

    fn read(text: &str) -> Option<Self> {
        let uri: Uri = text.split('#').next()?.parse().ok()?;
        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
        let parts = uri.into_parts();
        let (scheme, authority) = (parts.scheme?, parts.authority?);
        // `host:` and `host:99999` would quietly become the scheme's own port.
        let (_, port) = authority.as_str().split_at_checked(authority.host().len())?;
        let has_port = port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
        let is_server =
            !authority.host().is_empty() && !authority.as_str().contains('@') && (port.is_empty() || has_port);
        let speaks_http = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        (is_server && speaks_http).then(|| Self { text: text.to_owned(), scheme, authority, path, query })
    }

    /// The URL as typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as typed, for the `Host` header.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The URL of a request: the target's path unless that is `/`, else `path`; the target's own query, then `query`.
    /// Both go in to the byte, so the result may not be a valid URL.
    pub fn url(&self, path: &str, query: &str) -> String {
        self.whole(&self.path_and_query(path, query))
    }

    /// The URL of a path and query at this server.
    pub fn whole(&self, path_and_query: &str) -> String {
        format!("{}://{}{path_and_query}", self.scheme, self.authority)
    }

    /// [`Self::url`] in sendable form; `None` if it would not arrive to the byte.
    pub(super) fn uri(&self, path: &str, query: &str) -> Option<Uri> {
        self.uri_of(&self.path_and_query(path, query))
    }

    /// The same for a path and query in one.
    pub(super) fn uri_of(&self, asked: &str) -> Option<Uri> {
        let uri = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        let uri = uri.path_and_query(asked).build().ok()?;
        // A `#` would cut it short, and a path without a slash continue the host.
        (asked.starts_with('/') && uri.path_and_query()?.as_str() == asked).then_some(uri)
    }

    /// Path and query of [`Self::url`].
    pub fn path_and_query(&self, path: &str, query: &str) -> String {
        let mut whole = if self.path == "/" { path.to_owned() } else { self.path.clone() };
        for (part, mark) in [(&*self.query, '?'), (query, if self.query.is_empty() { '?' } else { '&' })] {
            if !part.is_empty() {
                whole.push(mark);
                whole.push_str(part);
            }
        }
        whole
    }

    /// Tells whether the target is the listener at `address`, by loopback names and addresses alone. Another name may still lead
    /// there, and so may an address of this computer if `address` is all of them.
    pub fn is_at(&self, address: SocketAddr) -> bool {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let listening = address.ip().to_canonical();
        let same_host = match host.parse::<IpAddr>() {
            Ok(ip) => reaches(ip.to_canonical(), listening),
            Err(_) => is_localhost(host) && (listening.is_loopback() || listening.is_unspecified()),
        };
        same_host && self.port() == address.port()
    }

    /// The host as typed, an address of version 6 in brackets.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The path, which begins with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Tells whether it is an https URL.
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The port, which is the scheme's own unless it is typed.
    pub fn port(&self) -> u16 {
        let usual = if self.is_secure() { 443 } else { 80 };
        self.authority.port_u16().unwrap_or(usual)
    }
}

/// Tells whether connecting to `ip` reaches the listener at `listening`.
fn reaches(ip: IpAddr, listening: IpAddr) -> bool {
    let same_family = ip.is_ipv4() == listening.is_ipv4();
    // `::` takes connections to addresses of both families, `0.0.0.0` of its own only.
    let everywhere = listening.is_unspecified() && (same_family || listening.is_ipv6());
    let this_computer = ip.is_loopback() || ip.is_unspecified();
    // Connecting to the unspecified address goes to the loopback one.
    let by_loopback = ip.is_unspecified() && listening.is_loopback() && same_family;
    ip == listening || (this_computer && everywhere) || by_loopback
}

fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// The URL as errors quote it, without user and password.
fn without_credentials(text: &str) -> String {
    let (scheme, rest) = text.split_once("//").unwrap_or(("", text));
    let (authority, _) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    match authority.rfind('@') {
        Some(at) => format!("{scheme}//…{}", &rest[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap()
    }

    #[test]
    fn the_targets_own_path_and_query_come_first() {
        let url = |text: &str| target(text).url("/captured", "signature=1&nonce=%2B");
        assert_eq!(url("http://127.0.0.1:1/wx"), "http://127.0.0.1:1/wx?signature=1&nonce=%2B");
        assert_eq!(url("http://127.0.0.1:1/wx?a=b"), "http://127.0.0.1:1/wx?a=b&signature=1&nonce=%2B");
        assert_eq!(url("http://127.0.0.1:1/wx?#part"), "http://127.0.0.1:1/wx?signature=1&nonce=%2B");
        assert_eq!(url("http://127.0.0.1:1"), "http://127.0.0.1:1/captured?signature=1&nonce=%2B");
        assert_eq!(url("http://127.0.0.1:1/"), "http://127.0.0.1:1/captured?signature=1&nonce=%2B");
        assert_eq!(url("https://[::1]?a=b"), "https://[::1]/captured?a=b&signature=1&nonce=%2B");
        assert_eq!(target("http://h/wx?a=b").url("/", ""), "http://h/wx?a=b");
        assert_eq!(target("http://h/wx").as_str(), "http://h/wx");
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        let texts = [
            "",
            "/wx",
            "localhost:80",
            "ftp://x/",
            "http://",
            "http:///wx",
            "http://x:/",
            "http://x:99999/",
            "http://x:+80/",
            "http://x y/",
            " http://x/",
        ];
        for text in texts {
            assert!(matches!(Target::parse(text), Err(DeliveryError::Target { target }) if target == text), "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        let refused = Target::parse("http://user:secret@x/wx").unwrap_err().to_string();
        assert!(refused.contains("http://…@x/wx") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn a_query_is_sent_to_the_byte_or_not_at_all() {
        let sent = |query: &str| target("http://h/wx").uri("/", query).map(|uri| uri.query().unwrap_or("").to_owned());
        let carried = [
            "a=%2B&b=+&c=%2f&d=%2F",
            "echostr=%E6%89%AB%E7%A0%81",
            "a=1&a=2&A=3&&=&b",
            "a=?&b=/../.&c=a:b@c;d,e",
            "a={[1]}|\\^`'",
            "a=扫码",
            "a=%",
        ];
        for query in carried {
            assert_eq!(sent(query).as_deref(), Some(query));
        }
        for query in ["a=1#b", "#", "a b", "a=<b>", "a=\"", "a=\t", "a=\r\nb: c", "a=\u{7f}"] {
            assert_eq!(sent(query), None, "{query:?}");
        }
        assert_eq!(target("http://h").uri("/a#b", ""), None);
        assert_eq!(target("http://h").uri("*", ""), None);
    }

    #[test]
    fn our_own_listener_is_recognised() {
        let is_at = |text: &str, address: &str| target(text).is_at(address.parse().unwrap());
        let own = [
            ("http://127.0.0.1:7411/wx", "127.0.0.1:7411"),
            ("http://LocalHost.:7411", "127.0.0.1:7411"),
            ("http://a.localhost:7411", "[::1]:7411"),
            ("http://0.0.0.0:7411", "127.0.0.1:7411"),
            ("http://127.0.0.9:7411", "0.0.0.0:7411"),
            ("http://127.0.0.1:7411", "[::]:7411"),
            ("http://[::ffff:127.0.0.1]:7411", "127.0.0.1:7411"),
            ("http://192.168.1.5:7411", "192.168.1.5:7411"),
            ("http://localhost", "127.0.0.1:80"),
            ("https://[::1]/", "[::1]:443"),
        ];
        for (text, address) in own {
            assert!(is_at(text, address), "{text} {address}");
        }
        let others = [
            ("http://127.0.0.1:7412/", "127.0.0.1:7411"),
            ("http://127.0.0.2:7411/", "127.0.0.1:7411"),
            ("http://[::1]:7411/", "0.0.0.0:7411"),
            ("http://localhost:7411/", "192.168.1.5:7411"),
            ("http://example.com:7411/", "127.0.0.1:7411"),
            ("http://localhost.example.com:7411/", "127.0.0.1:7411"),
        ];
        for (text, address) in others {
            assert!(!is_at(text, address), "{text} {address}");
        }
    }
}
