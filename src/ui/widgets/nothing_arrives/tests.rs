//! Tests of the wizard, by its labels.

use std::rc::Rc;
use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::capture::{CaptureId, Placement, RawRequest};
use crate::engine::ListenerState;
use crate::ui::test_support::{ActionLog, TOKEN, dress, look, request, stored};
use crate::wechat::signature::signature;

/// The query of WeChat's own request, signed with this token.
fn query(token: &str) -> String {
    format!("signature={}&timestamp=1795420800&nonce=1", signature(token, "1795420800", "1"))
}

fn handshake(token: &str) -> RawRequest {
    request("GET", format!("/wx?{}&echostr=2", query(token)), b"")
}

fn push(token: &str) -> StoredCapture {
    let body =
        b"<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName><CreateTime>1795420800</CreateTime>\
                 <MsgType>event</MsgType><Event>CLICK</Event><EventKey>K</EventKey></xml>";
    let is_known = token == TOKEN;
    let stored = stored(request("POST", format!("/wx?{}", query(token)), body), if is_known { 200 } else { 403 });
    let id = CaptureId(18);
    StoredCapture { placement: Placement { id, group: id, attempt: 1 }, ..stored }
}

fn shown<'h>(handshake: Option<StoredCapture>, push: Option<StoredCapture>) -> (Harness<'h>, ActionLog) {
    shown_with(ListenerState::Listening { address: "127.0.0.1:18989".to_owned() }, handshake, push)
}

fn shown_with<'h>(
    listener: ListenerState,
    handshake: Option<StoredCapture>,
    push: Option<StoredCapture>,
) -> (Harness<'h>, ActionLog) {
    let status = Status { listener, ..Status::default() };
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let harness = Harness::builder().with_size([900.0, 900.0]).with_context_setup(dress).build_ui(move |ui| {
        let mut actions = Vec::new();
        let view =
            ArrivalsView { status: &status, handshake: handshake.as_ref(), push: push.as_ref(), is_set_up_told: false };
        nothing_arrives_ui(ui, &view, &look(ui.ctx().theme()), &mut actions);
        asking.borrow_mut().extend(actions);
    });
    (harness, asked)
}

fn says(harness: &Harness<'_>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn nothing_that_reached_us_is_narrowed_down_by_the_consoles_words() {
    let (mut harness, asked) = shown(None, None);
    assert!(says(&harness, "has ever reached this computer"));
    assert!(says(&harness, "A request reaches this computer: not yet"));
    assert!(says(&harness, "微信开发者平台 › 我的业务 › 公众号/服务号 › 基础信息 › 域名与消息推送配置"));
    assert!(says(&harness, "switches off the console's menu"), "said before it happens");
    for (words, advice) in [
        ("请求 URL 超时 (timeout)", "The request is lost on the way"),
        ("Token 验证失败 (token failed)", "Another server has answered in place of this one"),
        ("saved", "Another server has answered the verification"),
        ("nothing yet", "Save the public URL in WeChat's console"),
    ] {
        harness.get_by_label(words).click();
        harness.run();
        assert!(says(&harness, advice), "{words}");
    }
    harness.get_by_label("Check from outside…").click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::ShowReach(ReachTab::Check)]));
}

#[test]
fn a_refused_handshake_says_why() {
    let (mut harness, asked) = shown(Some(stored(handshake("another1"), 403)), None);
    assert!(says(&harness, "was refused here"));
    assert!(says(&harness, "It is accepted: failed"));
    assert!(says(&harness, "The signature does not match this account's token"));
    harness.get_by_label("Open settings").click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::ShowSettings(SettingsSection::Accounts)]));
}

#[test]
fn a_handshake_that_was_answered_leads_on_to_the_console() {
    let (mut harness, _) = shown(Some(stored(handshake(TOKEN), 200)), None);
    assert!(says(&harness, "It is answered as it should be, in time: done"));
    assert!(says(&harness, "A push since then is in order: not yet"));
    harness.get_by_label("Token 验证失败 (token failed)").click();
    harness.run();
    assert!(says(&harness, "something changes the answer on the way"));
    harness.get_by_label("请求 URL 超时 (timeout)").click();
    harness.run();
    assert!(says(&harness, "It was answered in 1.9"));
    harness.get_by_label("saved").click();
    harness.run();
    assert!(says(&harness, "make it anew by the API"));
}

#[test]
fn an_answer_that_was_late_or_spoiled_is_named() {
    let mut late = stored(handshake(TOKEN), 200);
    late.reply.as_mut().unwrap().elapsed = Duration::from_millis(5_400);
    let mut spoiled = stored(handshake(TOKEN), 200);
    spoiled.reply.as_mut().unwrap().fault = Some("bom");
    for handshake in [late, spoiled] {
        let (harness, _) = shown(Some(handshake), None);
        assert!(says(&harness, "its answer was not what WeChat takes"));
        assert!(says(&harness, "It is answered as it should be, in time: failed"));
    }
}

#[test]
fn the_newest_request_decides() {
    let (harness, _) = shown(Some(stored(handshake("another1"), 403)), Some(push(TOKEN)));
    assert!(says(&harness, "Pushes arrive and are answered"));
    assert!(!says(&harness, "Check from outside…"));
    let (harness, _) = shown(Some(stored(handshake(TOKEN), 200)), Some(push("another1")));
    assert!(says(&harness, "A push arrived, and something is wrong with it"));
    let mut newer = stored(handshake("another1"), 403);
    newer.placement.id = CaptureId(19);
    let (harness, _) = shown(Some(newer), Some(push(TOKEN)));
    assert!(says(&harness, "was refused here"));
}

#[test]
fn without_a_listener_nothing_else_is_looked_for() {
    let (harness, _) = shown_with(ListenerState::Stopped, None, Some(push(TOKEN)));
    assert!(says(&harness, "Nobody listens on this computer"));
}
