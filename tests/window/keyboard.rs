//! The keyboard alone: the palette, the page of keys, dialogs that keep the focus, and Esc one thing at a time.

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use menuscope::texts::Language;

use super::{Window, stroke};

/// More strokes of Tab than any dialog has stops.
const AROUND: usize = 24;

impl Window {
    /// The window in that language.
    fn open_in(language: Language) -> Self {
        let window = Self::open();
        let config = window.folder.path().join("config.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        std::fs::write(&config, text.replace("language = \"en\"", &format!("language = \"{}\"", language.tag())))
            .unwrap();
        let mut window = window.reopen();
        window.until("a listener", |window| window.address().is_some());
        window
    }

    fn type_text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    fn has(&self, role: Role, name: &str) -> bool {
        self.harness.query_by_role_and_label(role, name).is_some()
    }

    /// The name of what has the focus.
    fn focused(&self) -> Option<String> {
        let all = self.harness.query_all_by(|_| true);
        let focused = all.into_iter().find(|node| node.is_focused() && node.accesskit_node().role() != Role::Window)?;
        let node = focused.accesskit_node();
        node.label().or_else(|| node.value()).or_else(|| Some(format!("{:?}", node.role())))
    }
}

#[test]
fn the_palette_finds_and_runs_what_is_typed_in_both_languages() {
    for (language, typed) in [(Language::English, "rul"), (Language::Chinese, "规则"), (Language::Chinese, "rules")] {
        let mut window = Window::open_in(language);
        let name = language.text("palette.name").into_owned();
        window.press_with(Modifiers::COMMAND, Key::K);
        window.until(&name, |window| window.has(Role::TextInput, &name));
        window.type_text(typed);
        window.press(Key::Enter);
        window.until("the screen of rules", |window| window.says(&language.text("rules_screen.list.new")));
        assert!(!window.has(Role::TextInput, &name), "it closes once something runs");
    }
}

#[test]
fn an_event_and_a_saved_filter_are_found_in_the_palette() {
    let mut window = Window::open_with("[filters.second]\nmatch = \"key:KEY_1\"\n");
    window.tap(0..3);
    window.until("rows", |window| window.rows().len() == 3);
    window.press_with(Modifiers::COMMAND, Key::K);
    window.type_text("KEY_0");
    window.press(Key::Enter);
    window.until("the event", |window| window.is_selected("KEY_0"));
    window.press_with(Modifiers::COMMAND, Key::K);
    window.type_text("second");
    window.press(Key::Enter);
    window.until("the filter", |window| window.rows().len() == 1 && window.row("KEY_1").is_some());
}

#[test]
fn the_palette_takes_no_key_while_an_input_method_composes() {
    let mut window = Window::open();
    window.press_with(Modifiers::COMMAND, Key::K);
    window.until("the palette", |window| window.has(Role::TextInput, "Command palette"));
    window.harness.event(Event::Ime(ImeEvent::Preedit { text: "gui".to_owned(), active_range_chars: None }));
    window.press(Key::Enter);
    window.press(Key::Escape);
    assert!(window.has(Role::TextInput, "Command palette"), "Enter and Esc belong to the composition");
    window.harness.event(Event::Ime(ImeEvent::Commit("规".to_owned())));
    window.harness.step();
    window.press(Key::Escape);
    window.until("no palette", |window| !window.has(Role::TextInput, "Command palette"));
}

#[test]
fn esc_does_one_thing_at_a_time() {
    let mut window = Window::open_tapped(2);
    window.click_row("KEY_0");
    window.press(Key::Questionmark);
    window.until("the page of keys", |window| window.has(Role::TextInput, "Search keys"));
    window.type_text("replay");
    window.until("fewer keys", |window| !window.says("Next part of the detail") && window.says("Replay"));
    window.press(Key::Escape);
    assert!(window.has(Role::TextInput, "Search keys"), "first what is looked for goes");
    window.press(Key::Escape);
    window.until("no page", |window| !window.has(Role::TextInput, "Search keys"));
    assert!(window.is_selected("KEY_0") && window.says("EventKey"), "and nothing behind it");
}

#[test]
fn a_dialog_takes_the_focus_and_keeps_it() {
    let mut window = Window::open_tapped(1);
    window.press(Key::X);
    window.until("the first field", |window| window.focused().is_some_and(|name| name.starts_with("Event ")));
    let mut seen = Vec::new();
    for _ in 0..AROUND {
        window.press(Key::Tab);
        seen.extend(window.focused());
    }
    for name in ["Cancel", "Export", "Choose…", "Replace identifiers with pseudonyms"] {
        assert!(seen.iter().any(|focused| focused == name), "Tab does not reach {name}: {seen:?}");
    }
    for behind in ["Hold", "Import…", "Filter", "Theme"] {
        assert!(seen.iter().all(|focused| focused != behind), "Tab leaves the dialog for {behind}: {seen:?}");
    }
    let (cancel, export) =
        (seen.iter().position(|name| name == "Cancel"), seen.iter().position(|name| name == "Export"));
    assert!(cancel < export, "in the order in which they are read: {seen:?}");
    window.press(Key::Escape);
    window.until("no dialog", |window| !window.has(Role::Button, "Cancel"));
}

#[test]
fn errors_are_read_again_in_the_bell() {
    let mut window = Window::open();
    window.harness.get_by_label("No earlier errors or warnings").click();
    window.until("the empty history", |window| {
        window.harness.query_all_by_label("No earlier errors or warnings").count() > 1
    });
    window.press(Key::Escape);
    let missing = window.folder.path().join("nothing there");
    window.drop_files(&[missing]);
    window.until("the error", |window| window.says("Cannot read what is to be imported"));
    window.harness.get_by_label("Dismiss message").click();
    window.until("it is gone", |window| !window.says("Cannot read what is to be imported"));
    window.harness.get_by_label("Past messages: 1").click();
    window.until("the error", |window| window.says("Cannot read what is to be imported"));
}

#[test]
fn no_key_acts_while_text_is_typed_or_composed() {
    let mut window = Window::open_tapped(3);
    window.until("the newest selected", |window| window.is_selected("KEY_2"));

    window.harness.event(Event::Ime(ImeEvent::Preedit { text: "ni".to_owned(), active_range_chars: None }));
    window.press(Key::J);
    assert!(window.is_selected("KEY_2"), "composing");
    // In the same frame as the end of the composition, which is how they come.
    window.harness.input_mut().events.extend([Event::Ime(ImeEvent::Commit("你".to_owned())), stroke(Key::J)]);
    window.harness.step();
    assert!(window.is_selected("KEY_2"), "the stroke that ends a composition");

    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.until("the caret", |window| window.harness.get_by_label("Filter").is_focused());
    for key in [Key::J, Key::G, Key::Questionmark, Key::F] {
        window.press(key);
    }
    assert!(window.is_selected("KEY_2") && !window.says("These keys"), "typing");
    window.press(Key::Escape);
    assert!(window.says("CLICK · ") || window.says("EventKey"), "the key that leaves the filter closes nothing else");

    window.press(Key::J);
    assert!(window.is_selected("KEY_1"));
    window.press(Key::End);
    assert!(window.is_selected("KEY_0"));
    window.press(Key::Questionmark);
    assert!(window.says("These keys"));
}
