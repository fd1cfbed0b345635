//! Messages made in the window: from a form, as text, from pictures, and from stored events.

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::files::Dropped;
use super::server::Server;
use super::{Window, label};

impl Window {
    fn composed(&self) -> String {
        self.harness.get_by_role_and_label(Role::MultilineTextInput, "Message").value().unwrap_or_default()
    }

    fn send_composed_to(&mut self, url: &str) {
        self.press_button("Send with…");
        self.until_says("Send to");
        self.replace_field("Send to", url);
        self.press(Key::Enter);
        self.until("the dialog closed", |window| !window.says("Send to"));
    }
}

#[test]
fn a_composed_event_is_sent_and_kept_as_our_own() {
    let server = Server::answering("success");
    let mut window = Window::open();
    window.press(Key::N);
    window.until_says("Compose a message");
    window.until_says("well-formed XML, CLICK");
    window.replace_field("EventKey", "COMPOSED");
    assert!(window.composed().contains("<EventKey><![CDATA[COMPOSED]]></EventKey>"), "{}", window.composed());
    window.harness.get_by_label("JSON").click();
    window.until_says("well-formed JSON, CLICK");
    window.send_composed_to(&server.url);
    window.until_says("Run 1: 1 sent");
    let asked = server.asked();
    assert!(asked[0].contains(r#""EventKey":"COMPOSED""#), "{asked:?}");
    window.until_says("✓ legal");
    window.until_says("● new");
    window.press_button("Send");
    window.until_says("Run 2: 1 sent");
    assert_eq!(server.asked().len(), 2, "at once, as last time");
    window.until("its answer", |window| !window.says("it has been altered since"));
    window.replace_field("CreateTime", "1700000000");
    window.until_says("it has been altered since");
    window.until_says("2023-11-1");
    window.click_tab("Events");
    window.until("its row", |window| window.row("COMPOSED").is_some());
    assert!(label(&window.row("COMPOSED").unwrap()).contains("own"), "it is no tap");
}

#[test]
fn what_is_wrong_is_told_while_it_is_typed() {
    let mut window = Window::open();
    window.press(Key::N);
    window.until_says("well-formed XML");
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Message").focus();
    window.harness.step();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.step();
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Message").type_text("<xml><a></b></xml>");
    window.until_says("not well-formed");
    window.until_says("The fields follow again");
    window.until_says("Send anyway");
    assert!(window.harness.query_all_by_label("EventKey").next().is_some(), "the form stays");
}

#[test]
fn pictures_become_sums_and_are_followed_by_their_image_messages() {
    let server = Server::answering("success");
    let mut window = Window::open();
    window.press(Key::N);
    window.until_says("well-formed XML, CLICK");
    window.harness.get_by_role_and_label(Role::ComboBox, "Kind").click();
    window.until("the kinds", |window| window.harness.query_by_label("pic_weixin").is_some());
    window.harness.get_by_label("pic_weixin").click();
    window.until_says("Pictures · 1");
    let pictures: Vec<PathBuf> = ["a.jpg", "b.jpg"].map(|name| window.folder.path().join(name)).into();
    for path in &pictures {
        std::fs::write(path, path.file_name().unwrap().as_encoded_bytes()).unwrap();
        window.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
    }
    window.until_says("Pictures · 2");
    assert!(window.composed().contains("<Count>2</Count>"), "{}", window.composed());
    window.harness.get_by_label("Send the image messages that follow").click();
    window.harness.step();
    window.send_composed_to(&server.url);
    window.until_says("Run 1: 3 sent");
    let asked = server.asked();
    assert!(asked[0].contains("pic_weixin") && asked[1..].iter().all(|one| one.contains("PicUrl")), "{asked:?}");
}

#[test]
fn an_edited_event_is_replayed_beside_the_stored_one() {
    let server = Server::answering("success");
    let mut window = Window::open();
    window.tap(0..1);
    window.click_row("KEY_0");
    window.press(Key::E);
    window.until_says("Edit event 1");
    window.press(Key::Escape);
    window.replace_field("EventKey", "OTHER");
    window.send_composed_to(&server.url);
    window.until_says("Run 1: 1 sent");
    assert!(server.asked()[0].contains("OTHER"));
    window.press_button("Show the event");
    window.until("one row", |window| window.rows().len() == 1 && window.row("KEY_0").is_some());
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    window.until_says("● new · 200");
}

#[test]
fn an_event_is_duplicated_from_the_menu_of_its_row() {
    let mut window = Window::open_tapped(2);
    window.row("KEY_0").unwrap().click_secondary();
    window.until("the menu", |window| window.harness.query_by_label_contains("Duplicate…").is_some());
    window.harness.get_by_label_contains("Duplicate…").click();
    window.until_says("Compose a message");
    window.until("its text", |window| {
        let text = window.harness.query_by_role_and_label(Role::MultilineTextInput, "Message");
        text.is_some_and(|text| text.value().unwrap_or_default().contains("KEY_0"))
    });
}
