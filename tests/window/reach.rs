//! The screen of reach: the checks as they end, the wizard as requests arrive, and the handshake with the own server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use menuscope::wechat::signature::signature;

use super::server::Server;
use super::{PATIENCE, TOKEN, Window};

/// Opens the screen, and turns to a tab.
fn open(window: &mut Window, tab: &str) {
    turn_to(window, "Reach");
    turn_to(window, tab);
    // What was clicked shows in the next frame.
    window.harness.step();
}

/// Clicks a tab of the rail or of the screen once it is there.
fn turn_to(window: &mut Window, tab: &str) {
    window.until(tab, |window| window.harness.query_by_role_and_label(Role::Tab, tab).is_some());
    window.harness.get_by_role_and_label(Role::Tab, tab).click();
    window.harness.step();
}

/// Checks this URL.
fn check(window: &mut Window, url: &str) {
    window.replace_field("Public URL", url);
    window.harness.get_by_label("Allow local addresses and any port").click();
    window.harness.step();
    window.harness.get_by_role_and_label(Role::Button, "Check").click();
}

/// Sends a handshake signed with this token.
fn shake_hands(window: &Window, token: &str) {
    let now = jiff::Timestamp::now().as_second().to_string();
    let query = format!("signature={}&timestamp={now}&nonce=7&echostr=12345", signature(token, &now, "7"));
    let mut stream = TcpStream::connect(window.address().unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /wx?{query} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

#[test]
fn the_checks_tick_as_they_end_and_a_sound_route_is_well() {
    let mut window = Window::open_with_token("");
    open(&mut window, "Check");
    let url = format!("http://{}/wx", window.address().unwrap());
    check(&mut window, &url);
    window.until_says("The data folder is usable");
    window.until_says("is in the database as event");
    window.until_says("Nothing is wrong on this computer");
    assert!(window.says("A listener of menuscope answers at"));
    assert!(window.says("only a real handshake"));
    window.harness.get_by_label("Copy report").click();
    window.harness.step();
    let copied = window.harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.contains("✓ OK · Push: ") && copied.contains(" [push-ok]"), "{copied}");
    assert!(!copied.contains(TOKEN), "{copied}");
    // The event that was sent is our own.
    window.harness.get_by_role_and_label(Role::Tab, "Events").click();
    window.until("its row", |window| window.row("menuscope_doctor_").is_some());
}

#[test]
fn a_fault_on_the_way_is_named_with_its_remedy() {
    let mut window = Window::open_with_token("");
    let other = Server::answering("<html>It works!</html>");
    open(&mut window, "Check");
    let url = other.url.clone();
    check(&mut window, &url);
    window.until_says("Another program answers a plain GET");
    window.until_says("A page comes back in place of the echostr");
    window.until_says("another listener or program took it");
    window.until_says("2 failures, 1 warning");
    assert!(window.says("push-elsewhere"));
}

#[test]
fn a_run_can_be_stopped_and_ends_with_the_window() {
    let mut window = Window::open_with_token("");
    // It takes connections and answers nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/wx", silent.local_addr().unwrap());
    open(&mut window, "Check");
    check(&mut window, &url);
    window.until_says("takes connections");
    window.harness.get_by_label("Stop").click();
    window.until("the end", |window| window.says("Stopped") && !window.says("Checking…"));
    window.harness.get_by_role_and_label(Role::Button, "Check").click();
    window.until_says("takes connections");
    // Dropping the window joins the thread of the checks.
    drop(window);
}

#[test]
fn the_wizard_follows_what_arrives() {
    let mut window = Window::open_with_token("");
    open(&mut window, "Nothing arrives?");
    window.until_says("Nothing of WeChat's has ever reached this computer");
    shake_hands(&window, "another1");
    window.until_says("A verification request arrived, and was refused here");
    shake_hands(&window, TOKEN);
    window.until_says("WeChat's verification was answered well, and no push has come since");
    // Our own requests prove nothing.
    turn_to(&mut window, "Check");
    window.harness.step();
    let url = format!("http://{}/wx", window.address().unwrap());
    check(&mut window, &url);
    window.until_says("Nothing is wrong on this computer");
    turn_to(&mut window, "Nothing arrives?");
    window.until_says("no push has come since");
    window.tap(0..1);
    window.until_says("Pushes arrive and are answered");
}

#[test]
fn the_own_server_is_verified_as_the_console_does() {
    let mut window = Window::open_with_token("");
    let server = Server::answering("\"wrong\"");
    open(&mut window, "Handshake from here");
    window.replace_field("Your server", &server.url);
    window.harness.get_by_label("Verify").click();
    window.until_says("echo-differs");
    assert!(
        server.asked()[0].contains("User-Agent: Mozilla/4.0") || server.asked()[0].contains("user-agent: Mozilla/4.0")
    );
    let own = format!("http://{}/wx", window.address().unwrap());
    window.replace_field("Your server", &own);
    window.harness.get_by_label("Verify").click();
    window.until("the echo", |window| window.says("✓ "));
    assert!(!window.says("echo-differs"));
}
