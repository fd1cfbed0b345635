//! Tests of the detail, by its labels, with captures made as the listener makes them.

use std::rc::Rc;

use bytes::Bytes;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::capture::{
    Baseline, CaptureSummary, ForwardProblem, Placement, Replay, ReplySummary, RunId, SentRequest, ServerAnswer,
    StoredCapture, StoredReplay, Verdict,
};
use crate::engine::{Command, ComparableAnswer, EventDetail, difference};
use crate::inspect::explain_signature;
use crate::ui::action::BytesView;
use crate::ui::test_support::{ActionLog, TOKEN, account, dress, look, request, stored};
use crate::wechat::compose::{Signing, push};

mod around;

pub(super) fn opened(body: &[u8]) -> Box<EventDetail> {
    let signing = Signing { token: TOKEN, timestamp: "1795420800", nonce: "nonce", openid: None, encryption: None };
    let stored = stored(request("POST", format!("/wx?{}", push(body, &signing).query), body), 200);
    let signature = explain_signature(&stored.capture, &account());
    let (images, image_messages) = (Vec::new(), Vec::new());
    let (attempts, replays, layers, key_history) = (Vec::new(), Vec::new(), None, None);
    Box::new(EventDetail {
        stored,
        attempts,
        images,
        image_messages,
        signature,
        layers,
        key_history,
        button: None,
        replays,
    })
}

pub(super) fn sample(kind: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The detail in a test window, and the actions it sends.
pub(super) fn shown<'h>(detail: Detail, bytes: BytesView) -> (Harness<'h>, ActionLog) {
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let mut answering = ManualReplies::default();
    let mut view = DetailView::default();
    view.bytes = bytes;
    let harness = Harness::builder().with_size([720.0, 1800.0]).with_context_setup(dress).build_ui(move |ui| {
        let theme = ui.ctx().theme();
        let mut actions = Vec::new();
        detail_ui(ui, &detail, (&mut view, &mut answering), &look(theme), &mut actions);
        asking.borrow_mut().extend(actions);
    });
    (harness, asked)
}

fn decoded<'h>(body: &[u8]) -> (Harness<'h>, ActionLog) {
    shown(Detail::new(opened(body), Language::English), BytesView::Text)
}

pub(super) fn assert_shows(harness: &Harness<'_>, texts: &[&str]) {
    for text in texts {
        assert!(harness.query_all_by_label(text).next().is_some(), "{text} is not shown");
    }
}

#[test]
fn each_of_the_eight_shows_its_own_fields_by_their_official_names() {
    let expected: [(&str, &[&str]); 8] = [
        ("CLICK", &["EventKey", "EVENTKEY"]),
        ("VIEW", &["EventKey", "wwwqqcom", "This is not a web address, so there is nothing to open"]),
        ("scancode_push", &["ScanType", "qrcode", "ScanResult", "1", "a QR code", "The scanned code, drawn again"]),
        ("scancode_waitmsg", &["ScanType", "qrcode", "ScanResult", "2"]),
        ("pic_sysphoto", &["Count", "PicMd5Sum", "1b5f7c23b5bf75682a53e7b6d163e185", "picture 1"]),
        ("pic_photo_or_album", &["Count", "PicMd5Sum", "5a75aaca956d97be686719218f275c6b"]),
        ("pic_weixin", &["Count", "PicMd5Sum", "5a75aaca956d97be686719218f275c6b", "agrees with the list: 1"]),
        (
            "location_select",
            &[
                "Location_X",
                "23",
                "Location_Y",
                "113",
                "Scale",
                "15",
                "Poiname",
                "empty",
                "23.000000, 113.000000",
                "BD-09",
                "Open in Baidu",
            ],
        ),
    ];
    for (kind, texts) in expected {
        let (mut harness, _) = decoded(&sample(kind));
        harness.get_by_label_contains("Envelope ·").click();
        harness.run();
        assert_shows(&harness, texts);
        assert_shows(&harness, &[kind, "FromUserName", "CreateTime", "MsgType", "signature valid"]);
    }
}

#[test]
fn a_label_is_shown_to_the_character() {
    let (harness, _) = decoded(&sample("location_select"));
    assert_shows(&harness, &["Label", " 广州市海珠区客村艺苑路 106号"]);
}

#[test]
fn undocumented_elements_are_kept_in_their_place() {
    let (harness, _) =
        decoded(b"<xml><MsgType>event</MsgType><Event>CLICK</Event><EventKey/><New><Inner>7</Inner></New></xml>");
    assert_shows(&harness, &["Other elements", "New", "Inner", "7", "empty"]);
}

