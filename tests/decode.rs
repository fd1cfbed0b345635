//! Payload to values: goldens for every shape that is known from the wild, and what holds for all others.
//!
//! Each input in `tests/fixtures/decode` and `tests/fixtures/samples`, and each sample in
//! `assets/samples`, has an expectation of its name with `.expected.json` in `tests/fixtures/decode`
//! (`sample.` and `asset.` before the name for the latter two). After a change that is meant,
//! `UPDATE_GOLDENS=1 cargo test --test decode` writes them anew: read the difference before it is kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixtures has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use menuscope::wechat::decoded::decoded;
use menuscope::wechat::fields::fields;
use menuscope::wechat::kind;
use menuscope::wechat::message::Message;
use menuscope::wechat::tree::{Element, Format, TextForm, Tree, TreeError};
use menuscope::wechat::xml::{cdata, escape_text};
use proptest::prelude::*;
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The inputs of a folder, in order.
fn inputs(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    paths.sort();
    paths
}

/// All that a payload decodes to, as one value. With `leniently` it is read as a captured message is.
fn outcome(payload: &[u8], leniently: bool) -> Value {
    let tree = match if leniently { Tree::parse_lenient(payload) } else { Tree::parse(payload) } {
        Ok(tree) => tree,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let message = Message::decode(&tree);
    let problem = |problem: &menuscope::wechat::message::Problem| {
        let span = problem.span.clone().unwrap();
        let stretch = String::from_utf8_lossy(&payload[span]).into_owned();
        let stretch: String = stretch.chars().take(40).collect();
        json!({ "problem": problem.kind.to_string(), "at": stretch })
    };
    json!({
        "kind": message.kind(),
        "msg_type": message.msg_type,
        "event": message.event,
        "event_key": message.event_key,
        "openid": message.from_user,
        "to_user": message.to_user,
        "create_time": message.create_time,
        "msg_id": message.msg_id,
        "fields": fields(tree.root()),
        "decoded": decoded(&message),
        "problems": message.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

/// Compares the outcomes of a folder with their goldens, or writes those where that was asked for.
fn check_goldens(folder: &str, prefix: &str) {
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    let mut wrong = Vec::new();
    for input in inputs(folder) {
        let name = input.file_name().unwrap().to_string_lossy().into_owned();
        let golden = root().join(format!("tests/fixtures/decode/{prefix}{name}.expected.json"));
        let outcome = outcome(&fs::read(&input).unwrap(), name.starts_with("lenient_"));
        if update {
            let text = format!("{outcome:#}\n");
            fs::write(golden, text).unwrap();
            continue;
        }
        let expected: Value = serde_json::from_slice(&fs::read(&golden).unwrap()).unwrap();
        if outcome != expected {
            wrong.push(format!("{name}:\n{outcome:#}\nexpected:\n{expected:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_shape_known_from_the_wild_decodes_as_expected() {
    check_goldens("tests/fixtures/decode", "");
}

#[test]
fn the_eight_menu_samples_decode_as_expected() {
    assert_eq!(inputs("tests/fixtures/samples").len(), 8);
    check_goldens("tests/fixtures/samples", "sample.");
}

#[test]
fn every_sample_of_a_kind_decodes_as_expected() {
    check_goldens("assets/samples", "asset.");
}

#[test]
fn every_sample_is_of_its_kind_in_the_layout_of_genuine_pushes_and_without_problems() {
    for path in inputs("assets/samples") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Two names that differ only in case cannot stand side by side on every file system.
        let name = name.strip_suffix("_event").filter(|name| *name == "LOCATION").unwrap_or(&name);
        let payload = fs::read_to_string(&path).unwrap();
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let message = Message::decode(&tree);
        assert_eq!(message.kind(), name);
        assert_eq!(message.problems, [], "{name}");
        assert!(kind::lookup(name).is_some_and(|known| known.name == name), "{name}");
        assert!(payload.starts_with("<xml><ToUserName>") || payload.starts_with("<xml><AppId>"));
        assert!(payload.ends_with("</xml>") && !payload.contains('\r'), "{name}");
        let children = tree.root().children().count();
        let ends = |child: Element<'_, '_>| payload[child.span().end..].starts_with('\n');
        assert_eq!(tree.root().children().filter(|child| ends(*child)).count(), children);
    }
}

#[test]
fn a_hundred_thousand_levels_are_too_deep_and_nothing_worse() {
    let elements = "<a>".repeat(100_000);
    let closed = format!("{elements}{}", "</a>".repeat(100_000));
    let mut arrays = "{\"a\":".to_owned();
    arrays.push_str(&"[".repeat(1_000_000));
    let objects = "{\"a\":".repeat(100_000);
    for payload in [elements, closed, arrays, objects] {
        let error = Tree::parse(payload.as_bytes()).unwrap_err();
        assert!(matches!(error, TreeError::TooDeep { .. }), "{error}");
    }
    let error = Tree::parse("[".repeat(1_000_000).as_bytes()).unwrap_err();
    assert!(matches!(error, TreeError::NotXmlOrJson { .. }), "{error}");
}

/// What has to hold of any tree over any payload.
fn check_spans(payload: &[u8], tree: &Tree<'_>) -> Result<(), TestCaseError> {
    for element in tree.elements() {
        let (span, content) = (element.span(), element.content_span());
        let text = element.text_span();
        prop_assert!(span.start < span.end && span.end <= payload.len());
        prop_assert!(span.start <= content.start && content.end <= span.end);
        prop_assert!(content.start <= text.start && text.end <= content.end);
        let parent = element.parent().map_or(0..payload.len(), |parent| parent.content_span());
        prop_assert!(parent.start <= span.start && span.end <= parent.end);
        if element.has_children() || element.is_self_closing() {
            continue;
        }
        // The content of a leaf, between tags or after a name of our own, means the same again.
        let content = &payload[content];
        let (before, after): (&[u8], &[u8]) = match tree.format() {
            Format::Xml => (b"<a><b>", b"</b></a>"),
            Format::Json => (b"{\"b\":", b"}"),
        };
        let again = [before, content, after].concat();
        let again = Tree::parse(&again).unwrap();
        let leaf = again.root().child("b").unwrap();
        prop_assert_eq!((leaf.text(), leaf.form()), (element.text(), element.form()));
        if element.form() == TextForm::Cdata && text.len() == element.text().len() {
            prop_assert_eq!(&payload[text], element.text().as_bytes());
        }
    }
    Ok(())
}

/// A payload that decodes at all satisfies all of it; whatever it is, nothing panics.
fn check_anything(payload: &[u8]) -> Result<(), TestCaseError> {
    let lenient = Tree::parse_lenient(payload);
    if let Ok(tree) = &lenient {
        let spans = tree.elements().flat_map(|element| [element.span(), element.content_span(), element.text_span()]);
        prop_assert!(spans.into_iter().all(|span| span.start <= span.end && span.end <= payload.len()));
    }
    prop_assert!(lenient.is_ok() || Tree::parse(payload).is_err(), "what is read strictly is read leniently");
    match Tree::parse(payload) {
        Err(error) => {
            let offset = error.place().map_or(0, |place| place.offset);
            prop_assert!(offset <= payload.len());
        }
        Ok(tree) => {
            check_spans(payload, &tree)?;
            let message = Message::decode(&tree);
            let spans = message.problems.iter().filter_map(|problem| problem.span.clone());
            prop_assert!(spans.into_iter().all(|span| span.end <= payload.len()));
            prop_assert!(fields(tree.root()).is_object());
            decoded(&message);
            assert_eq!(tree.elements().filter(|element| element.path().is_empty() && element.depth() > 1).count(), 0);
        }
    }
    Ok(())
}

/// An element as the generator makes it.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    name: String,
    body: Body,
}

#[derive(Clone, Debug, PartialEq)]
enum Body {
    Text(String),
    Children(Vec<Made>),
}

/// How a generated text is written.
#[derive(Clone, Copy, Debug)]
enum Style {
    Cdata,
    Escaped,
    References,
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof!["[ -~]{0,6}", Just("]]>".to_owned()), Just("&amp;".to_owned()), "[\\s一-龥😄]{0,3}"];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn made() -> impl Strategy<Value = Made> {
    let name = || "[A-Za-z_][A-Za-z0-9_.-]{0,5}";
    let leaf = (name(), text()).prop_map(|(name, text)| Made { name, body: Body::Text(text) });
    leaf.prop_recursive(5, 40, 6, move |inner| {
        (name(), prop::collection::vec(inner, 1..6))
            .prop_map(|(name, children)| Made { name, body: Body::Children(children) })
    })
}

fn xml(made: &Made, style: Style, gap: &str) -> String {
    let name = &made.name;
    let inside = match (&made.body, style) {
        (Body::Text(text), Style::Cdata) => cdata(text),
        (Body::Text(text), Style::Escaped) => escape_text(text).into_owned(),
        (Body::Text(text), Style::References) => {
            let references = text.chars().map(|c| format!("&#x{:X};", u32::from(c)));
            references.collect::<Vec<_>>().concat()
        }
        (Body::Children(children), _) => {
            let written = children.iter().map(|child| xml(child, style, gap));
            format!("{gap}{}{gap}", written.collect::<Vec<_>>().join(gap))
        }
    };
    format!("<{name}>{inside}</{name}>")
}

fn json_value(made: &Made) -> String {
    match &made.body {
        Body::Text(text) => Value::String(text.clone()).to_string(),
        Body::Children(children) => {
            let member = |child: &Made| format!("\n \"{}\" : {}", child.name, json_value(child));
            format!("{{{}}}", children.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

fn read_back(element: Element<'_, '_>) -> Made {
    let body = if element.has_children() {
        Body::Children(element.children().map(read_back).collect())
    } else {
        Body::Text(element.text().to_owned())
    };
    Made { name: element.name().to_owned(), body }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        check_anything(&payload)?;
    }

    #[test]
    fn arbitrary_markup_never_panics(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<xml>", "</xml>", "<a>", "</a>", "<a/>", "<b x='1'>", "</b>", "<![CDATA[", "]]>", "<!--", "-->",
            "&amp;", "&#65;", "&#", "&", ";", "<?p ", "?>", "<!DOCTYPE a", "<", ">", "/", " ", "\n", "x", "é",
            "<MsgType>event</MsgType>", "<Event>pic_weixin</Event>", "<SendPicsInfo>", "</SendPicsInfo>",
            "<PicList>", "</PicList>", "<item>", "</item>", "<Count>", "</Count>", "\u{FEFF}", "\0",
        ]), 0..40)
    ) {
        check_anything(pieces.concat().as_bytes())?;
        check_anything(format!("<xml>{}</xml>", pieces.concat()).as_bytes())?;
    }

    #[test]
    fn arbitrary_json_pieces_never_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u0041\"", "\"", "\\", "1", "-0.5e3", "true", "null", " ",
            "\n", "é", "'", "/*", "//", "\u{A0}", "\"MsgType\":\"event\"", "\"PicList\":[", "\"SendPicsInfo\":{",
        ]), 0..40)
    ) {
        check_anything(pieces.concat().as_bytes())?;
        check_anything(format!("{{{}}}", pieces.concat()).as_bytes())?;
    }

    #[test]
    fn a_damaged_sample_never_panics(
        which in 0_usize..8, at in 0_usize..600, byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut payload = fs::read(&inputs("tests/fixtures/samples")[which]).unwrap();
        let at = at % payload.len();
        payload[at] = byte;
        if cut {
            payload.truncate(at + 1);
        }
        check_anything(&payload)?;
    }

    #[test]
    fn a_written_tree_reads_back_equal(
        made in made(),
        style in prop::sample::select(vec![Style::Cdata, Style::Escaped, Style::References]),
        gap in prop::sample::select(vec!["", "\n", "\r\n\t ", "<!-- c -->", "\n<?p?> "]),
        bom in any::<bool>(),
    ) {
        let mark = if bom { "\u{FEFF}" } else { "" };
        let payload = format!("{mark}{}", xml(&made, style, gap));
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        prop_assert_eq!(&read_back(tree.root()), &made);
        prop_assert_eq!(tree.has_bom(), bom);
        check_spans(payload.as_bytes(), &tree)?;
    }

    #[test]
    fn a_written_object_reads_back_equal(children in prop::collection::vec(made(), 1..5)) {
        let made = Made { name: String::new(), body: Body::Children(children) };
        let payload = json_value(&made);
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        prop_assert_eq!(&read_back(tree.root()), &made);
        check_spans(payload.as_bytes(), &tree)?;
    }
}
