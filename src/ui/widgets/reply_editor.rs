//! The editor of a reply: its kind, its fields, and below them what the user will see and whether it is legal.

use egui::{Context, Key, Label, Modifiers, Rect, RichText, Ui};

use super::bubble::bubble_ui;
use super::controls::{title, weak};
use super::findings::{Places, findings_ui};
use crate::capture::Capture;
use crate::texts::Language;
use crate::ui::ime::Composition;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::wechat::lint::Report;
use crate::wechat::reply::{PassiveReply, ReplyKind};

mod articles;
mod first_draft;
mod forms;
mod template_names;
mod verdict;

use forms::Form;
use verdict::Verdict;

/// What the reply that is written is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    /// It answers this event.
    Answer(&'a Capture),
    /// Its texts are the templates of a rule, which is thought of for events like this one.
    Template(Option<&'a Capture>),
}

impl<'a> Purpose<'a> {
    fn event(self) -> Option<&'a Capture> {
        match self {
            Self::Answer(capture) => Some(capture),
            Self::Template(capture) => capture,
        }
    }
}

/// What happened in the editor in this frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edited {
    /// The reply is another one than before.
    pub(crate) changed: bool,
    /// It is meant to be sent or saved: Ctrl+Enter, or Enter in a field of one line.
    pub(crate) submitted: bool,
}

/// A reply while it is written. Every kind keeps its draft, so that nothing is lost by looking at another kind.
#[derive(Debug)]
pub(crate) struct ReplyEditor {
    kind: ReplyKind,
    /// One draft for each kind, in the order of [`ReplyKind::ALL`].
    drafts: Vec<PassiveReply>,
    /// How often the articles were arranged anew: a field's history of changes is of one arrangement.
    arrangement: u32,
    /// What is made of the reply as it is written; `None` where it has changed since.
    verdict: Option<Verdict>,
    /// The first field is to get the caret.
    focus: bool,
    /// The person is busy in here: it has the focus, or was clicked last.
    is_active: bool,
    composition: Composition,
}

impl ReplyEditor {
    /// Begins with that reply.
    pub(crate) fn new(reply: PassiveReply) -> Self {
        let kind = reply.kind();
        let mut drafts: Vec<PassiveReply> = ReplyKind::ALL.map(PassiveReply::blank).into();
        drafts[position(kind)] = reply;
        Self {
            kind,
            drafts,
            arrangement: 0,
            verdict: None,
            focus: false,
            is_active: false,
            composition: Composition::default(),
        }
    }

    /// A reply to begin with: a text that quotes what the event is about, or `success` where no answer is seen.
    pub(crate) fn draft_for(capture: &Capture, language: Language) -> PassiveReply {
        first_draft::draft_for(capture, language)
    }

    /// The reply as it is written.
    pub(crate) fn reply(&self) -> PassiveReply {
        self.drafts[position(self.kind)].clone()
    }

    /// What the lint says of it, as of the last frame; `None` before the first, and while it is a template.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.verdict.as_ref().and_then(Verdict::report)
    }

    /// Puts the caret into the first field with the next frame.
    pub(crate) fn focus(&mut self) {
        self.focus = true;
        self.is_active = true;
    }

    /// Draws it, as wide as there is room.
    pub(crate) fn ui(&mut self, ui: &mut Ui, purpose: &Purpose<'_>, look: &Look) -> Edited {
        let is_composing = self.composition.watch(ui.ctx());
        // Before anything is drawn: a focused button would take it for a click.
        let mut submitted =
            self.is_active && !is_composing && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        let drawn = ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let chosen = self.kinds_ui(ui, look);
            let form = self.form_ui(ui, purpose, look);
            submitted |= form.done.submitted && !is_composing;
            let changed = chosen || form.done.changed;
            self.judge(changed, *purpose, look.language);
            self.verdict_ui(ui, look);
            changed
        });
        self.note_attention(ui, drawn.response.rect);
        Edited { changed: drawn.inner, submitted }
    }

    fn kinds_ui(&mut self, ui: &mut Ui, look: &Look) -> bool {
        let before = self.kind;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::Vec2::splat(GAP_SMALL);
            for kind in ReplyKind::ALL {
                let name = look.text(&format!("reply.kind.{}", kind.as_str())).into_owned();
                if ui.selectable_label(kind == self.kind, name).clicked() {
                    self.kind = kind;
                }
            }
        });
        self.kind != before
    }

    fn form_ui<'l>(&mut self, ui: &mut Ui, purpose: &Purpose<'_>, look: &'l Look) -> Form<'l> {
        let is_template = matches!(purpose, Purpose::Template(_));
        let mut form = Form::new(look, is_template);
        form.focus = std::mem::take(&mut self.focus);
        let salt = (self.kind.as_str(), self.arrangement);
        ui.push_id(salt, |ui| form.ui(ui, &mut self.drafts[position(self.kind)]));
        if form.done.arranged {
            self.arrangement += 1;
        }
        // Where there was no field to take it, the next one does.
        self.focus = form.focus;
        form
    }

    fn judge(&mut self, changed: bool, purpose: Purpose<'_>, language: Language) {
        if changed || !self.verdict.as_ref().is_some_and(|verdict| verdict.is_about(purpose, language)) {
            self.verdict = Some(Verdict::of(self.reply(), purpose, language));
        }
    }

    fn verdict_ui(&self, ui: &mut Ui, look: &Look) {
        let Some(verdict) = &self.verdict else { return };
        if !verdict.names.is_empty() {
            template_names::names_ui(ui, &verdict.names, look);
        }
        ui.add_space(GAP_SMALL);
        title(ui, look, &look.text("editor.preview"));
        bubble_ui(ui, &verdict.outcome, verdict.seen(), look);
        match verdict.report() {
            None => drop(ui.add(Label::new(weak(look, look.text("editor.template.preview"))).wrap())),
            Some(report) => {
                let (mark, color) =
                    if report.is_legal() { ("✓", look.palette.ok) } else { ("×", look.palette.error) };
                let words = format!("{mark} {}", report.outcome.sentence(look.language));
                ui.add(Label::new(RichText::new(words).color(color)).wrap());
            }
        }
        findings_ui(ui, &verdict.findings, Places::Said, look);
    }

    /// Where the focus is decides; without one, where the last click went.
    fn note_attention(&mut self, ui: &Ui, own: Rect) {
        let ctx: &Context = ui.ctx();
        if let Some(focused) = ctx.memory(|memory| memory.focused()) {
            let response = ctx.read_response(focused);
            self.is_active = response
                .is_some_and(|response| response.layer_id == ui.layer_id() && own.contains(response.rect.center()));
        } else if let Some(pressed) =
            ui.input(|input| input.pointer.interact_pos().filter(|_| input.pointer.any_pressed()))
        {
            self.is_active = own.contains(pressed);
        }
    }
}

fn position(kind: ReplyKind) -> usize {
    ReplyKind::ALL.iter().position(|other| *other == kind).unwrap_or(0)
}

#[cfg(test)]
mod tests;
