//! Tests of the reply editor, by its labels.

use std::cell::RefCell;
use std::rc::Rc;

use egui::{Event, ImeEvent, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::ui::test_support::{dress, look, request, stored};
use crate::wechat::lint::{LintCode, Outcome};
use crate::wechat::reply::Article;

const CLICK: &str = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName><CreateTime>12</CreateTime>\
    <MsgType>event</MsgType><Event>CLICK</Event><EventKey>MENU_1</EventKey></xml>";

const SCAN: &str = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName><CreateTime>12</CreateTime>\
    <MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>6</EventKey><ScanCodeInfo>\
    <ScanType>qrcode</ScanType><ScanResult>https://a/b</ScanResult></ScanCodeInfo></xml>";

fn capture(message: &str) -> Capture {
    stored(request("POST", "/wx".to_owned(), message.as_bytes()), 200).capture
}

type ResponseLog = Rc<RefCell<Vec<EditorResponse>>>;

/// The editor in a test window, and its response in each frame that changed something.
fn shown<'h>(reply: PassiveReply, template: bool) -> (Harness<'h, ReplyEditor>, ResponseLog) {
    let (done, capture) = (ResponseLog::default(), capture(CLICK));
    let doing = Rc::clone(&done);
    let builder = Harness::builder().with_size([520.0, 2400.0]).with_context_setup(dress);
    let harness = builder.build_ui_state(
        move |ui, editor: &mut ReplyEditor| {
            let purpose = if template { Purpose::Template(Some(&capture)) } else { Purpose::Answer(&capture) };
            let edited = editor.ui(ui, &purpose, &look(Theme::Light));
            doing.borrow_mut().extend((edited != EditorResponse::default()).then_some(edited));
        },
        ReplyEditor::new(reply),
    );
    (harness, done)
}

fn text(content: &str) -> PassiveReply {
    PassiveReply::Text { content: content.to_owned() }
}

fn choose(harness: &mut Harness<'_, ReplyEditor>, kind: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::Button, kind).click();
    harness.run();
}

fn write(harness: &mut Harness<'_, ReplyEditor>, label: &str, words: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(words);
    harness.run();
}

fn submissions(done: &ResponseLog) -> usize {
    done.borrow().iter().filter(|edited| edited.submitted).count()
}

#[test]
fn every_kind_is_written_by_the_names_of_its_elements() {
    let owned = str::to_owned;
    let cases: [(&str, &[&str], PassiveReply); 10] = [
        ("success", &[], PassiveReply::Success),
        ("Empty body", &[], PassiveReply::Empty),
        ("Text", &["Content"], text("<Content>")),
        ("Image", &["MediaId"], PassiveReply::Image { media_id: owned("<MediaId>") }),
        ("Voice", &["MediaId"], PassiveReply::Voice { media_id: owned("<MediaId>") }),
        (
            "Video",
            &["MediaId", "Title", "Description"],
            PassiveReply::Video {
                media_id: owned("<MediaId>"),
                title: owned("<Title>"),
                description: owned("<Description>"),
            },
        ),
        (
            "Music",
            &["Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId"],
            PassiveReply::Music {
                title: owned("<Title>"),
                description: owned("<Description>"),
                music_url: owned("<MusicUrl>"),
                hq_music_url: owned("<HQMusicUrl>"),
                thumb_media_id: owned("<ThumbMediaId>"),
            },
        ),
        (
            "News",
            &["Title of article 1", "Description of article 1", "PicUrl of article 1", "Url of article 1"],
            PassiveReply::News {
                articles: vec![Article {
                    title: owned("<Title of article 1>"),
                    description: owned("<Description of article 1>"),
                    pic_url: owned("<PicUrl of article 1>"),
                    url: owned("<Url of article 1>"),
                }],
            },
        ),
        (
            "Customer service",
            &["KfAccount"],
            PassiveReply::TransferCustomerService { kf_account: owned("<KfAccount>") },
        ),
        ("Raw bytes", &["Body"], PassiveReply::Raw(b"<Body>".to_vec())),
    ];
    let (mut harness, done) = shown(text(""), false);
    for (kind, labels, expected) in cases {
        choose(&mut harness, kind);
        for label in labels {
            write(&mut harness, label, &format!("<{label}>"));
        }
        assert_eq!(harness.state().reply(), expected, "{kind}");
    }
    assert!(done.borrow().iter().all(|edited| edited.changed && !edited.submitted));
}

