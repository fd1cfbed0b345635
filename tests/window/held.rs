//! Pushes that are held, from the tap to the answer: what a person does, and what the client then gets.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::JoinHandle;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::Queryable as _;

use menuscope::engine::AnsweringCommand;
use menuscope::wechat::fault::Fault;

use super::{PATIENCE, Window, label, request, sample, tap};

/// The most that is allowed: the time is not what these tests are about.
const UNHURRIED: &str = "reply_budget_ms = 4800";

impl Window {
    /// Posts a body from a thread of its own, which gives back the body of the answer.
    fn ask(&self, body: String) -> JoinHandle<String> {
        let mut stream = TcpStream::connect(self.address().unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let asking = move || {
            stream.write_all(request("connection: close\r\n", &body).as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer.split_once("\r\n\r\n").unwrap().1.to_owned()
        };
        std::thread::Builder::new().name("client".to_owned()).spawn(asking).unwrap()
    }

    /// Holds everything from now on.
    fn hold(&mut self) {
        self.press(Key::I);
        self.until_says("Hold: everything");
    }

    /// The field of the reply that is written.
    fn content(&self) -> Option<Node<'_>> {
        self.harness.query_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Content")
    }

    fn until_caret(&mut self) {
        self.until("the caret", |window| window.content().is_some_and(|field| field.is_focused()));
    }

    fn write(&mut self, text: &str) {
        self.content().unwrap().type_text(text);
        self.harness.step();
    }

    fn is_written(&self, text: &str) -> bool {
        self.content().and_then(|field| field.value()).is_some_and(|value| value.contains(text))
    }

    fn send(&mut self) {
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        self.harness.step();
    }
}

#[test]
fn a_held_push_counts_down_and_is_answered_from_the_keyboard() {
    let mut window = Window::open_with(UNHURRIED);
    window.hold();
    let answer = window.ask(tap("MENU_1"));
    window.until_says("Attempt 1 is held");
    window.until_caret();
    window.until_says("held: 1 (");
    window.until("the row", |window| window.row(", held, ").is_some());
    let before = label(&window.row(", held, ").unwrap());
    window.until("less time", |window| window.row(", held, ").is_some_and(|row| label(&row) != before));
    window.write("from the keyboard");
    window.send();
    window.until("the answer", |_| answer.is_finished());
    let answer = answer.join().unwrap();
    assert!(answer.contains("<Content><![CDATA[") && answer.contains("from the keyboard"), "{answer}");
    window.until_says("Manual reply");
    assert!(!window.says("held: 1") && window.content().is_none(), "nothing waits any more");
}

#[test]
fn esc_leaves_the_field_and_then_lets_the_default_go() {
    let mut window = Window::open_with(UNHURRIED);
    window.hold();
    let answer = window.ask(tap("MENU_1"));
    window.until_caret();
    window.press(Key::Escape);
    assert!(!window.content().unwrap().is_focused() && window.says("held: 1 ("), "only the field is left");
    window.press(Key::Escape);
    window.until("the answer", |_| answer.is_finished());
    assert_eq!(answer.join().unwrap(), "success");
}

#[test]
fn who_takes_too_long_is_told_that_the_default_went_out() {
    let mut window = Window::open_with("reply_budget_ms = 300");
    window.hold();
    let answer = window.ask(tap("MENU_1"));
    window.until_says("Too late: the default went out for no. 1");
    assert_eq!(answer.join().unwrap(), "success");
}

#[test]
fn the_form_is_in_view_and_typing_replaces_the_first_draft() {
    for size in [egui::vec2(1_024.0, 640.0), egui::vec2(1_360.0, 860.0)] {
        answer_in_view(size);
    }
}

fn answer_in_view(size: egui::Vec2) {
    let mut window = Window::open_with(UNHURRIED);
    window.harness.set_size(size);
    window.tap(0..1);
    window.click_row("KEY_0");
    window.hold();
    let answer = window.ask(tap("HELD"));
    window.until_says("held: 1 (");
    window.press(Key::A);
    window.until_caret();
    window.harness.step();
    let view = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
    let places = [
        window.harness.get_by_role_and_label(Role::Button, "Send").rect(),
        window.harness.get_by_role_and_label(Role::Button, "Let WeChat retry").rect(),
        window.harness.get_by_label_contains("s left, then").rect(),
        window.content().unwrap().rect(),
    ];
    assert!(places.iter().all(|place| view.contains_rect(*place)), "{places:?}");
    window.write("mine");
    window.harness.step();
    assert_eq!(window.content().and_then(|field| field.value()).as_deref(), Some("mine"));
    window.send();
    window.until("the answer", |_| answer.is_finished());
    assert!(answer.join().unwrap().contains("<Content><![CDATA[mine]]></Content>"));
}

#[test]
fn the_form_stands_above_the_attempts_which_say_how_long_the_push_is_held() {
    let mut window = Window::open_with(UNHURRIED);
    window.hold();
    let answer = window.ask(tap("HELD"));
    window.until_caret();
    window.press_button("Timeline of the attempts");
    window.until_says("1 attempt: held, ");
    let below = window.harness.get_by_label_contains("1 attempt: held, ").rect();
    assert!(window.content().unwrap().rect().bottom() < below.top(), "the form stays on top");
    window.harness.get_by_role_and_label(Role::Button, "Answer (a)");
    window.press_button("Send the default reply");
    window.until("the answer", |_| answer.is_finished());
    window.until_says("1 attempt: we answered 200");
}

#[test]
fn a_held_push_takes_nothing_from_who_is_reading() {
    let mut window = Window::open_with(UNHURRIED);
    window.tap(0..2);
    window.until("two rows", |window| window.rows().len() == 2);
    window.click_row("KEY_0");
    window.hold();
    let answer = window.ask(tap("HELD"));
    window.until_says("1 held · ");
    assert!(window.is_selected("KEY_0") && window.content().is_none(), "the event that is read stays open");
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.until_says("Stop listening");
    window.press(Key::A);
    window.until("its row", |window| window.is_selected("HELD"));
    window.until_caret();
    window.write("kept");
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.until("the answer", |_| answer.is_finished());
    assert_eq!(answer.join().unwrap(), "success");
    window.until_says("Reply not sent");
    window.send();
    window.until_says("Nothing waits for this reply any more");
    assert!(window.is_written("kept"), "a draft belongs to its event");
}

#[test]
fn a_held_push_that_the_filter_hides_gets_a_row_when_it_is_answered() {
    let mut window = Window::open_with(UNHURRIED);
    window.tap(0..2);
    window.until("two rows", |window| window.rows().len() == 2);
    window.press(Key::Slash);
    window.harness.get_by_label("Filter").type_text("key:KEY_1");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Escape);
    window.hold();
    let answer = window.ask(tap("HELD"));
    window.until_says("1 held · ");
    window.press(Key::A);
    window.until("its row", |window| window.is_selected("HELD") && window.rows().len() == 3);
    window.until_caret();
    window.press(Key::Escape);
    window.press_with(Modifiers::SHIFT, Key::A);
    window.until("the answer", |_| answer.is_finished());
    drop(answer);
}

