//! Events sent again: chosen, sent, judged against what came before, looked at, and sent once more.

use std::num::NonZeroU32;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::server::{Server, text_reply};
use super::{Window, label};

impl Window {
    /// Opens the dialog for the selected row and sends it to that URL.
    fn replay_to(&mut self, url: &str) {
        self.chord(Modifiers::SHIFT, Key::R);
        self.until_says("Send to");
        self.replace_field("Send to", url);
        self.press_button("Send");
        self.until("the dialog closed", |window| !window.says("Send to"));
    }

    /// Whether a heading stands below the title of the detail.
    fn heading_in_view(&self, name: &str) -> bool {
        let title = self.harness.get_by_role_and_label(Role::Heading, "CLICK").rect();
        let heading = self.harness.query_by_role_and_label(Role::Heading, name);
        heading.is_some_and(|heading| heading.rect().top() > title.bottom())
    }

    pub(super) fn click_tab(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::Tab, name).click();
        self.harness.step();
    }
}

#[test]
fn an_event_is_sent_again_and_what_came_back_stands_beside_it() {
    let server = Server::answering(&text_reply("你好"));
    let mut window = Window::open();
    window.tap(0..1);
    window.click_row("KEY_0");
    window.replay_to(&server.url);
    window.until_says("Run 1: 1 sent");
    let asked = server.asked();
    assert!(asked.len() == 1 && asked[0].contains("KEY_0"), "{asked:?}");
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    window.until_says("● new · 200");
    window.until_says("✓ legal");
    window.until_says("你好");
    window.until_says("The user sees the text.");
    window.until_says("Request as sent");
    assert!(!window.says("Content-Type"), "its bytes and headers are folded");
}

#[test]
fn an_event_begins_at_its_top_after_another_one() {
    let server = Server::answering(&text_reply("你好"));
    let mut window = Window::open_tapped(2);
    window.harness.set_size(egui::vec2(1_200.0, 700.0));
    window.click_row("KEY_0");
    window.replay_to(&server.url);
    window.until_says("Run 1: 1 sent");
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    window.until("its replays", |window| window.heading_in_view("Replays · 1"));
    assert!(!window.heading_in_view("Reply"), "it is scrolled past");
    window.click_row("KEY_1");
    window.until_says("#2");
    window.click_row("KEY_0");
    window.until_says("#1");
    window.until("its reply", |window| window.heading_in_view("Reply"));
}

#[test]
fn nothing_is_sent_without_a_target_and_the_dialog_says_why() {
    let mut window = Window::open();
    window.tap(0..1);
    window.click_row("KEY_0");
    window.chord(Modifiers::SHIFT, Key::R);
    window.until_says("Say where to send");
    // The field has the caret.
    window.harness.get_by_role_and_label(Role::TextInput, "Send to").type_text("localhost");
    window.until_says("That is no URL");
    window.press(Key::Enter);
    assert!(window.says("That is no URL"), "it is still open");
    window.press(Key::Escape);
    window.until("the dialog closed", |window| !window.says("That is no URL"));
    assert!(window.says("EventKey"), "the detail stays");
}

