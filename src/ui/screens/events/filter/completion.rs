//! Completion at the caret: names, values, and filters used before.

use std::ops::Range;

use egui::accesskit::Role;
use egui::{Align2, Id, Key, Label, Modifiers, Response, RichText, ScrollArea, Ui};

use super::filter_row::below;
use super::state_terms::states_at;
use crate::capture::diagnosis::Code;
use crate::engine::{Command, MaintenanceCommand, QueryCommand, Status};
use crate::filter::{NAMES, Name, SeenField, Typing, at_caret};
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;
use crate::ui::widgets::controls::named;

/// Maximum height of the popup, in points.
const HEIGHT: f32 = 320.0;

/// Maximum number of characters of an entry shown.
const SHOWN: usize = 80;

/// Maximum number of entries offered; typing on narrows them.
const MOST: usize = 40;

/// End of an example that stands for any value.
const PLACEHOLDER: &str = "NAME";

/// A possible completion.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    shown: String,
    /// Its meaning, in the language of the window.
    meaning: String,
    /// Text that replaces what is typed.
    written: String,
    /// The bytes that it replaces.
    span: Range<usize>,
}

/// Entries offered below the field.
#[derive(Debug, Default)]
pub(super) struct Completion {
    entries: Vec<Entry>,
    highlighted: Option<usize>,
    /// True once closed by a key, until something else is typed.
    closed: bool,
    /// The text when it was closed.
    closed_at: String,
    /// Text and caret for which the entries were made.
    of: Option<(String, usize)>,
    /// The name whose values were asked for last.
    asked: Option<(SeenField, String)>,
    generation: u64,
    seen: Vec<String>,
    /// Used filters, the latest first.
    used: Vec<String>,
    /// True while the pointer is over the popup: a click there counts even though the field loses the caret.
    hovered: bool,
}

/// The text with a completion put in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CompletedText {
    /// The whole text.
    pub(super) text: String,
    /// Position of the caret, in characters.
    pub(super) caret: usize,
}

impl Completion {
    /// Takes the filters used in earlier sessions; those of this session are later.
    pub(super) fn take_used(&mut self, texts: Vec<String>) {
        for text in texts {
            if !self.used.contains(&text) {
                self.used.push(text);
            }
        }
    }

    /// Used filters, the latest first.
    pub(super) fn used(&self) -> &[String] {
        &self.used
    }

    /// Adds a used filter. `None` if it was the latest already.
    pub(super) fn note_used(&mut self, text: &str) -> Option<Command> {
        let text = text.trim();
        if text.is_empty() || self.used.first().is_some_and(|latest| latest == text) {
            return None;
        }
        self.used.retain(|other| other != text);
        self.used.insert(0, text.to_owned());
        Some(MaintenanceCommand::NoteFilter { text: text.to_owned() }.into())
    }

    /// Takes seen values from the engine.
    pub(super) fn take_seen(&mut self, generation: u64, values: Vec<String>) {
        if generation == self.generation {
            self.seen = values;
            // To be put together anew with the next frame; what was closed by hand stays closed.
            self.of = None;
        }
    }

