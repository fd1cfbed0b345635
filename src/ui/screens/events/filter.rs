//! Filter of the list: a text field, its completion, and its error at its place.

use std::ops::Range;

use egui::containers::menu::MenuButton;
use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::text_edit::TextEditState;
use egui::{Align2, Color32, EventFilter, FontId, Id, Response, RichText, Stroke, TextEdit, TextStyle, Ui};

use crate::engine::{Command, Status};
use crate::filter::{Filter, FilterError, terms};
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::ime::Composition;
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::theme;
use crate::ui::widgets::filter_error;

mod completion;
pub(in crate::ui) mod filter_row;
pub(in crate::ui) mod saved_filters;
pub(super) mod state_terms;

use completion::{CompletedText, Completion};

/// Maximum number of characters of a used filter shown in the menu.
const USED_SHOWN: usize = 60;

/// The filter as text, and as parsed.
#[derive(Debug, Default)]
pub(crate) struct FilterBox {
    text: String,
    /// The last filter that could be parsed: the one of the list.
    read: Filter,
    /// The error in `text`; the last good list stays.
    mistake: Option<FilterError>,
    focus: bool,
    /// Ranges of the terms that all have to match.
    terms: Vec<Range<usize>>,
    completing: Completion,
    composition: Composition,
    /// True while the pointer is over the popup of the error: a click there counts although the field loses the caret.
    mistake_hovered: bool,
    /// Commands to send to the engine.
    questions: Vec<Command>,
}

impl FilterBox {
    /// Replaces the text and parses it. `None` if it cannot be parsed, or means the same as before.
    pub(crate) fn set(&mut self, text: String) -> Option<Filter> {
        let now = crate::clock::local_now();
        let parsed = Filter::parse(&text, &now);
        self.terms = terms(&text, &now);
        self.text = text;
        match parsed {
            Ok(filter) => {
                self.mistake = None;
                self.read = filter.clone();
                Some(filter)
            }
            Err(mistake) => {
                self.mistake = Some(mistake);
                None
            }
        }
    }

    /// The text with one more term that has to match.
    pub(crate) fn with(&self, term: &str) -> String {
        match self.text.trim() {
            "" => term.to_owned(),
            // `OR` binds weaker than what stands side by side.
            text if text.contains(" OR ") => format!("({text}) {term}"),
            text => format!("{text} {term}"),
        }
    }

    /// The last filter that could be parsed.
    pub(crate) fn read(&self) -> &Filter {
        &self.read
    }

    /// The text of the filter.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The error of the text, which the list does not follow then.
    pub(crate) fn mistake(&self) -> Option<&FilterError> {
        self.mistake.as_ref()
    }

    /// Returns true if the filter shows everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Puts the caret here in the next frame.
    pub(crate) fn focus(&mut self) {
        self.focus = true;
    }

    /// Ranges of the terms that all have to match; one for the whole if any of several is enough.
    pub(crate) fn terms(&self) -> &[Range<usize>] {
        &self.terms
    }

    /// Takes seen values from the engine.
    pub(crate) fn take_seen(&mut self, generation: u64, values: Vec<String>) {
        self.completing.take_seen(generation, values);
    }

    /// Takes the filters used in earlier sessions.
    pub(crate) fn take_used(&mut self, texts: Vec<String>) {
        self.completing.take_used(texts);
    }

    /// Adds the current filter to the used ones, unless it has an error.
    pub(crate) fn note_used(&mut self) {
        if self.mistake.is_none() {
            self.questions.extend(self.completing.note_used(&self.text));
        }
    }