#[test]
fn a_draft_survives_switching_kinds() {
    let (mut harness, _) = shown(text("mine"), false);
    choose(&mut harness, "Image");
    write(&mut harness, "MediaId", "id");
    choose(&mut harness, "Text");
    assert_eq!(harness.state().reply(), text("mine"));
    choose(&mut harness, "Image");
    assert_eq!(harness.state().reply(), PassiveReply::Image { media_id: "id".to_owned() });
}

#[test]
fn articles_come_go_and_change_places() {
    let (mut harness, _) = shown(PassiveReply::blank(ReplyKind::News), false);
    let titles = |harness: &Harness<'_, ReplyEditor>| match harness.state().reply() {
        PassiveReply::News { articles } => articles.into_iter().map(|article| article.title).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert!(harness.get_by_label("Remove article 1").accesskit_node().is_disabled(), "one has to stay");
    write(&mut harness, "Title of article 1", "a");
    for label in ["Add article", "Add article"] {
        harness.get_by_label(label).click();
        harness.run();
    }
    write(&mut harness, "Title of article 2", "b");
    write(&mut harness, "Title of article 3", "c");
    harness.get_by_label("Move article 3 up").click();
    harness.run();
    assert_eq!(titles(&harness), ["a", "c", "b"]);
    harness.get_by_label("Remove article 1").click();
    harness.run();
    assert_eq!(titles(&harness), ["c", "b"]);
}

#[test]
fn control_and_enter_submit_from_a_text_and_leave_it_as_it_is() {
    let (mut harness, done) = shown(text("a"), false);
    harness.state_mut().focus();
    harness.run();
    assert!(harness.get_by_label("Content").is_focused());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!((submissions(&done), harness.state().reply()), (1, text("a")));
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!((submissions(&done), harness.state().reply()), (1, text("a\n")), "Enter alone ends a line");
}

#[test]
fn control_and_enter_submit_a_kind_without_fields_that_was_just_chosen() {
    let (mut harness, done) = shown(text("a"), false);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(submissions(&done), 0, "nobody is busy in the editor yet");
    choose(&mut harness, "success");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(submissions(&done), 1);
}

#[test]
fn enter_submits_from_a_field_of_one_line() {
    let (mut harness, done) = shown(PassiveReply::blank(ReplyKind::Image), false);
    write(&mut harness, "MediaId", "id");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(submissions(&done), 1);
}

#[test]
fn nothing_is_submitted_while_an_input_method_composes() {
    let (mut harness, done) = shown(text(""), false);
    harness.state_mut().focus();
    harness.run();
    harness.event(Event::Ime(ImeEvent::Preedit { text: "ni".to_owned(), active_range_chars: None }));
    harness.step();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    assert_eq!(submissions(&done), 0, "in the middle");
    let stroke =
        Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::COMMAND };
    // Both arrive in the same frame.
    harness.input_mut().events.extend([Event::Ime(ImeEvent::Commit("你".to_owned())), stroke]);
    harness.step();
    assert_eq!(submissions(&done), 0, "the stroke that ends it");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    assert_eq!((submissions(&done), harness.state().reply()), (1, text("你")));
}

#[test]
fn a_text_that_is_too_long_is_counted_and_found() {
    let (harness, _) = shown(text(&"字".repeat(700)), false);
    harness.get_by_label("▲ 2100 of 2048 bytes");
    harness.get_by_label("text-too-long");
    assert!(harness.query_by_label_contains("Filter by").is_none(), "no filter asks for it");
    let report = harness.state().report().unwrap();
    assert!(report.findings.iter().any(|found| found.code == LintCode::TextTooLong));
}