    /// Follows the text and the caret; returns the command that asks the engine for values.
    pub(super) fn look_at(&mut self, text: &str, caret: usize, status: &Status, look: &Look) -> Option<Command> {
        match &self.of {
            Some((before, at)) if before == text && *at == caret => return None,
            _ if self.closed_at != text => self.closed = false,
            _ => {}
        }
        self.of = Some((text.to_owned(), caret));
        self.highlighted = None;
        if text.trim().is_empty() {
            self.entries = self
                .used
                .iter()
                .take(MOST)
                .map(|used| entry(used, String::new(), used.clone(), 0..text.len()))
                .collect();
            return None;
        }
        let Some(found) = at_caret(text, caret) else {
            self.entries.clear();
            return None;
        };
        match found.typing {
            Typing::Name { typed } => {
                self.entries = names(typed, &found.span, look);
                if found.span.end == caret {
                    let states = states_at(text, &found.span, look).into_iter();
                    self.entries.extend(states.map(|state| {
                        let written = format!("{} ", state.term);
                        entry(&state.term, state.words, written, state.span)
                    }));
                }
                None
            }
            Typing::Value { name, typed } => {
                let question = self.ask(name, &typed);
                let values = values(name, &self.seen, status);
                let begins = |value: &String| {
                    value.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(&typed)) && *value != typed
                };
                let entries = values.into_iter().filter(begins).take(MOST);
                self.entries = entries
                    .map(|value| {
                        let written = format!("{} ", name.written(&value));
                        entry(&value, String::new(), written, found.span.clone())
                    })
                    .collect();
                question
            }
        }
    }

    /// Command that asks the engine for values of a name, unless it was asked already.
    fn ask(&mut self, name: &Name, typed: &str) -> Option<Command> {
        let seen = name.seen()?;
        let question = (seen, typed.to_owned());
        if self.asked.as_ref() == Some(&question) {
            return None;
        }
        if self.asked.as_ref().is_none_or(|(before, _)| *before != seen) {
            self.seen.clear();
        }
        self.asked = Some(question);
        self.generation += 1;
        Some(QueryCommand::FindSeen { generation: self.generation, seen, typed: typed.to_owned() }.into())
    }

    /// Returns true if there are entries to choose from.
    pub(super) fn is_open(&self, focused: bool) -> bool {
        (focused || self.hovered) && !self.closed && !self.entries.is_empty()
    }

    /// Takes the keys that move in the list, choose from it, and close it; the field gets the others.
    pub(super) fn keys(&mut self, ui: &Ui) -> Option<CompletedText> {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = self.entries.len().saturating_sub(1);
        if pressed(Key::ArrowDown) {
            self.highlighted = Some(self.highlighted.map_or(0, |at| (at + 1).min(last)));
        }
        if pressed(Key::ArrowUp) {
            self.highlighted = self.highlighted.and_then(|at| at.checked_sub(1));
        }
        if pressed(Key::Escape) {
            self.closed = true;
            self.closed_at = self.of.as_ref().map(|(text, _)| text.clone()).unwrap_or_default();
        }
        // Without a choice, Enter leaves the field, as it does anywhere.
        let by_enter = self.highlighted.is_some() && pressed(Key::Enter);
        let by_tab = self.takes_tab() && pressed(Key::Tab);
        (by_enter || by_tab).then(|| self.choose(self.highlighted.unwrap_or(0))).flatten()
    }

    /// Returns true if Tab chooses an entry. Where nothing is typed, what was used before is chosen only on purpose.
    pub(super) fn takes_tab(&self) -> bool {
        self.highlighted.is_some() || self.of.as_ref().is_some_and(|(text, _)| !text.trim().is_empty())
    }

    fn choose(&mut self, at: usize) -> Option<CompletedText> {
        let Entry { written, span, .. } = self.entries.get(at)?;
        let mut text = self.of.as_ref()?.0.clone();
        let rest = text.get(span.end..)?;
        // A space stands there already.
        let written = if rest.starts_with(' ') { written.trim_end() } else { written };
        let caret = text.get(..span.start)?.chars().count() + written.chars().count();
        text.replace_range(span.clone(), written);
        self.hovered = false;
        Some(CompletedText { text, caret })
    }

    /// Draws the list below the field, under a sentence about a mistake elsewhere; returns the entry that was clicked.
    pub(super) fn ui(
        &mut self,
        ui: &Ui,
        (field, mistake): (&Response, Option<&str>),
        look: &Look,
    ) -> Option<CompletedText> {
        let mut clicked = None;
        let area = egui::Area::new(Id::unique("filter completion"))
            .order(egui::Order::Foreground)
            .pivot(Align2::LEFT_TOP)
            .fixed_pos(below(ui, field.rect));
        let shown = area.show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).fill(look.palette.card).show(ui, |ui| {
                ui.set_width(field.rect.width() - 20.0);
                if let Some(mistake) = mistake {
                    ui.add(Label::new(RichText::new(mistake).color(look.palette.error)).wrap());
                    ui.separator();
                }
                let area =
                    ScrollArea::vertical().max_height(HEIGHT).min_scrolled_height(HEIGHT).auto_shrink([false, true]);
                clicked = area.show(ui, |ui| self.entries_ui(ui, look)).inner;
            });
        });
        let over = ui.ctx().pointer_latest_pos().is_some_and(|at| shown.response.rect.contains(at));
        self.hovered = over;
        clicked.and_then(|at| self.choose(at))
    }

    fn entries_ui(&self, ui: &mut Ui, look: &Look) -> Option<usize> {
        let entries = self.entries.iter().enumerate();
        let clicked = entries.filter(|(at, entry)| entry_ui(ui, entry, self.highlighted == Some(*at), look));
        clicked.map(|(at, _)| at).last()
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, highlighted: bool, look: &Look) -> bool {
    ui.horizontal(|ui| {
        let words = RichText::new(&entry.shown).monospace();
        let response = ui.selectable_label(highlighted, words);
        if highlighted {
            response.scroll_to_me(None);
        }
        if !entry.meaning.is_empty() {
            ui.label(RichText::new(&entry.meaning).small().color(look.palette.weak));
        }
        named(response, Role::MenuItem, &entry.shown).clicked()
    })
    .inner
}

