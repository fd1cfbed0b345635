//! Row of the list: painted cells with a common accessible name.

use std::time::Instant;

use egui::{Align, Color32, FontId, Pos2, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo};

use super::columns::{ColumnKind, Columns};
use super::menu::menu_ui;
use super::row_cache::CachedRow;
use super::row_id;
use super::row_texts::{ReadRow, RowTexts};
use crate::capture::{CaptureId, CaptureSummary};
use crate::config::Hue;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::{Action, PickAction};
use crate::ui::look::{Look, attempt_mark, severity_mark, signature_mark};
use crate::ui::screens::events::answering::seconds_left;
use crate::ui::screens::events::filter::filter_row::initial;
use crate::ui::screens::events::filter::saved_filters::NamedFilter;
use crate::ui::widgets::annotation;
use crate::ui::widgets::cell::{cell_line, cell_text};
use crate::wechat::kind::{self, Family};

/// Width of the mark of a coloured filter, in points.
const MARK_WIDTH: f32 = 14.0;
/// Maximum number of characters shown on hover.
const HOVER: usize = 1_000;

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
}

/// Draws a row over the whole of `ui`.
pub(super) fn row_ui(
    ui: &Ui,
    state: &RowState<'_>,
    row: &CachedRow<'_>,
    columns: &Columns,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let rect = ui.max_rect();
    // Not focusable by Tab: the selection has keys of its own.
    let response = ui.interact(rect, row_id(state.id), Sense::CLICK);
    paint_ground(ui, rect, state, &response, look);
    match row {
        CachedRow::Read(row) => {
            let texts = row.texts(look);
            for (content, cell) in columns.cells(rect) {
                cell_ui(ui, cell, content, (&row.summary, texts, state), columns, look);
            }
            hover_ui(&response, rect, row, columns, look);
            name(&response, state, || accessible_name(&row.summary, texts, state, look));
        }
        CachedRow::Unknown => placeholder(ui, &response, state, "…", look),
        CachedRow::Gone => placeholder(ui, &response, state, &look.text("window.list.gone"), look),
    }
    response.context_menu(|ui| {
        let summary = if let CachedRow::Read(row) = row { Some(&row.summary) } else { None };
        menu_ui(ui, (state.id, state.picked), summary, look, actions);
    });
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

fn paint_ground(ui: &Ui, rect: Rect, state: &RowState<'_>, response: &Response, look: &Look) {
    let painter = ui.painter();
    if state.selected || state.picked {
        painter.rect_filled(rect, 0.0, look.palette.selected);
    }
    if state.selected {
        painter.rect_filled(Rect::from_min_size(rect.min, Vec2::new(3.0, rect.height())), 0.0, look.palette.accent);
    } else if response.hovered() {
        painter.rect_filled(rect, 0.0, look.palette.card);
    }
    if let Some((named, hue)) = state.mark {
        mark_ui(ui, rect, named, look.palette.hue(hue));
    }
    if state.picked {
        let (at, font) = (rect.left_center() + Vec2::new(5.0, 0.0), TextStyle::Small.resolve(ui.style()));
        painter.text(at, egui::Align2::LEFT_CENTER, "✔", font, look.palette.accent);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, look.palette.line.gamma_multiply(0.5)));
}

/// Draws a bar in the filter's colour at the row's end, with the initial of its name.
fn mark_ui(ui: &Ui, rect: Rect, named: &NamedFilter, color: Color32) {
    let bar =
        Rect::from_min_max(Pos2::new(rect.right() - MARK_WIDTH, rect.top() + 1.0), rect.max - Vec2::new(0.0, 1.0));
    ui.painter().rect_filled(bar, 2.0, color.gamma_multiply(0.25));
    let font = TextStyle::Small.resolve(ui.style());
    ui.painter().text(bar.center(), egui::Align2::CENTER_CENTER, initial(&named.name), font, color);
}

