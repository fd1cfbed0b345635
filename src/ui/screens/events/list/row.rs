//! Row of the list: painted cells with a common accessible name.

use std::time::Instant;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo,
};

use super::arrivals::Novelty;
use super::cell_hover::hover_ui;
use super::columns::{Columns, MARK_WIDTH, SCROLL_ROOM};
use super::header::align;
use super::hits::Hits;
use super::layout::ColumnKind;
use super::menu::menu_ui;
use super::row_cache::CachedRow;
use super::row_id;
use super::row_state::{FirstState, StateMark, further_states, meaning_mark};
use super::row_texts::{ReadRow, RowTexts};
use crate::capture::{CaptureId, CaptureSummary, ReplyMeaning};
use crate::config::Hue;
use crate::engine::AccountStatus;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, PickAction};
use crate::ui::look::{Look, attempt_mark, signature_mark};
use crate::ui::screens::events::answering::seconds_left;
use crate::ui::screens::events::filter::filter_row::initial;
use crate::ui::screens::events::filter::saved_filters::NamedFilter;
use crate::ui::theme::icons;
use crate::ui::widgets::cell::{cell_line, cell_text};
use crate::ui::widgets::family_mark::family_mark;
use crate::wechat::kind;

/// Width of an icon in a row, and of the place it takes, in points.
const ICON: f32 = 14.0;
const ICON_PLACE: f32 = 20.0;
/// Width of the edge of a row that is selected or new, in points.
const EDGE: f32 = 3.0;
/// Place of the mark of a family before the name of the kind, and the mark's radius, in points.
const FAMILY_PLACE: f32 = 16.0;
const FAMILY_RADIUS: f32 = 4.0;

/// Position and state of a row.
#[derive(Debug)]
pub(super) struct RowState<'a> {
    pub(super) id: CaptureId,
    pub(super) index: usize,
    /// Number of rows in the list.
    pub(super) of: usize,
    pub(super) selected: bool,
    /// Set if the row is part of the multi-selection.
    pub(super) picked: bool,
    /// Deadline of a held push.
    pub(super) held_until: Option<Instant>,
    /// The coloured filter that it matches.
    pub(super) mark: Option<(&'a NamedFilter, Hue)>,
    /// Set while the row is new.
    pub(super) novelty: Option<Novelty>,
    /// Shows the date beside the time.
    pub(super) dated: bool,
    /// Distance by which its texts stand lower, in points: they make room for a day above or below.
    pub(super) lowered: f32,
}

/// The surroundings that all rows of a frame share.
#[derive(Debug)]
pub(super) struct RowSurroundings<'a> {
    pub(super) columns: &'a Columns,
    pub(super) hits: &'a Hits,
    pub(super) accounts: &'a [AccountStatus],
    pub(super) look: &'a Look,
}

impl RowSurroundings<'_> {
    /// Marks at the end of the summary.
    pub(super) fn marks(&self, row: &CaptureSummary, texts: &RowTexts) -> Vec<StateMark> {
        let account = self.accounts.iter().find(|account| account.name == row.account);
        further_states(row, texts, account, self.look)
    }
}

/// Draws a row over the whole of `ui`.
pub(super) fn row_ui(
    ui: &Ui,
    state: &RowState<'_>,
    row: &CachedRow<'_>,
    context: &RowSurroundings<'_>,
    actions: &mut Vec<Action>,
) {
    let (rect, look) = (ui.max_rect(), context.look);
    // Not focusable by Tab: the selection has keys of its own.
    let response = ui.interact(rect, row_id(state.id), Sense::CLICK);
    paint_ground(ui, rect, state, &response, look);
    let offset = state.novelty.map_or(0.0, |novelty| novelty.offset);
    match row {
        CachedRow::Read(row) => {
            let texts = row.texts(look);
            let marks = context.marks(&row.summary, texts);
            for (column, cell) in context.columns.cells(rect.translate(Vec2::new(-offset, state.lowered))) {
                cell_ui(ui, cell, column, (&row.summary, texts, state), (context, &marks));
            }
            hover_ui(&response, rect, (row, state, &marks), context);
            name(&response, state, || accessible_name(&row.summary, texts, state, look));
        }
        CachedRow::Unknown => placeholder(ui, &response, state, "…", look),
        CachedRow::Gone => placeholder(ui, &response, state, &look.text("window.list.gone"), look),
    }
    context_menu(&response, rect, state, row, context, actions);
    if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        if modifiers.command {
            actions.push(Action::Pick(PickAction::Toggle(state.id)));
        } else if modifiers.shift {
            actions.push(Action::Pick(PickAction::To(state.id)));
        } else {
            actions.push(Action::Select(state.id));
            actions.push(Action::ShowDetail(true));
        }
    }
}