fn entry(value: &str, meaning: String, written: String, span: Range<usize>) -> Entry {
    Entry { shown: shortened(value, SHOWN), meaning, written, span }
}

/// Names that begin with a prefix.
fn names(typed: &str, span: &Range<usize>, look: &Look) -> Vec<Entry> {
    let begins = |name: &&Name| name.name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    NAMES
        .iter()
        .filter(begins)
        .map(|name| {
            let written = format!("{}:", name.name);
            let meaning = look.text(&format!("filters.names.{}", name.name)).into_owned();
            entry(&written.clone(), meaning, written, span.clone())
        })
        .collect()
}

/// Values of a name: those that it takes, and those that have been seen.
fn values(name: &Name, seen: &[String], status: &Status) -> Vec<String> {
    let fixed = name.values.iter().filter(|value| !value.ends_with(PLACEHOLDER)).map(|value| (*value).to_owned());
    match name.seen() {
        Some(SeenField::Account) => status.accounts.iter().map(|account| account.name.clone()).collect(),
        Some(SeenField::Reply) => {
            fixed.chain(status.config.rules.iter().map(|rule| format!("rule:{}", rule.name))).collect()
        }
        // Any event, which is no value of its own.
        Some(SeenField::Type) => std::iter::once("event".to_owned()).chain(seen.iter().cloned()).collect(),
        Some(_) => seen.to_vec(),
        None if name.takes_codes() => Code::ALL.iter().map(|code| code.as_str().to_owned()).collect(),
        None => fixed.collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::texts::Language;

    fn look() -> Look {
        Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC)
    }

    fn offered(completing: &mut Completion, text: &str) -> Vec<String> {
        completing.look_at(text, text.len(), &Status::default(), &look());
        completing.entries.iter().map(|entry| entry.shown.clone()).collect()
    }

    #[test]
    fn names_are_offered_and_then_their_values() {
        let mut completing = Completion::default();
        assert_eq!(offered(&mut completing, "a ev"), ["event:"]);
        assert_eq!(completing.choose(0), Some(CompletedText { text: "a event:".to_owned(), caret: 8 }));
        assert!(offered(&mut completing, "sig:").contains(&"valid".to_owned()));
        assert!(offered(&mut completing, "diagnosis:token-").iter().all(|code| code.starts_with("token-")));
        assert_eq!(offered(&mut completing, "\"quoted\""), [""; 0]);
    }

    #[test]
    fn seen_values_are_asked_for_once_and_written_in_quotes_where_they_need_them() {
        let mut completing = Completion::default();
        let question = completing.look_at("key:M", 5, &Status::default(), &look());
        assert!(
            matches!(question, Some(Command::Query(QueryCommand::FindSeen { generation: 1, seen: SeenField::Key, ref typed })) if typed == "M")
        );
        completing.take_seen(1, vec!["ME TOO".to_owned(), "MENU_1".to_owned()]);
        assert_eq!(offered(&mut completing, "key:M"), ["ME TOO", "MENU_1"]);
        assert_eq!(completing.choose(0), Some(CompletedText { text: "key:\"ME TOO\" ".to_owned(), caret: 13 }));
        completing.take_seen(0, vec!["late".to_owned()]);
        assert_eq!(offered(&mut completing, "key:ME"), ["ME TOO", "MENU_1"]);
    }

    #[test]
    fn an_empty_field_offers_what_was_used_the_latest_first_and_each_once() {
        let mut completing = Completion::default();
        completing.take_used(vec!["b".to_owned(), "a".to_owned()]);
        assert!(completing.note_used("b").is_none() && completing.note_used(" ").is_none());
        assert!(
            matches!(completing.note_used(" a "), Some(Command::Maintenance(MaintenanceCommand::NoteFilter { text })) if text == "a")
        );
        assert_eq!(offered(&mut completing, ""), ["a", "b"]);
        assert!(!completing.takes_tab(), "Tab leaves an empty field");
        completing.highlighted = Some(1);
        assert!(completing.takes_tab());
        assert_eq!(offered(&mut completing, "ev"), ["event:"]);
        assert!(completing.takes_tab());
    }

    #[test]
    fn every_name_has_its_meaning_in_both_languages() {
        for language in Language::ALL {
            let look = Look::new(language, egui::Theme::Dark, TimeZone::UTC);
            for name in names("", &(0..0), &look) {
                assert!(!name.meaning.is_empty() && !name.meaning.starts_with("filters."), "{name:?}");
            }
        }
    }
}
