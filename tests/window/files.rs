//! Captures as files: rows picked, exported with pseudonyms that were seen before, and read in again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{DroppedFile, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Window, label};

const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

/// A file on its way from the desktop.
#[derive(Debug)]
pub(crate) struct Dropped(pub(crate) PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    pub(super) fn drop_files(&mut self, paths: &[PathBuf]) {
        for path in paths {
            self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.harness.step();
    }

    /// How many rows a screen reader takes for selected.
    fn picked(&self) -> usize {
        self.rows().iter().filter(|row| row.accesskit_node().is_selected() == Some(true)).count()
    }

    pub(super) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// A path in the window's own folder.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn rows_are_picked_by_key_and_by_click_and_left_again() {
    let mut window = Window::open_tapped(4);
    window.click_row("KEY_3");
    window.press_with(Modifiers::SHIFT, Key::J);
    window.press_with(Modifiers::SHIFT, Key::J);
    window.until_says("3 selected");
    assert_eq!(window.picked(), 3);
    window.press(Key::Space);
    window.until_says("2 selected");
    let row = window.row("KEY_0").unwrap();
    row.click_modifiers(Modifiers::COMMAND);
    window.until_says("3 selected");
    assert!(label(&window.row("KEY_0").unwrap()).contains("selected"));
    window.press(Key::Escape);
    window.until("nothing picked", |window| !window.says("selected"));
    window.click_row("KEY_2");
    assert_eq!(window.picked(), 1);
}

#[test]
fn what_changes_is_seen_before_picked_rows_are_exported() {
    let mut window = Window::open_tapped(3);
    window.click_row("KEY_2");
    window.press_with(Modifiers::SHIFT, Key::J);
    window.until_says("2 selected");
    window.press(Key::X);
    window.until_says("2 selected events");
    window.until("the preview", |window| window.harness.query_all_by_label(OPENID).next().is_some());
    let out = window.path("pack");
    window.replace_field("To", &out.display().to_string());
    window.press_button("Export");
    window.until_says("2 events exported");
    window.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Open folder");
    window.press(Key::Escape);
    window.until("the list alone", |window| !window.says("Open folder"));
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    assert_eq!(manifest.matches("\"number\":").count(), 2);
    let request = std::fs::read_to_string(out.join("000001-CLICK/request.http")).unwrap();
    assert!(request.contains("KEY_1") && !request.contains(OPENID), "{request}");
}

#[test]
fn what_is_exported_comes_back_into_another_window_and_what_cannot_be_read_is_listed() {
    let mut window = Window::open_tapped(3);
    window.press(Key::X);
    window.until_says("Everything: 3 events");
    window.harness.get_by_label("Everything: 3 events").click_accesskit();
    window.harness.get_by_label("Replace identifiers with pseudonyms").click_accesskit();
    let out = window.path("pack.zip");
    window.replace_field("To", &out.display().to_string());
    window.press_button("Export");
    window.until_says("3 events exported");

    let mut other = Window::open();
    let stranger = other.path("stranger.bin");
    std::fs::write(&stranger, b"\x7fELF nothing of ours").unwrap();
    other.drop_files(&[out, stranger]);
    other.until("three rows", |window| window.rows().len() == 3);
    other.until_says("What could not be imported");
    other.until_says("stranger.bin");
    other.press(Key::Escape);
    other.until("no report", |window| !window.says("stranger.bin"));
    assert!(other.row("KEY_0").is_some());
}
