//! Context menu of a row.

use egui::{Button, Frame, Label, RichText, Ui};

use super::layout::ColumnKind;
use crate::capture::{CaptureId, CaptureSummary, ForwardState, ReplySummary};
use crate::filter::by_value;
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, DetailPart, SendAction};
use crate::ui::keys::{self, Shortcut};
use crate::ui::look::Look;
use crate::ui::widgets::copy_menu::copy_menu_ui;
use crate::ui::widgets::value_menu::value_menu_ui;
use crate::wechat::kind::{Class, lookup};

/// Maximum number of characters shown of a value.
const SHOWN: usize = 40;

/// Draws the menu of a row; its actions apply to the multi-selection if the row is part of it.
pub(super) fn menu_ui(
    ui: &mut Ui,
    (id, picked): (CaptureId, bool),
    row: Option<(&CaptureSummary, Option<ColumnKind>)>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    // As close as in the menus of the system: it has to fit into a low window.
    ui.spacing_mut().item_spacing.y = 0.0;
    if let Some((row, column)) = row {
        title_ui(ui, row, look);
        ui.separator();
        if let Some(term) = column.and_then(|column| cell_term(row, column)) {
            term_ui(ui, &term, look, actions);
            ui.separator();
        }
        values_ui(ui, row, look, actions);
        ui.separator();
    }
    let mut chosen = None;
    let mut item = |ui: &mut Ui, key: &str, hint: String, action: Action| {
        if ui.add(Button::new(look.text(key).into_owned()).shortcut_text(hint)).clicked() {
            chosen = Some(action);
        }
    };
    item(ui, "replay.menu.answer", String::new(), Action::ShowPart(DetailPart::Reply));
    let mut shortcut = |ui: &mut Ui, key: &str, shortcut: &Shortcut| item(ui, key, shortcut.hint(), shortcut.action());
    ui.separator();
    shortcut(ui, "replay.menu.replay", &keys::REPLAY);
    shortcut(ui, "replay.menu.ask", &keys::REPLAY_ASKING);
    shortcut(ui, "replay.menu.edit", &keys::EDIT_AND_REPLAY);
    shortcut(ui, "replay.menu.duplicate", &keys::DUPLICATE);
    shortcut(ui, "replay.menu.export", &keys::EXPORT);
    ui.separator();
    let is_pinned = row.is_some_and(|(row, _)| row.annotation.pinned);
    shortcut(ui, if is_pinned { "marking.menu.unpin" } else { "marking.menu.pin" }, &keys::PIN);
    shortcut(ui, "marking.menu.note", &keys::NOTE);
    shortcut(ui, "compare.menu", &keys::COMPARE);
    ui.separator();
    shortcut(ui, keys::REMOVE.text, &keys::REMOVE);
    if let Some(action) = copy_menu_ui(ui, look) {
        chosen = Some(action);
    }
    if let Some(action) = chosen {
        // These actions apply to several rows; all others apply to this one alone.
        let keeps_picks = picked
            && matches!(
                action,
                Action::Send(SendAction::AtOnce | SendAction::Chosen)
                    | Action::ShowExport(_)
                    | Action::Remove(_)
                    | Action::Annotate(_)
                    | Action::Compare(_)
            );
        if !keeps_picks {
            actions.push(Action::Select(id));
        }
        actions.push(action);
    }
}

/// Names the row that the menu is about: another one may be selected.
fn title_ui(ui: &mut Ui, row: &CaptureSummary, look: &Look) {
    let mut words = look.kind(&row.kind, SHOWN);
    if let Some(key) = row.event_key.as_deref().filter(|key| !key.is_empty()) {
        words = format!("{words} {}", shortened(key, SHOWN));
    }
    let time = look.local(row.received_at).strftime("%H:%M:%S");
    let shown = RichText::new(format!("{words} · {time}")).strong();
    // Its left edge is that of the entries' words.
    Frame::new().inner_margin(ui.spacing().button_padding).show(ui, |ui| ui.add(Label::new(shown).selectable(false)));
}

/// The filter term that finds rows with the same value in a column.
fn cell_term(row: &CaptureSummary, column: ColumnKind) -> Option<String> {
    let named = |name: &str, value: Option<&String>| by_value(Some(name), value.filter(|value| !value.is_empty())?);
    match column {
        ColumnKind::State => row.severity.map(|_| "has:diagnosis".to_owned()),
        ColumnKind::Kind => named(kind_name(&row.kind), Some(&row.kind)),
        ColumnKind::Summary => named("key", row.event_key.as_ref()),
        ColumnKind::OpenId => named("openid", row.openid.as_ref()),
        ColumnKind::Attempt => Some(format!("attempt:{}", row.placement.attempt)),
        ColumnKind::Signature => Some(format!("signature:{}", row.signature.as_str())),
        ColumnKind::Mode => Some(format!("mode:{}", row.mode.as_str())),
        ColumnKind::Reply => reply_term(row.reply.as_ref()?),
        ColumnKind::Time => None,
        ColumnKind::Elapsed => Some(format!("ms:>={}", row.reply.as_ref()?.elapsed.as_millis())),
    }
}

fn reply_term(reply: &ReplySummary) -> Option<String> {
    match (reply.fault, reply.forward) {
        (Some(fault), _) => Some(format!("fault:{fault}")),
        (None, Some(ForwardState::Late | ForwardState::Failed)) => {
            reply.forward.map(|state| format!("forward:{}", state.as_str()))
        }
        _ => reply.status.map(|status| format!("status:{status}")),
    }
}

/// Draws the entries to filter by a term, and to exclude what it finds.
fn term_ui(ui: &mut Ui, term: &str, look: &Look, actions: &mut Vec<Action>) {
    let shown = shortened(term, SHOWN);
    for (key, action) in
        [("list.only", Action::AddToFilter(term.to_owned())), ("list.without", Action::AddToFilter(format!("-{term}")))]
    {
        if ui.button(look.filled(key, &[("term", &shown)])).clicked() {
            actions.push(action);
            ui.close();
        }
    }
}

/// The name of the filter's term that finds a kind.
fn kind_name(kind: &str) -> &'static str {
    let is_event = lookup(kind).is_none_or(|known| known.class == Class::Event);
    if is_event { "event" } else { "type" }
}

/// Draws submenus to filter by the row's values.
fn values_ui(ui: &mut Ui, row: &CaptureSummary, look: &Look, actions: &mut Vec<Action>) {
    let kind = (kind_name(&row.kind), "list.by_kind", Some(&row.kind));
    let key = ("key", "list.by_key", row.event_key.as_ref());
    for (name, words, value) in [kind, key, ("openid", "list.by_openid", row.openid.as_ref())] {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        let Some(term) = by_value(Some(name), value) else { continue };
        let words = look.filled(words, &[("value", &shortened(value, SHOWN))]);
        ui.menu_button(words, |ui| value_menu_ui(ui, value, &term, look, actions));
    }
}