#[test]
fn several_held_pushes_keep_their_drafts_and_are_released_together() {
    let mut window = Window::open_with(UNHURRIED);
    window.hold();
    let first = window.ask(tap("FIRST"));
    window.until_caret();
    window.write("one of two");
    let second = window.ask(tap("SECOND"));
    window.until_says("held: 2 (");
    window.until("its row", |window| window.row("SECOND").is_some());
    assert!(window.is_selected("FIRST") && window.is_written("one of two"), "who is busy is not disturbed");
    window.click_row("SECOND");
    window.until("its draft", |window| window.content().is_some() && !window.is_written("one of two"));
    window.press(Key::A);
    window.until("the first to expire", |window| window.is_selected("FIRST"));
    window.until("the first draft", |window| window.is_written("one of two"));
    window.until_caret();
    window.press(Key::Escape);
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::A);
    window.until("both answers", |_| first.is_finished() && second.is_finished());
    assert_eq!([first.join().unwrap(), second.join().unwrap()], ["success", "success"]);
    window.until("nothing held", |window| !window.says("held: "));
    assert!(!window.says("cannot be answered"), "what the person lets go is no news");
}

#[test]
fn the_retry_goes_on_with_the_draft_of_the_attempt_before() {
    let mut window = Window::open_with_token(UNHURRIED);
    window.hold();
    let mut stream = TcpStream::connect(window.address().unwrap()).unwrap();
    stream.write_all(request("", &sample("scancode_waitmsg")).as_bytes()).unwrap();
    window.until_caret();
    window.write("for the retry");
    window.harness.get_by_label("Let WeChat retry").click();
    window.until_says("Waiting for WeChat's retry");
    assert!(window.is_written("for the retry"));
    drop(stream);
    window.until_says("closed by the other side");
    let answer = window.ask(sample("scancode_waitmsg"));
    window.until_says("Attempt 2 is held");
    window.until("the draft", |window| window.is_written("for the retry"));
    window.send();
    window.until("the answer", |_| answer.is_finished());
    assert!(answer.join().unwrap().contains("for the retry"));
    window.until("the timeline", |window| window.harness.query_by_label("Timeline of the attempts").is_some());
    window.harness.get_by_label("Timeline of the attempts").click();
    window.until_says("Attempt 2, at ");
}

