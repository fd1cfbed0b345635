//! The tree of buttons: type, key, count, last time and outcome of each, and the verdict on a tap that was sent.

use egui::accesskit::Role;
use egui::{Align, Button, Label, Layout, RichText, Sense, Ui, Vec2};

use super::button_rows::ButtonRow;
use super::edited_menu::EditedMenu;
use super::phone::state_mark;
use super::tap_run::{TapRun, TapVerdict};
use crate::capture::diagnosis::Severity;
use crate::engine::{ButtonState, Status, TapOutcome};
use crate::texts::safe_text::grouped;
use crate::ui::action::{Action, BoardAction, SendAction};
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{CORNER, GAP, GAP_SMALL, ROW_HEIGHT_ROOMY};
use crate::ui::widgets::controls::{icon_ui, named, small_button, title, weak};

/// Widths of the columns of name, key, count, last time and outcome, in points; what is left is the verdict's.
const NAME: f32 = 170.0;
const COUNT: f32 = 64.0;
const LAST: f32 = 120.0;
const TAP: f32 = 56.0;
const VERDICT: f32 = 150.0;
/// Width of a verdict's mark alone, where there is no room for its words, in points.
const VERDICT_MARK: f32 = 24.0;
const KEY_SMALLEST: f32 = 110.0;
/// Indentation of a level, and room for the mark of a mistake before a name, in points.
const INDENT: f32 = 18.0;
const MISTAKE: f32 = 14.0;

/// Draws the summary and a row for each button.
pub(super) fn button_tree_ui(
    ui: &mut Ui,
    menu: &mut EditedMenu,
    (tapping, account, status): (&mut TapRun, &str, &Status),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    summary_ui(ui, menu, look);
    taps_ui(ui, menu, (&mut *tapping, account, status), look, actions);
    let rows: Vec<ButtonRow> = menu.rows().to_vec();
    for row in &rows {
        row_ui(ui, row, menu, (&mut *tapping, account, status), look, actions);
    }
    let all = menu.draft.all_buttons().len();
    if all > rows.len() {
        let count = (all - rows.len()).to_string();
        ui.label(weak(look, look.filled("board.more_buttons", &[("count", &count)])));
    }
}

/// Draws how many buttons are in which state, by shape and by words.
fn summary_ui(ui: &mut Ui, menu: &EditedMenu, look: &Look) {
    title(ui, look, &look.text("board.buttons"));
    if menu.coverage().is_none() {
        ui.label(weak(look, look.text("board.counting")));
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for state in ButtonState::ALL {
            let (icon, color) = state_mark(state, look);
            let count = menu.count_of(state).to_string();
            let words = look.filled(&format!("board.summary.{}", state.as_str()), &[("count", &count)]);
            icon_ui(ui, icon, color, &words);
            ui.label(words);
            ui.add_space(GAP);
        }
    });
}

/// Draws the buttons that tap all, and choose the target.
fn taps_ui(
    ui: &mut Ui,
    menu: &EditedMenu,
    (tapping, account, status): (&mut TapRun, &str, &Status),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_wrapped(|ui| {
        let is_idle = !tapping.is_running();
        let has_taps = menu.rows().iter().any(|row| row.filter.is_some());
        let all = ui.add_enabled(is_idle && has_taps, Button::new(look.text("board.tap_all")));
        let asking = ui.add_enabled(is_idle && has_taps, Button::new(look.text("board.tap_with")));
        if all.on_hover_text(look.text("board.tap_all_hint")).clicked() {
            actions.extend(
                tapping
                    .tap(menu, None, (account, status))
                    .map(|taps| Action::Send(SendAction::ThisAtOnce(Box::new(taps)))),
            );
        }
        if asking.on_hover_text(look.text("board.tap_with_hint")).clicked() {
            let taps = tapping.tap(menu, None, (account, status));
            let buttons = tapping.buttons();
            actions.extend(taps.map(|taps| Action::Send(SendAction::Taps { what: Box::new(taps), buttons })));
        }
        if tapping.is_running() {
            ui.label(weak(look, look.text("board.tapping")));
        } else if let Some((legal, all)) = tapping.tally(menu) {
            let details = [("legal", &*legal.to_string()), ("all", &*all.to_string())];
            let color = if legal == all { look.palette.ok } else { look.palette.error };
            let mark = if legal == all { "✓" } else { "⚠" };
            let words = format!("{mark} {}", look.filled("board.tapped", &details));
            ui.label(RichText::new(words).color(color));
        }
    });
}

fn row_ui(
    ui: &mut Ui,
    row: &ButtonRow,
    menu: &mut EditedMenu,
    (tapping, account, status): (&mut TapRun, &str, &Status),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW_HEIGHT_ROOMY), Sense::hover());
    if menu.selected() == Some(&row.path) {
        ui.painter().rect_filled(rect, CORNER, look.palette.selected);
    }
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    ui.spacing_mut().item_spacing.x = GAP_SMALL;
    let verdict = tapping.verdict(menu, &row.path);
    let fixed = NAME + COUNT + LAST + TAP + 5.0 * GAP_SMALL;
    let free = rect.width() - fixed;
    // The room of a verdict is kept before there is one, so that the columns stay where they are.
    let verdict_width = if free >= KEY_SMALLEST + VERDICT { VERDICT } else { VERDICT_MARK };
    let key_width = (free - verdict_width).max(KEY_SMALLEST);
    cell(&mut ui, NAME, |ui| name_ui(ui, row, menu, look, actions));
    cell(&mut ui, key_width, |ui| key_ui(ui, row, look));
    cell(&mut ui, COUNT, |ui| count_ui(ui, row, look));
    cell(&mut ui, LAST, |ui| last_ui(ui, row, look));
    cell(&mut ui, TAP, |ui| {
        if row.filter.is_none() {
            return;
        }
        let button = small_button(&*look.text("board.tap"));
        let name = look.filled("board.tap_one", &[("name", &row.name)]);
        if named(ui.add_enabled(!tapping.is_running(), button), Role::Button, &name).clicked() {
            let taps = tapping.tap(menu, Some(&row.path), (account, status));
            actions.extend(taps.map(|taps| Action::Send(SendAction::ThisAtOnce(Box::new(taps)))));
        }
    });
    if let Some(verdict) = verdict {
        let has_words = verdict_width > VERDICT_MARK;
        cell(&mut ui, verdict_width, |ui| verdict_ui(ui, &verdict, has_words, look, actions));
    }
}

