//! Section of forwarding: the URL of the developer's own server, and the handling of its bad responses.

use std::collections::BTreeMap;

use egui::{Button, Label, RichText, TextEdit, TextStyle, Ui};

use super::controls::{choice_ui, error_ui, field_ui, note_ui, why_disabled};
use super::view::RulesView;
use crate::config::{ListenerConfig, TargetConfig};
use crate::engine::{ServerTest, SettingsCommand};
use crate::rules::{BadAnswer, is_web_address};
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{card, primary_button, small_button, weak};
use crate::ui::widgets::quantities::milliseconds;

/// An address that a server of one's own may have.
const EXAMPLE: &str = "http://127.0.0.1:8080/wx";

/// Ways to handle a bad response.
const BAD_ANSWERS: [(BadAnswer, &str); 2] =
    [(BadAnswer::Pass, "rules_screen.bad_answer.pass"), (BadAnswer::Default, "rules_screen.bad_answer.default")];

/// Unsaved input, discarded as soon as it equals the saved values.
#[derive(Debug, Default)]
pub(super) struct ForwardSection {
    url: Option<String>,
    bad_answer: Option<BadAnswer>,
    /// The URL that is being tested.
    testing: Option<String>,
    tested: Option<ServerTest>,
}

impl ForwardSection {
    /// Draws the section of forwarding.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look, actions: &mut Vec<Action>) {
        let kept = view.listener;
        let kept_url = kept.forward.as_deref().unwrap_or_default();
        let mut url = self.url.take().unwrap_or_else(|| kept_url.to_owned());
        let mut bad_answer = self.bad_answer.unwrap_or(kept.forward_bad_answer);
        card(look).inner_margin(GAP_LARGE).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            state_ui(ui, kept_url, look);
            note_ui(ui, "rules_screen.forward.hint", look);
            ui.separator();
            field_ui(ui, "rules_screen.forward.url", look, |ui| {
                let example = look.filled("window.example", &[("example", EXAMPLE)]);
                let edit = TextEdit::singleline(&mut url).font(TextStyle::Monospace).hint_text(example);
                ui.add(edit.desired_width(f32::INFINITY))
            });
            if !url.trim().is_empty() && !is_web_address(url.trim()) {
                error_ui(ui, &look.text("rules_screen.forward.no_url"), look);
            }
            targets_ui(ui, &mut url, view.targets, look);
            ui.label(RichText::new(look.text("rules_screen.bad_answer.title")).color(look.palette.weak));
            choice_ui(ui, &mut bad_answer, &BAD_ANSWERS, look);
            self.buttons_ui(ui, &mut url, bad_answer, kept, look, actions);
        });
        self.url = (url != kept_url).then_some(url);
        self.bad_answer = (bad_answer != kept.forward_bad_answer).then_some(bad_answer);
    }

    /// Takes the result of a test.
    pub(super) fn tested(&mut self, test: ServerTest) {
        self.testing = None;
        self.tested = Some(test);
    }

    /// Draws the buttons that save, test and turn off, with the reason why one is grey, and what came of the test.
    fn buttons_ui(
        &mut self,
        ui: &mut Ui,
        url: &mut String,
        bad_answer: BadAnswer,
        kept: &ListenerConfig,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let typed = url.trim().to_owned();
        let is_changed = Some(typed.as_str()) != kept.forward.as_deref() || bad_answer != kept.forward_bad_answer;
        let flaw = match &*typed {
            "" => Some("rules_screen.forward.enter_url"),
            typed if !is_web_address(typed) => Some("rules_screen.forward.correct_url"),
            _ => None,
        };
        let why = flaw.or((!is_changed).then_some("rules_screen.forward.is_saved"));
        let mut save = |url| actions.push(Action::Ask(SettingsCommand::SaveForward { url, bad_answer }.into()));
        let mut is_tested = false;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let button = primary_button(ui, look, &look.text("rules_screen.forward.save"), why.is_none());
            if why_disabled(button, why, look).clicked() {
                save(Some(typed.clone()));
            }
            let is_ready = self.testing.is_none() && flaw.is_none();
            let button = ui.add_enabled(is_ready, Button::new(look.text("rules_screen.test.button")));
            let button = button.on_hover_text(look.text("rules_screen.test.hint"));
            is_tested = why_disabled(button, flaw.or(Some("rules_screen.test.running")), look).clicked();
            let off = ui.add_enabled(kept.forward.is_some(), Button::new(look.text("rules_screen.forward.off")));
            if why_disabled(off, Some("rules_screen.forward.is_off"), look).clicked() {
                save(None);
                url.clear();
            }
            if self.testing.is_some() || is_tested {
                ui.label(RichText::new(look.text("rules_screen.test.running")).color(look.palette.weak));
            } else if let Some(why) = why {
                ui.label(weak(look, look.text(why)));
            }
        });
        if is_tested {
            (self.testing, self.tested) = (Some(typed.clone()), None);
            actions.push(Action::Ask(SettingsCommand::TestServer { url: typed.clone() }.into()));
        }
        if let Some(test) = self.tested.as_ref().filter(|test| test.url == typed) {
            result_ui(ui, test, look);
        }
    }
}

/// Draws the saved targets of replays, each to be taken over by a click.
fn targets_ui(ui: &mut Ui, url: &mut String, targets: &BTreeMap<String, TargetConfig>, look: &Look) {
    if targets.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        ui.label(weak(look, look.text("rules_screen.forward.targets")));
        for (name, target) in targets {
            let button = ui.add(small_button(safe_text(name).into_owned()));
            if button.on_hover_text(safe_text(&target.url)).clicked() {
                url.clone_from(&target.url);
            }
        }
    });
}

fn result_ui(ui: &mut Ui, test: &ServerTest, look: &Look) {
    let answer = &test.handshake.answer;
    let elapsed = milliseconds(answer.elapsed);
    let (words, color) = match (answer.status, &answer.problem) {
        (_, Some(problem)) if answer.status.is_none() => {
            (format!("× {}", safe_text(&problem.words(look.language))), look.palette.error)
        }
        (None, _) => (format!("× {}", look.text("rules_screen.test.nothing")), look.palette.error),
        (Some(_), _) if test.handshake.is_verified => {
            (format!("✓ {}", look.filled("rules_screen.test.verified", &[("elapsed", &elapsed)])), look.palette.ok)
        }
        (Some(status), _) => {
            let details = [("status", &*status.to_string()), ("elapsed", &*elapsed)];
            (format!("▲ {}", look.filled("rules_screen.test.other", &details)), look.palette.warning)
        }
    };
    ui.add(Label::new(RichText::new(words).color(color)).wrap());
    if !test.handshake.is_signed {
        note_ui(ui, "rules_screen.test.unsigned", look);
    }
}

fn state_ui(ui: &mut Ui, url: &str, look: &Look) {
    let (words, color) = if url.is_empty() {
        (format!("○ {}", look.text("rules_screen.forward.nowhere")), look.palette.weak)
    } else {
        (format!("● {}", look.filled("rules_screen.forward.to", &[("url", url)])), look.palette.ok)
    };
    ui.add(Label::new(RichText::new(words).color(color)).wrap());
}
