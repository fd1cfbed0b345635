//! Held pushes in the bars: the switch at the top, and at the bottom their number and the time left.

use std::time::Instant;

use egui::accesskit::Role;
use egui::{Button, Frame, Margin, RichText, Ui};

use crate::capture::CaptureId;
use crate::capture::diagnosis::Severity;
use crate::config::HoldConfig;
use crate::engine::SettingsCommand;
use crate::filter::{Expr, Filter};
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, HoldAction};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::screens::events::answering::{ManualReplies, TICK, seconds_left};
use crate::ui::theme::{TEXT_SMALL, icons};
use crate::ui::widgets::controls::named;
use crate::ui::widgets::filter_error;

/// Maximum number of characters of a filter shown on the switch; its menu shows the whole.
const FILTER_SHOWN: usize = 18;

/// Maximum width of the menu, in points.
const MENU_WIDTH: f32 = 320.0;

/// Draws the switch: `held` is the filter of what is held now, `filter` that of the list as it is written.
pub(crate) fn switch_ui(
    ui: &mut Ui,
    (held, hold): (Option<&Filter>, HoldConfig),
    filter: &str,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let state = state_words(held, look);
    let color = if held.is_some() { look.palette.warning } else { look.palette.weak };
    let menu = ui.menu_button(RichText::new(format!("{} {state}", icons::PAUSE)).color(color), |ui| {
        ui.set_max_width(MENU_WIDTH);
        let is_all = held.is_some_and(|held| held.expr == Expr::All);
        if ui.selectable_label(held.is_none(), look.text("hold.switch.off")).clicked() {
            actions.push(Action::Hold(HoldAction::Set(None)));
        }
        if ui.selectable_label(is_all, look.text("hold.switch.all")).clicked() {
            actions.push(Action::Hold(HoldAction::Set(Some(Box::default()))));
        }
        filter_ui(ui, held.filter(|_| !is_all), filter, look, actions);
        ui.separator();
        let mut retries = hold.retry_while_typing;
        let setting = ui.checkbox(&mut retries, look.text("hold.retry_while_typing"));
        if setting.on_hover_text(look.text("hold.retry_while_typing_hint")).changed() {
            let hold = HoldConfig { retry_while_typing: retries };
            actions.push(Action::Ask(SettingsCommand::SaveHold { hold }.into()));
        }
    });
    named(menu.response, Role::Button, &state).on_hover_text(keys::TOGGLE_HOLD.hint());
}

/// The filter of the list as one for pushes that have just arrived, or the reason why it is none.
pub(crate) fn matching(filter: &str, look: &Look) -> Result<Filter, String> {
    let parsed = Filter::parse_for_arrivals(filter, &crate::clock::local_now());
    let parsed = parsed.map_err(|mistake| filter_error::words(&mistake, look))?;
    if parsed.expr == Expr::All { Err(look.text("hold.switch.no_filter").into_owned()) } else { Ok(parsed) }
}

/// Offers to hold what the filter of the list matches, if its terms apply to a push that has just arrived.
fn filter_ui(ui: &mut Ui, held: Option<&Filter>, filter: &str, look: &Look, actions: &mut Vec<Action>) {
    let parsed = matching(filter, look);
    let is_on = held.is_some_and(|held| held.text == filter);
    let item = ui.add_enabled(parsed.is_ok(), Button::selectable(is_on, look.text("hold.switch.filter")));
    if let (true, Ok(filter)) = (item.clicked(), &parsed) {
        actions.push(Action::Hold(HoldAction::Set(Some(Box::new(filter.clone())))));
    }
    if let Err(words) = &parsed {
        ui.label(RichText::new(words).color(look.palette.weak).size(TEXT_SMALL));
    }
    if let Some(held) = held.filter(|_| !is_on) {
        ui.separator();
        ui.label(look.filled("hold.switch.now", &[("filter", &safe_text(&held.text))]));
    }
}

fn state_words(held: Option<&Filter>, look: &Look) -> String {
    match held {
        None => look.text("hold.switch.name").into_owned(),
        Some(filter) if filter.expr == Expr::All => look.text("hold.switch.holds_all").into_owned(),
        Some(filter) => {
            let text = safe_text(&filter.text);
            let short: String = text.chars().take(FILTER_SHOWN).collect();
            let short = if short.len() < text.len() { format!("{short}…") } else { short };
            look.filled("hold.switch.holds", &[("filter", &short)])
        }
    }
}

/// Draws a bar above the list while a push is held whose editor, `in_view` by its event, is not open.
pub(crate) fn held_bar_ui(
    ui: &mut Ui,
    answering: &ManualReplies,
    in_view: Option<CaptureId>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let Some(next) = answering.next().filter(|next| in_view != Some(next.placement.group)) else { return };
    let frame = Frame::new().fill(look.severity_ground(Severity::Warning)).inner_margin(Margin::symmetric(10, 4));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let (count, seconds) = (answering.count().to_string(), seconds_left(next.deadline));
            let words = look.filled("hold.bar", &[("count", &count), ("seconds", &seconds)]);
            ui.label(RichText::new(format!("⏸ {words}")).strong().color(look.palette.warning));
            let answer = look.filled("hold.bar_answer", &[("key", &keys::ANSWER_HELD.hint())]);
            if ui.button(answer).clicked() {
                actions.push(keys::ANSWER_HELD.action());
            }
        });
    });
}

/// Draws the number of held pushes with a button that leads to the next, and the number of awaited retries.
pub(crate) fn held_ui(ui: &mut Ui, answering: &ManualReplies, look: &Look, actions: &mut Vec<Action>) {
    if let Some(next) = answering.next() {
        ui.ctx().request_repaint_after(TICK);
        ui.separator();
        let (count, seconds) = (answering.count().to_string(), seconds_left(next.deadline));
        let words = look.filled("hold.status", &[("count", &count), ("seconds", &seconds)]);
        ui.label(RichText::new(format!("⏸ {words}")).small().color(look.palette.warning));
        let answer = look.filled("hold.bar_answer", &[("key", &keys::ANSWER_HELD.hint())]);
        if ui.add(Button::new(RichText::new(answer).small())).clicked() {
            actions.push(keys::ANSWER_HELD.action());
        }
    }
    let awaited = answering.awaited();
    let Some(first) = awaited.iter().map(|retry| retry.until).min() else { return };
    // Nothing else tells that it has not come.
    ui.ctx().request_repaint_after(first.saturating_duration_since(Instant::now()) + TICK);
    ui.separator();
    let prepared = awaited.iter().filter(|retry| retry.is_prepared).count();
    let (waiting, prepared) = (awaited.len().to_string(), prepared.to_string());
    let words = look.filled("hold.status_awaited", &[("count", &waiting), ("prepared", &prepared)]);
    let shown = RichText::new(format!("… {words}")).small().color(look.palette.note);
    if ui.add(Button::new(shown).frame_when_inactive(false)).clicked() {
        actions.push(Action::Hold(HoldAction::AnswerNext));
    }
}
