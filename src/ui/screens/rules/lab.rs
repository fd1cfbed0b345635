//! Fault lab: injects a fault into the next reply; a table of the faults and of WeChat's reaction to each.

use egui::{Align, Label, Layout, RichText, Ui, Vec2};

use super::controls::{about_button, note_ui};
use super::summary::fault_words;
use crate::engine::AnsweringCommand;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL, icons};
use crate::ui::widgets::controls::small_button;
use crate::ui::widgets::dialog::button_width;
use crate::ui::widgets::fault_choice::number_ui;
use crate::wechat::fault::Fault;

/// Width of the column with the name above its number, in points; the reaction has what the button leaves.
const NAME_WIDTH: f32 = 220.0;

/// Smallest width of the reaction, in points.
const EFFECT_SMALLEST: f32 = 120.0;

/// All faults with their current parameters.
#[derive(Debug)]
pub(super) struct FaultLab {
    faults: [Fault; 11],
}

impl Default for FaultLab {
    fn default() -> Self {
        Self { faults: Fault::ALL }
    }
}

impl FaultLab {
    /// Draws the fault lab.
    pub(super) fn ui(&mut self, ui: &mut Ui, armed: Option<Fault>, look: &Look, actions: &mut Vec<Action>) {
        note_ui(ui, "rules_screen.lab.hint", look);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let Some(fault) = armed else {
                ui.label(RichText::new(format!("○ {}", look.text("rules_screen.lab.none"))).color(look.palette.weak));
                return;
            };
            let words = look.filled("rules_screen.lab.armed", &[("fault", &fault_words(fault, look))]);
            ui.label(RichText::new(format!("{} {words}", icons::ZAP)).color(look.palette.fault));
            if ui.button(look.text("rules_screen.lab.disarm")).clicked() {
                actions.push(Action::Ask(AnsweringCommand::Arm { fault: None }.into()));
            }
        });
        ui.spacing_mut().item_spacing.y = 0.0;
        let buttons = ["rules_screen.lab.arm", "rules_screen.lab.disarm"].map(|key| button_width(ui, &look.text(key)));
        let widths = (ui.available_width(), buttons[0].max(buttons[1]));
        for fault in &mut self.faults {
            fault_ui(ui, (fault, widths), armed, look, actions);
        }
    }
}

/// Draws one row, as high as its text.
fn fault_ui(
    ui: &mut Ui,
    (fault, (width, button_width)): (&mut Fault, (f32, f32)),
    armed: Option<Fault>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let name = look.text(&format!("fault.{}.name", fault.name())).into_owned();
    let effect = look.text(&format!("fault.{}.effect", fault.name())).into_owned();
    let is_armed = armed.is_some_and(|armed| armed.name() == fault.name());
    let rest = width - NAME_WIDTH - button_width - 2.0 * GAP_LARGE;
    ui.add_space(GAP_SMALL);
    let line = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(GAP_LARGE, GAP_SMALL);
        cell(ui, NAME_WIDTH, |ui| {
            let color = if is_armed { look.palette.fault } else { look.palette.strong };
            let mark = if is_armed { format!("{} ", icons::ZAP) } else { String::new() };
            ui.add(Label::new(RichText::new(format!("{mark}{name}")).color(color)).wrap());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                number_ui(ui, fault, look);
            });
        });
        cell(ui, rest.max(EFFECT_SMALLEST), |ui| {
            ui.add(Label::new(RichText::new(&effect).color(look.palette.text)).wrap());
        });
        let edge = Layout::right_to_left(Align::TOP);
        ui.allocate_ui_with_layout(Vec2::new(button_width, 0.0), edge, |ui| {
            ui.set_width(button_width);
            let (key, full) = if is_armed {
                ("rules_screen.lab.disarm", "rules_screen.lab.disarm_fault")
            } else {
                ("rules_screen.lab.arm", "rules_screen.lab.arm_fault")
            };
            if about_button(ui, small_button(look.text(key).into_owned()), full, &name, look) {
                actions.push(Action::Ask(AnsweringCommand::Arm { fault: (!is_armed).then_some(*fault) }.into()));
            }
        });
    });
    ui.add_space(GAP_SMALL);
    ui.painter().hline(line.response.rect.x_range(), ui.cursor().top(), (1.0, look.palette.line));
}

fn cell(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
        ui.set_width(width);
        content(ui);
    });
}