/// Opens the menu; it begins with the value that the pointer was on.
fn context_menu(
    response: &Response,
    rect: Rect,
    state: &RowState<'_>,
    row: &CachedRow<'_>,
    context: &RowSurroundings<'_>,
    actions: &mut Vec<Action>,
) {
    let at = response.id.with("column");
    if response.secondary_clicked() {
        let column = response.interact_pointer_pos().and_then(|pointer| context.columns.at(rect, pointer.x));
        response.ctx.data_mut(|data| data.insert_temp(at, column));
    }
    response.context_menu(|ui| {
        let column = ui.data(|data| data.get_temp::<Option<ColumnKind>>(at)).flatten();
        let summary = if let CachedRow::Read(row) = row { Some(&row.summary) } else { None };
        menu_ui(ui, (state.id, state.picked), summary.map(|summary| (summary, column)), context.look, actions);
    });
}

fn paint_ground(ui: &Ui, rect: Rect, state: &RowState<'_>, response: &Response, look: &Look) {
    let painter = ui.painter();
    if state.selected || state.picked {
        painter.rect_filled(rect, 0.0, look.palette.selected);
    } else if response.hovered() || response.context_menu_opened() {
        painter.rect_filled(rect, 0.0, look.palette.card);
    }
    if response.context_menu_opened() {
        painter.rect_stroke(rect, 0.0, Stroke::new(1.5, look.palette.accent), StrokeKind::Inside);
    }
    if state.selected || state.novelty.is_some() {
        painter.rect_filled(Rect::from_min_size(rect.min, Vec2::new(EDGE, rect.height())), 0.0, look.palette.accent);
    }
    if let Some((named, hue)) = state.mark {
        mark_ui(ui, rect, named, look.palette.hue(hue));
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, look.palette.line.gamma_multiply(0.5)));
}

/// Draws a bar in the filter's colour at the row's end, beside the scroll bar, with the initial of its name.
fn mark_ui(ui: &Ui, rect: Rect, named: &NamedFilter, color: Color32) {
    let right = rect.right() - SCROLL_ROOM;
    let bar = Rect::from_x_y_ranges(right - MARK_WIDTH..=right, rect.top() + 1.0..=rect.bottom() - 1.0);
    ui.painter().rect_filled(bar, 2.0, color.gamma_multiply(0.25));
    let font = TextStyle::Small.resolve(ui.style());
    ui.painter().text(bar.center(), Align2::CENTER_CENTER, initial(&named.name), font, color);
}

