//! The set-up: its steps, which only WeChat's own requests tick, and the way back to them from the events.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::{Modifiers, Window};

#[test]
fn the_events_lead_back_to_the_steps_until_that_is_put_away() {
    let mut window = Window::open_tapped(1);
    window.until_says("Set-up 0/3");
    window.harness.get_by_label("Set-up 0/3").click();
    window.until_says("See your first tap in three steps");
    // What came was unsigned, and is not counted.
    window.until_says("Step 1: not done yet");
    window.until_says("An event came from 127.0.0.1");
    assert!(!window.says("Set-up 0/3"));
    window.harness.key_press(Key::Escape);
    window.until_says("Set-up 0/3");
    window.harness.get_by_label_contains("Put away").click();
    window.until("no way back in the bar", |window| !window.says("Set-up 0/3"));
    // The palette still knows them.
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.until_says("Set-up in three steps");
}

#[test]
fn signed_events_end_the_set_up() {
    let mut window = Window::open_with_token("");
    window.until_says("See your first tap in three steps");
    window.tap(0..1);
    window.until("its row", |window| window.row("KEY_0").is_some());
    window.harness.run_steps(3);
    assert!(!window.says("Set-up "), "{}", window.words());
}

#[test]
fn a_client_that_is_missing_is_said_and_not_saved() {
    let mut window = Window::open();
    window.until_says("See your first tap in three steps");
    window.harness.get_by_label("natapp").click();
    window.harness.step();
    assert!(window.says("Complete the command of natapp"));
    window.harness.get_by_label("cpolar").click();
    window.harness.step();
    window.harness.get_by_role_and_label(Role::Button, "Run cpolar now, and keep its command in Settings").click();
    window.until_says("there is no program cpolar; install it");
    assert!(!window.says("Start it"), "{}", window.words());
    let saved = std::fs::read_to_string(window.folder.path().join("config.toml")).unwrap();
    assert!(!saved.contains("cpolar"), "{saved}");
}
