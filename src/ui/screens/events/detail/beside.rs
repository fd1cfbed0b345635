//! Attempts and replays of an event: a second column where there is room, else parts of the scroll.

use egui::{ScrollArea, Sides, Ui};

use super::Detail;
use super::attempts::{attempts_ui, has_attempts};
use super::detail_view::DetailView;
use super::replays_section::replays_ui;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::theme::{GAP, GAP_LARGE, icons};
use crate::ui::widgets::controls::{icon_button, title};

/// Draws the second column.
pub(crate) fn beside_ui(
    ui: &mut Ui,
    detail: &Detail,
    (view, answering): (&mut DetailView, &ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 12));
    let replays = replays_title(detail, look);
    frame.show(ui, |ui| {
        Sides::new().show(
            ui,
            |ui| {
                let heading = look.text("detail.attempts");
                title(ui, look, if has_retries(detail) { &heading } else { &replays });
            },
            |ui| {
                if icon_button(ui, icons::CLOSE, &look.text("hero.close_beside")).clicked() {
                    view.shows_beside = false;
                }
            },
        );
        ui.push_id(detail.placement().group.0, |ui| {
            ScrollArea::vertical().id_salt("beside").auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = GAP;
                // Room for the scroll bar, which floats.
                ui.set_width(ui.available_width() - GAP);
                let attempts = (&detail.lanes, detail.id());
                if has_retries(detail) {
                    attempts_ui(ui, attempts, answering, look, actions);
                    ui.add_space(GAP);
                    title(ui, look, &replays);
                }
                replays_ui(ui, (&detail.replays, &detail.opened), look, actions);
                if has_attempts(&detail.opened) && !has_retries(detail) {
                    ui.add_space(GAP);
                    attempts_ui(ui, attempts, answering, look, actions);
                }
                ui.add_space(GAP_LARGE);
            });
        });
    });
}

/// Tells whether there is more than the one attempt that every push begins with.
fn has_retries(detail: &Detail) -> bool {
    has_attempts(&detail.opened) && detail.opened.attempts.len() > 1
}

/// The heading of the replays, with their number.
pub(super) fn replays_title(detail: &Detail, look: &Look) -> String {
    let word = look.text("hero.replays");
    match detail.opened.replays.len() {
        0 => word.into_owned(),
        count => format!("{word} · {count}"),
    }
}
