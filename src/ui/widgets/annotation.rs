//! Pin and note of an event: as small marks in a row, and as a line of the detail.

use egui::accesskit::Role;
use egui::{Color32, Label, Painter, Pos2, Rect, RichText, Stroke, Ui, Vec2};

use crate::capture::Annotation;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::{Action, AnnotationAction};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{named, small_button};

/// Width of one mark with the gap before it, in points.
const MARK: f32 = 16.0;

/// Characters of a note in the accessible name of a row and in its tooltip.
const NOTE_CHARS: usize = 300;

/// Paints the marks of a row so that they end at `right`; returns the width that they take.
pub(crate) fn paint_marks(painter: &Painter, right: Pos2, annotation: &Annotation, color: Color32) -> f32 {
    let mut width = 0.0;
    if annotation.note.is_some() {
        paint_note(painter, right - Vec2::new(width + MARK / 2.0, 0.0), color);
        width += MARK;
    }
    if annotation.pinned {
        paint_pin(painter, right - Vec2::new(width + MARK / 2.0, 0.0), color);
        width += MARK;
    }
    width
}

/// Paints a pin: a head, a collar and a needle.
fn paint_pin(painter: &Painter, center: Pos2, color: Color32) {
    let at = |x: f32, y: f32| center + Vec2::new(x, y);
    painter.rect_filled(Rect::from_min_max(at(-2.5, -5.5), at(2.5, -0.5)), 1.0, color);
    painter.line_segment([at(-4.5, 0.5), at(4.5, 0.5)], Stroke::new(1.5, color));
    painter.line_segment([at(0.0, 0.5), at(0.0, 5.5)], Stroke::new(1.5, color));
}

/// Paints a sheet with two lines.
fn paint_note(painter: &Painter, center: Pos2, color: Color32) {
    let at = |x: f32, y: f32| center + Vec2::new(x, y);
    let stroke = Stroke::new(1.25, color);
    painter.rect_stroke(Rect::from_min_max(at(-5.0, -5.0), at(5.0, 5.0)), 1.5, stroke, egui::StrokeKind::Inside);
    painter.line_segment([at(-2.5, -1.5), at(2.5, -1.5)], stroke);
    painter.line_segment([at(-2.5, 1.5), at(1.0, 1.5)], stroke);
}

/// The words for the marks, for tooltips and screen readers; none where there are no marks.
pub(crate) fn words(annotation: &Annotation, look: &Look) -> Vec<String> {
    let pinned = annotation.pinned.then(|| look.text("marking.pinned").into_owned());
    let note = annotation.note.as_deref().map(|note| shortened(note, NOTE_CHARS));
    let note = note.map(|note| look.filled("marking.noted", &[("note", &note)]));
    pinned.into_iter().chain(note).collect()
}

/// Draws the pin and the whole note, each with the button that changes it; nothing where there is neither.
pub(crate) fn annotation_ui(ui: &mut Ui, annotation: &Annotation, look: &Look, actions: &mut Vec<Action>) {
    if annotation.is_empty() {
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        let height = ui.spacing().interact_size.y;
        let (marks, _) = ui.allocate_exact_size(Vec2::new(2.0 * MARK, height), egui::Sense::hover());
        let shown =
            paint_marks(ui.painter(), Pos2::new(marks.right(), marks.center().y), annotation, Color32::TRANSPARENT);
        let right = Pos2::new(marks.left() + shown, marks.center().y);
        paint_marks(ui.painter(), right, annotation, look.palette.accent);
        let mut button = |ui: &mut Ui, key: &str, hint: String, action: AnnotationAction| {
            let response = ui.add(small_button(&*look.text(key))).on_hover_text(hint);
            if named(response, Role::Button, &look.text(key)).clicked() {
                actions.push(Action::Annotate(action));
            }
        };
        if annotation.pinned {
            button(ui, "marking.menu.unpin", keys::PIN.hint(), AnnotationAction::TogglePin);
        }
        if annotation.note.is_some() {
            button(ui, "marking.menu.note", keys::NOTE.hint(), AnnotationAction::EditNote);
        }
        if let Some(note) = &annotation.note {
            ui.add(Label::new(RichText::new(&*safe_text(note)).color(look.palette.text)).wrap());
        }
    });
}
