//! Pins and notes by key, in both languages.

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Window, label, stroke, tap};

impl Window {
    /// Changes the language of the window to Chinese.
    pub(super) fn in_chinese(&mut self) {
        self.harness.get_by_label("Language").click();
        self.until_says("简体中文");
        self.harness.get_by_label("简体中文").click();
        self.until("a Chinese window", |window| window.harness.query_by_label("外观").is_some());
    }
}

#[test]
fn a_pin_is_toggled_by_key_and_found_by_the_filter() {
    let mut window = Window::open_tapped(3);
    window.click_row("KEY_1");
    window.press(Key::M);
    window.until("the mark", |window| label(&window.row("KEY_1").unwrap()).contains("Pinned"));
    window.until_says("1 event pinned");
    window.press(Key::Slash);
    window.replace_field("Filter", "is:pinned");
    window.until("one row", |window| window.rows().len() == 1 && window.row("KEY_1").is_some());
    window.press(Key::Escape);
    window.harness.get_by_label("Unpin").click();
    window.until("no row", |window| window.rows().is_empty());
}

#[test]
fn ctrl_and_enter_save_a_note() {
    let mut window = Window::open_tapped(1);
    window.click_row("KEY_0");
    window.press(Key::Semicolon);
    window.until("the field", |window| {
        window.harness.get_by_role_and_label(Role::MultilineTextInput, "Note").is_focused()
    });
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Note").type_text("to be mended");
    window.harness.step();
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.until("the note on the row", |window| label(&window.row("KEY_0").unwrap()).contains("Note: to be mended"));
    assert!(!window.says("Note on event 1"), "the dialog is closed");
}

#[test]
fn a_note_is_typed_with_an_input_method_whose_enter_and_esc_are_its_own() {
    let mut window = Window::open_tapped(2);
    window.click_row("KEY_0");
    window.press(Key::Semicolon);
    window.until("the field", |window| {
        window.harness.get_by_role_and_label(Role::MultilineTextInput, "Note").is_focused()
    });
    for key in [Key::Enter, Key::Escape] {
        window.harness.event(Event::Ime(ImeEvent::Preedit { text: "ni".to_owned(), active_range_chars: None }));
        window.harness.input_mut().events.push(stroke(key));
        window.harness.step();
        assert!(window.says("Note on event 1"), "{key:?} while composing");
    }
    window.harness.event(Event::Ime(ImeEvent::Commit("你好".to_owned())));
    window.harness.step();
    window.harness.step();
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Note").type_text(" d");
    window.harness.step();
    window.press(Key::Enter);
    window.until("the note on the row", |window| label(&window.row("KEY_0").unwrap()).contains("Note: 你好 d"));
    assert_eq!(window.rows().len(), 2, "the letters were typed and meant no keys");
    window.in_chinese();
    window.until("the note in Chinese", |window| label(&window.row("KEY_0").unwrap()).contains("备注：你好 d"));
    window.press(Key::Semicolon);
    window.until_says("事件 1 的备注");
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.step();
    window.press(Key::Backspace);
    window.harness.get_by_label("保存备注").click();
    window.until("no note", |window| !label(&window.row("KEY_0").unwrap()).contains("备注"));
}

/// Compares the first event, which is the row `KEY_0`, with another one.
fn compare_with_first(window: &mut Window, other: &str) {
    window.click_row("KEY_0");
    window.press(Key::Equals);
    window.until_says("Event 1 waits");
    window.click_row(other);
    window.press(Key::Equals);
}

#[test]
fn two_events_stand_side_by_side_with_the_words_that_differ() {
    let mut window = Window::open_tapped(3);
    compare_with_first(&mut window, "KEY_2");
    window.until_says("Compare events");
    for text in ["#1 · CLICK", "#3 · CLICK", "EventKey", "Messages", "1 difference", "Replies", "Both are equal"] {
        window.until_says(text);
    }
    assert!(!window.says("Event 1 waits"), "it waits no more");
    window.press(Key::J);
    window.press(Key::Escape);
    window.until("the comparison closed", |window| !window.says("Compare events"));
    assert!(window.is_selected("KEY_2"), "no key acted behind it");
    window.chord(Modifiers::SHIFT, Key::J);
    window.press(Key::Equals);
    window.until_says("#2 · CLICK");
    window.press(Key::Escape);
    window.in_chinese();
    window.press(Key::Equals);
    window.until_says("对比事件");
}

#[test]
fn a_message_on_one_line_and_the_same_on_several_are_equal_but_for_white_space() {
    let mut window = Window::open();
    let flat = tap("KEY_0");
    let lined = flat.replace("</ToUserName>", "</ToUserName>\n  ").replace("</CreateTime>", "</CreateTime>\n");
    window.post(&[lined, flat]);
    window.until("two rows", |window| window.rows().len() == 2);
    window.click_row("KEY_0");
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::J);
    window.harness.step();
    window.press(Key::Equals);
    window.until_says("Compare events");
    window.until_says("Equal but for white space between the elements");
    assert!(!window.says("difference"), "no line differs");
}

#[test]
fn beside_a_reply_without_a_body_nothing_is_counted() {
    use std::io::{Read as _, Write as _};
    let mut window = Window::open_tapped(1);
    let mut stream = std::net::TcpStream::connect(window.address().unwrap()).unwrap();
    let body = tap("REFUSED");
    let head = format!("content-length: {}\r\nconnection: close", body.len());
    write!(stream, "POST /wx HTTP/1.1\r\nhost: x\r\norigin: http://elsewhere.example\r\n{head}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    compare_with_first(&mut window, "REFUSED");
    window.until_says("No. 2 was answered 403, without a body");
}
