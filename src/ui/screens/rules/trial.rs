//! A rule tried against the selected event: what came of it, made ready to be drawn.

use egui::{Button, Label, RichText, Ui};

use super::controls::{flaw_ui, note_ui};
use super::draft::Checked;
use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{Command, Tried};
use crate::rules::Response;
use crate::texts::Language;
use crate::texts::safe_text::{safe_text, told};
use crate::texts::user_error::UserError;
use crate::ui::action::{Action, Screen};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::controls::{code_frame, copy_button, title};
use crate::ui::widgets::findings::{Finding, Places, findings_ui};
use crate::wechat::lint::{Outcome, Report};
use crate::wechat::reply::PassiveReply;

/// How many characters of the reply's body are shown; all of them can be copied.
const LONGEST: usize = 4_000;

/// The last trial of a form.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// It was asked for and is not answered.
    running: bool,
    result: Option<Shown>,
}

/// What came of it.
#[derive(Debug)]
struct Shown {
    id: CaptureId,
    /// The rule is not what it was when it was tried.
    outdated: bool,
    came: Came,
}

#[derive(Debug)]
enum Came {
    NoMatch,
    Matches,
    Answers(Box<Answers>),
    Failed(UserError),
}

/// The reply as it is drawn.
#[derive(Debug)]
struct Answers {
    /// As the user sees it, where it could be understood.
    reply: Option<PassiveReply>,
    outcome: Outcome,
    sentence: String,
    findings: Vec<Finding>,
    /// The body as text, and the beginning of it as it is shown.
    body: String,
    shown: String,
    bytes: usize,
    is_cut: bool,
}

impl Answers {
    fn of(bytes: &[u8], report: Report, language: Language) -> Self {
        let Report { findings, outcome, reply } = report;
        let body = String::from_utf8_lossy(bytes).into_owned();
        let beginning = body.char_indices().nth(LONGEST).map_or(&*body, |(end, _)| &body[..end]);
        Self {
            reply,
            sentence: told(&outcome.sentence(language)).into_owned(),
            outcome,
            findings: Finding::all(&findings, language),
            shown: told(beginning).into_owned(),
            bytes: bytes.len(),
            is_cut: beginning.len() < body.len(),
            body,
        }
    }
}

impl Trial {
    /// Whether an answer is waited for.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// The rule was changed after it was tried.
    pub(super) fn note_change(&mut self) {
        if let Some(result) = &mut self.result {
            result.outdated = true;
        }
    }

    /// It has come to this.
    pub(super) fn finish(&mut self, id: CaptureId, tried: Tried, language: Language) {
        self.running = false;
        let came = match tried {
            Tried::NoMatch => Came::NoMatch,
            Tried::Matches => Came::Matches,
            Tried::Failed { trouble } => Came::Failed(trouble),
            Tried::Answers { body, report, .. } => Came::Answers(Box::new(Answers::of(&body, *report, language))),
        };
        self.result = Some(Shown { id, outdated: false, came });
    }

    /// Draws the button and what came of the last trial.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        checked: &Checked,
        event: Option<&StoredCapture>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        title(ui, look, &look.text("rules_screen.trial.title"));
        if let Some(event) = event {
            self.button_ui(ui, checked, event, look, actions);
        } else {
            ui.add(Label::new(look.text("rules_screen.trial.no_event")).wrap());
            if ui.button(look.text("rules_screen.trial.events")).clicked() {
                actions.push(Action::ShowScreen(Screen::Events));
            }
        }
        if let Some(result) = &self.result {
            result_ui(ui, result, checked, look, actions);
        }
    }

    fn button_ui(
        &mut self,
        ui: &mut Ui,
        checked: &Checked,
        event: &StoredCapture,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let id = event.placement.id;
        let (number, kind) = (id.to_string(), safe_text(&event.capture.envelope.kind));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let button = Button::new(look.text("rules_screen.trial.try"));
            if ui.add_enabled(checked.flaw.is_none(), button).clicked() {
                self.running = true;
                actions.push(Action::Ask(Command::TryRule { rule: Box::new(checked.to_try()), id }));
            }
            ui.label(look.filled("rules_screen.trial.event", &[("id", number.as_str()), ("kind", &kind)]));
        });
        if checked.flaw.is_some() {
            note_ui(ui, "rules_screen.trial.mend_first", look);
        }
    }
}

fn result_ui(ui: &mut Ui, result: &Shown, checked: &Checked, look: &Look, actions: &mut Vec<Action>) {
    let id = result.id.to_string();
    if result.outdated {
        note_ui(ui, "rules_screen.trial.outdated", look);
    }
    match &result.came {
        Came::NoMatch => {
            let words = look.filled("rules_screen.trial.no_match", &[("id", &id)]);
            ui.add(Label::new(RichText::new(format!("○ {words}")).color(look.palette.strong)).wrap());
        }
        Came::Matches => {
            let key = match checked.rule.response {
                Response::Hold => "rules_screen.trial.held",
                Response::Forward(_) => "rules_screen.trial.forwarded",
                Response::Default | Response::Reply(_) => "rules_screen.trial.default",
            };
            matches_ui(ui, &look.filled(key, &[("id", &id)]), look);
        }
        Came::Answers(answers) => {
            matches_ui(ui, &look.filled("rules_screen.trial.answers", &[("id", &id)]), look);
            answers_ui(ui, answers, look, actions);
            if checked.rule.fault.is_some() {
                note_ui(ui, "rules_screen.trial.without_fault", look);
            }
        }
        Came::Failed(trouble) => flaw_ui(ui, &look.trouble(trouble), look),
    }
}

fn matches_ui(ui: &mut Ui, words: &str, look: &Look) {
    ui.add(Label::new(RichText::new(format!("✓ {words}")).color(look.palette.ok)).wrap());
}

fn answers_ui(ui: &mut Ui, answers: &Answers, look: &Look, actions: &mut Vec<Action>) {
    bubble_ui(ui, &answers.outcome, answers.reply.as_ref(), look);
    ui.add(Label::new(&answers.sentence).wrap());
    findings_ui(ui, &answers.findings, Places::Said, look);
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
