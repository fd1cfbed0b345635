//! Tests of the screen of rules, by its labels.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::examples::blank;
use super::*;
use crate::capture::StoredCapture;
use crate::capture::{ForwardProblem, ServerAnswer};
use crate::config::{ListenerConfig, TargetConfig};
use crate::engine::{
    AnsweringCommand, Command, QueryCommand, RuleTrial, RuleUsage, ServerHandshake, SettingsCommand, UsageByRule,
};
use crate::inspect::reply::lint_plain_reply;
use crate::rules::{BadAnswer, ForwardTo, Response};
use crate::ui::test_support::{dress, look, request, stored};
use crate::ui::widgets::findings::FindingView;
use crate::wechat::fault::Fault;
use crate::wechat::lint::{HttpResponse, Outcome, Report};
use crate::wechat::reply::PassiveReply;

/// The screen in a test window, with the data that the engine would provide.
#[derive(Default)]
struct TestScreen {
    screen: RulesScreen,
    rules: Vec<Rule>,
    trouble: Option<UserError>,
    fired: UsageByRule,
    armed: Option<Fault>,
    listener: ListenerConfig,
    targets: BTreeMap<String, TargetConfig>,
    event: Option<StoredCapture>,
    asked: Vec<Action>,
    /// Numbers of the previews that were asked for.
    previews: Vec<u64>,
}

impl TestScreen {
    fn with(rules: &[Rule]) -> Self {
        Self { rules: rules.to_vec(), ..Self::default() }
    }

    fn ui(&mut self, ui: &mut Ui) {
        let view = RulesView {
            rules: &self.rules,
            trouble: self.trouble.as_ref(),
            fired: &self.fired,
            armed: self.armed,
            listener: &self.listener,
            targets: &self.targets,
            event: self.event.as_ref(),
        };
        self.screen.ui(ui, &view, &look(ui.ctx().theme()), &mut self.asked);
        self.asked.retain(|asked| {
            let Action::Ask(Command::Query(QueryCommand::PreviewRule { number, .. })) = asked else { return true };
            self.previews.push(*number);
            false
        });
    }
}

fn shown<'h>(screen: TestScreen) -> Harness<'h, TestScreen> {
    let builder = Harness::builder().with_size([1300.0, 2600.0]).with_context_setup(dress);
    builder.build_ui_state(|ui, screen: &mut TestScreen| screen.ui(ui), screen)
}

fn rule(name: &str) -> Rule {
    let content = format!("from {name}");
    Rule { name: name.to_owned(), response: Response::Reply(PassiveReply::Text { content }), ..blank() }
}

fn click(harness: &mut Harness<'_, TestScreen>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

/// Chooses a kind of answer, which may have the name of a tab.
fn click_answer(harness: &mut Harness<'_, TestScreen>, label: &str) {
    let is_tab = |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Tab;
    harness.get_all_by_label(label).find(|node| !is_tab(node)).unwrap().click();
    harness.run();
}

fn click_tab(harness: &mut Harness<'_, TestScreen>, label: &str) {
    harness.get_by_role_and_label(Role::Tab, label).click();
    harness.run();
}

fn typed(harness: &mut Harness<'_, TestScreen>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

fn is_disabled(harness: &Harness<'_, TestScreen>, label: &str) -> bool {
    harness.get_by_label(label).accesskit_node().is_disabled()
}

fn is_shown(harness: &Harness<'_, TestScreen>, label: &str) -> bool {
    harness.query_by_label(label).is_some()
}

/// The rules of the last request to save.
fn kept(harness: &mut Harness<'_, TestScreen>) -> Vec<Rule> {
    match harness.state_mut().asked.pop() {
        Some(Action::Ask(Command::Settings(SettingsCommand::SaveRules { rules }))) => rules,
        other => panic!("{other:?}"),
    }
}

fn scan() -> StoredCapture {
    let path = format!("{}/tests/fixtures/samples/scancode_waitmsg.xml", env!("CARGO_MANIFEST_DIR"));
    stored(request("POST", "/wx".to_owned(), &std::fs::read(path).unwrap()), 200)
}

#[test]
fn an_example_opens_in_the_form_and_is_kept_as_it_stands_there() {
    let mut harness = shown(TestScreen::default());
    click(&mut harness, "Answer a click…");
    assert!(harness.state().asked.is_empty(), "nothing is kept before it is saved");
    typed(&mut harness, "Delay in ms", "25x0");
    typed(&mut harness, "HTTP status", "201");
    click(&mut harness, "Save rule");
    let rules = kept(&mut harness);
    let content = "You tapped {{ event_key }}".to_owned();
    let expected = Rule {
        name: "click".to_owned(),
        filter: "event:CLICK".to_owned(),
        response: Response::Reply(PassiveReply::Text { content }),
        delay_ms: 250,
        status: Some(201),
        ..blank()
    };
    assert_eq!(rules, [expected]);
    assert!(is_shown(&harness, "Edit: click"), "the list shows it at once");
    harness.state_mut().rules = rules;
    harness.state_mut().screen.saved(&SavedSetting::Rules);
    harness.run();
    assert!(is_shown(&harness, "Rule “click”") && is_disabled(&harness, "Save rule"));
}

#[test]
fn a_mistake_is_said_at_its_column_and_can_be_mended_there() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "Edit: a");
    typed(&mut harness, "For events that match", "key:6 evnt:CLICK");
    assert!(is_shown(&harness, "× Column 7: there is no \"evnt:\""));
    assert!(is_disabled(&harness, "Save rule"));
    click(&mut harness, "Use event:");
    click(&mut harness, "Save rule");
    assert_eq!(kept(&mut harness)[0].filter, "key:6 event:CLICK");
}

