//! The screen of rules by the keyboard alone: a new rule is named at once, saved, seen, and its form is left by Esc.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{Modifiers, Window};

/// Opens the form of a rule as a person without a mouse does: by words in the palette.
fn open_form(window: &mut Window, words: &str) {
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.until_says("Command palette");
    window.harness.step();
    window.harness.event(egui::Event::Text(words.to_owned()));
    window.harness.run_steps(2);
    window.press(Key::Enter);
    window.until_says("For events that match");
}

#[test]
fn what_is_typed_into_a_new_rule_is_its_name_and_the_saved_rule_is_seen() {
    let mut window = Window::open_tapped(1);
    open_form(&mut window, "new rule");
    window.harness.run_steps(3);
    // Letters that are verbs of the list elsewhere.
    window.harness.event(egui::Event::Text("redeem".to_owned()));
    window.harness.run_steps(3);
    // Tab goes on from the name, and comes to the buttons after the fields.
    window.press(Key::Tab);
    let focused = window.harness.query_by(|node| node.is_focused()).unwrap();
    assert_eq!(focused.accesskit_node().label().as_deref(), Some("For events that match"));
    let words = window.words();
    let place = |name: &str| words.find(name).unwrap_or_else(|| panic!("{name} in {words}"));
    assert!(place("New rule…") < place("TextInput: Name") && place("Inject a fault") < place("Button: Save rule"));
    // A rule without an answer is not saved, whatever is pressed.
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.harness.run_steps(3);
    assert!(window.says("write what the rule answers") && !window.says("Edit: redeem"), "{}", window.words());
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Content").focus();
    window.harness.run_steps(2);
    window.harness.event(egui::Event::Text("Hello".to_owned()));
    window.harness.run_steps(3);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.until_says("Edit: redeem");
    assert!(window.says("Rule on: redeem"));
    let kept = std::fs::read_to_string(window.folder.path().join("config.toml")).unwrap();
    assert!(kept.contains("redeem"), "{kept}");
    // Nothing was removed or sent meanwhile. The first Esc leaves the text, the next one the form.
    window.press(Key::Escape);
    window.harness.run_steps(2);
    window.press(Key::Escape);
    window.until("the form to close", |window| !window.says("For events that match"));
    assert!(window.says("Edit: redeem"), "Esc leaves the form, and not the screen");
    window.press(Key::Escape);
    window.until("the event", |window| window.row("KEY_0").is_some());
}

#[test]
fn a_rule_is_opened_by_its_name() {
    let mut window =
        Window::open_with("[[rules]]\nname = \"hold questions\"\nmatch = \"type:text\"\nreply = \"hold\"\n");
    open_form(&mut window, "questions");
    assert!(window.harness.query_all_by_value("hold questions").next().is_some(), "{}", window.words());
}
