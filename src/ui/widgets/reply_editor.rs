//! Editor of a passive reply: its kind, its fields, a preview of the chat, and the lint's findings.

use egui::{Context, Key, Label, Modifiers, Rect, RichText, Ui};

use super::bubble::bubble_ui;
use super::controls::{title, weak};
use super::findings::{PlaceDisplay, findings_ui};
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

use forms::ReplyForm;
use verdict::ReplyCheck;

/// The purpose of the edited reply.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    /// A reply to this event.
    Answer(&'a Capture),
    /// The reply of a rule, whose texts are templates, with an example of the events that it matches.
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

/// Changes made in the editor during one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EditorResponse {
    pub(crate) changed: bool,
    /// Set by Ctrl+Enter, or by Enter in a single-line field, to send or save the reply.
    pub(crate) submitted: bool,
}

/// A reply being edited. Every kind keeps its own draft, so that nothing is lost by switching kinds.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct ReplyEditor {
    kind: ReplyKind,
    /// One draft for each kind, in the order of [`ReplyKind::ALL`].
    drafts: Vec<PassiveReply>,
    /// Goes up when articles are added, removed or moved, so that no field keeps the undo history of another.
    arrangement: u32,
    /// Lint and preview of the reply; `None` if it has not been checked yet.
    check: Option<ReplyCheck>,
    /// Request to focus the first field.
    focus: bool,
    /// Request to select what is in that field, so that typing replaces it.
    selects: bool,
    /// Set while the editor has the focus, or was clicked last.
    is_active: bool,
    composition: Composition,
    /// The text field that had the focus last.
    last_field: Option<egui::Id>,
    /// A name to insert there in the next frame.
    to_insert: Option<String>,
    /// Nothing has been written yet: what is wrong with that is not told.
    is_untouched: bool,
}

impl ReplyEditor {
    /// Starts editing a reply.
    pub(crate) fn new(reply: PassiveReply) -> Self {
        let kind = reply.kind();
        let mut drafts: Vec<PassiveReply> = ReplyKind::ALL.map(PassiveReply::blank).into();
        drafts[position(kind)] = reply;
        Self {
            kind,
            drafts,
            arrangement: 0,
            check: None,
            focus: false,
            selects: false,
            is_active: false,
            composition: Composition::default(),
            last_field: None,
            to_insert: None,
            is_untouched: false,
        }
    }

    /// Starts with an empty reply, whose mistakes are told once something was written, or is to be saved.
    pub(crate) fn untouched(reply: PassiveReply) -> Self {
        Self { is_untouched: true, ..Self::new(reply) }
    }

    /// Tells whether nothing has been written yet.
    pub(crate) fn is_untouched(&self) -> bool {
        self.is_untouched
    }

    /// Tells the mistakes from now on.
    pub(crate) fn reveal(&mut self) {
        self.is_untouched = false;
    }

    /// Suggests a reply to an event: a text that quotes it, or `success` if the user would not see a reply.
    pub(crate) fn draft_for(capture: &Capture, language: Language) -> PassiveReply {
        first_draft::draft_for(capture, language)
    }

    /// The reply in its current state.
    pub(crate) fn reply(&self) -> PassiveReply {
        self.drafts[position(self.kind)].clone()
    }

    /// The lint's report as of the last frame; `None` before the first frame, and for templates.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.check.as_ref().and_then(ReplyCheck::report)
    }

    /// Focuses the first field in the next frame.
    pub(crate) fn focus(&mut self) {
        self.focus = true;
        self.is_active = true;
    }

    /// Focuses the first field in the next frame, and selects what is in it.
    pub(crate) fn focus_selecting(&mut self) {
        self.focus();
        self.selects = true;
    }

    /// Draws the editor in the available width.
    pub(crate) fn ui(&mut self, ui: &mut Ui, purpose: &Purpose<'_>, look: &Look) -> EditorResponse {
        let is_composing = self.composition.watch(ui.ctx());
        // Consumed before anything is drawn: a focused button would take the key for a click.
        let mut submitted =
            self.is_active && !is_composing && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        self.insert(ui.ctx());
        let drawn = ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let switched = self.kinds_ui(ui, look);
            let form = self.form_ui(ui, purpose, look);
            submitted |= form.changes.submitted && !is_composing;
            let changed = switched || form.changes.changed;
            self.is_untouched &= !changed;
            self.update_check(changed, *purpose, look.language);
            self.check_ui(ui, look);
            changed
        });
        self.update_active(ui, drawn.response.rect);
        EditorResponse { changed: drawn.inner, submitted }
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

    fn form_ui<'l>(&mut self, ui: &mut Ui, purpose: &Purpose<'_>, look: &'l Look) -> ReplyForm<'l> {
        let is_template = matches!(purpose, Purpose::Template(_));
        let mut form = ReplyForm::new(look, is_template);
        form.focus = std::mem::take(&mut self.focus);
        form.selects = std::mem::take(&mut self.selects);
        let salt = (self.kind.as_str(), self.arrangement);
        ui.push_id(salt, |ui| form.ui(ui, &mut self.drafts[position(self.kind)]));
        if form.changes.arranged {
            self.arrangement += 1;
        }
        // If no field took the focus, one of the next frame will.
        self.focus = form.focus;
        self.selects = form.selects && form.focus;
        form
    }

    fn update_check(&mut self, changed: bool, purpose: Purpose<'_>, language: Language) {
        if changed || !self.check.as_ref().is_some_and(|check| check.applies_to(purpose, language)) {
            self.check = Some(ReplyCheck::of(self.reply(), purpose, language));
        }
    }

    /// Inserts a chosen name into the field that had the focus last, at its caret, as if it were pasted.
    fn insert(&mut self, ctx: &Context) {
        let Some(field) = self.last_field else {
            self.focus |= self.to_insert.is_some();
            return;
        };
        if let Some(name) = self.to_insert.take() {
            ctx.memory_mut(|memory| memory.request_focus(field));
            ctx.input_mut(|input| input.events.push(egui::Event::Paste(name)));
        }
    }

    fn check_ui(&mut self, ui: &mut Ui, look: &Look) {
        let Some(check) = &self.check else { return };
        if let Some(name) = template_names::names_ui(ui, &check.names, look) {
            self.to_insert = Some(name);
            ui.ctx().request_repaint();
        }
        if self.is_untouched {
            ui.add(Label::new(weak(look, look.text("editor.untouched"))).wrap());
            return;
        }
        ui.add_space(GAP_SMALL);
        title(ui, look, &look.text("editor.preview"));
        bubble_ui(ui, &check.outcome, check.displayed_reply(), look);
        match check.report() {
            None => drop(ui.add(Label::new(weak(look, look.text("editor.template.preview"))).wrap())),
            Some(report) => {
                let (mark, color) =
                    if report.is_legal() { ("✓", look.palette.ok) } else { ("×", look.palette.error) };
                let words = format!("{mark} {}", report.outcome.sentence(look.language));
                ui.add(Label::new(RichText::new(words).color(color)).wrap());
            }
        }
        findings_ui(ui, &check.findings, PlaceDisplay::Text, look);
    }

    /// Updates `is_active` from the focus, or from the last click if nothing has the focus.
    fn update_active(&mut self, ui: &Ui, own: Rect) {
        let ctx: &Context = ui.ctx();
        if let Some(focused) = ctx.memory(|memory| memory.focused()) {
            let response = ctx.read_response(focused);
            self.is_active = response
                .is_some_and(|response| response.layer_id == ui.layer_id() && own.contains(response.rect.center()));
            if self.is_active && ctx.text_edit_focused() {
                self.last_field = Some(focused);
            }
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