#[test]
fn a_filter_that_cannot_match_an_arriving_event_is_refused() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "Edit: a");
    typed(&mut harness, "For events that match", "is:held");
    assert!(is_disabled(&harness, "Save rule"));
    let mistake = harness.query_all_by_label_contains("× Column 1: ").count();
    assert_eq!(mistake, 1);
}

#[test]
fn a_name_that_is_taken_cannot_be_saved() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "New rule…");
    typed(&mut harness, "Name", "a");
    assert!(is_shown(&harness, "× Another rule has this name; choose a different one"));
    assert!(is_disabled(&harness, "Save rule"));
    typed(&mut harness, "Name", "b");
    assert!(is_disabled(&harness, "Save rule") && is_shown(&harness, "● write what the rule answers"));
    typed(&mut harness, "Content", "x");
    click(&mut harness, "Save rule");
    assert_eq!(kept(&mut harness).iter().map(|rule| &*rule.name).collect::<Vec<_>>(), ["a", "ab"]);
}

#[test]
fn a_new_rule_is_told_no_mistake_before_something_was_written() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "New rule…");
    assert!(is_shown(&harness, "Nothing is written yet") && is_disabled(&harness, "Save rule"));
    assert!(is_shown(&harness, "● give the rule a name"), "the reason stands beside the grey button");
    assert_eq!(harness.query_all_by_label_contains("is empty").count(), 0);
    typed(&mut harness, "Content", "x");
    assert!(!is_shown(&harness, "Nothing is written yet"));
    typed(&mut harness, "Name", "new");
    assert!(!is_disabled(&harness, "Save rule"));
}

#[test]
fn a_new_order_is_kept_and_shown_at_once() {
    let rules = [rule("a"), rule("b")];
    let mut harness = shown(TestScreen::with(&rules));
    assert!(is_disabled(&harness, "Move up: a") && is_disabled(&harness, "Move down: b"));
    click(&mut harness, "Move down: a");
    assert_eq!(kept(&mut harness), [rule("b"), rule("a")]);
    assert!(is_disabled(&harness, "Move down: a"), "though the engine does not have it yet");
    click(&mut harness, "Rule on: b");
    assert_eq!(kept(&mut harness), [Rule { enabled: false, ..rule("b") }, rule("a")]);
    for _ in 0..2 {
        harness.state_mut().screen.saved(&SavedSetting::Rules);
    }
    harness.run();
    assert!(is_disabled(&harness, "Move up: a"), "what the engine says counts in the end");
}

#[test]
fn a_rule_is_copied_under_another_name_and_deleted_only_when_that_is_meant() {
    let mut harness = shown(TestScreen::with(&[rule("a"), rule("b")]));
    click(&mut harness, "Show all of a");
    click(&mut harness, "Duplicate: a");
    let copy = Rule { name: "a 2".to_owned(), ..rule("a") };
    assert_eq!(kept(&mut harness), [rule("a"), copy, rule("b")]);
    assert!(is_shown(&harness, "Rule “a 2”"));
    click(&mut harness, "Show all of a 2");
    click(&mut harness, "Delete: a 2");
    click(&mut harness, "Keep: a 2");
    assert!(harness.state().asked.is_empty());
    click(&mut harness, "Delete: a 2");
    click(&mut harness, "Really delete: a 2");
    assert_eq!(kept(&mut harness), [rule("a"), rule("b")]);
    assert!(!is_shown(&harness, "Rule “a 2”"), "its form goes with it");
}

#[test]
fn a_rule_says_what_it_does_how_often_it_did_and_why_it_failed() {
    let forward = ForwardTo { url: Some("http://a/b".to_owned()), bad_answer: None };
    let rules = [
        Rule { filter: "event:CLICK".to_owned(), ..rule("a") },
        Rule { response: Response::Forward(forward), enabled: false, ..rule("b") },
    ];
    let mut screen = TestScreen::with(&rules);
    let failure = Some(UserError::of(
        "user_error.rules.text_length",
        "rule \"a\": the template of Content makes more than 9 bytes; does a loop run too often?",
    ));
    screen.fired.insert("a".to_owned(), RuleUsage { times: 3, failure });
    let harness = shown(screen);
    for label in [
        "event:CLICK",
        "→ reply: Text “from a”",
        "Fired since the start: 3",
        "⚠ Rule \"a\": the template of Content makes more than 9 bytes; does a loop run too often?",
        "every event",
        "→ forward to http://a/b",
        "off",
        "Has not fired since the start",
    ] {
        assert!(is_shown(&harness, label), "{label}");
    }
}

