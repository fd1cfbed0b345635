//! Tests of the composer, without a window.

use super::*;
use crate::engine::{PictureFile, Selection};
use crate::ui::test_support::{account, request};
use crate::wechat::tree::{Format, Tree};

fn composer(kind: &str) -> Composer {
    let mut composer = Composer::default();
    composer.take_template(kind, &Status::default());
    composer
}

fn text_of(composer: &Composer, name: &str) -> String {
    let tree = Tree::parse(composer.text.as_bytes()).unwrap();
    tree.elements().find(|element| element.name() == name).unwrap().text().to_owned()
}

fn messages(composer: &mut Composer) -> Vec<Vec<u8>> {
    composer.parsed();
    match composer.to_send() {
        Some(ReplayWhat::Composed(messages)) => messages,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_message_has_the_current_time_and_an_id_of_its_own() {
    let (one, other) = (composer("text"), composer("text"));
    assert_ne!(text_of(&one, "MsgId"), text_of(&other, "MsgId"));
    let created: i64 = text_of(&one, "CreateTime").parse().unwrap();
    assert!(created > 1_700_000_000);
}

#[test]
fn a_new_message_has_the_first_key_of_the_open_menu() {
    let mut composer = Composer::default();
    let keys = [("VIEW", "https://e.com"), ("CLICK", "COUPON"), ("CLICK", "HELP")];
    composer.begin(&Status::default(), keys.map(|(kind, key)| (kind.to_owned(), key.to_owned())).into());
    assert_eq!(text_of(&composer, "EventKey"), "COUPON");
    composer.take_template("VIEW", &Status::default());
    assert_eq!(text_of(&composer, "EventKey"), "https://e.com");
    composer.take_template("scancode_push", &Status::default());
    assert_ne!(text_of(&composer, "EventKey"), "COUPON", "no button of the menu scans");
}

#[test]
fn every_kind_can_be_composed_in_both_notations() {
    for (kind, _) in compose::TEMPLATES {
        let mut composer = composer(kind);
        assert_eq!(composer.parsed().kind, *kind);
        assert!(composer.parsed().flaw.is_none());
        composer.set_message(compose::as_json(composer.text.as_bytes()).unwrap());
        assert_eq!((composer.parsed().format, &*composer.parsed().kind), (Some(Format::Json), *kind));
    }
}

#[test]
fn a_field_changes_its_own_part_of_the_text_or_is_refused_with_an_error() {
    let mut composer = composer("scancode_waitmsg");
    let before = composer.text.clone();
    composer.edit("ScanCodeInfo/ScanResult", "一二三");
    assert_eq!(text_of(&composer, "ScanResult"), "一二三");
    assert_eq!(composer.text.len() - before.len(), "一二三".len() - 1);
    composer.edit("EventKey", "\u{1}");
    assert!(matches!(&composer.refused, Some((path, ComposeError::NotXmlText { .. })) if path == "EventKey"));
    assert_eq!(text_of(&composer, "ScanResult"), "一二三", "what was there stays");
}

#[test]
fn files_become_sums_and_image_messages_follow_if_enabled() {
    let mut composer = composer("pic_photo_or_album");
    let file = |name: &str, md5: &str| PictureFile { name: name.to_owned(), md5: md5.to_owned() };
    let number = composer.number();
    composer.take_pictures(number, vec![file("a.jpg", "aa"), file("b.jpg", "bb")]);
    assert_eq!(composer.parsed().pictures, ["aa", "bb"]);
    assert_eq!(text_of(&composer, "Count"), "2");
    assert_eq!(messages(&mut composer).len(), 1);
    composer.images_follow = true;
    let messages = messages(&mut composer);
    assert_eq!(messages.len(), 3);
    let image = Tree::parse(&messages[2]).unwrap();
    assert_eq!(image.root().text_of("MsgType"), Some("image"));
    assert_eq!(image.root().text_of("CreateTime"), Some(&*text_of(&composer, "CreateTime")));
}

#[test]
fn pictures_for_another_message_are_left() {
    let mut composer = composer("pic_photo_or_album");
    let number = composer.number();
    composer.take_template("pic_weixin", &Status::default());
    let before = composer.text.clone();
    composer.take_pictures(number, vec![PictureFile { name: "a.jpg".to_owned(), md5: "aa".to_owned() }]);
    assert_eq!(composer.text, before);
}

#[test]
fn an_edited_message_is_a_replay_of_its_event_and_keeps_unknown_elements() {
    let body = b"<xml><Event>CLICK</Event><New x=\"1\">?</New>\n<EventKey>a</EventKey><MsgType>event</MsgType></xml>";
    let capture = crate::inspect::inspect(
        request("POST", "/wx".to_owned(), body),
        &crate::account::Accounts::new(vec![account()], None),
    );
    let placement = crate::capture::Placement { id: CaptureId(4), group: CaptureId(4), attempt: 1 };
    let stored = StoredCapture {
        placement,
        capture: capture.capture,
        reply: None,
        annotation: crate::capture::Annotation::default(),
    };
    let mut composer = Composer::default();
    composer.take(&stored, Origin::Edited(CaptureId(4))).unwrap();
    composer.edit("EventKey", "b");
    let expected = String::from_utf8_lossy(body).replace(">a<", ">b<");
    assert!(
        matches!(composer.to_send(), Some(ReplayWhat::Edited { id: CaptureId(4), message }) if message == expected.as_bytes())
    );
    composer.begin(&Status::default(), Vec::new());
    assert!(composer.text.contains(">b<"), "what is being written is not lost");
    composer.text.clear();
    assert!(composer.to_send().is_none());
    assert!(!matches!(composer.to_send(), Some(ReplayWhat::Stored(Selection::Ids(_)))));
}