#[test]
fn a_bar_code_is_taken_apart_and_checked() {
    let event = |result: &str| {
        format!(
            "<xml><MsgType>event</MsgType><Event>scancode_push</Event><EventKey>6</EventKey><ScanCodeInfo><ScanType>barcode</ScanType><ScanResult>{result}</ScanResult></ScanCodeInfo></xml>"
        )
    };
    let (harness, _) = decoded(event("EAN_13,6901234567892").as_bytes());
    assert_shows(
        &harness,
        &["EAN_13", "6901234567892", "EAN-13, a product number", "✓ right", "The scanned code, drawn again"],
    );
    let (harness, _) = decoded(event("EAN_13,6901234567890").as_bytes());
    assert_shows(&harness, &["× wrong: a misread code, or a made-up number"]);
    assert!(harness.query_by_label("The scanned code, drawn again").is_none());
}

#[test]
fn text_that_would_spoof_the_display_is_spelled_out() {
    let body = "<xml><MsgType>event</MsgType><Event>CLICK</Event><EventKey>gpj.\u{202E}exe\u{200B}</EventKey></xml>";
    let (harness, _) = decoded(body.as_bytes());
    assert_shows(&harness, &["gpj.‹U+202E›exe‹U+200B›"]);
}

#[test]
fn a_long_value_is_cut_and_copied_whole() {
    let long = "x".repeat(2_005);
    let body = format!("<xml><MsgType>event</MsgType><Event>CLICK</Event><EventKey>{long}</EventKey></xml>");
    let (mut harness, asked) = shown(Detail::new(opened(body.as_bytes()), Language::English), BytesView::Text);
    assert_shows(&harness, &["show all · 2\u{a0}005"]);
    harness.get_all_by_label("Copy EventKey").next().unwrap().click();
    harness.run();
    assert!(matches!(&asked.borrow()[..], [Action::Copy(text)] if *text == long));
}

#[test]
fn the_menu_of_a_field_filters_by_it_and_leads_to_its_bytes() {
    let (mut harness, asked) = decoded(&sample("CLICK"));
    for item in ["Filter by this value", "Exclude this value", "Show its bytes"] {
        harness.get_by_label("Actions for EventKey").click();
        harness.run();
        harness.get_by_label(item).click();
        harness.run();
    }
    let asked = format!("{:?}", asked.borrow());
    assert_eq!(
        asked,
        r#"[AddToFilter("key:EVENTKEY"), AddToFilter("-key:EVENTKEY"), ChooseField("EventKey"), ShowBytes(Text)]"#
    );
}

#[test]
fn a_diagnosis_says_what_to_do_and_leads_to_its_place_and_its_like() {
    let body =
        b"<xml><MsgType>event</MsgType><Event>CLICK</Event><EventKey>1</EventKey><CreateTime>soon</CreateTime></xml>";
    let (mut harness, asked) = decoded(body);
    harness.get_by_label("Filter by diagnosis createtime-not-integer").click();
    harness.run();
    harness.get_by_label_contains("line 1, column").click();
    harness.run();
    let asked = asked.borrow();
    assert!(matches!(&asked[0], Action::AddToFilter(term) if term == "diagnosis:createtime-not-integer"));
    assert!(matches!(&asked[1], Action::ChooseField(path) if path.starts_with('@')));
}

#[test]
fn a_chosen_element_is_lit_in_the_raw_view() {
    let body = sample("scancode_push");
    let mut detail = Detail::new(opened(&body), Language::English);
    detail.choose("no/such/element");
    assert_eq!(detail.chosen(), None);
    detail.choose("ScanCodeInfo/ScanResult");
    let lit = detail.chosen.clone().unwrap().bytes;
    assert_eq!(&body[lit], b"<ScanResult><![CDATA[1]]></ScanResult>");
    detail.choose(&place_path(String::from_utf8(body).unwrap().find("[1]").unwrap() + 1));
    assert_eq!(detail.chosen(), Some("ScanCodeInfo/ScanResult"));
    let (harness, _) = shown(detail, BytesView::Text);
    let raw = harness.get_by_label_contains("<ScanResult><![CDATA[1]]></ScanResult>");
    assert!(raw.rect().height() > 100.0);
}

#[test]
fn a_click_into_the_raw_text_chooses_the_element_there() {
    let (mut harness, asked) = shown(Detail::new(opened(&sample("CLICK")), Language::English), BytesView::Text);
    let text = harness.get_by_label_contains("<xml>").rect();
    // A point in the second of eight lines.
    let point = egui::pos2(text.left() + 60.0, text.top() + text.height() / 9.0 * 1.5);
    harness.hover_at(point);
    for pressed in [true, false] {
        let modifiers = egui::Modifiers::NONE;
        harness.event(egui::Event::PointerButton {
            pos: point,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers,
        });
        harness.step();
    }
    harness.run();
    assert!(matches!(&asked.borrow()[..], [Action::ChooseField(path)] if path == "ToUserName"), "{:?}", asked.borrow());
}