fn cell(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(width, ui.available_height());
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(width);
        content(ui);
    });
}

/// Draws state and name; a click lists the events, or selects the button while the menu is edited.
fn name_ui(ui: &mut Ui, row: &ButtonRow, menu: &mut EditedMenu, look: &Look, actions: &mut Vec<Action>) {
    ui.add_space(INDENT * row.depth as f32);
    // Notes are about nothing that has to be done. The room is kept, so that a name stays where it is.
    cell(ui, MISTAKE, |ui| {
        if let Some(severity) = row.severity.filter(|severity| *severity > Severity::Note) {
            let color = look.severity_color(severity);
            ui.label(RichText::new(severity_mark(severity)).color(color)).on_hover_text(look.text("board.has_finding"));
        }
    });
    let shown = if row.name.is_empty() { look.text("board.nameless").into_owned() } else { row.name.clone() };
    let text = RichText::new(&shown).color(look.palette.strong);
    let label = Button::new(text).frame_when_inactive(false).truncate().small();
    let name = format!("{} {shown}", row.path);
    let response = named(ui.add(label), Role::Button, &name);
    let hint = if menu.is_editing() || row.filter.is_none() { "board.select_hint" } else { "board.events_hint" };
    if response.on_hover_text(look.text(hint)).clicked() {
        menu.select(&row.path);
        if let Some(filter) = row.filter.as_ref().filter(|_| !menu.is_editing()) {
            actions.push(Action::Board(BoardAction::ShowEvents(filter.clone())));
        }
    }
}

fn key_ui(ui: &mut Ui, row: &ButtonRow, look: &Look) {
    if row.is_parent {
        ui.label(weak(look, look.text("board.parent")));
        return;
    }
    let kind = if row.kind.is_empty() { look.text("board.no_type").into_owned() } else { row.kind.clone() };
    ui.add(Label::new(weak(look, kind)).extend());
    let key = RichText::new(&row.key).monospace().color(look.palette.text);
    ui.add(Label::new(key).truncate()).on_hover_text(&row.key);
}

/// Draws the state and the number of taps.
fn count_ui(ui: &mut Ui, row: &ButtonRow, look: &Look) {
    if row.is_parent {
        return;
    }
    let (icon, color) = state_mark(row.state, look);
    icon_ui(ui, icon, color, &look.text(&format!("menu.state.{}", row.state.as_str())));
    if row.filter.is_some() {
        let count = ui.label(RichText::new(grouped(row.taps.count)).monospace());
        let outcomes = TapOutcome::ALL.map(|outcome| {
            let count = grouped(row.taps.outcomes.of(outcome));
            look.filled(&format!("board.outcome_count.{}", outcome.as_str()), &[("count", &count)])
        });
        count.on_hover_text(outcomes.join("\n"));
    }
}

/// Draws the time and the outcome of the last tap.
fn last_ui(ui: &mut Ui, row: &ButtonRow, look: &Look) {
    let Some((last, outcome)) = row.taps.last.zip(row.taps.last_outcome) else {
        if !row.is_parent {
            ui.label(weak(look, look.text(&format!("menu.state.{}", row.state.as_str()))));
        }
        return;
    };
    let (mark, color) = match outcome {
        TapOutcome::Legal => ("✓", look.palette.weak),
        _ => ("⚠", look.palette.error),
    };
    let words = look.text(&format!("board.outcome.{}", outcome.as_str())).into_owned();
    named(ui.label(RichText::new(mark).color(color)), Role::Label, &words).on_hover_text(&*words);
    ui.add(Label::new(weak(look, look.dated(last))).truncate()).on_hover_text(look.exact(last));
}

/// Draws the verdict on the tap that was sent, in words or by its mark alone; a click opens its event.
fn verdict_ui(ui: &mut Ui, verdict: &TapVerdict, has_words: bool, look: &Look, actions: &mut Vec<Action>) {
    let color = if verdict.is_legal { look.palette.ok } else { look.palette.error };
    let mark = if verdict.is_legal { "✓" } else { "×" };
    let shown = if has_words { &verdict.words } else { mark };
    let button = Button::new(RichText::new(shown).small().color(color)).frame_when_inactive(false).truncate();
    let response = named(ui.add(button.small()), Role::Button, &verdict.words);
    let hint = look.text("board.verdict_hint").into_owned();
    let hint = if has_words { hint } else { format!("{}\n{hint}", verdict.words) };
    if response.on_hover_text(hint).clicked() {
        actions.push(Action::Select(verdict.event));
    }
}
