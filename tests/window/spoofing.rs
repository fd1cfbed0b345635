//! Texts that try to spoof the window or to hold it up, and secrets that are forgotten in its settings.

use egui::{OutputCommand, Shape};
use egui_kittest::kittest::Queryable as _;
use menuscope::texts::safe_text::is_hidden;

use super::{Window, label, tap};

/// More characters than any frame has to lay out, and a fraction of a megabyte.
const MOST_IN_A_FRAME: usize = 40_000;
const MOST_IN_A_TEXT: usize = 3_000;

/// Right-to-left, no width, a control sequence, a tag, private use.
const SPOOF: &str = "pay\u{202E}gpj.\u{2066}\u{200B}\u{9B}2J\u{2028}\u{E0041}\u{E001}end";

/// The window's own icons; what comes from outside never shows one.
const ICONS: std::ops::RangeInclusive<char> = '\u{E900}'..='\u{E9FF}';

impl Window {
    /// The texts that the last frame laid out.
    fn laid_out(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for clipped in &self.harness.output().shapes {
            gather(&clipped.shape, &mut texts);
        }
        texts
    }

    /// What a screen reader is told.
    fn labels(&self) -> Vec<String> {
        self.harness.query_all_by(|_| true).map(|node| label(&node)).collect()
    }

    fn show_view(&mut self, name: &str) {
        self.press_button(name);
        self.harness.step();
    }

    fn assert_light(&self, where_it_is: &str) {
        let texts = self.laid_out();
        assert!(!texts.is_empty(), "{where_it_is}: nothing was drawn");
        let longest = texts.iter().chain(&self.labels()).map(|text| text.chars().count()).max().unwrap();
        let all: usize = texts.iter().map(|text| text.chars().count()).sum();
        assert!(longest < MOST_IN_A_TEXT, "{where_it_is}: {longest} characters in one text");
        assert!(all < MOST_IN_A_FRAME, "{where_it_is}: {all} characters in a frame");
    }

    fn assert_plain(&self, where_it_is: &str) {
        for text in self.laid_out().iter().chain(&self.labels()) {
            let hidden = text.chars().find(|c| !matches!(c, '\n' | '\t') && is_hidden(*c) && !ICONS.contains(c));
            assert_eq!(hidden, None, "{where_it_is}: {}", text.escape_debug());
        }
    }

    fn copied(&self) -> Option<String> {
        self.harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    }
}

fn gather(shape: &Shape, texts: &mut Vec<String>) {
    match shape {
        Shape::Text(text) => texts.push(text.galley.text().to_owned()),
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| gather(shape, texts)),
        _ => {}
    }
}

#[test]
fn a_megabyte_on_one_line_is_never_laid_out_and_copied_whole() {
    let mut window = Window::open_with_token("");
    let key = "k".repeat((1 << 20) - 1_000);
    window.post(&[tap(&key)]);
    window.until("the folded key", |window| {
        window.harness.query_all_by_label("show all · 1\u{a0}047\u{a0}576").next().is_some()
    });
    window.until("the answer", |window| window.rows().iter().all(|row| label(row).contains("answered 200")));
    window.assert_light("Text");
    window.harness.get_all_by_label("Copy EventKey").next().unwrap().click_accesskit();
    window.until("the copy", |window| window.copied().is_some_and(|copied| copied == key));
    for view in ["Hex", "Request", "Headers"] {
        window.show_view(view);
        window.assert_light(view);
    }
}

#[test]
fn texts_that_would_spoof_the_window_are_spelled_out_in_every_view() {
    let mut window = Window::open_with_token("");
    window.post(&[tap(SPOOF)]);
    window.until_says("pay‹U+202E›gpj.‹U+2066›‹U+200B›‹U+009B›2J‹U+2028›‹U+E0041›‹U+E001›end");
    window.until("its row", |window| window.row("pay‹U+202E›gpj.").is_some());
    window.assert_plain("Text");
    for view in ["Hex", "Request", "Headers"] {
        window.show_view(view);
        window.assert_plain(view);
    }
}

#[test]
fn a_secret_is_forgotten_in_the_settings() {
    let mut window = Window::open_with_token("");
    let kept = window.folder.path().join("secrets.toml");
    assert!(std::fs::read_to_string(&kept).unwrap().contains(super::TOKEN));
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Comma);
    window.until("the settings", |window| window.harness.query_by_label("Forget Token").is_some());
    window.harness.get_by_label("Forget Token").click_accesskit();
    window.until("the question", |window| window.harness.query_by_label("Really forget Token").is_some());
    window.harness.get_by_label("Really forget Token").click_accesskit();
    window.until("nothing to forget", |window| {
        window.harness.query_by_label("Really forget Token").is_none()
            && window.harness.query_by_label("Forget Token").is_none()
    });
    window.until("an empty file", |_| !std::fs::read_to_string(&kept).unwrap().contains(super::TOKEN));
    assert!(window.harness.state().engine().status().accounts.iter().all(|account| !account.has_token));
}
