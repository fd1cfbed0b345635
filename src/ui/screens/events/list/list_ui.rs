//! Drawing of the list: its titles, the rows in view, and the hint of an empty list.

use std::ops::Range;

use egui::{Rect, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};
use jiff::civil::Date;

use super::List;
use super::columns::Columns;
use super::header::{DAY_ROOM, day_line, day_ui, header_ui};
use super::hits::Hits;
use super::row::{RowState, RowSurroundings, row_ui};
use super::row_cache::CachedRow;
use crate::engine::AccountStatus;
use crate::filter::{Expr, Filter};
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::filter::saved_filters::SavedFilters;
use crate::ui::screens::events::filter::state_terms::{StateTerm, states_meant};
use crate::ui::theme;

/// Characters of a filter that a sentence names, at most.
const MOST_NAMED: usize = 60;

/// Maximum distance from the top, in rows, that still counts as being at the top.
const AT_TOP: f32 = 0.5;

fn day_of(row: &CachedRow<'_>, look: &Look) -> Option<Date> {
    if let CachedRow::Read(row) = row { Some(row.texts(look).day) } else { None }
}

impl List {
    /// Draws the list of captures.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        (answering, saved): (&ManualReplies, &SavedFilters),
        (filter, accounts): (&Filter, &[AccountStatus]),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        self.cache.colour(saved.generation());
        self.cache.dress(look);
        // Without gaps, since a click between two rows would hit neither.
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let columns = Columns::fit(ui.available_width(), &self.layout);
        header_ui(ui, &columns, &mut self.layout, look);
        if self.listing.len() == 0 {
            self.empty_ui(ui, filter, look, actions);
            return;
        }
        let first = self.view.rows.start;
        day_ui(ui, self.day_of(first, look).map(|day| look.day(day)).as_deref(), look);
        let height = self.layout.density.row_height();
        let hits = Hits::of(filter);
        let context = RowSurroundings { columns: &columns, hits: &hits, accounts, look };
        let is_filtered = filter.expr != Expr::All;
        let Self { listing, cache, view, selected, picks, following, arrivals, .. } = self;
        let mut in_view: Option<Range<usize>> = None;
        let mut begun_days: Vec<(Date, Rect)> = Vec::new();
        let mut table = TableBuilder::new(ui)
            .id_salt("list")
            .column(Column::remainder().clip(true))
            .auto_shrink(false)
            .animate_scrolling(false);
        if std::mem::take(&mut view.to_top) {
            table = table.vertical_scroll_offset(0.0);
            view.scroll_to = None;
        } else if let Some(row) = view.scroll_to.take() {
            table = table.scroll_to_row(row, None);
        }
        let output = table.body(|body| {
            body.rows(height, listing.len(), |mut table_row| {
                let index = table_row.index();
                in_view = Some(in_view.as_ref().map_or(index, |rows| rows.start)..index + 1);
                let Some(id) = listing.at(index) else { return };
                table_row.col(|ui| {
                    let row = cache.row(id);
                    let day = day_of(&row, look);
                    let day_at = |index: usize| listing.at(index).and_then(|id| day_of(&cache.row(id), look));
                    let is_other_day = |other: Option<Date>| other.is_some() && day.is_some() && other != day;
                    let begins_day = is_other_day(index.checked_sub(1).and_then(day_at));
                    let ends_day = is_other_day(day_at(index + 1));
                    if let Some(day) = day.filter(|_| begins_day) {
                        begun_days.push((day, ui.max_rect()));
                    }
                    let state = RowState {
                        id,
                        index,
                        of: listing.len(),
                        selected: *selected == Some(id),
                        picked: picks.holds(id),
                        held_until: answering.held(id).map(|push| push.deadline),
                        mark: cache.mark(id).and_then(|index| saved.marking(index)),
                        novelty: arrivals.novelty(ui.ctx(), id),
                        dated: is_filtered || begins_day || day.is_some_and(|day| day != look.today()),
                        lowered: DAY_ROOM * (f32::from(u8::from(begins_day)) - f32::from(u8::from(ends_day))),
                    };
                    row_ui(ui, &state, &row, &context, actions);
                });
            });
        });
        view.rows = in_view.unwrap_or_default();
        for (day, row) in begun_days.into_iter().filter(|(_, row)| row.top() > output.inner_rect.top() + 1.0) {
            day_line(ui, (row, output.inner_rect), &look.day(day), look);
        }
        if *following && output.state.clamped_offset().y > AT_TOP * height {
            actions.push(Action::Follow(false));
        }
    }

    /// The day of a row, if it is known.
    fn day_of(&self, row: usize, look: &Look) -> Option<Date> {
        day_of(&self.cache.row(self.listing.at(row)?), look)
    }

    fn empty_ui(&mut self, ui: &mut Ui, filter: &Filter, look: &Look, actions: &mut Vec<Action>) {
        self.view.rows = 0..0;
        let searching = self.is_searching();
        ScrollArea::vertical().show(ui, |ui| {
            ui.vertical_centered(|ui| {
                ui.add_space(ui.available_height() * 0.3);
                ui.spacing_mut().item_spacing.y = theme::GAP;
                if searching {
                    ui.weak(look.text("window.list.searching"));
                    return;
                }
                let nothing =
                    look.filled("window.list.nothing", &[("filter", &shortened(filter.text.trim(), MOST_NAMED))]);
                ui.label(egui::RichText::new(nothing).color(look.palette.strong).size(15.0));
                ui.weak(look.text("window.list.nothing_hint"));
                ui.add_space(theme::GAP);
                for StateTerm { words, term, .. } in states_meant(&filter.text, look) {
                    let button = ui.button(look.filled("filters.show_state", &[("words", &words)]));
                    if button.on_hover_text(&term).clicked() {
                        actions.push(Action::SetFilter(term));
                    }
                }
                if ui.button(look.text("window.filter.clear")).clicked() {
                    actions.push(Action::SetFilter(String::new()));
                }
            });
        });
    }
}