#[test]
fn bytes_that_are_not_utf8_are_shown_in_hexadecimal() {
    let detail = Detail::new(opened(b"<xml>\xc4\xe3\xba\xc3</xml>"), Language::English);
    let (harness, _) = shown(detail, BytesView::Text);
    assert!(harness.query_all_by_label_contains("bytes · not UTF-8").next().is_some());
    harness.get_by_label_contains("3c 78 6d 6c 3e c4 e3 ba  c3");
    let (harness, _) = decoded(b"<xml>\xc4\xe3\xba\xc3</xml>");
    assert_shows(&harness, &["unreadable", "The message could not be read; its bytes are below"]);
}

#[test]
fn a_megabyte_is_laid_out_by_the_rows_in_view() {
    let body = format!("<xml><MsgType>text</MsgType><Content>{}</Content></xml>", "y".repeat(1 << 20));
    let (harness, _) = shown(Detail::new(opened(body.as_bytes()), Language::English), BytesView::Text);
    harness.get_by_label_contains("<xml><MsgType>text</MsgType><Content>yyy");
    let rows = harness.query_all_by_label_contains("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy").count();
    assert!((3..200).contains(&rows), "{rows} rows of a megabyte are laid out");
}

pub(super) fn attempt(stored: &StoredCapture, id: i64) -> CaptureSummary {
    let capture = &stored.capture;
    CaptureSummary {
        placement: Placement { id: CaptureId(id), group: CaptureId(17), attempt: (id - 16) as u32 },
        received_at: capture.request.received_at + jiff::SignedDuration::from_secs(5 * (id - 17)),
        account: capture.account.clone(),
        event_key: capture.envelope.event_key.clone(),
        openid: capture.envelope.openid.clone(),
        mode: capture.mode,
        signature: capture.signature,
        reply: Some(ReplySummary::answered()),
        ..CaptureSummary::unanswered(id, &capture.envelope.kind)
    }
}

#[test]
fn the_views_of_the_bytes_are_turned_by_their_names() {
    let (mut harness, _) = decoded(&sample("CLICK"));
    for (name, shows) in [
        ("Hex", "00000000 3c 78 6d 6c"),
        ("Request", "received signature"),
        ("Headers", "content-type"),
        ("Text", "<xml>"),
    ] {
        harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click();
        harness.run();
        assert!(harness.query_all_by_label_contains(shows).next().is_some(), "{name} does not show {shows}");
    }
}

#[test]
fn the_caption_names_what_is_lit() {
    let mut detail = Detail::new(opened(&sample("scancode_push")), Language::English);
    detail.choose("ScanCodeInfo/ScanResult");
    let range = detail.chosen.clone().unwrap().bytes;
    let (harness, _) = shown(detail, BytesView::Text);
    let words = format!("ScanResult · bytes {}–{} · {} B", range.start, range.end, range.len());
    assert_shows(&harness, &[&words]);
}

#[test]
fn white_space_and_cdata_are_made_visible_on_demand() {
    let (mut harness, _) = decoded(&sample("location_select"));
    assert!(harness.query_by_label("CDATA").is_none());
    harness.get_by_label("Show white space and CDATA").click();
    harness.run();
    assert_shows(&harness, &["·广州市海珠区客村艺苑路·106号", "CDATA"]);
    assert!(harness.query_all_by_label_contains("<Label><![CDATA[·广州市").next().is_some());
}

#[test]
fn an_event_without_a_token_has_no_finding_of_its_own() {
    let mut opened = opened(&sample("CLICK"));
    opened.stored.capture.diagnoses =
        vec![crate::capture::diagnosis::Diagnosis::new(crate::capture::diagnosis::Code::TokenMissing)];
    let detail = Detail::new(opened, Language::English);
    let status = crate::engine::Status::default();
    let finding = detail.account_finding(&status, &look(egui::Theme::Dark)).unwrap();
    assert_eq!(finding.mend.as_ref().unwrap().0, "Enter the token of default…");
    let (harness, _) = shown(detail, BytesView::Text);
    assert!(harness.query_by_label_contains("has no token").is_none());
}

/// Prefixes of the locale keys of these pages.
const PREFIXES: [&str; 9] =
    ["attempts.", "detail.", "first_run.", "forwarded.", "hero.", "hold.", "layers.", "mend.", "settings."];

#[test]
fn every_text_of_the_detail_is_there_in_every_language() {
    let mut sources = String::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let keys = sources.split('"').filter(|text| {
        PREFIXES.iter().any(|prefix| text.starts_with(prefix)) && !text.contains(['{', ' ']) && !text.ends_with('.')
    });
    for key in keys {
        for language in Language::ALL {
            assert!(language.has(key), "{language:?} lacks {key}");
        }
    }
}

#[test]
fn the_exact_instant_is_shown_to_the_microsecond() {
    let (mut harness, _) = decoded(&sample("CLICK"));
    harness.get_by_label_contains("08:00:00.123 · 23 Nov").hover();
    harness.run();
    assert!(harness.query_by_label_contains("08:00:00.123456 UTC").is_some());
}
