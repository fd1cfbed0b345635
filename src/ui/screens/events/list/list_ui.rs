//! Drawing of the list: its titles, the rows in view, and the hint of an empty list.

use std::ops::Range;

use egui::{ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use super::List;
use super::columns::Columns;
use super::row;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::filter::saved_filters::SavedFilters;
use crate::ui::theme;

/// Maximum distance from the top, in rows, that still counts as being at the top.
const AT_TOP: f32 = 0.5;

impl List {
    /// Draws the list of captures.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        (answering, saved): (&ManualReplies, &SavedFilters),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        self.cache.colour(saved.generation());
        self.cache.dress(look);
        // Without gaps, since a click between two rows would hit neither.
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let columns = Columns::fit(ui.available_width());
        columns.header_ui(ui, look);
        if self.listing.len() == 0 {
            self.empty_ui(ui, look, actions);
            return;
        }
        let Self { listing, cache, view, selected, picks, following, .. } = self;
        let mut in_view: Option<Range<usize>> = None;
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
            body.rows(theme::ROW_HEIGHT, listing.len(), |mut table_row| {
                let index = table_row.index();
                in_view = Some(in_view.as_ref().map_or(index, |rows| rows.start)..index + 1);
                let Some(id) = listing.at(index) else { return };
                table_row.col(|ui| {
                    let held_until = answering.held(id).map(|push| push.deadline);
                    let (selected, picked) = (*selected == Some(id), picks.holds(id));
                    let mark = cache.mark(id).and_then(|index| saved.marking(index));
                    let state = row::RowState { id, index, of: listing.len(), selected, picked, held_until, mark };
                    row::row_ui(ui, &state, &cache.row(id), &columns, look, actions);
                });
            });
        });
        view.rows = in_view.unwrap_or_default();
        if *following && output.state.clamped_offset().y > AT_TOP * theme::ROW_HEIGHT {
            actions.push(Action::Follow(false));
        }
    }

    fn empty_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
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
                ui.label(egui::RichText::new(look.text("window.list.nothing")).color(look.palette.strong).size(15.0));
                ui.weak(look.text("window.list.nothing_hint"));
                ui.add_space(theme::GAP);
                if ui.button(look.text("window.filter.clear")).clicked() {
                    actions.push(Action::SetFilter(String::new()));
                }
            });
        });
    }
}
