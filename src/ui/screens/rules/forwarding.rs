//! Section of forwarding: the URL of the developer's own server, and the handling of its bad responses.

use egui::{Button, Label, RichText, TextEdit, TextStyle, Ui};

use super::controls::{choice_ui, error_ui, field_ui, note_ui};
use crate::config::ListenerConfig;
use crate::engine::{ServerTest, SettingsCommand};
use crate::rules::{BadAnswer, is_web_address};
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP;
use crate::ui::widgets::quantities::milliseconds;

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
    pub(super) fn ui(&mut self, ui: &mut Ui, kept: &ListenerConfig, look: &Look, actions: &mut Vec<Action>) {
        let kept_url = kept.forward.as_deref().unwrap_or_default();
        state_ui(ui, kept_url, look);
        ui.add_space(GAP);
        let mut url = self.url.take().unwrap_or_else(|| kept_url.to_owned());
        let mut bad_answer = self.bad_answer.unwrap_or(kept.forward_bad_answer);
        field_ui(ui, "rules_screen.forward.url", look, |ui| {
            let edit = TextEdit::singleline(&mut url).font(TextStyle::Monospace).hint_text("http://127.0.0.1:8080/wx");
            ui.add(edit.desired_width(f32::INFINITY))
        });
        if !url.trim().is_empty() && !is_web_address(url.trim()) {
            error_ui(ui, &look.text("rules_screen.forward.no_url"), look);
        }
        ui.label(RichText::new(look.text("rules_screen.bad_answer.title")).color(look.palette.weak));
        choice_ui(ui, &mut bad_answer, &BAD_ANSWERS, look);
        buttons_ui(ui, &mut url, bad_answer, kept, look, actions);
        self.test_ui(ui, url.trim(), look, actions);
        note_ui(ui, "rules_screen.forward.hint", look);
        self.url = (url != kept_url).then_some(url);
        self.bad_answer = (bad_answer != kept.forward_bad_answer).then_some(bad_answer);
    }

    /// Takes the result of a test.
    pub(super) fn tested(&mut self, test: ServerTest) {
        self.testing = None;
        self.tested = Some(test);
    }

    /// Draws the button that tests the URL as it is typed, and what came of it.
    fn test_ui(&mut self, ui: &mut Ui, url: &str, look: &Look, actions: &mut Vec<Action>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let button = Button::new(look.text("rules_screen.test.button"));
            let is_ready = self.testing.is_none() && is_web_address(url);
            if ui.add_enabled(is_ready, button).on_hover_text(look.text("rules_screen.test.hint")).clicked() {
                (self.testing, self.tested) = (Some(url.to_owned()), None);
                actions.push(Action::Ask(SettingsCommand::TestServer { url: url.to_owned() }.into()));
            }
            if self.testing.is_some() {
                ui.label(RichText::new(look.text("rules_screen.test.running")).color(look.palette.weak));
            }
        });
        if let Some(test) = self.tested.as_ref().filter(|test| test.url == url) {
            result_ui(ui, test, look);
        }
    }
}

fn buttons_ui(
    ui: &mut Ui,
    url: &mut String,
    bad_answer: BadAnswer,
    kept: &ListenerConfig,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let mut save =
        |url: Option<String>| actions.push(Action::Ask(SettingsCommand::SaveForward { url, bad_answer }.into()));
    let typed = url.trim().to_owned();
    let is_changed = Some(typed.as_str()) != kept.forward.as_deref() || bad_answer != kept.forward_bad_answer;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let is_ready = is_changed && is_web_address(&typed);
        if ui.add_enabled(is_ready, Button::new(look.text("rules_screen.forward.save"))).clicked() {
            save(Some(typed));
        }
        let off = Button::new(look.text("rules_screen.forward.off"));
        if ui.add_enabled(kept.forward.is_some(), off).clicked() {
            save(None);
            url.clear();
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