#[test]
fn who_is_writing_when_time_runs_out_goes_on_with_the_retry() {
    let mut window = Window::open_with_token(UNHURRIED);
    window.hold();
    let mut stream = TcpStream::connect(window.address().unwrap()).unwrap();
    stream.write_all(request("", &sample("scancode_waitmsg")).as_bytes()).unwrap();
    window.until_caret();
    window.write("in the middle");
    window.until_says("then WeChat's retry continues with your draft");
    window.until_says("Waiting for WeChat's retry");
    assert!(window.is_written("in the middle") && !window.says("Too late"));
    drop(stream);
    let answer = window.ask(sample("scancode_waitmsg"));
    window.until_says("Attempt 2 is held");
    window.until("the draft", |window| window.is_written("in the middle"));
    window.send();
    window.until("the answer", |_| answer.is_finished());
    assert!(answer.join().unwrap().contains("in the middle"));
}

#[test]
fn what_does_not_match_is_answered_while_the_filter_is_held() {
    let mut window = Window::open_with(UNHURRIED);
    window.tap(0..1);
    window.until("a row", |window| window.rows().len() == 1);
    window.press(Key::Slash);
    window.harness.get_by_label("Filter").type_text("key:HELD");
    window.until("no row", |window| window.rows().is_empty());
    window.press(Key::Escape);
    window.harness.get_by_label("Hold").click();
    window.until_says("Hold only what the filter matches");
    window.harness.get_by_label("Hold only what the filter matches").click();
    window.until_says("Hold: key:HELD");
    window.post(&[tap("OTHER")]);
    let answer = window.ask(tap("HELD"));
    window.until_says("held: 1 (");
    window.press(Key::A);
    window.until_says("Attempt 1 is held");
    window.until_caret();
    window.press(Key::Escape);
    window.press(Key::I);
    window.until("the answer", |_| answer.is_finished());
    assert_eq!(answer.join().unwrap(), "success", "switching off lets everything go");
}

#[test]
fn an_armed_fault_is_seen_on_every_screen_and_disarmed_from_there() {
    let mut window = Window::open();
    assert!(!window.says("⚡ fault armed ×"));
    let arm = AnsweringCommand::Arm { fault: Some(Fault::Bom) };
    assert!(window.harness.state().engine().ask(arm));
    for screen in ["Settings", "Rules", "Events"] {
        window.harness.get_by_role_and_label(egui::accesskit::Role::Tab, screen).click();
        window.harness.step();
        window.until_says("Armed for the next push: Byte order mark first. Click to disarm it");
    }
    window.harness.get_by_label("Armed for the next push: Byte order mark first. Click to disarm it").click();
    window.until("no fault", |window| window.harness.state().engine().armed().is_none());
}