#[test]
fn the_dialog_is_left_by_cancel_and_enter_sends_from_its_first_field() {
    let server = Server::answering(&text_reply("你好"));
    let mut window = Window::open_tapped(1);
    window.click_row("KEY_0");
    window.replay_to(&server.url);
    window.until_says("Run 1: 1 sent");
    window.chord(Modifiers::SHIFT, Key::R);
    window.until_says("Compare with");
    window.press_button("Cancel");
    window.until("the dialog closed", |window| !window.says("Send to"));
    window.chord(Modifiers::SHIFT, Key::R);
    window.until_says("Send to");
    window.until("the first field", |window| {
        window.harness.get_by_role_and_label(Role::RadioButton, "Event 1").is_focused()
    });
    window.press(Key::Enter);
    window.until_says("Run 2: 1 sent");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_regression_is_found_among_the_runs_and_leads_to_its_event() {
    let server = Server::answering(&text_reply("before"));
    let mut window = Window::open_tapped(2);
    window.click_row("KEY_0");
    window.replay_to(&server.url);
    window.until_says("Run 1: 1 sent");
    server.answer("<html>broken</html>");
    window.click_tab("Replay");
    window.until("the run", |window| window.row("Run 1").is_some() || window.row(&server.url).is_some());
    window.row(&server.url).unwrap().click();
    window.press_button("Send again…");
    window.until_says("The 1 event of that run");
    window.press_button("Send");
    window.until_says("Run 2: 1 sent");
    window.until("the second run", |window| {
        window.rows().iter().filter(|row| !label(row).contains("CLICK")).count() == 2
    });
    window.row("1 regressed").unwrap().click();
    window.until_says("Regressed · 1");
    window.harness.get_by_label("Regressed · 1").click();
    window.harness.step();
    let row = window.rows().into_iter().find(|row| label(row).contains("CLICK · KEY_0")).unwrap();
    assert!(label(&row).contains("▼ regressed") && label(&row).contains("× failed"), "{}", label(&row));
    row.click();
    window.until_says("▼ regressed · 200");
    window.until_says("Compared with an earlier replay");
    window.until_says("- <Content><![CDATA[before]]></Content>");
    window.until_says("+ <html>broken</html>");
}

#[test]
fn a_target_that_is_not_there_is_said_plainly_and_what_was_done_is_kept() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/wx", nobody.local_addr().unwrap());
    drop(nobody);
    let mut window = Window::open_tapped(12);
    window.chord(Modifiers::SHIFT, Key::R);
    window.until_says("Everything: 12 events");
    window.harness.get_by_label("Everything: 12 events").click_accesskit();
    window.harness.step();
    window.replace_field("Send to", &url);
    window.press_button("Send");
    window.until_says("does not answer any more");
    window.click_tab("Replay");
    window.until_says("target dead");
}

#[test]
fn a_run_is_paused_and_ended_from_the_bar() {
    let server = Server::answering("success");
    let mut window = Window::open_tapped(12);
    window.chord(Modifiers::SHIFT, Key::R);
    window.until_says("Everything: 12 events");
    window.harness.get_by_label("Everything: 12 events").click_accesskit();
    window.harness.step();
    window.harness.get_by_label("Fixed rate").click_accesskit();
    window.harness.step();
    window.replace_field("Send to", &server.url);
    window.replace_field("a second", "0.2");
    window.press_button("Send");
    window.press_button("Pause");
    window.until_says("Replay paused");
    window.press_button("Go on");
    window.press_button("End");
    window.until_says("was cancelled");
    assert!(server.asked().len() < 12);
}

#[test]
fn targets_are_kept_and_offered() {
    let server = Server::answering("success");
    let mut window = Window::open();
    window.tap(0..1);
    window.click_row("KEY_0");
    window.click_tab("Replay");
    window.until_says("Targets");
    window.harness.get_by_label("Targets").click();
    window.press_button("Add a target");
    window.until_says("Each target needs a name");
    window.replace_field("Name", "local");
    window.replace_field("URL", &server.url);
    window.press_button("Save targets");
    window.until_says("Saved");
    let config = std::fs::read_to_string(window.folder.path().join("config.toml")).unwrap();
    assert!(config.contains("[targets.local]") && config.contains(&server.url), "{config}");
    window.click_tab("Events");
    window.chord(Modifiers::SHIFT, Key::R);
    window.until("the target proposed", |window| {
        window
            .harness
            .query_by_role_and_label(Role::TextInput, "Send to")
            .is_some_and(|node| node.value() == Some(server.url.clone()))
    });
    window.press(Key::Enter);
    window.until_says("Run 1: 1 sent");
    assert_eq!(NonZeroU32::new(server.asked().len() as u32), NonZeroU32::new(1));
}

#[test]
fn r_sends_at_once_as_last_time_and_the_row_carries_the_verdict() {
    let server = Server::answering(&text_reply("before"));
    let mut window = Window::open_tapped(2);
    window.click_row("KEY_0");
    window.press(Key::R);
    window.until_says("Say where to send");
    window.replace_field("Send to", &server.url);
    window.press_button("Send");
    window.until("the verdict", |window| label(&window.row("KEY_0").unwrap()).contains("Replayed: new"));
    window.until_says("● new · 200");
    server.answer(&text_reply("after"));
    window.press(Key::R);
    window.until("the verdict", |window| label(&window.row("KEY_0").unwrap()).contains("Replayed: different"));
    assert_eq!(server.asked().len(), 2);
    window.until_says("~ different · 200");
    window.click_row("KEY_1");
    window.press(Key::R);
    window.until("the verdict", |window| label(&window.row("KEY_1").unwrap()).contains("Replayed: new"));
    assert!(window.is_selected("KEY_1") && !window.says("Send to"));
}
