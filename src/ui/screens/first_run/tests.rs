//! Tests of the first-run page, by its labels.

use std::rc::Rc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::capture::Signature;
use crate::engine::{AccountStatus, Command, SettingsCommand};
use crate::ui::test_support::{ActionLog, dress, look, request, stored};

fn status(has_token: bool) -> Status {
    let account = AccountStatus {
        name: "default".to_owned(),
        has_token,
        has_aes_key: false,
        has_app_id: false,
        has_app_secret: false,
    };
    let listener = ListenerState::Listening { address: "127.0.0.1:18989".to_owned() };
    Status { listener, accounts: vec![account], ..Status::default() }
}

/// A push as WeChat posts it.
const PUSH: &[u8] = b"<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName>\
    <CreateTime>1795420800</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>K</EventKey></xml>";

fn shown<'h>(status: Status, handshake: Option<StoredCapture>) -> (Harness<'h>, ActionLog) {
    shown_with(status, handshake, None)
}

fn shown_with<'h>(
    status: Status,
    handshake: Option<StoredCapture>,
    push: Option<StoredCapture>,
) -> (Harness<'h>, ActionLog) {
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let tunnel = TunnelState::default();
    let harness = Harness::builder().with_size([900.0, 1400.0]).with_context_setup(dress).build_ui(move |ui| {
        let mut actions = Vec::new();
        let view = SetUpView { handshake: handshake.as_ref(), push: push.as_ref(), tunnel: &tunnel };
        first_run_ui(ui, &status, view, &look(ui.ctx().theme()), &mut actions);
        asking.borrow_mut().extend(actions);
    });
    (harness, asked)
}

#[test]
fn commands_name_the_real_port_when_they_are_copied() {
    let (mut harness, asked) = shown(status(true), None);
    harness.get_by_label_contains("No verification request");
    for tool in ["cloudflared", "ngrok", "cpolar", "tailscale", "ssh"] {
        harness.get_by_label(tool).click();
        harness.run();
        harness.get_by_label(&format!("Copy {tool}")).click();
        harness.run();
    }
    for action in asked.borrow().iter() {
        assert!(matches!(action, Action::Copy(command) if command.contains("18989")), "{action:?}");
    }
    assert_eq!(asked.borrow().len(), 5);
}

#[test]
fn a_client_is_run_from_here_and_an_incomplete_command_is_completed_first() {
    let (mut harness, asked) = shown(status(true), None);
    harness.get_by_label("cpolar").click();
    harness.run();
    harness.get_by_label("Run cpolar now, and keep its command in Settings").click();
    harness.run();
    let actions: Vec<Action> = asked.borrow_mut().drain(..).collect();
    let [Action::Ask(Command::Settings(SettingsCommand::RunTunnel(tunnel)))] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert_eq!(tunnel.command.as_deref(), Some("cpolar http {port} -log=stdout"), "it follows the listener");
    harness.get_by_label("natapp").click();
    harness.run();
    harness.get_by_label("Complete the command of natapp in Settings").click();
    harness.run();
    assert!(
        matches!(&asked.borrow()[..], [Action::ProposeTunnel(command)] if command == "natapp -authtoken=TOKEN -log=stdout")
    );
}

#[test]
fn a_refused_handshake_names_path_account_and_reason() {
    let target = "/wx/path?signature=0000000000000000000000000000000000000000&timestamp=1795420800&nonce=1&echostr=2";
    let (harness, _) = shown(status(true), Some(stored(request("GET", target.to_owned(), b""), 403)));
    harness.get_by_label_contains("refused at 2026-11-23 08:00:00");
    harness.get_by_label("Path /wx/path, checked with the token of account default");
    harness.get_by_label_contains("The signature does not match this account's token");
}

#[test]
fn a_verified_handshake_says_when() {
    let signature = crate::wechat::signature::signature("token1234", "1795420800", "1");
    let target = format!("/?signature={signature}&timestamp=1795420800&nonce=1&echostr=2");
    let (harness, _) = shown(status(true), Some(stored(request("GET", target, b""), 200)));
    harness.get_by_label("✓ verified at 2026-11-23 08:00:00");
}

