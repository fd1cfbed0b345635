//! The requests that are let in: on loopback those that no foreign web page made, elsewhere those that know the token.

use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};

use super::refusal::Refusal;
use crate::account::Secret;

/// The parameter for what cannot send headers.
pub(super) const TOKEN: &str = "token";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The rule for one address.
#[derive(Debug)]
pub(super) enum Access {
    /// Everybody on this machine, but for pages of others in its browser.
    Loopback,
    /// Those who have this.
    Token(Secret),
}

impl Access {
    /// The rule for an address; `None` where it takes a token and there is none.
    pub(super) fn to(address: SocketAddr, token: Option<Secret>) -> Option<Self> {
        if address.ip().is_loopback() { Some(Self::Loopback) } else { token.map(Self::Token) }
    }

    /// Refuses a request that is not to be answered.
    pub(super) fn check(&self, request: &Parts) -> Result<(), Refusal> {
        match self {
            Self::Loopback => check_loopback(request),
            Self::Token(token) => check_token(request, token),
        }
    }
}

/// A name that leads here for the moment is anybody's, and so is the page that used it: only loopback names are ours.
fn check_loopback(request: &Parts) -> Result<(), Refusal> {
    let host = single(&request.headers, &header::HOST);
    let named = request.uri.authority().map(axum::http::uri::Authority::as_str);
    let Some(host) = host.filter(|host| is_loopback(host) && named.is_none_or(is_loopback)) else {
        return Err(Refusal::forbidden(
            "the feed answers to localhost and loopback addresses alone: ask for http://127.0.0.1:PORT/, or give it another \
             address and a token",
        ));
    };
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    };
    let is_foreign = match single(&request.headers, &header::ORIGIN) {
        Some(origin) => !is_own(origin),
        None => request.headers.contains_key(header::ORIGIN),
    };
    if is_foreign || is_of_other_site(request) {
        return Err(Refusal::forbidden("a web page of another origin asks, which may not read captures"));
    }
    Ok(())
}

/// Tells whether a browser says that another site's page made the request. Following a link to our own page is no reading.
fn is_of_other_site(request: &Parts) -> bool {
    let Some(site) = request.headers.get(SEC_FETCH_SITE) else { return false };
    let is_link = request.uri.path() == "/"
        && request.method == Method::GET
        && request.headers.get(SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate");
    !(site == "none" || site == "same-origin" || is_link)
}

/// The value of a header that stands there once, as text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first.trim())
}

/// Tells whether a `HOST[:PORT]` is `localhost` or a loopback address.
fn is_loopback(authority: &str) -> bool {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => authority,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    // A name may end with the dot of the root.
    let host = name.strip_suffix('.').unwrap_or(name);
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn check_token(request: &Parts, token: &Secret) -> Result<(), Refusal> {
    let bearer = single(&request.headers, &header::AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
    });
    let query = request.uri.query().unwrap_or_default().as_bytes();
    let given = || form_urlencoded::parse(query).find(|(name, _)| name == TOKEN).map(|(_, token)| Secret::new(token));
    // Compared in constant time.
    if bearer.or_else(given).is_some_and(|given| given == *token) {
        return Ok(());
    }
    let message = "this address takes the feed's token, as `Authorization: Bearer …` or as ?token=…".to_owned();
    Err(Refusal { status: StatusCode::UNAUTHORIZED, message })
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn status(access: &Access, target: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let checked = access.check(&request.body(()).unwrap().into_parts().0);
        checked.map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
    }

    #[test]
    fn on_loopback_a_page_of_somebody_else_is_refused() {
        let host = ("host", "127.0.0.1:8990");
        for own in [
            &[host][..],
            &[("host", "localhost")],
            &[("host", "LOCALHOST:1")],
            &[("host", "localhost.:1")],
            &[("host", "[::1]:8990")],
            &[("host", "127.8.9.1:8990")],
            &[host, ("origin", "http://127.0.0.1:8990"), ("sec-fetch-site", "same-origin")],
            &[host, ("sec-fetch-site", "none")],
        ] {
            assert_eq!(status(&Access::Loopback, "/events", own), 200, "{own:?}");
        }
        for foreign in [
            &[][..],
            &[("host", "evil.example:8990")],
            &[("host", "localhost.evil.example")],
            &[("host", "localhost..:1")],
            &[("host", "127.0.0.1.evil.example")],
            &[("host", "192.168.1.2:8990")],
            &[("host", "0.0.0.0:8990")],
            &[("host", "")],
            &[host, host],
            &[host, ("origin", "http://evil.example")],
            &[host, ("origin", "null")],
            &[host, ("origin", "http://127.0.0.1:3000")],
            &[host, ("origin", "http://127.0.0.1:8990"), ("origin", "http://evil.example")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "same-site")],
            &[("host", "evil.example:8990"), ("origin", "http://evil.example:8990")],
        ] {
            assert_eq!(status(&Access::Loopback, "/events", foreign), 403, "{foreign:?}");
        }
        assert_eq!(status(&Access::Loopback, "http://evil.example/events", &[host]), 403);
    }

    #[test]
    fn a_link_leads_to_the_page_and_to_nothing_else() {
        let link = &[("host", "localhost:1"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert_eq!((status(&Access::Loopback, "/", link), status(&Access::Loopback, "/events", link)), (200, 403));
    }

    #[test]
    fn elsewhere_the_token_decides() {
        let any = "0.0.0.0:8990".parse().unwrap();
        assert!(Access::to(any, None).is_none() && Access::to("[::1]:1".parse().unwrap(), None).is_some());
        let access = Access::to(any, Some(Secret::new(SECRET))).unwrap();
        let bearer = format!("bearer {SECRET}");
        assert_eq!(status(&access, "/events", &[("authorization", &bearer)]), 200);
        assert_eq!(status(&access, &format!("/events?after=1&token={SECRET}"), &[]), 200);
        for (target, headers) in [
            ("/events", &[][..]),
            ("/events?token=", &[]),
            ("/events?token=0123456789abcdef0123456789abcdeX", &[]),
            ("/events", &[("authorization", "Basic 0123456789abcdef0123456789abcdef")]),
            ("/events", &[("host", "127.0.0.1:8990")]),
        ] {
            assert_eq!(status(&access, target, headers), 401, "{target} {headers:?}");
        }
    }
}
