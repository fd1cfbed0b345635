//! Requests that a web page of somebody else's made: a browser says so in `Origin` and `Sec-Fetch-Site`.

use std::net::IpAddr;

use crate::capture::RawRequest;

/// Tells whether the request comes from a page of another origin. WeChat and command-line tools send no `Origin`.
pub fn is_cross_site(request: &RawRequest) -> bool {
    let text = |name| request.header(name).map(|value| String::from_utf8_lossy(value).trim().to_ascii_lowercase());
    let is_declared = text("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let is_foreign = text("origin").is_some_and(|origin| !is_own(&origin, text("host").as_deref()));
    is_declared || is_foreign
}

/// Tells whether the origin is the listener itself. A name in `Host` says nothing: anybody's may lead to this computer.
fn is_own(origin: &str, host: Option<&str>) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let (Some(authority), Some(host)) = (authority, host) else { return false };
    authority == host && is_address(host)
}

/// Tells whether a `HOST[:PORT]` is `localhost` or an address.
fn is_address(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> RawRequest {
        RawRequest {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/".to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(),
            peer: "127.0.0.1".to_owned(),
            body_length: 0,
            body: bytes::Bytes::new(),
        }
    }

    #[test]
    fn a_page_of_another_origin_is_told_from_wechat_and_tools() {
        let host = ("host", "127.0.0.1:8989");
        for own in [
            &[host][..],
            &[host, ("origin", "http://127.0.0.1:8989")],
            &[("host", "[::1]:8989"), ("origin", "http://[::1]:8989")],
            &[host, ("sec-fetch-site", "none")],
        ] {
            assert!(!is_cross_site(&request(own)), "{own:?}");
        }
        for foreign in [
            &[host, ("origin", "https://evil.example")][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:3000")],
            &[host, ("sec-fetch-site", "Cross-Site")],
            &[("origin", "http://127.0.0.1:8989")],
            // A name that leads to this computer for the moment.
            &[("host", "evil.example:8989"), ("origin", "http://evil.example:8989")],
        ] {
            assert!(is_cross_site(&request(foreign)), "{foreign:?}");
        }
    }
}
