//! Tests of the palette, by its labels and keys.

use std::rc::Rc;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::config::LookConfig;
use crate::rules::{Response, Rule};
use crate::texts::Language;
use crate::ui::test_support::{ActionLog, dress};

fn shown<'h>(language: Language) -> (Harness<'h>, ActionLog) {
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let mut palette = CommandPalette::default();
    let look = Look::new(language, egui::Theme::Dark, jiff::tz::TimeZone::UTC);
    let rules = [Rule { name: "hold questions".to_owned(), filter: "type:text".to_owned(), ..rule() }];
    palette.open(
        &PaletteSources { filters: &[], rules: &rules, recent: Vec::new(), chosen: &LookConfig::default() },
        &look,
    );
    let mut harness = Harness::builder().with_size([1000.0, 700.0]).with_context_setup(dress).build_ui(move |ui| {
        let mut actions = Vec::new();
        palette.ui(ui, &look, &mut actions);
        asking.borrow_mut().extend(actions);
    });
    harness.run();
    (harness, asked)
}

fn rule() -> Rule {
    let response = Response::Hold;
    Rule { name: String::new(), filter: String::new(), enabled: true, response, delay_ms: 0, status: None, fault: None }
}

fn typed(harness: &mut Harness<'_>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run();
}

#[test]
fn typing_begins_at_once_and_enter_runs_the_best_match() {
    for (language, text) in [(Language::English, "export"), (Language::Chinese, "导出")] {
        let (mut harness, asked) = shown(language);
        typed(&mut harness, text);
        harness.key_press(Key::Enter);
        harness.run();
        assert!(matches!(asked.borrow()[..], [Action::ShowExport(true)]), "{:?}", asked.borrow());
    }
}

#[test]
fn arrows_choose_and_esc_closes() {
    let (mut harness, asked) = shown(Language::English);
    typed(&mut harness, "theme");
    let name = |harness: &Harness<'_>| {
        let chosen = harness.get_all_by_role(egui::accesskit::Role::ListBoxOption);
        chosen.into_iter().find_map(|node| {
            let node = node.accesskit_node();
            node.is_selected().unwrap_or_default().then(|| node.label()).flatten()
        })
    };
    let first = name(&harness);
    harness.key_press(Key::ArrowDown);
    harness.run();
    let second = name(&harness);
    assert!(first.is_some() && second.is_some() && first != second, "{first:?} {second:?}");
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert_eq!(name(&harness), first);
    harness.key_press(Key::Escape);
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::ShowPalette(false)]), "{:?}", asked.borrow());
}

#[test]
fn a_click_runs_an_entry() {
    let (mut harness, asked) = shown(Language::Chinese);
    typed(&mut harness, "设置");
    let entries: Vec<_> = harness.get_all_by_label("设置").collect();
    assert!(!entries.is_empty());
    entries[0].click();
    harness.run();
    assert!(matches!(asked.borrow()[..], [Action::ShowScreen(_)]), "{:?}", asked.borrow());
}

#[test]
fn keys_of_an_input_method_are_its_own() {
    let (mut harness, asked) = shown(Language::Chinese);
    let preedit =
        |text: &str| egui::Event::Ime(egui::ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None });
    harness.event(preedit("dao"));
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    assert!(asked.borrow().is_empty(), "{:?}", asked.borrow());
}

#[test]
fn verbs_of_every_screen_are_found() {
    let runs = |text: &str| {
        let (mut harness, asked) = shown(Language::English);
        typed(&mut harness, text);
        harness.key_press(Key::Enter);
        harness.run();
        format!("{:?}", asked.borrow())
    };
    for (text, action) in [
        ("publish", "[Board(Do(Publish))]"),
        ("tap all", "[Board(Do(TapAll))]"),
        ("edit the menu", "[Board(Do(Edit))]"),
        ("new rule", "[ShowRules(NewRule)]"),
        ("check reach", "[CheckReach]"),
        ("settings team", "[ShowSettings(Team)]"),
        ("hold questions", "[EditRule(\"hold questions\")]"),
        ("hold only what", "[Hold(Matching)]"),
    ] {
        assert_eq!(runs(text), action, "{text}");
    }
}

#[test]
fn every_verb_of_holding_is_found_by_that_word() {
    for (language, word) in [(Language::English, "hold"), (Language::Chinese, "拦截")] {
        let (mut harness, _) = shown(language);
        typed(&mut harness, word);
        for key in ["hold.keys.release", "hold.keys.answer", "hold.switch.filter", "hold.keys.toggle"] {
            let name = language.text(key).into_owned();
            assert!(harness.query_by_label(&name).is_some(), "{name}");
        }
    }
    let (mut harness, _) = shown(Language::English);
    typed(&mut harness, "hold");
    harness.get_by_label("hold questions");
}