#[test]
fn a_rule_that_forwards_is_kept_with_its_own_url() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "Edit: a");
    click_answer(&mut harness, "Forward");
    typed(&mut harness, "Forward to", "a/b");
    assert!(is_disabled(&harness, "Save rule"));
    click(&mut harness, "Revert");
    click_answer(&mut harness, "Forward");
    typed(&mut harness, "Forward to", "http://a/b");
    click(&mut harness, "Save rule");
    let forward = ForwardTo { url: Some("http://a/b".to_owned()), bad_answer: None };
    assert_eq!(kept(&mut harness), [Rule { response: Response::Forward(forward), ..rule("a") }]);
}

#[test]
fn the_newest_event_that_matches_is_previewed_and_its_fields_are_inserted_by_a_click() {
    let mut harness = shown(TestScreen::with(&[rule("a")]));
    click(&mut harness, "Edit: a");
    let number = harness.state_mut().previews.pop().expect("a preview is asked for by itself");
    let event = scan();
    let body = b"<xml><MsgType>text</MsgType></xml>".to_vec();
    let report = lint_plain_reply(&HttpResponse { status: 200, body: &body, elapsed_ms: None }, &event.capture);
    let trial = RuleTrial::Answers { body, report: Box::new(report) };
    let decided_by = Some("further up".to_owned());
    let preview = RulePreview { number, event: Some(Box::new(event)), trial, decided_by };
    harness.state_mut().screen.previewed(RulePreview { number: number + 9, ..preview.clone() }, Language::English);
    harness.run();
    assert!(!is_shown(&harness, "✓ The rule matches event 17 and would answer"), "it answers another question");
    harness.state_mut().screen.previewed(preview, Language::English);
    harness.run();
    harness.get_by_label("✓ The rule matches event 17 and would answer");
    harness.get_by_label_contains("With the newest event that matches: 17");
    harness.get_by_label_contains("“further up” decides before it");
    typed(&mut harness, "Content", " ");
    click(&mut harness, "Insert decoded.scan.content");
    harness.run();
    click(&mut harness, "Save rule");
    let saved = kept(&mut harness);
    let Response::Reply(PassiveReply::Text { content }) = &saved[0].response else { panic!("{saved:?}") };
    assert!(content.contains("{{ decoded.scan.content }}"), "{content}");
}

#[test]
fn a_trial_shows_the_reply_and_what_the_user_will_see() {
    let event = scan();
    let mut harness = shown(TestScreen { event: Some(event.clone()), ..TestScreen::with(&[rule("a")]) });
    click(&mut harness, "Edit: a");
    click(&mut harness, "Try against the selected event");
    let asked = harness.state_mut().asked.pop();
    let Some(Action::Ask(Command::Query(QueryCommand::TryRule { rule: tried, id }))) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!((*tried, id), (rule("a"), CaptureId(17)));
    let body = b"<xml>\n<MsgType>text</MsgType></xml>".to_vec();
    let report = lint_plain_reply(&HttpResponse { status: 200, body: &body, elapsed_ms: None }, &event.capture);
    let sentence = report.outcome.sentence(Language::English);
    let finding = FindingView::all(&report.findings, Language::English)[0].message().to_owned();
    let answers = RuleTrial::Answers { body, report: Box::new(report) };
    harness.state_mut().screen.tried(id, answers, Language::English);
    harness.run();
    for label in [
        "✓ The rule matches event 17 and would answer",
        &sentence,
        &finding,
        "The body before encryption, 35 bytes",
        "<xml>\n<MsgType>text</MsgType></xml>",
    ] {
        assert!(harness.query_all_by_label(label).next().is_some(), "{label}");
    }
    typed(&mut harness, "For events that match", "x");
    assert!(is_shown(&harness, "The rule has changed since this trial"));
}

#[test]
fn a_trial_says_if_a_person_decides_or_the_rule_does_not_match() {
    let hold = Rule { response: Response::Hold, ..rule("a") };
    let mut harness = shown(TestScreen { event: Some(scan()), ..TestScreen::with(&[hold]) });
    click(&mut harness, "Edit: a");
    for (tried, label) in [
        (RuleTrial::Matches, "✓ The rule matches event 17: it would be held for you to answer"),
        (RuleTrial::NoMatch, "○ The rule does not match event 17"),
    ] {
        click(&mut harness, "Try against the selected event");
        harness.state_mut().screen.tried(CaptureId(17), tried, Language::English);
        harness.run();
        assert!(is_shown(&harness, label), "{label}");
    }
}

#[test]
fn an_error_in_the_file_is_shown_above_the_rules_in_force() {
    let trouble = UserError::of("user_error.rules.unnamed", "rule 2 has no name; give it one");
    let harness = shown(TestScreen { trouble: Some(trouble), ..TestScreen::with(&[rule("a")]) });
    assert!(is_shown(&harness, "▲ config.toml has a mistake; the former rules stay in force until it is corrected"));
    assert_eq!(harness.query_all_by_label_contains("Rule 2 has no name").count(), 1);
    assert!(is_shown(&harness, "Edit: a"));
}

mod other_tabs;
