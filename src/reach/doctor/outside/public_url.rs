//! The public URL as it is written: what is in it that WeChat's console does not take.

use std::net::IpAddr;

use super::super::{CheckResult, DoctorCode};
use crate::delivery::Target;

/// A URL that can be checked.
#[derive(Debug)]
pub(super) struct PublicUrl {
    pub(super) target: Target,
    /// The host in ASCII, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_secure: bool,
}

impl PublicUrl {
    fn read(text: &str) -> Option<Self> {
        let target = Target::parse(text).ok()?;
        let host = target.host().trim_matches(['[', ']']).to_owned();
        Some(Self { host, port: target.port(), is_secure: target.is_secure(), target })
    }

    /// The address that stands in place of a name.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The URL without its query.
    pub(super) fn shown(&self) -> &str {
        self.target.as_str().split(['?', '#']).next().unwrap_or_default()
    }
}

/// Checks the text of the URL, and gives it back where the rest can be checked.
pub(super) fn check(text: &str) -> (CheckResult, Option<PublicUrl>) {
    let text = text.trim();
    if let Some(bare) = without_credentials(text) {
        // The password is neither sent nor repeated.
        let result = CheckResult::of(DoctorCode::UrlCredentials).with("url", &bare);
        return (result, read_any(&bare));
    }
    let Some(host) = raw_host(text) else {
        return (CheckResult::of(DoctorCode::UrlInvalid).with("url", text), None);
    };
    if !host.is_ascii() {
        let Some(ascii) = ascii_of(host) else {
            return (CheckResult::of(DoctorCode::UrlInvalid).with("url", text), None);
        };
        let result = CheckResult::of(DoctorCode::UrlNotAscii).with("host", host).with("ascii", &ascii);
        return (result, read_any(text));
    }
    match PublicUrl::read(text) {
        Some(url) if text.contains('#') => (
            CheckResult::of(DoctorCode::UrlFragment).with("url", text.split('#').next().unwrap_or_default()),
            Some(url),
        ),
        Some(url) => (CheckResult::of(DoctorCode::UrlOk).with("url", url.shown()), Some(url)),
        None => (CheckResult::of(DoctorCode::UrlInvalid).with("url", text), None),
    }
}

/// Reads a URL whose host may be in any script.
fn read_any(text: &str) -> Option<PublicUrl> {
    let host = raw_host(text)?;
    if host.is_ascii() {
        return PublicUrl::read(text);
    }
    PublicUrl::read(&text.replacen(host, &ascii_of(host)?, 1))
}

fn ascii_of(host: &str) -> Option<String> {
    idna::domain_to_ascii(host).ok().filter(|ascii| !ascii.is_empty())
}

/// The part of an http or https URL between the scheme and the path.
fn authority(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_http.then(|| rest.split(['/', '?', '#']).next()).flatten()
}

/// The host without the port.
fn raw_host(text: &str) -> Option<&str> {
    let authority = authority(text)?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    (!host.is_empty()).then_some(host)
}

/// The URL without user and password, if it has any.
fn without_credentials(text: &str) -> Option<String> {
    let authority = authority(text)?;
    let (credentials, _) = authority.rsplit_once('@')?;
    Some(text.replacen(&format!("{credentials}@"), "", 1))
}

/// Checks the port, of which WeChat calls two.
pub(super) fn check_port(url: &PublicUrl, allow_local: bool) -> CheckResult {
    let usual = if url.is_secure { 443 } else { 80 };
    let code = match url.port {
        port if port == usual => DoctorCode::PublicPortOk,
        _ if allow_local => DoctorCode::PublicPortAny,
        80 | 443 => DoctorCode::PublicPortScheme,
        _ => DoctorCode::PublicPortOther,
    };
    let scheme = if url.is_secure { "https" } else { "http" };
    CheckResult::of(code).with("port", url.port).with("scheme", scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> (&'static str, Option<String>) {
        let (result, url) = check(text);
        (result.code.as_str(), url.map(|url| url.host))
    }

    #[test]
    fn a_url_is_read_or_refused_with_its_reason() {
        let some = |host: &str| Some(host.to_owned());
        assert_eq!(checked(" https://example.com/wx?a=b "), ("url-ok", some("example.com")));
        assert_eq!(checked("http://[::1]:8080/"), ("url-ok", some("::1")));
        assert_eq!(checked("http://例子.中国/wx"), ("url-not-ascii", some("xn--fsqu00a.xn--fiqs8s")));
        assert_eq!(checked("http://例子。中国:80/wx"), ("url-not-ascii", some("xn--fsqu00a.xn--fiqs8s")));
        assert_eq!(checked("https://example.com/wx?a=b#top"), ("url-fragment", some("example.com")));
        assert_eq!(checked("https://user:secret@example.com/wx"), ("url-credentials", some("example.com")));
        for text in
            ["", "example.com", "ftp://example.com", "http://", "http://:80/", "http://a b/", "https://x:99999/"]
        {
            assert_eq!(checked(text), ("url-invalid", None), "{text}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        let (result, url) = check("https://user:s3cret@example.com/wx");
        let told = format!("{} {url:?}", result.json(crate::texts::Language::English));
        assert!(told.contains("https://example.com/wx") && !told.contains("s3cret"), "{told}");
    }

    #[test]
    fn wechat_calls_two_ports_each_by_its_own_scheme() {
        let code = |text: &str, allow_local| check_port(&check(text).1.unwrap(), allow_local).code.as_str();
        assert_eq!(code("http://e.com/", false), "public-port-ok");
        assert_eq!(code("https://e.com:443/", false), "public-port-ok");
        assert_eq!(code("http://e.com:443/", false), "public-port-scheme");
        assert_eq!(code("https://e.com:80/", false), "public-port-scheme");
        assert_eq!(code("http://e.com:8080/", false), "public-port-other");
        assert_eq!(code("http://e.com:8080/", true), "public-port-any");
    }
}
