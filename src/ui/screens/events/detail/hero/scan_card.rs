//! Card of a scan: its content, the meaning of that, and the code drawn again.

use egui::{Align, Layout, Ui, Vec2};

use super::super::field::web_link;
use super::super::long_text::LongText;
use super::{FactRow, facts_ui};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE};
use crate::ui::widgets::code::ScannedCode;
use crate::ui::widgets::controls::{copy_icon, open_button, value_font, weak};
use crate::wechat::message::ScanCode;

/// Minimum width of the text beside a code, in points; below it the code stands under the text.
const TEXT_SMALLEST: f32 = 200.0;

/// A scan as it is displayed.
#[derive(Debug)]
pub(in super::super) struct ScanCard {
    content: String,
    shown: LongText,
    facts: Vec<FactRow>,
    code: Option<ScannedCode>,
}

impl ScanCard {
    pub(super) fn of(scan: &ScanCode<'_>, facts: Vec<FactRow>) -> Self {
        let content = scan.content.unwrap_or_default();
        // The content itself stands above the rows.
        let repeated = FactRow::code("", content).value;
        let facts = facts.into_iter().filter(|row| !row.is_code || row.value != repeated || repeated.is_empty());
        Self {
            content: content.to_owned(),
            shown: LongText::of(content),
            facts: facts.collect(),
            code: ScannedCode::of(scan),
        }
    }

    pub(super) fn ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let code_width = self.code.as_ref().map_or(0.0, ScannedCode::width);
        let beside = ui.available_width() - code_width - GAP_LARGE;
        match &self.code {
            Some(code) if code.is_matrix() && beside >= TEXT_SMALLEST => {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP_LARGE;
                    ui.allocate_ui_with_layout(Vec2::new(beside, 0.0), Layout::top_down(Align::LEFT), |ui| {
                        ui.set_width(beside);
                        self.text_ui(ui, look, actions);
                    });
                    code.ui(ui, &look.text("detail.code_image"));
                });
            }
            Some(code) => {
                self.text_ui(ui, look, actions);
                ui.add_space(GAP);
                code.ui(ui, &look.text("detail.code_image"));
            }
            None => self.text_ui(ui, look, actions),
        }
    }

    fn text_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if self.content.is_empty() {
            ui.label(weak(look, look.text("detail.said.nothing")));
        } else {
            self.shown.ui(ui, &self.content, value_font(ui, look), look);
            ui.horizontal(|ui| {
                copy_icon(ui, look, &look.text("detail.said.content"), || self.content.clone(), actions);
                if let Some(link) = web_link(&self.content) {
                    open_button(ui, look, link);
                }
            });
        }
        ui.add_space(GAP / 2.0);
        facts_ui(ui, &self.facts, look);
    }
}
