//! Live preview of a rule: the newest event that it matches, asked for a moment after the last change.

use std::time::Duration;

use egui::{Label, RichText, Ui};

use super::controls::note_ui;
use super::draft::CheckedRule;
use crate::capture::StoredCapture;
use crate::engine::{QueryCommand, RulePreview};
use crate::rules::Rule;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::cell::CELL_CHARS;

/// Time after the last change until the preview is asked for, in seconds.
const PAUSE: f64 = 0.25;

/// The newest event that a rule matches, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct LivePreview {
    /// The time of the last change, on egui's clock; `None` once the preview was asked for.
    changed: Option<f64>,
    is_asked: bool,
    /// Number of the last question.
    number: u64,
    is_answered: bool,
    event: Option<Box<StoredCapture>>,
    /// The rule further up that decides on the event.
    decided_by: Option<String>,
}

impl LivePreview {
    /// Takes note of a change, at that time.
    pub(super) fn note_change(&mut self, now: f64) {
        self.changed = Some(now);
        self.is_asked = true;
    }

    /// Takes the answer to the question of that number; returns false for an earlier one.
    pub(super) fn finish(&mut self, preview: &RulePreview) -> bool {
        if preview.number != self.number {
            return false;
        }
        self.is_answered = true;
        self.event.clone_from(&preview.event);
        self.decided_by.clone_from(&preview.decided_by);
        true
    }

    /// The event that the preview is about.
    pub(super) fn event(&self) -> Option<&StoredCapture> {
        self.event.as_deref()
    }

    /// Asks for the preview where it is due, and draws which event it is about; `before` are the rules further up.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        (checked, form, before): (&CheckedRule, u64, &[Rule]),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let now = ui.input(|input| input.time);
        if !self.is_asked {
            self.note_change(now - PAUSE);
        }
        if checked.flaw.is_none()
            && let Some(changed) = self.changed
        {
            let wait = changed + PAUSE - now;
            if wait > 0.0 {
                ui.ctx().request_repaint_after(Duration::from_secs_f64(wait));
            } else {
                self.changed = None;
                // Numbers of different forms differ.
                self.number = (form << 32) + (self.number & u64::from(u32::MAX)) + 1;
                let rule = Box::new(checked.to_try());
                let question = QueryCommand::PreviewRule { number: self.number, rule, before: before.to_vec() };
                actions.push(Action::Ask(question.into()));
            }
        }
        match &self.event {
            Some(event) => {
                let kind = look.kind(&event.capture.envelope.kind, CELL_CHARS);
                let key = event.capture.envelope.event_key.as_deref().unwrap_or_default();
                let key = crate::texts::safe_text::shortened(key, 40);
                let details = [("id", &*event.placement.id.to_string()), ("kind", &kind), ("key", &key)];
                let words = look.filled("rules_screen.live.newest", &details);
                ui.add(Label::new(RichText::new(words).color(look.palette.weak)).wrap());
                if let Some(name) = &self.decided_by {
                    let words = look.filled("rules_screen.live.decided", &[("name", &*safe_text(name))]);
                    ui.add(Label::new(RichText::new(format!("⚠ {words}")).color(look.palette.warning)).wrap());
                }
            }
            None if self.is_answered => note_ui(ui, "rules_screen.live.none", look),
            None => {}
        }
    }
}
