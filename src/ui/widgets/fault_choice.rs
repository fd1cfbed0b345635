//! Choice of the fault to inject into a reply, with its number and WeChat's reaction.

use egui::{ComboBox, DragValue, Label, RichText, Ui};

use super::controls::weak;
use crate::rules::MAX_DELAY_MS;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::wechat::fault::Fault;

/// Number of times that WeChat sends a push in all.
const MOST_ATTEMPTS: u32 = 3;
/// Change of a late reply's delay for each point dragged, in milliseconds.
const LATE_STEP: f64 = 10.0;
/// Change of an attempt's number for each point dragged.
const ATTEMPTS_STEP: f64 = 0.05;
/// Width of the list, in points: its longest name fits in either language.
const WIDTH: f32 = 220.0;

/// Draws the choice; returns true if it changed.
pub(crate) fn fault_choice_ui(ui: &mut Ui, fault: &mut Option<Fault>, look: &Look) -> bool {
    let before = *fault;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            list_ui(ui, fault, look);
            if let Some(fault) = fault {
                number_ui(ui, fault, look);
            }
        });
        if let Some(fault) = fault {
            let effect = look.text(&format!("fault.{}.effect", fault.name())).into_owned();
            ui.add(Label::new(weak(look, effect)).wrap());
        }
    });
    *fault != before
}

fn list_ui(ui: &mut Ui, fault: &mut Option<Fault>, look: &Look) {
    let chosen = name(*fault, look);
    let list = ComboBox::from_id_salt("fault").selected_text(&chosen).width(WIDTH).height(f32::INFINITY);
    let list = list.show_ui(ui, |ui| {
        // So that all of it is seen at once.
        ui.spacing_mut().item_spacing.y = 0.0;
        for choice in std::iter::once(None).chain(Fault::ALL.map(Some)) {
            // The numbers do not matter here: a chosen one keeps its own.
            let is_chosen = choice.map(Fault::name) == fault.map(Fault::name);
            if ui.selectable_label(is_chosen, name(choice, look)).clicked() && !is_chosen {
                *fault = choice;
            }
        }
    });
    let said = look.filled("editor.fault.name", &[("name", &chosen)]);
    ui.ctx().accesskit_node_builder(list.response.id, |node| node.set_label(said));
}

fn name(fault: Option<Fault>, look: &Look) -> String {
    match fault {
        None => look.text("editor.fault.none").into_owned(),
        Some(fault) => look.text(&format!("fault.{}.name", fault.name())).into_owned(),
    }
}

/// Draws the number of a fault, such as its delay; most faults have none.
pub(crate) fn number_ui(ui: &mut Ui, fault: &mut Fault, look: &Look) {
    let (number, range, step, key) = match fault {
        Fault::Late { ms } => (ms, 0..=MAX_DELAY_MS, LATE_STEP, "editor.fault.late_by"),
        Fault::Unanswered { attempts } => (attempts, 1..=MOST_ATTEMPTS, ATTEMPTS_STEP, "editor.fault.attempts"),
        _ => return,
    };
    // What a file says beyond these bounds is shown, and not changed by being looked at.
    let value = ui.add(DragValue::new(number).range(range).clamp_existing_to_range(false).speed(step));
    let label = ui.label(RichText::new(look.text(key)).color(look.palette.weak));
    value.labelled_by(label.id);
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::ui::test_support::{dress, look};

    fn shown<'h>(fault: Option<Fault>) -> Harness<'h, Option<Fault>> {
        let builder = Harness::builder().with_size([520.0, 700.0]).with_context_setup(dress);
        builder.build_ui_state(
            |ui, fault: &mut Option<Fault>| {
                fault_choice_ui(ui, fault, &look(ui.ctx().theme()));
            },
            fault,
        )
    }

    fn choose(harness: &mut Harness<'_, Option<Fault>>, now: &str, next: &str) {
        harness.get_by_label(&format!("Fault: {now}")).click();
        harness.run();
        harness.get_by_label(next).click();
        harness.run();
    }

    #[test]
    fn every_fault_is_chosen_by_its_name_and_says_what_it_does() {
        let mut harness = shown(None);
        let mut now = "No fault".to_owned();
        for fault in Fault::ALL {
            let next = name(Some(fault), &look(egui::Theme::Light));
            choose(&mut harness, &now, &next);
            assert_eq!(*harness.state(), Some(fault));
            let effect = look(egui::Theme::Light).text(&format!("fault.{}.effect", fault.name())).into_owned();
            harness.get_by_label(&effect);
            now = next;
        }
        choose(&mut harness, &now, "No fault");
        assert_eq!(*harness.state(), None);
    }

    #[test]
    fn a_number_is_kept_when_its_fault_is_chosen_again_and_when_it_is_out_of_bounds() {
        let fault = Some(Fault::Unanswered { attempts: 7 });
        let mut harness = shown(fault);
        harness.get_by_label("attempts without an answer");
        harness.get_by_label("Fault: First attempts unanswered").click();
        harness.run();
        harness.get_by_label("First attempts unanswered").click();
        harness.run();
        assert_eq!(*harness.state(), fault);
    }
}
