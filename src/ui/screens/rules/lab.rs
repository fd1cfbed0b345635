//! Fault lab: injects a fault into the next reply, and describes WeChat's reaction to each fault.

use egui::{Label, RichText, Sides, Ui};

use super::controls::{about_button, note_ui};
use super::summary::fault_words;
use crate::engine::AnsweringCommand;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::small_button;
use crate::ui::widgets::fault_choice::number_ui;
use crate::wechat::fault::Fault;

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
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let Some(fault) = armed else {
                ui.label(RichText::new(format!("○ {}", look.text("rules_screen.lab.none"))).color(look.palette.weak));
                return;
            };
            let words = look.filled("rules_screen.lab.armed", &[("fault", &fault_words(fault, look))]);
            ui.label(RichText::new(format!("● {words}")).strong().color(look.palette.warning));
            if ui.button(look.text("rules_screen.lab.disarm")).clicked() {
                actions.push(Action::Ask(AnsweringCommand::Arm { fault: None }.into()));
            }
        });
        for fault in &mut self.faults {
            ui.separator();
            fault_ui(ui, fault, armed, look, actions);
        }
    }
}

fn fault_ui(ui: &mut Ui, fault: &mut Fault, armed: Option<Fault>, look: &Look, actions: &mut Vec<Action>) {
    let name = look.text(&format!("fault.{}.name", fault.name())).into_owned();
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    let is_armed = armed.is_some_and(|armed| armed.name() == fault.name());
    let numbered = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.label(RichText::new(&name).strong().color(look.palette.strong));
        number_ui(ui, fault, look);
    };
    let ((), is_chosen) = Sides::new().shrink_left().wrap().show(ui, numbered, |ui| arm_ui(ui, &name, is_armed, look));
    if is_chosen {
        actions.push(Action::Ask(AnsweringCommand::Arm { fault: (!is_armed).then_some(*fault) }.into()));
    }
    ui.add(Label::new(look.text(&format!("fault.{}.effect", fault.name()))).wrap());
}

/// Draws the button that arms or disarms a fault; returns true on a click.
fn arm_ui(ui: &mut Ui, name: &str, is_armed: bool, look: &Look) -> bool {
    let (key, full) = if is_armed {
        ("rules_screen.lab.disarm", "rules_screen.lab.disarm_fault")
    } else {
        ("rules_screen.lab.arm", "rules_screen.lab.arm_fault")
    };
    let is_chosen = about_button(ui, small_button(look.text(key).into_owned()), full, name, look);
    if is_armed {
        let words = format!("● {}", look.text("rules_screen.lab.is_armed"));
        ui.label(RichText::new(words).small().color(look.palette.warning));
    }
    is_chosen
}
