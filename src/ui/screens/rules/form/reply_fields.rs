//! Part of the form about the reply: its source, and the fields of that source.

use egui::{RichText, TextEdit, TextStyle, Ui};

use super::RuleForm;
use crate::rules::{BadAnswer, RuleError};
use crate::ui::look::Look;
use crate::ui::screens::rules::controls::{choice_ui, error_ui, field_ui, note_ui};
use crate::ui::screens::rules::draft::ResponseKind;
use crate::ui::screens::rules::view::RulesView;
use crate::ui::widgets::reply_editor::{EditorResponse, Purpose};

/// Sources in the order in which they are offered.
const ANSWERS: [(ResponseKind, &str); 4] = [
    (ResponseKind::Reply, "rules_screen.answer.reply"),
    (ResponseKind::Forward, "rules_screen.answer.forward"),
    (ResponseKind::Hold, "rules_screen.answer.hold"),
    (ResponseKind::Default, "rules_screen.answer.default"),
];

/// Ways to handle a bad response of the server.
const BAD_ANSWERS: [(Option<BadAnswer>, &str); 3] = [
    (None, "rules_screen.bad_answer.as_listener"),
    (Some(BadAnswer::Pass), "rules_screen.bad_answer.pass"),
    (Some(BadAnswer::Default), "rules_screen.bad_answer.default"),
];

impl RuleForm {
    /// Draws the fields of the reply.
    pub(super) fn answer_ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look) -> EditorResponse {
        ui.label(RichText::new(look.text("rules_screen.form.answer")).color(look.palette.weak));
        let switched = choice_ui(ui, &mut self.draft.response, &ANSWERS, look);
        let (mut changed, mut submitted) = (switched, false);
        match self.draft.response {
            ResponseKind::Reply => {
                let event = self.live.event().or(view.event).map(|event| &event.capture);
                let edited = self.draft.editor.ui(ui, &Purpose::Template(event), look);
                (changed, submitted) = (changed | edited.changed, edited.submitted);
                self.template_error_ui(ui, look);
            }
            ResponseKind::Forward => changed |= self.forward_ui(ui, view, look),
            ResponseKind::Hold => note_ui(ui, "rules_screen.answer.hold_hint", look),
            ResponseKind::Default => note_ui(ui, "rules_screen.answer.default_hint", look),
        }
        EditorResponse { changed, submitted }
    }

    fn template_error_ui(&self, ui: &mut Ui, look: &Look) {
        let Some(flaw) = &self.checked.flaw else { return };
        if matches!(flaw, RuleError::TemplateLength { .. } | RuleError::Template { .. }) {
            error_ui(ui, &look.trouble(&flaw.into()), look);
        }
    }

    fn forward_ui(&mut self, ui: &mut Ui, view: &RulesView<'_>, look: &Look) -> bool {
        let Self { draft, checked, .. } = self;
        let usual = view.listener.forward.clone().unwrap_or_default();
        let response = field_ui(ui, "rules_screen.form.url", look, |ui| {
            let edit = TextEdit::singleline(&mut draft.url).font(TextStyle::Monospace).hint_text(usual);
            ui.add(edit.desired_width(f32::INFINITY))
        });
        if let Some(flaw @ RuleError::Target { .. }) = &checked.flaw {
            error_ui(ui, &look.trouble(&flaw.into()), look);
        } else if draft.url.trim().is_empty() {
            let is_set = view.listener.forward.is_some();
            note_ui(ui, if is_set { "rules_screen.form.url_usual" } else { "rules_screen.form.url_missing" }, look);
        }
        ui.label(RichText::new(look.text("rules_screen.bad_answer.title")).color(look.palette.weak));
        choice_ui(ui, &mut draft.bad_answer, &BAD_ANSWERS, look) | response.changed()
    }
}
