//! Row above the list: named filters as buttons, and the terms of the filter as chips.

use std::ops::Range;

use egui::accesskit::Role;
use egui::{Button, Id, Label, Pos2, Rect, RichText, TextEdit, Ui};

use super::saved_filters::{NamedFilter, SavedFilters};
use super::{FilterBox, field_id, mended};
use crate::capture::diagnosis::Severity;
use crate::config::Hue;
use crate::filter::{FilterError, is_term, turned, without};
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, FilterAction};
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{named, small_button};
use crate::ui::widgets::filter_error;

/// Maximum number of characters of a term or a name shown.
const SHOWN: usize = 40;

/// Width of the field for a name and its least, of a colour, and of all that stands behind the field, in points.
const NAME_WIDTH: f32 = 180.0;
const NAME_NARROWEST: f32 = 80.0;
const COLOUR_WIDTH: f32 = 22.0;
const NAMING_REST: f32 = 310.0;

/// Distance of what opens below the field, in points.
const BELOW: f32 = 3.0;

/// Draws the row, if there is anything in it.
pub(crate) fn filter_row_ui(
    ui: &mut Ui,
    (filter, saved): (&FilterBox, &mut SavedFilters),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    if filter.is_empty() && saved.all().is_empty() {
        return;
    }
    let frame = egui::Frame::new().fill(look.palette.card).inner_margin(egui::Margin::symmetric(10, 4));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(GAP_SMALL, GAP_SMALL);
        let chips = ui.horizontal_wrapped(|ui| {
            for named in saved.all() {
                saved_ui(ui, named, filter, look, actions);
            }
            if !saved.all().is_empty() && !filter.is_empty() {
                ui.separator();
            }
            if let Some(mistake) = filter.mistake() {
                mistake_ui(ui, filter, mistake, look, actions);
                return;
            }
            for term in filter.terms() {
                chip_ui(ui, filter.text(), term.clone(), look, actions);
            }
            if !filter.is_empty() && saved.naming.is_none() {
                save_ui(ui, filter, saved, look, actions);
            }
        });
        note_chips(ui, chips.response.rect);
        naming_ui(ui, saved, look, actions);
    });
}

/// Notes where the chips are, for what opens below the field.
fn note_chips(ui: &Ui, chips: Rect) {
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data_mut(|data| data.insert_temp(chips_id(), (frame, chips)));
}

fn chips_id() -> Id {
    Id::unique("chips of the filter")
}

/// The place below the field for what opens there: below the chips where it would cover them.
pub(super) fn below(ui: &Ui, field: Rect) -> Pos2 {
    let noted: Option<(u64, Rect)> = ui.data(|data| data.get_temp(chips_id()));
    // The row is drawn after the field, and not on every screen.
    let chips = noted.filter(|(frame, _)| ui.ctx().cumulative_frame_nr() <= frame + 1).map(|(_, chips)| chips);
    let covered = chips.filter(|chips| chips.right() > field.left());
    Pos2::new(field.left(), covered.map_or(field.bottom(), |chips| chips.bottom()) + BELOW)
}

/// Draws, in place of chips that do not hold, the mistake with its remedy, and what the list still shows.
fn mistake_ui(ui: &mut Ui, filter: &FilterBox, mistake: &FilterError, look: &Look, actions: &mut Vec<Action>) {
    // While the field has the caret, both are said below its place.
    if ui.memory(|memory| memory.has_focus(field_id())) {
        return;
    }
    let words = format!("{} {}", severity_mark(Severity::Error), filter_error::words(mistake, look));
    ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
    if let Some(suggestion) = &mistake.suggestion {
        let text = look.filled("window.filter.suggestion", &[("suggestion", suggestion)]);
        if ui.add(small_button(text)).clicked() {
            actions.push(Action::SetFilter(mended(filter.text(), mistake, suggestion)));
            actions.push(Action::FocusFilter);
        }
    }
    let words = format!("· {}", kept_words(filter, look));
    ui.add(Label::new(RichText::new(words).color(look.palette.weak)).wrap());
}

