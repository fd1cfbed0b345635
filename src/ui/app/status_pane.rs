//! The status bar with what it shows of the engine's work.

use egui::Ui;

use crate::engine::Engine;
use crate::ui::action::{Action, Screen};
use crate::ui::bars::banner::StoreErrors;
use crate::ui::bars::status_bar;
use crate::ui::look::Look;
use crate::ui::state::{EventsPage, State};

/// Draws the status bar.
pub(super) fn status_ui(
    ui: &mut Ui,
    engine: &Engine,
    state: &mut State,
    unverified: status_bar::UnverifiedTraffic,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let is_list = state.screen == Screen::Events && state.page != EventsPage::FirstRun;
    let set_up = state.set_up_steps().filter(|_| is_list);
    let list = Some(&state.list).filter(|_| state.screen == Screen::Events);
    let shown = (list, &state.notices, &state.answering);
    let running = engine.replay_progress();
    if running.is_none() {
        state.replays.note_idle();
    }
    let replays = running.as_ref().map(|progress| (progress, state.replays.running()));
    let upkeep = engine.maintenance_progress();
    let work = status_bar::BackgroundWork {
        set_up,
        unverified,
        replays,
        upkeep: upkeep.as_ref(),
        has_file_dialog: state.file_dialog.is_open(),
    };
    status_bar::status_bar_ui(ui, shown, &work, look, actions);
}

/// The states of the store that banners and the status bar show.
pub(super) fn store_states(engine: &Engine) -> (StoreErrors, status_bar::UnverifiedTraffic) {
    let head = engine.head();
    let errors = StoreErrors { failing: head.trouble.clone(), files: head.change.clone(), clock: head.clock.clone() };
    (errors, status_bar::UnverifiedTraffic { bytes: head.unverified_bytes, dropped: head.unverified_dropped })
}
