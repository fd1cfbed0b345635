//! The list of events: what its rows say, its columns and heights, the menu of a value, and what lasts.

use std::collections::HashMap;

use eframe::App as _;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::posting::{sample, tap};
use super::server::Server;
use super::{Window, label};

/// The file of the window, in memory.
#[derive(Default)]
struct Kept(HashMap<String, String>);

impl eframe::Storage for Kept {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

fn text(content: &str) -> String {
    tap("")
        .replace("<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>", "<MsgType>text</MsgType>")
        .replace("</xml>", &format!("<Content>{content}</Content><MsgId>1</MsgId></xml>"))
}

impl Window {
    /// Opens the menu of the header.
    fn open_columns(&mut self) {
        self.harness.get_by_label("Columns").click_secondary();
        self.until("the menu of columns", |window| window.says("Compact rows"));
    }

    fn row_height(&self, text: &str) -> f32 {
        self.row(text).unwrap().rect().height()
    }

    fn choose_chinese(&mut self) {
        self.harness.get_by_label("Language").click();
        self.until_says("简体中文");
        self.harness.get_by_label("简体中文").click();
        self.until("a Chinese window", |window| window.says("语言"));
    }
}

#[test]
fn a_row_says_what_was_in_it_and_what_the_reply_means_in_both_languages() {
    let server = Server::answering(r#"{"ok":1}"#);
    let settings = format!("forward = \"{}\"\nforward_bad_answer = \"default\"", server.url);
    let mut window = Window::open_with(&settings);
    window.post(&[text("this is a test"), sample("scancode_waitmsg"), sample("pic_weixin")]);
    window.until("the answers", |window| {
        window.rows().len() == 3 && window.rows().iter().all(|row| label(row).contains("answered 200"))
    });
    let said = |window: &Window, kind: &str, part: &str| {
        let row = label(&window.row(kind).unwrap());
        assert!(row.contains(part), "{part}: {row}");
    };
    said(&window, "text", "“this is a test”");
    said(&window, "scancode_waitmsg", "answered 200 server failed → success");
    said(&window, "pic_weixin", "1 picture");
    window.choose_chinese();
    window.until("Chinese rows", |window| label(&window.row("pic_weixin").unwrap()).contains("1 张图片"));
    said(&window, "scancode_waitmsg", "服务器出错 → success");
}

#[test]
fn what_concerns_the_whole_account_is_no_mark_on_its_rows() {
    let mut window = Window::open();
    window.post(&[tap("KEY_0"), "<xml><MsgType>event".to_owned()]);
    window.until("both rows", |window| window.rows().len() == 2);
    let row = label(&window.row("KEY_0").unwrap());
    assert!(!row.contains("Warning") && !row.contains("Note"), "{row}");
    assert!(window.rows().iter().any(|row| label(row).contains("Error")));
    window.click_row("KEY_0");
    window.until_says("no token");
}

#[test]
fn rows_have_three_heights_and_columns_can_be_hidden_and_brought_back() {
    let mut window = Window::open_tapped(2);
    assert!((window.row_height("KEY_0") - 28.0).abs() < 0.1);
    window.open_columns();
    window.harness.get_by_label("Compact rows").click();
    window.until("lower rows", |window| (window.row_height("KEY_0") - 24.0).abs() < 0.1);
    window.harness.get_by_role_and_label(Role::CheckBox, "OpenID").click();
    window.until("one column less", |window| {
        let shown = window.harness.get_by_role_and_label(Role::CheckBox, "OpenID");
        shown.accesskit_node().toggled() == Some(egui::accesskit::Toggled::False)
    });
    window.harness.get_by_label("Reset columns").click();
    window.until("the usual rows", |window| (window.row_height("KEY_0") - 28.0).abs() < 0.1);
}

#[test]
fn the_menu_of_a_row_names_it_and_acts_on_it_and_excludes_the_value_below_the_pointer() {
    let mut window = Window::open_tapped(3);
    window.click_row("KEY_2");
    window.row("KEY_1").unwrap().click_secondary();
    window.until_says("CLICK KEY_1 · ");
    for words in ["Filter by kind: CLICK", "Filter by key: KEY_1", "Exclude key:KEY_1"] {
        window.until_says(words);
    }
    window.harness.get_by_label_contains("Pin").click();
    window.until("the row of the menu", |window| window.is_selected("KEY_1"));
    window.until("its pin", |window| label(&window.row("KEY_1").unwrap()).contains("Pinned"));
    window.row("KEY_1").unwrap().click_secondary();
    window.until_says("Exclude key:KEY_1");
    window.harness.get_by_label("Exclude key:KEY_1").click();
    window.until("two rows", |window| window.rows().len() == 2 && window.row("KEY_1").is_none());
}

#[test]
fn a_row_that_has_just_come_is_new_for_a_while() {
    let mut window = Window::open_tapped(1);
    window.until("the first row seen", |window| !label(&window.row("KEY_0").unwrap()).contains(", new"));
    window.post(&[tap("LATER")]);
    window.until("a new row", |window| window.row("LATER").is_some_and(|row| label(&row).contains(", new")));
    window.until("an old row", |window| !label(&window.row("LATER").unwrap()).contains(", new"));
}

#[test]
fn columns_filter_and_screen_are_there_again_in_the_next_session() {
    let mut window = Window::open_tapped(3);
    window.open_columns();
    window.harness.get_by_label("Roomy rows").click();
    window.until("higher rows", |window| (window.row_height("KEY_0") - 32.0).abs() < 0.1);
    window.press(Key::Escape);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.until("the caret", |window| window.harness.get_by_label("Filter").is_focused());
    window.harness.get_by_label("Filter").type_text("key:KEY_1");
    window.until("one row", |window| window.rows().len() == 1);
    let mut kept = Kept::default();
    window.harness.state_mut().save(&mut kept);
    let mut next = window.reopen();
    next.harness.state_mut().restore(&kept);
    next.until("the same row", |window| window.rows().len() == 1 && window.row("KEY_1").is_some());
    assert!((next.row_height("KEY_1") - 32.0).abs() < 0.1);
    next.until_says("1 of 3 shown");
}