    /// Commands that ask the engine for values to complete with.
    pub(crate) fn questions(&mut self) -> std::vec::Drain<'_, Command> {
        self.questions.drain(..)
    }

    /// Draws the field over the width left.
    pub(crate) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let composing = self.composition.watch(ui.ctx());
        let focused = ui.memory(|memory| memory.has_focus(field_id()));
        let open = self.completing.is_open(focused);
        if open
            && !composing
            && let Some(chosen) = self.completing.keys(ui)
        {
            self.choose(ui, chosen, actions);
        }
        let mut text = self.text.clone();
        let wrong = self.mistake.as_ref().map(|mistake| mistake_range(&text, mistake));
        let font = TextStyle::Monospace.resolve(ui.style());
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
            let job = marked(text.as_str(), wrong.as_ref(), font.clone(), look.palette.strong, look.palette.error);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let clear_width = if text.is_empty() { 0.0 } else { theme::CONTROL_HEIGHT };
        let used_width = if self.completing.used().is_empty() { 0.0 } else { theme::CONTROL_HEIGHT };
        let edit = TextEdit::singleline(&mut text)
            .id(field_id())
            .font(TextStyle::Monospace)
            .hint_text(look.text("window.filter.placeholder"))
            .margin(egui::Margin::symmetric(10, 6))
            .desired_width(ui.available_width() - clear_width - used_width - theme::GAP)
            .layouter(&mut layouter);
        let response = ui.add(edit);
        // Tab chooses and Esc closes while something is offered; otherwise both leave the field.
        let filter = EventFilter {
            tab: open && self.completing.takes_tab(),
            escape: open,
            horizontal_arrows: true,
            vertical_arrows: true,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(field_id(), filter));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(look.text("window.filter.name")));
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        if response.changed() {
            actions.push(Action::SetFilter(text.clone()));
        }
        if !text.is_empty() && clear_button(ui, look).clicked() {
            actions.push(Action::SetFilter(String::new()));
        }
        self.used_ui(ui, look, actions);
        if response.lost_focus() {
            self.note_used();
        }
        self.completing_ui(ui, &response, status, look, actions);
        if !response.has_focus() {
            response.on_hover_text(look.filled("window.filter.hint", &[("keys", &keys::FOCUS_FILTER.hint())]));
        }
    }

    /// Draws the menu of used filters.
    fn used_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if self.completing.used().is_empty() {
            return;
        }
        let name = look.text("filters.used");
        let button = egui::Button::new(RichText::new("▼").small().color(look.palette.weak)).frame(false);
        let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
            for used in self.completing.used() {
                if ui.button(RichText::new(shortened(used, USED_SHOWN)).monospace()).clicked() {
                    actions.push(Action::SetFilter(used.clone()));
                }
            }
        });
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &*name));
        response.on_hover_text(name);
    }

    /// Draws completions below the field, or the error if there are none.
    fn completing_ui(&mut self, ui: &Ui, field: &Response, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        // Also while another window has the keyboard: what is offered stays.
        let focused = ui.memory(|memory| memory.has_focus(field_id()));
        let caret = caret_in(ui, &self.text);
        if focused {
            self.questions.extend(self.completing.look_at(&self.text, caret, status, look));
        }
        if !self.completing.is_open(focused) {
            if focused || self.mistake_hovered {
                self.mistake_ui(ui, field, look, actions);
            }
            return;
        }
        let mistake = self.mistake.as_ref().filter(|mistake| !is_unfinished(&self.text, mistake, caret));
        let mistake = mistake.map(|mistake| filter_error::words(mistake, look));
        if let Some(chosen) = self.completing.ui(ui, (field, mistake.as_deref()), look) {
            self.choose(ui, chosen, actions);
        }
    }

    /// Puts a completion into the field, and the caret behind it.
    fn choose(&mut self, ui: &Ui, chosen: CompletedText, actions: &mut Vec<Action>) {
        let mut state = TextEditState::load(ui.ctx(), field_id()).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(chosen.caret))));
        state.store(ui.ctx(), field_id());
        self.text.clone_from(&chosen.text);
        self.focus = true;
        actions.push(Action::SetFilter(chosen.text));
    }

    /// Draws the error under its place, over what is below.
    fn mistake_ui(&mut self, ui: &Ui, field: &Response, look: &Look, actions: &mut Vec<Action>) {
        self.mistake_hovered = false;
        let Some(mistake) = &self.mistake else { return };
        let kept = filter_row::kept_words(self, look);
        let area = egui::Area::new(Id::unique("filter mistake"))
            .order(egui::Order::Foreground)
            .pivot(Align2::LEFT_TOP)
            .fixed_pos(field.rect.left_bottom() + egui::vec2(0.0, 3.0));
        let shown = area.show(ui.ctx(), |ui| {
            let frame = egui::Frame::popup(ui.style())
                .fill(look.palette.error_ground)
                .stroke(Stroke::new(1.0, look.palette.error))
                .inner_margin(egui::Margin::symmetric(10, 6));
            frame.show(ui, |ui| {
                ui.set_max_width(field.rect.width() - 20.0);
                ui.label(RichText::new(filter_error::words(mistake, look)).color(look.palette.error));
                if let Some(suggestion) = &mistake.suggestion {
                    let text = look.filled("window.filter.suggestion", &[("suggestion", suggestion)]);
                    if ui.button(text).clicked() {
                        actions.push(Action::SetFilter(mended(&self.text, mistake, suggestion)));
                        actions.push(Action::FocusFilter);
                    }
                }
                ui.weak(kept);
            });
        });
        self.mistake_hovered = ui.ctx().pointer_latest_pos().is_some_and(|at| shown.response.rect.contains(at));
    }
}

