//! Who may ask: no page of another origin, no name that leads here for a while, and beyond loopback nobody without the token.

use std::net::SocketAddr;

use super::client::{exchange, get, get_with, request, socket};
use super::{Fed, open};

/// Long enough for any address.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

const SOCKET: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[test]
fn foreign_origins_and_rebound_names_are_refused_under_every_way() {
    let fed = Fed::start();
    fed.tap("secret");
    let port = fed.address().port();
    let (own, foreign) = (format!("http://127.0.0.1:{port}"), "http://evil.example".to_owned());
    let host = format!("127.0.0.1:{port}");
    for target in
        ["/events?after=0", "/events/1", "/events/stream?after=0", "/health", "/", "/events/socket", "/nothing"]
    {
        for headers in [
            vec![("host", &*host), ("origin", &*foreign)],
            vec![("host", &*host), ("origin", "null")],
            vec![("host", &*host), ("sec-fetch-site", "cross-site")],
            vec![("host", "evil.example")],
            vec![("host", &*foreign), ("origin", &*foreign)],
        ] {
            let headers = if target == "/events/socket" { [&SOCKET[..], &headers].concat() } else { headers };
            let answer = get_with(fed.address(), target, &headers);
            assert_eq!(answer.status, 403, "{target} {headers:?}");
            assert!(!answer.error().is_empty() && !answer.body.contains("secret"), "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    let answer = get_with(fed.address(), "/events?after=0", &[("host", &host), ("origin", &own)]);
    assert_eq!(answer.status, 200);
    assert_eq!(get_with(fed.address(), "/events", &[("host", &format!("localhost:{port}"))]).status, 200);
}

#[test]
fn a_preflight_of_another_page_is_refused_as_well() {
    let fed = Fed::start();
    let preflight = "OPTIONS /events HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://evil.example\r\n\
        access-control-request-method: GET\r\n\r\n";
    let answer = exchange(fed.address(), preflight).unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None));
}

#[test]
fn beyond_loopback_the_token_opens_and_nothing_else() {
    let fed = Fed::start();
    fed.tap("secret");
    let everywhere = open(&fed.listener, "0.0.0.0:0");
    let address = SocketAddr::from(([127, 0, 0, 1], everywhere.address().port()));
    for target in ["/events?after=0", "/", "/health", "/events/1", "/events?after=0&token=wrong", "/events/stream"] {
        let answer = get(address, target);
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("bearer")), "{target}");
        assert!(!answer.body.contains("secret") && !answer.body.contains(TOKEN));
    }
    let bearer = format!("Bearer {TOKEN}");
    let any_host = [("host", "captures.example"), ("authorization", &*bearer)];
    assert_eq!(get_with(address, "/events?after=0", &any_host).json()["next"], 1);
    assert_eq!(get(address, &format!("/events?after=0&token={TOKEN}")).json()["next"], 1);
    assert_eq!(get(address, &format!("/?token={TOKEN}")).status, 200);
    let mut socket = socket(address, &format!("after=0&token={TOKEN}"));
    assert_eq!(super::client::frame(&mut socket).unwrap().unwrap()["id"], 1);
}

#[test]
fn the_page_carries_a_policy_that_lets_nothing_else_run() {
    let fed = Fed::start();
    let page = exchange(fed.address(), &request("/", &[])).unwrap();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    for part in
        ["default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "frame-ancestors 'none'", "base-uri 'none'"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}
