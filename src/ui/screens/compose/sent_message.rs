//! Answer to the composed message, below it: status, time and verdict, and what the user would see.

use egui::{Label, RichText, ScrollArea, Ui};

use super::Composer;
use crate::capture::{CaptureId, RunId, Verdict};
use crate::engine::{AnsweredMessage, Command, QueryCommand};
use crate::texts::Language;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, SendAction};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::bubble::bubble_ui;
use crate::ui::widgets::controls::{small_button, title, weak};
use crate::ui::widgets::findings::{FindingView, PlaceDisplay, findings_ui};
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::verdicts::{legal_words, verdict_color, verdict_words};
use crate::wechat::lint::Outcome;
use crate::wechat::reply::PassiveReply;

/// Opacity of the answers to a message that was altered since.
const EARLIER_OPACITY: f32 = 0.55;

/// Height from which the answers scroll, in points.
const HEIGHT: f32 = 300.0;

/// The answers to the message that was sent last.
#[derive(Debug, Default)]
pub(super) enum SentMessage {
    /// Nothing was sent.
    #[default]
    None,
    /// Its run has not ended.
    Running,
    /// Its run has ended, and the answers are to be read.
    Ended(RunId),
    Asked(RunId),
    Answered(Vec<AnswerView>),
}

/// An answer prepared for drawing.
#[derive(Debug)]
pub(super) struct AnswerView {
    event: CaptureId,
    run: RunId,
    status: Option<u16>,
    elapsed: String,
    verdict: Verdict,
    is_legal: bool,
    problem: Option<String>,
    findings: Vec<FindingView>,
    seen: Option<(Outcome, Option<PassiveReply>, String)>,
}

impl AnswerView {
    fn of(answered: AnsweredMessage, language: Language) -> Self {
        let AnsweredMessage { replay, report } = answered;
        let replayed = replay.replayed;
        let seen = report.map(|report| {
            let sentence = report.outcome.sentence(language);
            (report.outcome, report.reply, sentence)
        });
        Self {
            event: replayed.event,
            run: replayed.run,
            status: replayed.answer.status,
            elapsed: milliseconds(replayed.answer.elapsed),
            verdict: replayed.verdict,
            is_legal: replayed.is_legal(),
            problem: replayed.answer.problem.as_ref().map(|problem| safe_text(&problem.words(language)).into_owned()),
            findings: FindingView::all(&replayed.answer.lint, language),
            seen,
        }
    }
}

impl Composer {
    /// Takes note that the message is on its way.
    pub(crate) fn note_sent(&mut self) {
        self.sent = SentMessage::Running;
        self.sent_text.clone_from(&self.text);
    }

    /// Tells whether the message is on its way.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.sent, SentMessage::Running)
    }

    /// Takes note that a run has ended, which is that of the message where one is on its way.
    pub(crate) fn note_ended(&mut self, run: RunId) {
        if matches!(self.sent, SentMessage::Running) {
            self.sent = SentMessage::Ended(run);
        }
    }

    /// Takes note that the message could not be sent.
    pub(crate) fn note_failed(&mut self) {
        if matches!(self.sent, SentMessage::Running) {
            self.sent = SentMessage::None;
        }
    }

    /// The question for the answers of a run that has ended.
    pub(crate) fn question(&mut self) -> Option<Command> {
        let SentMessage::Ended(run) = self.sent else { return None };
        self.sent = SentMessage::Asked(run);
        Some(QueryCommand::ReadAnswers { run }.into())
    }

    /// Takes the answers of a run.
    pub(crate) fn take_answers(&mut self, run: RunId, answers: Vec<AnsweredMessage>, language: Language) {
        if matches!(self.sent, SentMessage::Asked(asked) if asked == run) {
            let views = answers.into_iter().map(|answered| AnswerView::of(answered, language));
            self.sent = SentMessage::Answered(views.collect());
        }
    }

    pub(super) fn has_answer(&self) -> bool {
        !matches!(self.sent, SentMessage::None)
    }

    /// Draws the answers.
    pub(super) fn answers_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.spacing_mut().item_spacing.y = GAP;
        let is_earlier = self.sent_text != self.text;
        ui.horizontal_wrapped(|ui| {
            title(ui, look, &look.text("composer.answer.title"));
            if is_earlier {
                ui.label(weak(look, look.text("composer.answer.earlier")));
            }
        });
        let SentMessage::Answered(answers) = &self.sent else {
            ui.label(weak(look, look.text("composer.answer.waiting")));
            return;
        };
        ScrollArea::vertical()
            .id_salt("answers")
            .max_height(HEIGHT)
            .min_scrolled_height(HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = GAP;
                if is_earlier {
                    ui.set_opacity(EARLIER_OPACITY);
                }
                if answers.is_empty() {
                    ui.label(look.text("composer.answer.none"));
                }
                for answer in answers {
                    answer_ui(ui, answer, look, actions);
                }
            });
    }
}

fn answer_ui(ui: &mut Ui, answer: &AnswerView, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let color = if answer.is_legal { look.palette.ok } else { look.palette.error };
        let status = answer.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
        ui.label(RichText::new(legal_words(answer.is_legal, look)).color(color));
        ui.label(RichText::new(format!("{status} · {}", answer.elapsed)).monospace());
        ui.label(RichText::new(verdict_words(answer.verdict, look)).color(verdict_color(answer.verdict, look)));
        let event = look.filled("composer.answer.event", &[("event", &answer.event.to_string())]);
        if ui.add(small_button(event)).clicked() {
            actions.push(Action::Select(answer.event));
        }
        let run = look.filled("replays.run.title", &[("run", &answer.run.to_string())]);
        if ui.add(small_button(run)).clicked() {
            actions.push(Action::Send(SendAction::ShowRun(answer.run)));
        }
    });
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    if let Some(problem) = &answer.problem {
        ui.add(Label::new(RichText::new(format!("× {problem}")).color(look.palette.error)).wrap());
    }
    if let Some((outcome, reply, sentence)) = &answer.seen {
        bubble_ui(ui, outcome, reply.as_ref(), look);
        ui.add(Label::new(weak(look, sentence)).wrap());
    }
    findings_ui(ui, &answer.findings, PlaceDisplay::Text, look);
}
