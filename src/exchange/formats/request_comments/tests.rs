//! Tests of comments: written and read.

use super::percent::{plain_target, target_of};
use super::*;

#[test]
fn what_is_escaped_comes_back() {
    for bytes in [&b""[..], b"-", b"a b%\n", b"\xff\0", b"#x: y"] {
        let text = escaped(bytes);
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
        assert_eq!(unescaped(&text).unwrap(), bytes);
    }
    assert_eq!((unescaped("%4"), unescaped("%zz")), (None, None));
}

#[test]
fn a_url_has_a_target() {
    for (url, target) in [
        ("http://h:80/wx?a=b#c", "/wx?a=b"),
        ("h/wx?u=http://x/y", "/wx?u=http://x/y"),
        ("http://h?a", "/?a"),
        ("h", "/"),
        ("/wx", "/wx"),
    ] {
        assert_eq!(target_of(url), target);
    }
    assert_eq!(sent_target("http://h/a{b}"), "/a%7Bb%7D");
    assert_eq!(sent_target("*"), "/*");
    assert!(plain_target("/wx?a=%20") && !plain_target("/wx#a") && !plain_target("/a/../b"));
}

#[test]
fn a_damaged_note_is_named_and_a_persons_comment_is_not() {
    let mut notes = RequestComments::default();
    for comment in [" menuscope is fine", " menuscope", "anything", " menuscope-2 x"] {
        notes.read(comment);
    }
    assert_eq!(notes, RequestComments::default());
    notes.read(" menuscope 1 yesterday 127.0.0.1");
    let request = TextRequest::default();
    let reason = notes.clone().event(request.clone(), Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!(reason, ImportReason::Malformed { cause: "menuscope 1 yesterday 127.0.0.1".to_owned() });
    notes.read(" menuscope 2 2026-11-23T08:00:00Z 127.0.0.1 CLICK a b");
    let found = notes.event(request, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(found.request.received_at.to_string(), "2026-11-23T08:00:00Z");
}