#[test]
fn a_generated_token_is_saved_and_shown_to_be_copied() {
    let (mut harness, asked) = shown(status(false), None);
    harness.get_by_label("Generate token").click();
    harness.run();
    let asked_first = asked.borrow_mut().pop().unwrap();
    let Action::Ask(Command::Settings(SettingsCommand::SaveAccount { name, secrets, .. })) = asked_first else {
        panic!("{asked_first:?}")
    };
    let token = secrets.token.unwrap();
    assert_eq!(name, "default");
    harness.get_by_label(token.reveal());
    harness.get_by_label("Copy token").click();
    harness.run();
    assert!(matches!(&asked.borrow()[..], [Action::Copy(copied)] if copied == token.reveal()));
}

#[test]
fn samples_need_the_listener() {
    let (mut harness, asked) = shown(status(true), None);
    harness.get_by_label("Send a sample event").click();
    harness.get_by_label("Send all nine menu events").click();
    harness.run();
    let sent: Vec<String> = asked.borrow().iter().map(|action| format!("{action:?}")).collect();
    assert_eq!(sent.len(), 10);
    assert!(sent[0].contains("CLICK") && sent[3].contains("view_miniprogram"), "{sent:?}");
    assert!(sent[9].contains("location_select"), "{sent:?}");
    let (mut harness, asked) = shown(Status::default(), None);
    harness.get_by_label("Send a sample event").click();
    harness.run();
    assert!(asked.borrow().is_empty());
}

#[test]
fn steps_tick_themselves_when_they_are_done() {
    let (harness, _) = shown(status(false), None);
    for number in 1..=3 {
        harness.get_by_label(&format!("Step {number}: not done yet"));
    }
    let signature = crate::wechat::signature::signature("token1234", "1795420800", "1");
    let verified =
        stored(request("GET", format!("/?signature={signature}&timestamp=1795420800&nonce=1&echostr=2"), b""), 200);
    let (harness, _) = shown(status(true), Some(verified.clone()));
    harness.get_by_label("Step 1: done");
    harness.get_by_label("Step 2: done");
    harness.get_by_label("Step 3: not done yet");
    let (harness, _) = shown(status(true), None);
    harness.get_by_label("Step 2: not done yet");
    let (off, online) = (TunnelState::default(), TunnelState { phase: TunnelPhase::Online, ..TunnelState::default() });
    let view = SetUpView { handshake: Some(&verified), push: None, tunnel: &off };
    assert_eq!(view.steps(), [true, true, false]);
    let pushed = stored(request("POST", format!("/?signature={signature}&timestamp=1795420800&nonce=1"), PUSH), 200);
    let view = SetUpView { handshake: None, push: Some(&pushed), tunnel: &off };
    assert_eq!(view.steps(), [true; 3], "the handshake may have been removed");
    let view = SetUpView { handshake: None, push: None, tunnel: &online };
    assert_eq!(view.steps(), [true, false, false]);
}

#[test]
fn what_is_not_proven_to_be_wechats_ticks_nothing_and_says_so() {
    let mut unchecked = stored(request("POST", "/wx".to_owned(), PUSH), 200);
    unchecked.capture.signature = Signature::Unchecked;
    unchecked.capture.diagnoses.clear();
    let off = TunnelState::default();
    let view = SetUpView { handshake: Some(&unchecked), push: Some(&unchecked), tunnel: &off };
    assert_eq!(view.steps(), [false; 3]);
    let (harness, _) = shown_with(status(false), None, Some(unchecked));
    harness.get_by_label_contains("An event came from 127.0.0.1");
    harness.get_by_label_contains("A request has come from 127.0.0.1");
    harness.get_by_label_contains("nothing proves that WeChat sent it");
    for number in 1..=3 {
        harness.get_by_label(&format!("Step {number}: not done yet"));
    }
    let refused = stored(request("POST", "/wx".to_owned(), PUSH), 403);
    let (harness, _) = shown_with(status(true), None, Some(refused));
    harness.get_by_label_contains("The query has no signature, timestamp, nonce");
    harness.get_by_label_contains("Let the tunnel or proxy pass the query on unchanged");
}
