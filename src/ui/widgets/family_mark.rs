//! The mark of a family of kinds: a shape for each, so that it is not told by colour alone.

use egui::{Color32, Pos2, Rect, Stroke, Ui, Vec2};

use crate::wechat::kind::Family;

/// Paints the shape of a family, of the given radius in points.
pub(crate) fn family_mark(ui: &Ui, center: Pos2, radius: f32, family: Family, color: Color32) {
    let painter = ui.painter();
    let polygon = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| center + Vec2::new(x * radius, y * radius)).collect();
        painter.add(egui::Shape::convex_polygon(points, color, Stroke::NONE));
    };
    match family {
        Family::Tap => {
            painter.circle_filled(center, radius, color);
        }
        Family::Scan => {
            painter.rect_filled(Rect::from_center_size(center, Vec2::splat(radius * 1.8)), 0.0, color);
        }
        Family::Picture => polygon(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
        Family::Location => polygon(&[(-1.1, -0.9), (1.1, -0.9), (0.0, 1.1)]),
        Family::Message => {
            painter.circle_stroke(center, radius * 0.8, Stroke::new(radius * 0.4, color));
        }
        Family::System => {
            let square = Rect::from_center_size(center, Vec2::splat(radius * 1.6));
            painter.rect_stroke(square, 0.0, Stroke::new(radius * 0.35, color), egui::StrokeKind::Middle);
        }
    }
}
