//! Screen of events: the list and the detail side by side, with a second column where there is room, or one over the other.

use egui::{CentralPanel, Frame, Margin, Panel, Rect, Ui};

use crate::engine::Status;
use crate::ui::action::Action;
use crate::ui::bars::banner;
use crate::ui::bars::hold::held_bar_ui;
use crate::ui::look::Look;
use crate::ui::pane_stop::{PaneStop, drawn_later_ui, name_handle, pane_stop_ui, take_room};
use crate::ui::screens::events::detail;
use crate::ui::screens::events::filter::filter_row;
use crate::ui::screens::first_run;
use crate::ui::state::{EventsPage, State};

/// Share of the width that the detail begins with, its minimum width, and that of the list, in points.
const DETAIL_SHARE: f32 = 0.46;
const DETAIL_SMALLEST: f32 = 380.0;
const LIST_SMALLEST: f32 = 400.0;

/// Initial, minimum and maximum width of the column of attempts and replays, in points.
const BESIDE_WIDTH: f32 = 380.0;
const BESIDE_SMALLEST: f32 = 300.0;
const BESIDE_LARGEST: f32 = 640.0;

/// Width of the window above which there is room for a second column, and below which list and detail stack, in points.
const WIDE: f32 = 1_400.0;
const STACKED: f32 = 1_100.0;

/// Draws the list beside the detail, or the first-run page.
pub(super) fn events_ui(ui: &mut Ui, state: &mut State, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    if state.page == EventsPage::FirstRun {
        first_run::first_run_ui(ui, status, state.set_up_view(), look, actions);
        return;
    }
    let finding = state.detail.as_ref().and_then(|detail| detail.account_finding(status, look));
    if let Some(finding) = finding.filter(|finding| !state.detail_view.is_dismissed(finding))
        && banner::account_banner_ui(ui, &finding, look, actions)
    {
        state.detail_view.dismiss(&finding);
    }
    state.detail_view.is_in_menu = state.is_opened_in_menu();
    state.answering.team = status.team.shared();
    let window_width = ui.ctx().content_rect().width();
    state.detail_view.is_wide = window_width > WIDE;
    state.detail_view.is_stacked = window_width < STACKED;
    if state.detail_view.is_stacked && state.detail_view.covers_list && !state.detail_hidden && state.detail.is_some() {
        back_ui(ui, look, actions);
        held_bar_ui(ui, &state.answering, state.answered_in_view(), look, actions);
        opened_ui(ui, state, look, actions);
        return;
    }
    let rooms = (!state.detail_view.is_stacked && !state.detail_hidden).then(|| rooms_beside(ui, state, look));
    let in_view = state.answered_in_view();
    CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
        held_bar_ui(ui, &state.answering, in_view, look, actions);
        let State { list, filter, saved, answering, .. } = state;
        filter_row::filter_row_ui(ui, (filter, saved), look, actions);
        pane_stop_ui(ui, ui.available_rect_before_wrap(), PaneStop::List, look);
        list.ui(ui, (answering, saved), (filter.read(), &status.accounts), look, actions);
    });
    if let Some(Rooms { detail, beside }) = rooms {
        drawn_later_ui(ui, "detail", detail, |ui| opened_ui(ui, state, look, actions));
        if let (Some(beside), Some(detail)) = (beside, &state.detail) {
            drawn_later_ui(ui, "beside", beside, |ui| {
                detail::beside_ui(ui, detail, (&mut state.detail_view, &state.answering), look, actions);
            });
        }
    }
}

/// Rooms to the right of the list.
struct Rooms {
    detail: Rect,
    /// Room of attempts and replays.
    beside: Option<Rect>,
}

/// Takes the rooms of the detail, and of attempts and replays where there is enough. They are filled after the list, which
/// is read first.
fn rooms_beside(ui: &mut Ui, state: &State, look: &Look) -> Rooms {
    let frame = Frame::new().fill(look.palette.surface);
    let has_beside = state.detail_view.is_wide && state.detail_view.shows_beside && state.detail.is_some();
    let beside = has_beside.then(|| {
        let widths = BESIDE_SMALLEST..=BESIDE_LARGEST;
        let panel = Panel::right("beside").resizable(true).default_size(BESIDE_WIDTH).size_range(widths);
        let room = panel.frame(frame).show(ui, take_room).inner;
        name_handle(ui, "beside", "hero.resize.beside", look);
        room
    });
    let room = ui.available_width();
    let largest = (room - LIST_SMALLEST).max(DETAIL_SMALLEST);
    let usual = (room * DETAIL_SHARE).clamp(DETAIL_SMALLEST, largest);
    let panel = Panel::right("detail").resizable(true).default_size(usual).size_range(DETAIL_SMALLEST..=largest);
    let detail = panel.frame(frame).show(ui, take_room).inner;
    name_handle(ui, "detail", "hero.resize.detail", look);
    Rooms { detail, beside }
}

/// Draws the detail, or a hint where no event is open.
fn opened_ui(ui: &mut Ui, state: &mut State, look: &Look, actions: &mut Vec<Action>) {
    match &state.detail {
        Some(detail) => {
            pane_stop_ui(ui, ui.max_rect(), PaneStop::Detail, look);
            detail::detail_ui(ui, detail, (&mut state.detail_view, &mut state.answering), look, actions);
        }
        None => {
            ui.centered_and_justified(|ui| ui.weak(look.text("window.list.choose")));
        }
    }
}

/// Draws the way back to the list, above a detail that covers it.
fn back_ui(ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
    let frame = Frame::new().fill(look.palette.frame).inner_margin(Margin::symmetric(16, 2));
    Panel::top("back").frame(frame).show(ui, |ui| {
        let button = ui.button(format!("← {}", look.text("hero.back")));
        if button.on_hover_text(crate::ui::keys::LEAVE.hint()).clicked() {
            actions.push(Action::BackToList);
        }
    });
}
