//! Long text that folds at six lines, with a button that shows all of it.

use std::cell::RefCell;

use egui::text::LayoutJob;
use egui::{Color32, FontId, Label, Response, Sense, Ui};

use crate::texts::safe_text::{beginning, grouped, told};
use crate::ui::look::Look;
use crate::ui::widgets::controls::weak;

/// Number of lines that a folded text has.
const FOLDED_LINES: usize = 6;

/// Maximum number of characters laid out of a folded text: more than six lines hold.
const FOLDED_CHARS: usize = 1_200;

/// Maximum number of characters shown of an unfolded text; longer ones are copied, or read in the bytes.
const UNFOLDED_CHARS: usize = 24_000;

/// Maximum number of characters of a text that leaves room for a remark beside it.
const SHORT: usize = 40;

/// The text with its white space made visible: blanks, tabs and line ends as marks.
pub(super) fn visible_space(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        shown.push_str(space_mark(character).unwrap_or_default());
        if space_mark(character).is_none() || character == '\n' {
            shown.push(character);
        }
    }
    shown
}

/// The mark of a white space character; a line end is a mark before the line end itself.
pub(super) fn space_mark(character: char) -> Option<&'static str> {
    Some(match character {
        ' ' => "·",
        '\t' => "→",
        '\n' => "↵",
        '\r' => "←",
        '\u{a0}' => "°",
        '\u{3000}' => "□",
        _ => return None,
    })
}

/// A text from outside, prepared for display.
#[derive(Clone, Debug, Default)]
pub(super) struct LongText {
    /// The beginning, made safe to draw.
    beginning: String,
    /// Number of characters of the whole text.
    length: usize,
    /// Set if `beginning` is not the whole text.
    is_cut: bool,
    /// The whole text made safe to draw, while it is unfolded.
    unfolded: RefCell<Option<String>>,
}

impl LongText {
    /// Prepares a text.
    pub(super) fn of(text: &str) -> Self {
        let (seen, full_length) = beginning(text, FOLDED_CHARS);
        let length = full_length.unwrap_or_else(|| seen.chars().count());
        Self { beginning: told(seen).into_owned(), length, is_cut: full_length.is_some(), unfolded: RefCell::default() }
    }

    /// Returns true if it fits beside a remark.
    pub(super) fn is_short(&self) -> bool {
        self.length <= SHORT && !self.beginning.contains('\n')
    }

    /// The visible beginning with its white space made visible.
    pub(super) fn spaced(&self) -> String {
        visible_space(&self.beginning)
    }

    /// Draws the text and, where it does not fit, the button that unfolds it; `whole` is the text as received.
    pub(super) fn ui(&self, ui: &mut Ui, whole: &str, (font, color): (FontId, Color32), look: &Look) -> Response {
        let is_folded = self.unfolded.borrow().is_none();
        let (response, is_elided) = self.label_ui(ui, (font, color));
        if is_elided || (!is_folded && self.length > 0) {
            let key = if is_folded { "hero.show_all" } else { "hero.show_less" };
            let words = look.filled(key, &[("count", &grouped(self.length as u64))]);
            if ui.link(weak(look, words)).clicked() {
                *self.unfolded.borrow_mut() = is_folded.then(|| shown_whole(whole));
            }
        }
        response
    }

    fn label_ui(&self, ui: &mut Ui, (font, color): (FontId, Color32)) -> (Response, bool) {
        let unfolded = self.unfolded.borrow();
        let text = unfolded.as_deref().unwrap_or(&self.beginning);
        let mut job = LayoutJob::simple(text.to_owned(), font, color, ui.available_width());
        if unfolded.is_none() {
            job.wrap.max_rows = FOLDED_LINES;
        }
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let is_elided = unfolded.is_none() && (galley.elided || self.is_cut);
        (ui.add(Label::new(galley).selectable(true).sense(Sense::CLICK)), is_elided)
    }
}

fn shown_whole(whole: &str) -> String {
    let (seen, full_length) = beginning(whole, UNFOLDED_CHARS);
    let mut shown = told(seen).into_owned();
    if full_length.is_some() {
        shown.push('…');
    }
    shown
}
