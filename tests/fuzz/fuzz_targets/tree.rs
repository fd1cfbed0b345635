//! A body: every place that the tree names holds what it is said to hold, and a request with that body can be judged, shown
//! and written the other way.
#![no_main]

use std::ops::Range;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use menuscope::account::Accounts;
use menuscope::capture::{Annotation, CaptureId, EventView, Placement, RawRequest, StoredCapture, event_json};
use menuscope::inspect::inspect;
use menuscope::texts::Language;
use menuscope::wechat::compose::{as_json, as_xml};
use menuscope::wechat::message::Message;
use menuscope::wechat::tree::{Element, Format, MAX_DEPTH, MAX_ELEMENTS, Place, TextForm, Tree, TreeError};
use menuscope_fuzz::accounts;
use serde_json::Value;

static ACCOUNTS: LazyLock<Accounts> = LazyLock::new(accounts);

fuzz_target!(|body: &[u8]| {
    match Tree::parse(body) {
        Ok(tree) => check(body, &tree),
        Err(error) => check_error(body, &error),
    }
    show(body);
});

fn check_error(body: &[u8], error: &TreeError) {
    if let Some(place) = error.place() {
        assert!(place.offset <= body.len());
        assert_eq!(Place::at(body, place.offset), place);
    }
    assert!(!error.to_string().is_empty());
}

fn check(body: &[u8], tree: &Tree<'_>) {
    let mut count = 0;
    let mut begins = 0;
    for element in tree.elements() {
        count += 1;
        assert!(element.depth() < MAX_DEPTH);
        assert!(element.span().start >= begins, "not in document order");
        begins = element.span().start;
        check_element(body, element, tree.format());
    }
    assert!((1..=MAX_ELEMENTS).contains(&count));
    for problem in Message::decode(tree).problems {
        let span = problem.span.unwrap_or_default();
        assert!(std::str::from_utf8(&body[span]).is_ok());
    }
    let other = match tree.format() {
        Format::Xml => as_json(body).ok(),
        Format::Json => as_xml(body).ok(),
    };
    if let Some(other) = other {
        assert_ne!(Tree::parse(&other).unwrap().format(), tree.format());
    }
}

fn check_element(body: &[u8], element: Element<'_, '_>, format: Format) {
    let (span, content, text) = (element.span(), element.content_span(), element.text_span());
    assert!(holds(&span, &content) && holds(&content, &text), "{span:?} {content:?} {text:?}");
    for range in [&span, &content, &text] {
        assert!(std::str::from_utf8(&body[range.clone()]).is_ok());
    }
    let mut end = content.start;
    for child in element.children() {
        assert_eq!(child.depth(), element.depth() + 1);
        assert_eq!(child.parent().unwrap().span(), span);
        // An item of an array stands behind the name of the array.
        assert!(child.span().start >= end && holds(&content, &child.span()));
        end = child.span().end;
    }
    match format {
        Format::Xml => check_tags(body, element),
        Format::Json => check_value(body, element),
    }
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end
}

fn check_tags(body: &[u8], element: Element<'_, '_>) {
    let (span, content, text) = (element.span(), element.content_span(), &body[element.text_span()]);
    let whole = &body[span.clone()];
    assert!(whole[1..].starts_with(element.name().as_bytes()) && whole[0] == b'<');
    assert!(whole.ends_with(b">"));
    if element.is_self_closing() {
        assert!(whole.ends_with(b"/>"));
    } else {
        assert!(body[content.end..span.end].starts_with(b"</"));
    }
    match element.form() {
        TextForm::Empty => assert_eq!((element.text(), text), ("", &b""[..])),
        TextForm::Bare if !text.contains(&b'&') && !text.contains(&b'<') => assert_eq!(text, element.text().as_bytes()),
        TextForm::Cdata if !text.starts_with(b"<![CDATA[") => assert_eq!(text, element.text().as_bytes()),
        TextForm::Bare | TextForm::Cdata | TextForm::Mixed => {}
        TextForm::JsonString | TextForm::JsonLiteral => panic!("a form of JSON's in XML"),
    }
}

fn check_value(body: &[u8], element: Element<'_, '_>) {
    let (content, text) = (&body[element.content_span()], &body[element.text_span()]);
    match element.form() {
        TextForm::Empty => assert_eq!(element.text(), ""),
        TextForm::JsonLiteral => assert_eq!(text, element.text().as_bytes()),
        TextForm::JsonString => {
            // Half of a surrogate pair is no text for the other reader.
            if let Ok(read) = serde_json::from_slice::<String>(content) {
                assert_eq!(read, element.text());
            }
            assert_eq!(content, [b"\"", text, b"\""].concat());
        }
        TextForm::Bare | TextForm::Cdata | TextForm::Mixed => panic!("a form of XML's in JSON"),
    }
}

/// A push with that body is judged, and its object is JSON.
fn show(body: &[u8]) {
    let request = RawRequest {
        received_at: "2026-11-23T08:00:00.123456Z".parse().unwrap(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/wx?timestamp=1795420800&nonce=1&signature=0".to_owned(),
        headers: Default::default(),
        peer: "192.0.2.1".to_owned(),
        body: body.to_vec().into(),
        body_length: body.len() as u64,
    };
    // With secrets the signature is wrong; without, the message is looked at whatever it says.
    for accounts in [&ACCOUNTS, &Accounts::new(Vec::new(), None)] {
        let capture = inspect(request.clone(), accounts).capture;
        for diagnosis in &capture.diagnoses {
            let end = diagnosis.place.map_or(0, |place| place.offset + diagnosis.length);
            assert!(end <= capture.message().len().max(body.len()), "{diagnosis:?}");
        }
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let stored = StoredCapture { placement, capture, reply: None, annotation: Annotation::default() };
        let event = event_json(EventView { stored: &stored, images: &[], language: Language::English });
        assert_eq!(serde_json::from_str::<Value>(&event.to_string()).unwrap(), event);
    }
}