/// Id of the field, to focus it.
fn field_id() -> Id {
    Id::unique("filter")
}

/// Position of the caret, in bytes.
fn caret_in(ui: &Ui, text: &str) -> usize {
    let range = TextEditState::load(ui.ctx(), field_id()).and_then(|state| state.cursor.char_range());
    let characters = range.map_or(usize::MAX, |range| range.primary.index.0);
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

fn clear_button(ui: &mut Ui, look: &Look) -> Response {
    let name = look.text("window.filter.clear");
    let button = ui.add(egui::Button::new("×").frame(false).min_size(egui::Vec2::splat(theme::CONTROL_HEIGHT)));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &*name));
    button.on_hover_text(name)
}

/// The bytes of the error; at the end of the text there may be none.
fn mistake_range(text: &str, mistake: &FilterError) -> Range<usize> {
    let byte_of = |column: usize| text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
    let start = mistake.column.saturating_sub(1);
    byte_of(start)..byte_of(start + mistake.length.max(1))
}

/// Tells whether a mistake is only that what stands at the caret has not been typed to its end.
fn is_unfinished(text: &str, mistake: &FilterError, caret: usize) -> bool {
    let wrong = mistake_range(text, mistake);
    (wrong.start..=wrong.end).contains(&caret)
}

/// The text with a suggestion in place of the error.
fn mended(text: &str, mistake: &FilterError, suggestion: &str) -> String {
    let mut mended = text.to_owned();
    mended.replace_range(mistake_range(text, mistake), suggestion);
    mended
}

/// The text with the error underlined.
fn marked(text: &str, wrong: Option<&Range<usize>>, font: FontId, color: Color32, mark: Color32) -> LayoutJob {
    let plain = TextFormat::simple(font, color);
    let underlined = TextFormat { underline: Stroke::new(2.0, mark), color: mark, ..plain.clone() };
    let mut job = LayoutJob::default();
    let fits = |range: &&Range<usize>| {
        range.end <= text.len() && text.is_char_boundary(range.start) && text.is_char_boundary(range.end)
    };
    // While the text changes under the field's hands, the mistake is still that of the text before.
    match wrong.filter(fits) {
        Some(range) => {
            job.append(&text[..range.start], 0.0, plain.clone());
            job.append(&text[range.clone()], 0.0, underlined);
            job.append(&text[range.end..], 0.0, plain);
        }
        None => job.append(text, 0.0, plain),
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_added_so_that_all_have_to_match() {
        let mut filter = FilterBox::default();
        assert_eq!(filter.with("event:CLICK"), "event:CLICK");
        filter.set("a".to_owned());
        assert_eq!(filter.with("event:CLICK"), "a event:CLICK");
        filter.set("a OR b".to_owned());
        assert_eq!(filter.with("event:CLICK"), "(a OR b) event:CLICK");
    }

    #[test]
    fn a_term_that_is_being_typed_is_no_mistake_yet_and_one_before_it_is() {
        let unfinished = |text: &str| {
            let mut filter = FilterBox::default();
            filter.set(text.to_owned());
            is_unfinished(text, filter.mistake().expect("a mistake"), text.len())
        };
        assert!(unfinished("a event:"));
        assert!(!unfinished("foo:bar AND ("));
    }
}
