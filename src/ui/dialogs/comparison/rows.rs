//! Rows of a comparison: a name and both sides; runs of equal rows are folded.

use std::collections::BTreeSet;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Button, Color32, Label, Layout, RichText, Stroke, TextStyle, Ui, Vec2};

use crate::capture::diagnosis::Severity;
use crate::engine::{PairedText, Piece};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, LABEL_WIDTH, icons};
use crate::ui::widgets::shown::DisplayText;

/// Number of equal rows from which they are folded.
const FOLDED_FROM: usize = 3;

/// Share of the width that the names of elements take, and its bounds, in points.
const NAME_SHARE: f32 = 0.18;
const NAME_WIDTHS: std::ops::RangeInclusive<f32> = LABEL_WIDTH..=240.0;

/// Width of the bar before a row that differs, in points.
const BAR_WIDTH: f32 = 2.0;

/// A row of a comparison, safe to draw.
#[derive(Debug)]
pub(super) struct CompareRow {
    /// Name of the element; `None` for a line.
    name: Option<String>,
    sides: [Option<Vec<Piece>>; 2],
    pub(super) is_same: bool,
}

impl CompareRow {
    pub(super) fn of(name: Option<&str>, paired: &PairedText) -> Self {
        let shown = |side: &Option<Vec<Piece>>| {
            let pieces = side.as_ref()?.iter();
            let piece = |piece: &Piece| Piece { text: DisplayText::of(&piece.text).marked(), ..*piece };
            Some(pieces.map(piece).collect())
        };
        Self {
            name: name.map(DisplayText::name),
            sides: [shown(&paired.before), shown(&paired.after)],
            is_same: paired.is_same(),
        }
    }
}

/// Draws two columns behind a gutter for names.
pub(super) fn sides_ui(ui: &mut Ui, mut side: impl FnMut(&mut Ui, usize)) {
    row_ui(ui, |_gutter| {}, &mut side);
}

fn row_ui(ui: &mut Ui, gutter: impl FnOnce(&mut Ui), side: &mut dyn FnMut(&mut Ui, usize)) {
    // The scroll bar has room beside the columns.
    let room = ui.available_width() - GAP;
    let names = (room * NAME_SHARE).clamp(*NAME_WIDTHS.start(), *NAME_WIDTHS.end());
    let width = (room - names - 2.0 * GAP) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        column(ui, names, gutter);
        for which in 0..2 {
            column(ui, width, |ui| side(ui, which));
        }
    });
}

fn column(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(Vec2::new(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
        ui.set_width(width);
        content(ui);
    });
}

/// Draws rows; `unfolded` has the first row of each fold that was opened.
pub(super) fn rows_ui(ui: &mut Ui, rows: &[CompareRow], unfolded: &mut BTreeSet<usize>, look: &Look) {
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        let same = rows[at..].iter().take_while(|row| row.is_same).count();
        if same >= FOLDED_FROM && !unfolded.contains(&at) {
            if fold_ui(ui, same, look) {
                unfolded.insert(at);
            }
            at += same;
        } else if same > 0 {
            rows[at..at + same].iter().for_each(|row| compared_ui(ui, row, look));
            at += same;
        } else {
            compared_ui(ui, row, look);
            at += 1;
        }
    }
}

/// Draws a fold of equal rows; returns true if it is opened.
fn fold_ui(ui: &mut Ui, count: usize, look: &Look) -> bool {
    let words = look.filled("compare.folded", &[("count", &count.to_string())]);
    let text = RichText::new(format!("{} {words}", icons::CHEVRON_RIGHT)).small().color(look.palette.weak);
    ui.add(Button::new(text).frame(false)).clicked()
}

fn compared_ui(ui: &mut Ui, row: &CompareRow, look: &Look) {
    let top = ui.cursor().min.y;
    let name = |ui: &mut Ui| {
        if let Some(name) = &row.name {
            let color = if row.is_same { look.palette.weak } else { look.palette.code_name };
            ui.add(Label::new(RichText::new(name).monospace().color(color)).truncate()).on_hover_text(name);
        }
    };
    ui.add_space(GAP_SMALL / 2.0);
    row_ui(ui, name, &mut |ui, side| {
        let job = job(row, side, ui, look);
        ui.add(Label::new(job).wrap());
    });
    ui.add_space(GAP_SMALL / 2.0);
    if !row.is_same {
        let x = ui.max_rect().left() - GAP;
        let bar = egui::Rect::from_min_max(egui::pos2(x, top), egui::pos2(x + BAR_WIDTH, ui.cursor().min.y));
        let clip = ui.clip_rect().expand2(Vec2::new(GAP, 0.0));
        ui.painter().with_clip_rect(clip).rect_filled(bar, 0.0, look.palette.warning);
    }
}

/// One side of a row. What the other side lacks is underlined, and its ground tells the same.
fn job(row: &CompareRow, side: usize, ui: &Ui, look: &Look) -> LayoutJob {
    let font = TextStyle::Monospace.resolve(ui.style());
    let mut job = LayoutJob::default();
    job.wrap.break_anywhere = true;
    let Some(pieces) = &row.sides[side] else {
        job.append("–", 0.0, TextFormat::simple(font, look.palette.weak));
        return job;
    };
    let ground = if side == 0 { look.severity_ground(Severity::Error) } else { look.palette.accent_ground };
    for piece in pieces {
        let format = if piece.is_changed {
            let color = look.palette.strong;
            TextFormat {
                background: ground,
                underline: Stroke::new(1.0, color),
                ..TextFormat::simple(font.clone(), color)
            }
        } else {
            let color = if row.is_same { look.palette.weak } else { look.palette.text };
            TextFormat { background: Color32::TRANSPARENT, ..TextFormat::simple(font.clone(), color) }
        };
        job.append(&piece.text, 0.0, format);
    }
    job
}