fn cell_ui(
    ui: &Ui,
    cell: Rect,
    column: ColumnKind,
    (row, texts, state): (&CaptureSummary, &RowTexts, &RowState<'_>),
    (context, marks): (&RowSurroundings<'_>, &[StateMark]),
) {
    let look = context.look;
    let palette = look.palette;
    let font = TextStyle::Body.resolve(ui.style());
    let put = |shown: &str, color: Color32| cell_line(ui, cell, shown.to_owned(), font.clone(), color, align(column));
    match column {
        ColumnKind::State => {
            let first = FirstState::of(row, texts.meaning, state.held_until.is_some());
            let (icon, color) = if state.picked { (icons::CHECK, palette.accent) } else { first.icon(look) };
            icon_ui(ui, Pos2::new(cell.left() + ICON / 2.0 + 2.0, cell.center().y), icon, color);
        }
        ColumnKind::Time => put(if state.dated { &texts.dated } else { &texts.clock }, palette.weak),
        ColumnKind::Kind => {
            let family = kind::family(&row.kind);
            let center = Pos2::new(cell.left() + 5.0, cell.center().y);
            family_mark(ui, center, FAMILY_RADIUS, family, look.family_color(family));
            let cell = cell.with_min_x(cell.left() + FAMILY_PLACE);
            marked_text(ui, cell, &texts.kind, (font, palette.text), context);
        }
        ColumnKind::Summary => {
            let left = marks_ui(ui, cell, marks);
            let cell = cell.with_max_x(left.max(cell.left()));
            let color = if state.selected { palette.strong } else { palette.text };
            marked_text(ui, cell, &texts.summary, (font, color), context);
        }
        ColumnKind::OpenId => put(&texts.openid, palette.weak),
        ColumnKind::Attempt => {
            let color = if row.placement.attempt > 1 { palette.warning } else { palette.weak };
            put(&attempt_mark(row.placement.attempt), color);
        }
        ColumnKind::Signature => {
            let words = format!("{} {}", signature_mark(row.signature), texts.signature);
            put(&words, look.signature_color(row.signature));
        }
        ColumnKind::Mode => put(&texts.mode, palette.weak),
        ColumnKind::Reply => reply_ui(ui, cell, (texts, state), &font, context),
        ColumnKind::Elapsed => put(&texts.elapsed, palette.weak),
    }
}

fn reply_ui(
    ui: &Ui,
    cell: Rect,
    (texts, state): (&RowTexts, &RowState<'_>),
    font: &FontId,
    context: &RowSurroundings<'_>,
) {
    let look = context.look;
    let (icon, color) = meaning_mark(texts.meaning, look);
    let (icon, words, color) = match held_text(state, look) {
        Some(held) => (icons::PAUSE, held, look.palette.warning),
        None => (icon, texts.reply.clone(), color),
    };
    icon_ui(ui, Pos2::new(cell.left() + ICON / 2.0, cell.center().y), icon, color);
    let is_usual = matches!(texts.meaning, ReplyMeaning::Legal) && state.held_until.is_none();
    let text = (font.clone(), if is_usual { look.palette.text } else { color });
    marked_text(ui, cell.with_min_x(cell.left() + ICON_PLACE), &words, text, context);
}

fn icon_ui(ui: &Ui, center: Pos2, icon: &str, color: Color32) {
    ui.painter().text(center, Align2::CENTER_CENTER, icon, icons::font(ICON), color);
}

/// Draws marks from the right end of a cell; returns where they begin.
fn marks_ui(ui: &Ui, cell: Rect, marks: &[StateMark]) -> f32 {
    let mut right = cell.right();
    for mark in marks.iter().rev() {
        icon_ui(ui, Pos2::new(right - ICON / 2.0, cell.center().y), mark.icon, mark.color);
        right -= ICON_PLACE;
    }
    right
}

/// Draws a line of text with the hits of the filter marked, cut short where it does not fit. A hit in what is cut off marks
/// the end.
fn marked_text(ui: &Ui, cell: Rect, text: &str, (font, color): (FontId, Color32), context: &RowSurroundings<'_>) {
    let hits = context.hits.within(text);
    if hits.is_empty() {
        cell_line(ui, cell, text.to_owned(), font, color, egui::Align::Min);
        return;
    }
    let palette = context.look.palette;
    let plain = TextFormat::simple(font.clone(), color);
    let lit = TextFormat { background: palette.lit, ..TextFormat::simple(font, palette.strong) };
    let mut job = LayoutJob { wrap: TextWrapping::truncate_at_width(cell.width()), ..LayoutJob::default() };
    let mut from = 0;
    let last = hits.last().map_or(0, |hit| text[..hit.end].chars().count());
    for hit in hits {
        job.append(&text[from..hit.start], 0.0, plain.clone());
        job.append(&text[hit.clone()], 0.0, lit.clone());
        from = hit.end;
    }
    job.append(&text[from..], 0.0, plain);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let place = Pos2::new(cell.left(), cell.center().y - galley.size().y / 2.0);
    if let Some(end) = galley.rows.first().filter(|row| galley.elided && row.glyphs.len() <= last) {
        let cut = end.glyphs.last().map_or(0.0, |glyph| glyph.advance_width);
        let ground = Rect::from_min_max(end.rect().right_top() - Vec2::new(cut, 0.0), end.rect().right_bottom());
        ui.painter().rect_filled(ground.translate(place.to_vec2()), 0.0, palette.lit);
    }
    ui.painter().galley(place, galley, color);
}

/// The time that is left to answer a held push; it stands in the place of the reply.
pub(super) fn held_text(state: &RowState<'_>, look: &Look) -> Option<String> {
    Some(look.filled("hold.row", &[("seconds", &seconds_left(state.held_until?))]))
}

/// Accessible name of the row: all its cells, in order, and its state in the list.
fn accessible_name(row: &CaptureSummary, texts: &RowTexts, state: &RowState<'_>, look: &Look) -> String {
    let held = held_text(state, look);
    let mut parts = match held {
        None => vec![texts.name.clone()],
        Some(_) => texts.name_with(row, held, look),
    };
    if state.picked {
        parts.push(look.text("window.row.picked").into_owned());
    }
    if state.novelty.is_some() {
        parts.push(look.text("list.new").into_owned());
    }
    if let Some((named, _)) = state.mark {
        parts.push(look.filled("filters.marked", &[("name", &safe_text(&named.name))]));
    }
    if let Some(severity) = row.severity {
        parts.push(look.text(&format!("severity.{}", severity.as_str())).into_owned());
    }
    parts.join(", ")
}

fn placeholder(ui: &Ui, response: &Response, state: &RowState<'_>, words: &str, look: &Look) {
    let font = TextStyle::Body.resolve(ui.style());
    cell_text(ui, response.rect.shrink2(Vec2::new(36.0, 0.0)), words, font, look.palette.weak, egui::Align::Min);
    name(response, state, || words.to_owned());
}

/// Names the row; `words` are made only where something reads them.
fn name(response: &Response, state: &RowState<'_>, words: impl Fn() -> String) {
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, state.selected || state.picked, words()));
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_selected(state.selected || state.picked);
        node.set_position_in_set(state.index + 1);
        node.set_size_of_set(state.of);
    });
}

/// A row with its state and marks, as the tooltip shows them.
pub(super) type DrawnRow<'a> = (&'a ReadRow, &'a RowState<'a>, &'a [StateMark]);
