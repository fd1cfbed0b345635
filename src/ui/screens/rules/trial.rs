//! Trial of a rule against the selected event, with its result prepared for drawing.

use egui::{Button, Label, RichText, Ui};

use super::controls::{error_ui, note_ui};
use super::draft::CheckedRule;
use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{QueryCommand, RuleTrial};
use crate::rules::Response;
use crate::texts::Language;
use crate::texts::safe_text::told;
use crate::texts::user_error::UserError;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::cell::CELL_CHARS;
use crate::ui::widgets::controls::{code_frame, copy_button};
use crate::ui::widgets::findings::{FindingView, PlaceDisplay, findings_ui};
use crate::wechat::lint::{Outcome, Report};
use crate::wechat::reply::PassiveReply;

/// Maximum number of characters shown of the reply's body; the full body can be copied.
const LONGEST: usize = 4_000;

/// The last trial in a form.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// Set until the result arrives.
    running: bool,
    result: Option<TrialResult>,
}

/// Result of a trial, for an event.
#[derive(Debug)]
struct TrialResult {
    id: CaptureId,
    /// Set once the rule has changed since the trial.
    outdated: bool,
    outcome: TrialOutcome,
}

/// Outcome of a trial.
#[derive(Debug)]
enum TrialOutcome {
    NoMatch,
    Matches,
    Reply(Box<TrialReply>),
    Failed(UserError),
}

/// The rule's reply, prepared for drawing.
#[derive(Debug)]
struct TrialReply {
    /// The reply as WeChat understands it, if it is legal.
    reply: Option<PassiveReply>,
    outcome: Outcome,
    sentence: String,
    findings: Vec<FindingView>,
    /// The body as text, and its beginning as it is shown.
    body: String,
    shown: String,
    bytes: usize,
    is_cut: bool,
}

impl TrialReply {
    fn of(bytes: &[u8], report: Report, language: Language) -> Self {
        let Report { findings, outcome, reply } = report;
        let body = String::from_utf8_lossy(bytes).into_owned();
        let beginning = body.char_indices().nth(LONGEST).map_or(&*body, |(end, _)| &body[..end]);
        Self {
            reply,
            sentence: told(&outcome.sentence(language)).into_owned(),
            outcome,
            findings: FindingView::all(&findings, language),
            shown: told(beginning).into_owned(),
            bytes: bytes.len(),
            is_cut: beginning.len() < body.len(),
            body,
        }
    }
}

impl Trial {
    /// Returns true while a trial is running.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Marks the result as outdated.
    pub(super) fn note_change(&mut self) {
        if let Some(result) = &mut self.result {
            result.outdated = true;
        }
    }

    /// Stores the result of the trial.
    pub(super) fn finish(&mut self, id: CaptureId, tried: RuleTrial, language: Language) {
        self.running = false;
        let outcome = match tried {
            RuleTrial::NoMatch => TrialOutcome::NoMatch,
            RuleTrial::Matches => TrialOutcome::Matches,
            RuleTrial::Failed { trouble } => TrialOutcome::Failed(trouble),
            RuleTrial::Answers { body, report } => {
                TrialOutcome::Reply(Box::new(TrialReply::of(&body, *report, language)))
            }
        };
        self.result = Some(TrialResult { id, outdated: false, outcome });
    }

    /// Draws the button and the result of the last trial.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        checked: &CheckedRule,
        event: Option<&StoredCapture>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        if let Some(result) = &self.result {
            result_ui(ui, result, checked, look, actions);
        }
        if let Some(event) = event {
            self.button_ui(ui, checked, event, look, actions);
        }
    }

    fn button_ui(
        &mut self,
        ui: &mut Ui,
        checked: &CheckedRule,
        event: &StoredCapture,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let id = event.placement.id;
        let (number, kind) = (id.to_string(), look.kind(&event.capture.envelope.kind, CELL_CHARS));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let button = Button::new(look.text("rules_screen.trial.try"));
            if ui.add_enabled(checked.flaw.is_none(), button).clicked() {
                self.running = true;
                actions.push(Action::Ask(QueryCommand::TryRule { rule: Box::new(checked.to_try()), id }.into()));
            }
            ui.label(look.filled("rules_screen.trial.event", &[("id", number.as_str()), ("kind", &kind)]));
        });
        if checked.flaw.is_some() {
            note_ui(ui, "rules_screen.trial.mend_first", look);
        }
    }
}

fn result_ui(ui: &mut Ui, result: &TrialResult, checked: &CheckedRule, look: &Look, actions: &mut Vec<Action>) {
    let id = result.id.to_string();
    if result.outdated {
        note_ui(ui, "rules_screen.trial.outdated", look);
    }
    match &result.outcome {
        TrialOutcome::NoMatch => {
            let words = look.filled("rules_screen.trial.no_match", &[("id", &id)]);
            ui.add(Label::new(RichText::new(format!("○ {words}")).color(look.palette.strong)).wrap());
        }
        TrialOutcome::Matches => {
            let key = match checked.rule.response {
                Response::Hold => "rules_screen.trial.held",
                Response::Forward(_) => "rules_screen.trial.forwarded",
                Response::Default | Response::Reply(_) => "rules_screen.trial.default",
            };
            matches_ui(ui, &look.filled(key, &[("id", &id)]), look);
        }
        TrialOutcome::Reply(answers) => {
            matches_ui(ui, &look.filled("rules_screen.trial.answers", &[("id", &id)]), look);
            answers_ui(ui, answers, look, actions);
            if checked.rule.fault.is_some() {
                note_ui(ui, "rules_screen.trial.without_fault", look);
            }
        }
        TrialOutcome::Failed(trouble) => error_ui(ui, &look.trouble(trouble), look),
    }
}

fn matches_ui(ui: &mut Ui, words: &str, look: &Look) {
    ui.add(Label::new(RichText::new(format!("✓ {words}")).color(look.palette.ok)).wrap());
}

fn answers_ui(ui: &mut Ui, answers: &TrialReply, look: &Look, actions: &mut Vec<Action>) {
    bubble_ui(ui, &answers.outcome, answers.reply.as_ref(), look);
    ui.add(Label::new(&answers.sentence).wrap());
    findings_ui(ui, &answers.findings, PlaceDisplay::Text, look);
    let bytes = answers.bytes.to_string();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        ui.label(RichText::new(look.filled("rules_screen.trial.body", &[("bytes", &bytes)])).color(look.palette.weak));
        copy_button(ui, look, &look.text("rules_screen.trial.reply"), || answers.body.clone(), actions);
    });
    code_frame(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(Label::new(RichText::new(&answers.shown).monospace()).wrap());
    });
    if answers.is_cut {
        note_ui(ui, "rules_screen.trial.cut", look);
    }
}