fn cell_ui(
    ui: &Ui,
    cell: Rect,
    content: ColumnKind,
    (row, texts, state): (&CaptureSummary, &RowTexts, &RowState<'_>),
    columns: &Columns,
    look: &Look,
) {
    let (prose, mono) = (TextStyle::Body.resolve(ui.style()), TextStyle::Monospace.resolve(ui.style()));
    let palette = look.palette;
    let put =
        |shown: &str, font: FontId, color: Color32| cell_line(ui, cell, shown.to_owned(), font, color, align(content));
    match content {
        ColumnKind::Severity => {
            if let Some(severity) = row.severity {
                put(severity_mark(severity), prose, look.severity_color(severity));
            }
        }
        ColumnKind::Time => put(&texts.clock, mono, palette.weak),
        ColumnKind::Kind => {
            let family = kind::family(&row.kind);
            let color = look.family_color(family);
            family_mark(ui, Pos2::new(cell.left() + 5.0, cell.center().y), family, color);
            let cell = cell.with_min_x(cell.left() + 17.0);
            cell_line(ui, cell, texts.kind.clone(), prose, color, Align::Min);
        }
        ColumnKind::Key => {
            let taken = annotation::paint_marks(ui.painter(), cell.right_center(), &row.annotation, palette.accent);
            cell_text(ui, cell.with_max_x(cell.right() - taken), &texts.key, mono, palette.strong, Align::Min);
        }
        ColumnKind::OpenId => put(&texts.openid, mono, palette.weak),
        ColumnKind::Attempt => {
            let color = if row.placement.attempt > 1 { palette.warning } else { palette.weak };
            put(&attempt_mark(row.placement.attempt), prose, color);
        }
        ColumnKind::Signature => {
            let mark = signature_mark(row.signature);
            let color = look.signature_color(row.signature);
            if columns.signature_word {
                put(&format!("{mark} {}", texts.signature), prose, color);
            } else {
                put(mark, prose, color);
            }
        }
        ColumnKind::Mode => put(&texts.mode, prose, palette.weak),
        ColumnKind::Answer => {
            let color = match &row.reply {
                Some(reply) if !reply.is_legal() => palette.error,
                Some(_) if !texts.hints.is_empty() => palette.warning,
                Some(_) => palette.text,
                None if row.replay => palette.weak,
                None => palette.warning,
            };
            match held_text(state, look) {
                Some(held) => put(&held, mono, color),
                None => put(&texts.answer, mono, color),
            }
        }
    }
}

/// Alignment of a column; numbers are aligned to the right.
pub(super) fn align(content: ColumnKind) -> Align {
    match content {
        ColumnKind::Answer => Align::Max,
        _ => Align::Min,
    }
}

/// Paints a shape for each family, so that it is not told by colour alone.
pub(crate) fn family_mark(ui: &Ui, center: Pos2, family: Family, color: Color32) {
    const R: f32 = 4.0;
    let painter = ui.painter();
    let polygon = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| center + Vec2::new(x * R, y * R)).collect();
        painter.add(egui::Shape::convex_polygon(points, color, Stroke::NONE));
    };
    match family {
        Family::Tap => {
            painter.circle_filled(center, R, color);
        }
        Family::Scan => {
            painter.rect_filled(Rect::from_center_size(center, Vec2::splat(R * 1.8)), 0.0, color);
        }
        Family::Picture => polygon(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
        Family::Location => polygon(&[(-1.1, -0.9), (1.1, -0.9), (0.0, 1.1)]),
        Family::Message => {
            painter.circle_stroke(center, R - 0.8, Stroke::new(1.6, color));
        }
        Family::System => {
            let square = Rect::from_center_size(center, Vec2::splat(R * 1.6));
            painter.rect_stroke(square, 0.0, Stroke::new(1.4, color), egui::StrokeKind::Middle);
        }
    }
}

/// The time that is left to answer a held push; it stands in the place of the answer.
fn held_text(state: &RowState<'_>, look: &Look) -> Option<String> {
    let until = state.held_until?;
    Some(format!("⏸ {}", look.filled("hold.row", &[("seconds", &seconds_left(until))])))
}

/// Shows the full text of a truncated cell on hover, and the words for the marks of an answer.
fn hover_ui(response: &Response, rect: Rect, row: &ReadRow, columns: &Columns, look: &Look) {
    let Some(pointer) = response.hover_pos() else { return };
    let Some((content, _)) = columns.cells(rect).find(|(_, cell)| cell.contains(pointer)) else { return };
    let CaptureSummary { annotation, event_key, .. } = &row.summary;
    if content == ColumnKind::Key && !annotation.is_empty() {
        let key = event_key.iter().filter(|key| !key.is_empty()).map(|key| shortened(key, HOVER));
        let words: Vec<String> = key.chain(annotation::words(annotation, look)).collect();
        response.clone().on_hover_text_at_pointer(words.join("\n"));
        return;
    }
    if content == ColumnKind::Answer {
        let words = &row.texts(look).hints;
        if !words.is_empty() {
            response.clone().on_hover_text_at_pointer(words.join("\n"));
        }
        return;
    }
    let row = &row.summary;
    let full = match content {
        ColumnKind::OpenId => row.openid.as_deref(),
        ColumnKind::Key => row.event_key.as_deref(),
        ColumnKind::Kind => Some(row.kind.as_str()),
        _ => None,
    };
    if let Some(full) = full.filter(|full| !full.is_empty()) {
        response.clone().on_hover_text_at_pointer(shortened(full, HOVER));
    }
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
    cell_text(ui, response.rect.shrink2(Vec2::new(32.0, 0.0)), words, font, look.palette.weak, Align::Min);
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
