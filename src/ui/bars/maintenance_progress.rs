//! Progress of a removal, or of other work on the database.

use std::time::Duration;

use egui::{Button, RichText, Ui};

use crate::engine::{JobCommand, Progress};
use crate::ui::action::Action;
use crate::ui::look::Look;

/// Time between two looks at the progress.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Draws the progress, with a button that ends the work.
pub(super) fn maintenance_progress_ui(ui: &mut Ui, progress: &Progress, look: &Look, actions: &mut Vec<Action>) {
    ui.separator();
    let words = look.text("removing.upkeep.running");
    let far =
        if progress.total() > 0 { format!("{} %", progress.done() * 100 / progress.total()) } else { "…".to_owned() };
    ui.label(RichText::new(format!("{words} {far}")).small().color(look.palette.accent));
    if ui.add(Button::new(RichText::new(look.text("removing.upkeep.stop")).small())).clicked() {
        actions.push(Action::Ask(JobCommand::CancelMaintenance.into()));
    }
    ui.ctx().request_repaint_after(LOOK_AGAIN);
}