/// The filter by which the list is shown while another one cannot be read.
pub(super) fn kept_words(filter: &FilterBox, look: &Look) -> String {
    match filter.read().text.trim() {
        "" => look.text("filters.kept_all").into_owned(),
        kept => look.filled("filters.kept", &[("filter", &shortened(kept, SHOWN))]),
    }
}

/// Draws a named filter: a click applies it, another one shows everything.
fn saved_ui(ui: &mut Ui, named_filter: &NamedFilter, filter: &FilterBox, look: &Look, actions: &mut Vec<Action>) {
    let NamedFilter { name, text, colour, kept, sound } = named_filter;
    let is_on = filter.mistake().is_none() && filter.text().trim() == text.trim();
    let mark = colour.map_or(String::new(), |_| format!("{} ", initial(name)));
    let warning = if *sound { "" } else { "⚠ " };
    let mut words = RichText::new(format!("{warning}{mark}{}", shortened(name, SHOWN)));
    if let Some(hue) = colour {
        words = words.color(look.palette.hue(*hue));
    }
    let key = if *sound { "filters.show" } else { "filters.broken" };
    let accessible = look.filled(key, &[("name", name)]);
    let button = named(ui.add(Button::selectable(is_on, words)), Role::Button, &accessible);
    button.context_menu(|ui| {
        let mut item = |ui: &mut Ui, key: &str, action: Action| {
            if ui.button(look.text(key)).clicked() {
                actions.push(action);
                ui.close();
            }
        };
        item(ui, "filters.add", Action::AddToFilter(text.clone()));
        let naming = FilterAction::Begin { name: name.clone(), text: text.clone(), colour: *colour, kept: *kept };
        item(ui, if *kept { "filters.edit" } else { "filters.keep" }, Action::Filter(naming));
        item(ui, "filters.remove", Action::Filter(FilterAction::Remove { name: name.clone(), kept: *kept }));
    });
    if button.clicked() {
        actions.push(Action::SetFilter(if is_on { String::new() } else { text.clone() }));
    }
    button.on_hover_text(shortened(text, 4 * SHOWN));
}

/// The first letter of a name, which repeats what its colour says.
pub(crate) fn initial(name: &str) -> char {
    name.chars()
        .find(|letter| letter.is_alphanumeric())
        .map_or('●', |letter| letter.to_uppercase().next().unwrap_or(letter))
}

/// Draws a term: a click negates it, × removes it.
fn chip_ui(ui: &mut Ui, text: &str, term: Range<usize>, look: &Look, actions: &mut Vec<Action>) {
    let Some(words) = text.get(term.clone()) else { return };
    let shown = shortened(words, SHOWN);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let excluded = words.starts_with('-');
        let key = if excluded { "filters.chip.include" } else { "filters.chip.exclude" };
        let color = if excluded { look.palette.warning } else { look.palette.text };
        let chip = ui.add(Button::new(RichText::new(&shown).monospace().small().color(color)));
        let name = look.filled(key, &[("term", words.strip_prefix('-').unwrap_or(words))]);
        if named(chip, Role::Button, &name).on_hover_text(&name).clicked() {
            let is_single = is_term(words, &crate::clock::local_now());
            actions.push(Action::SetFilter(turned(text, term.clone(), is_single)));
        }
        let name = look.filled("filters.chip.remove", &[("term", words)]);
        if named(ui.add(Button::new(RichText::new("×").small())), Role::Button, &name).on_hover_text(&name).clicked() {
            actions.push(Action::SetFilter(without(text, term)));
        }
    });
}