#[test]
fn the_reply_is_linted_for_the_event_and_summarised() {
    let (mut harness, _) = shown(text("hello"), false);
    harness.get_by_label("✓ The user sees the text.");
    assert_eq!(harness.state().report().unwrap().outcome, Outcome::Text);
    choose(&mut harness, "Raw bytes");
    write(&mut harness, "Body", "Success");
    harness.get_by_label_contains("× The user sees the error notice");
    assert!(!harness.state().report().unwrap().is_legal());
}

#[test]
fn a_check_holds_for_its_event_its_purpose_and_its_language() {
    let (click, scan) = (capture(CLICK), capture(SCAN));
    let check = ReplyCheck::of(text("a"), Purpose::Answer(&click), Language::English);
    assert!(check.applies_to(Purpose::Answer(&click), Language::English));
    assert!(!check.applies_to(Purpose::Answer(&scan), Language::English));
    assert!(!check.applies_to(Purpose::Answer(&click), Language::Chinese));
    assert!(!check.applies_to(Purpose::Template(Some(&click)), Language::English));
}

#[test]
fn a_template_is_shown_and_not_linted() {
    let (mut harness, _) = shown(text("{{ EventKey }}?"), true);
    harness.get_by_label("{{ EventKey }}?");
    harness.get_by_label("Insert openid");
    harness.get_by_label_contains("The preview shows the template");
    assert!(harness.state().report().is_none());
    choose(&mut harness, "success");
    assert!(harness.state().report().is_some_and(Report::is_legal), "nothing in it is filled in");
}

#[test]
fn the_names_in_scope_are_those_of_the_event() {
    let names = template_names::in_scope(Some(&capture(SCAN)));
    for name in ["openid", "decoded.scan.content", "EventKey", "ScanCodeInfo.ScanResult"] {
        assert!(names.iter().any(|found| found == name), "{name} of {names:?}");
    }
    assert!(!template_names::in_scope(Some(&capture(CLICK))).iter().any(|name| name.contains("scan")));
}

#[test]
fn bytes_that_are_not_text_are_shown_and_kept() {
    let (mut harness, _) = shown(PassiveReply::Raw(vec![0xff, 0x00]), false);
    harness.get_by_label("ff 00");
    assert_eq!(harness.state().reply(), PassiveReply::Raw(vec![0xff, 0x00]));
    harness.get_by_label("Clear and write text").click();
    harness.run();
    assert!(harness.get_by_label("Body").is_focused());
    assert_eq!(harness.state().reply(), PassiveReply::Raw(Vec::new()));
}

#[test]
fn every_meaning_is_there_in_every_language() {
    for kind in ReplyKind::ALL {
        let mut keys = Vec::new();
        let seen: Result<_, std::convert::Infallible> = PassiveReply::blank(kind).map_texts(|element, _| {
            keys.push(format!("editor.meaning.{}.{element}", kind.as_str()));
            Ok(String::new())
        });
        seen.unwrap();
        if keys.is_empty() {
            keys.push(format!("editor.meaning.{}", kind.as_str()));
        }
        for (key, language) in keys.iter().flat_map(|key| Language::ALL.map(|language| (key, language))) {
            assert!(language.has(key), "{language:?} lacks {key}");
        }
    }
}

#[test]
fn a_proposal_is_selected_so_that_typing_replaces_it() {
    let (mut harness, _) = shown(text("You tapped 菜单"), false);
    harness.state_mut().focus_selecting();
    harness.run();
    harness.event(Event::Text("hello".to_owned()));
    harness.run();
    assert_eq!(harness.state().reply(), text("hello"));
    harness.event(Event::Text(" again".to_owned()));
    harness.run();
    assert_eq!(harness.state().reply(), text("hello again"), "only the first stroke replaces");
}
