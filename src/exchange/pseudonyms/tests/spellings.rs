//! Tests of originals in several spellings: each has one stand-in, in every one of them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

const TICKET: &str = "gQG79oq9RkhpaEXgEl9iuoJarcm6Cti1LGE6XDC6a4hpLxt9a0hxhC9nA2NgSF==";
const MEDIA_ID: &str = "a0A-aaZiAnBsPGCFDHcvp3DbIYCYQVXWCqKn0w7LtA-1cNuQWyKWzFGTwvkdXsVK";

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}

/// These events, which are all learnt before the first of them is replaced; each is a message, its query and its cookie.
fn replaced_together(events: &[(String, String)]) -> Vec<Fixture> {
    let event = |(number, (message, elsewhere)): (i64, &(String, String))| {
        let mut request = request(message.as_bytes(), Travels::Plain);
        request.target = format!("{}&state={elsewhere}", request.target);
        request.headers.push("cookie", format!("a={elsewhere}").as_bytes());
        fixture(request, &accounts(), number)
    };
    let (pseudonyms, mut originals) = (pseudonyms(Texts::Replaced), Originals::default());
    for numbered in (1..).zip(events) {
        pseudonyms.learn(&event(numbered), &accounts(), &mut originals).unwrap();
    }
    let replaced = |numbered| pseudonyms.replace(event(numbered), &accounts(), &originals).unwrap();
    (1..).zip(events).map(replaced).collect()
}

fn text_of(fixture: &Fixture, name: &str) -> String {
    let tree = Tree::parse(&fixture.stored.capture.request.body).unwrap();
    tree.root().text_of(name).unwrap().to_owned()
}

#[test]
fn an_original_has_one_stand_in_in_every_spelling() {
    let device = "uul9ovao33lcrsex49";
    let json = |text: &str| URL_SAFE_NO_PAD.encode(format!("{{\"user\":\"{text}\"}}"));
    let spellings: [&dyn Fn(&str) -> String; 4] = [&str::to_owned, &percent, &|text| STANDARD.encode(text), &json];
    for (name, original) in [("Ticket", TICKET), ("MediaId", MEDIA_ID), ("DeviceNo", device), ("OpenID", OPEN_ID)] {
        for elsewhere in spellings {
            for spelling in spellings {
                let odd = format!("<xml><Event>new</Event><Odd>{}</Odd></xml>", spelling(original));
                let named = format!("<xml><Event>new</Event><{name}>{original}</{name}></xml>");
                let after = replaced_together(&[(odd, elsewhere(original)), (named, String::new())]);
                let stand_in = text_of(&after[1], name);
                assert_ne!(stand_in, original);
                assert_eq!(text_of(&after[0], "Odd"), spelling(&stand_in), "{}", elsewhere(original));
            }
        }
    }
}

#[test]
fn what_stands_there_literally_comes_before_an_escape() {
    for before in ["%0", "%4", "x%c", "http://a.example/?k=%0", "http://a.example/?key=%0", "http://a.example/?key=b"] {
        let message = format!("<xml><Event>new</Event><x>{before}{MEDIA_ID}</x><MediaId>{MEDIA_ID}</MediaId></xml>");
        let alone = format!("<xml><Event>new</Event><x>{before}{MEDIA_ID}</x></xml>");
        let after = replaced_together(&[(alone, "1".to_owned()), (message, "1".to_owned())]);
        let stand_in = text_of(&after[1], "MediaId");
        for event in &after {
            assert!(text_of(event, "x").ends_with(&stand_in), "{before}: {}", text_of(event, "x"));
        }
    }
}

#[test]
fn a_credential_goes_as_a_whole_but_for_what_is_named() {
    let named = format!("<xml><Event>new</Event><MediaId>{MEDIA_ID}</MediaId></xml>");
    let cookie = STANDARD.encode(format!("ab7-secret {MEDIA_ID} word9secret"));
    let after = &replaced_together(&[(named, cookie)])[0];
    let value = after.stored.capture.request.header("cookie").unwrap().to_vec();
    let plain = STANDARD.decode(value.strip_prefix(b"a=").unwrap()).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    assert!(plain.contains(&text_of(after, "MediaId")), "{plain}");
    assert!(!plain.contains("ab7") && !plain.contains("secret") && !plain.contains("word9"), "{plain}");
}

#[test]
fn what_is_named_comes_before_a_form_that_takes_more_letters() {
    for (before, behind) in [("", "0ぁ"), ("o", " "), ("", "@a.example"), ("x.", "@a.example")] {
        let named = format!("<xml><Event>new</Event><x> {before}{OPEN_ID}{behind}</x><OpenID>{OPEN_ID}</OpenID></xml>");
        let alone = format!("<xml><Event>new</Event><x> {before}{OPEN_ID}{behind}</x></xml>");
        let after = replaced_together(&[(alone, String::new()), (named, String::new())]);
        let stand_in = text_of(&after[1], "OpenID");
        for event in &after {
            assert_eq!(text_of(event, "x"), format!(" {before}{stand_in}{behind}"));
        }
    }
}