fn save_ui(ui: &mut Ui, filter: &FilterBox, saved: &SavedFilters, look: &Look, actions: &mut Vec<Action>) {
    let is_kept = saved.all().iter().any(|named| named.kept && named.text.trim() == filter.text().trim());
    if is_kept {
        return;
    }
    let name = look.text("filters.save");
    if named(ui.add(Button::new("★").frame(false)), Role::Button, &name).on_hover_text(name).clicked() {
        let text = filter.text().trim().to_owned();
        let naming = FilterAction::Begin { name: String::new(), text, colour: None, kept: false };
        actions.push(Action::Filter(naming));
    }
}

/// Draws the form for the name and the colour of a filter, on one line.
fn naming_ui(ui: &mut Ui, saved: &mut SavedFilters, look: &Look, actions: &mut Vec<Action>) {
    let is_sound = saved.is_sound();
    let Some(naming) = &mut saved.naming else { return };
    ui.horizontal(|ui| {
        let name = look.text("filters.name");
        let width = (ui.available_width() - NAMING_REST).clamp(NAME_NARROWEST, NAME_WIDTH);
        let edit = ui.add(TextEdit::singleline(&mut naming.name).desired_width(width).hint_text(&*name));
        ui.ctx().accesskit_node_builder(edit.id, |node| node.set_label(&*name));
        if std::mem::take(&mut naming.focus) {
            edit.request_focus();
        }
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.spacing_mut().button_padding.x = GAP_SMALL;
            for hue in std::iter::once(None).chain(Hue::ALL.map(Some)) {
                colour_ui(ui, &mut naming.colour, hue, look);
            }
        });
        let keep = ui.add_enabled(is_sound, Button::new(look.text("filters.keep")));
        let why = if naming.name.trim().is_empty() { "filters.unnamed" } else { "filters.taken" };
        if keep.on_disabled_hover_text(look.text(why)).clicked() || entered && is_sound {
            actions.push(Action::Filter(FilterAction::Keep));
        }
        if ui.button(look.text("filters.cancel")).clicked() {
            actions.push(Action::Filter(FilterAction::Cancel));
        }
    });
    let naming = saved.naming.as_ref();
    if let Some(naming) = naming.filter(|naming| !is_sound && !naming.name.trim().is_empty()) {
        let words = look.filled("filters.taken_by", &[("name", naming.name.trim())]);
        ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
    }
}

/// Draws a colour by the beginning of its name; the whole name is its tooltip.
fn colour_ui(ui: &mut Ui, chosen: &mut Option<Hue>, hue: Option<Hue>, look: &Look) {
    let (name, color) = match hue {
        Some(hue) => (look.text(&format!("filters.colours.{}", hue.as_str())).into_owned(), look.palette.hue(hue)),
        None => (look.text("filters.no_colour").into_owned(), look.palette.weak),
    };
    let shown = if hue.is_some() { initial(&name).to_string() } else { "–".to_owned() };
    let button = Button::selectable(*chosen == hue, RichText::new(shown).color(color));
    let response = named(ui.add(button.min_size(egui::vec2(COLOUR_WIDTH, 0.0))), Role::RadioButton, &name);
    if response.on_hover_text(name).clicked() {
        *chosen = hue;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_repeats_what_the_colour_says() {
        assert_eq!((initial("taps"), initial("\"扫码\""), initial("…")), ('T', '扫', '●'));
    }

    #[test]
    fn what_opens_below_the_field_covers_no_chip() {
        let field = Rect::from_min_max(Pos2::new(400.0, 10.0), Pos2::new(900.0, 38.0));
        for (right, top) in [(300.0, 38.0), (500.0, 84.0)] {
            egui::__run_test_ui(|ui| {
                assert_eq!(below(ui, field), Pos2::new(400.0, 38.0 + BELOW), "there are no chips");
                note_chips(ui, Rect::from_min_max(Pos2::new(70.0, 56.0), Pos2::new(right, 84.0)));
                assert_eq!(below(ui, field), Pos2::new(400.0, top + BELOW));
                ui.data_mut(|data| data.remove::<(u64, Rect)>(chips_id()));
            });
        }
    }
}
