//! Progress of an export or import.

use std::time::Duration;

use egui::{ProgressBar, Ui};

use crate::engine::{JobCommand, Progress};
use crate::ui::action::Action;
use crate::ui::look::Look;

/// Time between two looks at the progress.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Draws the progress, with a button that ends the work.
pub(super) fn transfer_progress_ui(ui: &mut Ui, progress: &Progress, look: &Look, actions: &mut Vec<Action>) {
    let (done, total) = (progress.done(), progress.total());
    ui.horizontal(|ui| {
        let bar = match total {
            0 => ProgressBar::new(0.0).text(done.to_string()),
            total => ProgressBar::new(done as f32 / total as f32).text(format!("{done} / {total}")),
        };
        ui.add(bar.desired_width(ui.available_width() - 120.0));
        if ui.button(look.text("export.cancel")).clicked() {
            actions.push(Action::Ask(JobCommand::CancelTransfer.into()));
        }
    });
    ui.ctx().request_repaint_after(LOOK_AGAIN);
}
