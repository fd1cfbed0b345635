//! Keys that arrive and are in no button, with the button of a former menu that had them.

use egui::{Label, RichText, Ui};

use super::edited_menu::EditedMenu;
use crate::engine::StrayKey;
use crate::filter::by_value;
use crate::texts::safe_text::{grouped, shortened};
use crate::ui::action::{Action, BoardAction};
use crate::ui::look::Look;
use crate::ui::theme::GAP;
use crate::ui::widgets::controls::{title, weak};

/// Keys that are drawn, the newest.
const MOST_KEYS: usize = 12;
/// Characters of a key or a name in a line.
const SHOWN: usize = 60;

/// Draws the keys, where there are any.
pub(super) fn stray_section_ui(ui: &mut Ui, menu: &EditedMenu, look: &Look, actions: &mut Vec<Action>) {
    let Some(coverage) = menu.coverage().filter(|coverage| coverage.stray_keys > 0) else { return };
    title(ui, look, &look.text("board.stray.title"));
    ui.add(Label::new(weak(look, look.text("board.stray.hint"))).wrap());
    for stray in coverage.stray.iter().take(MOST_KEYS) {
        stray_ui(ui, stray, look, actions);
    }
    let more = coverage.stray_keys.saturating_sub(MOST_KEYS);
    if more > 0 {
        let count = grouped(more as u64);
        ui.label(weak(look, look.filled("board.stray.more", &[("count", &count)])));
    }
}

fn stray_ui(ui: &mut Ui, stray: &StrayKey, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let words = format!("{} {}", stray.kind, shortened(&stray.key, SHOWN));
        let terms = [by_value(Some("event"), &stray.kind), by_value(Some("key"), &stray.key)];
        let filter: Option<Vec<String>> = terms.into_iter().collect();
        if ui.link(RichText::new(words).monospace()).clicked()
            && let Some(filter) = filter
        {
            actions.push(Action::Board(BoardAction::ShowEvents(filter.join(" "))));
        }
        let count = grouped(stray.taps.count);
        ui.label(look.filled("board.stray.count", &[("count", &count)]));
        if let Some(last) = stray.taps.last {
            ui.label(weak(look, look.dated(last)));
        }
        if let Some(former) = &stray.former {
            let (name, time) = (shortened(&former.name, SHOWN), look.dated(former.since));
            let details = [("path", &*former.path), ("name", &*name), ("time", &*time)];
            ui.label(weak(look, look.filled("board.stray.former", &details)));
        }
    });
}
