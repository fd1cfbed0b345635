//! Words behind an icon of the one set, in the icon's colour: a state as the list shows it, spelled out.

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Align, Color32, FontSelection, Label, Response, RichText, Ui, WidgetText};

use super::controls::named;
use crate::ui::theme::icons;

/// Size of the icon, in points.
const ICON: f32 = 14.0;

/// Lays out words behind an icon; screen readers are to be told the words alone.
pub(crate) fn marked(ui: &Ui, icon: &str, words: &str, color: Color32) -> WidgetText {
    let mut job = LayoutJob::default();
    let mut add =
        |text: RichText| text.color(color).append_to(&mut job, ui.style(), FontSelection::Default, Align::Center);
    add(RichText::new(icon).font(icons::font(ICON)));
    add(RichText::new(format!(" {words}")));
    job.into()
}

/// Draws words behind an icon, on as many lines as they need.
pub(crate) fn marked_ui(ui: &mut Ui, icon: &str, words: &str, color: Color32) -> Response {
    let text = marked(ui, icon, words, color);
    named(ui.add(Label::new(text).wrap()), Role::Label, words)
}

/// Draws words behind an icon on one line, however little room there is.
pub(crate) fn marked_line_ui(ui: &mut Ui, icon: &str, words: &str, color: Color32) -> Response {
    let text = marked(ui, icon, words, color);
    named(ui.add(Label::new(text).extend()), Role::Label, words)
}
