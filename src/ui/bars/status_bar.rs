//! Bar at the bottom: counts, new events, held pushes, work in progress, and messages.

use egui::{Button, RichText, Ui};

use super::hold::held_ui;
use super::maintenance_progress::maintenance_progress_ui;
use super::replay_progress::running_ui;
use crate::capture::StoredRun;
use crate::engine::Progress;
use crate::texts::safe_text::grouped;
use crate::ui::action::{Action, PickAction, RemovalAction, Screen};
use crate::ui::keys;
use crate::ui::look::{Look, severity_mark};
use crate::ui::notices::Notices;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::list::List;
use crate::ui::theme::{self, icons};
use crate::ui::widgets::quantities::size;

/// Requests kept that failed verification, such as those of scanners.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnverifiedTraffic {
    /// Size of those kept, in bytes.
    pub(crate) bytes: u64,
    /// Number of requests dropped to stay within bounds.
    pub(crate) dropped: u64,
}

/// Work in progress behind the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackgroundWork<'a> {
    /// Steps of the set-up that are done, and their number, while the list leads back to them.
    pub(crate) set_up: Option<(usize, usize)>,
    pub(crate) unverified: UnverifiedTraffic,
    /// The run of replays that is under way.
    pub(crate) replays: Option<(&'a Progress, Option<&'a StoredRun>)>,
    /// The removal, or the work on the database, that is under way.
    pub(crate) upkeep: Option<&'a Progress>,
    /// Set while the desktop shows a file dialog.
    pub(crate) has_file_dialog: bool,
}

/// Width of the menu of past messages, and the height from which it scrolls, in points.
const PAST_WIDTH: f32 = 480.0;
const PAST_HEIGHT: f32 = 300.0;

/// Draws the status bar. What is about the list stands there only beside it: `list` is `None` on other screens.
pub(crate) fn status_bar_ui(
    ui: &mut Ui,
    (list, notices, answering): (Option<&List>, &Notices, &ManualReplies),
    work: &BackgroundWork<'_>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().button_padding.y = 2.0;
    ui.spacing_mut().interact_size.y = theme::STATUS_BAR_HEIGHT - 8.0;
    let (mut dismissed, mut asked) = (false, Vec::new());
    egui::Sides::new().shrink_right().truncate().show(
        ui,
        |ui| {
            if let Some(list) = list {
                counts_ui(ui, list, look);
                picks_ui(ui, list, look, actions);
                follow_ui(ui, list, look, actions);
            }
            if let Some((progress, run)) = work.replays {
                running_ui(ui, progress, run, look, actions);
            }
            if let Some(progress) = work.upkeep {
                maintenance_progress_ui(ui, progress, look, actions);
            }
            if list.is_some() {
                files_ui(ui, look, actions);
            }
            if let Some(steps) = work.set_up {
                set_up_ui(ui, steps, look, actions);
            }
            if work.has_file_dialog {
                file_dialog_ui(ui, look, actions);
            }
            held_ui(ui, answering, look, actions);
            unverified_ui(ui, &work.unverified, look);
        },
        |ui| dismissed = notice_ui(ui, notices, look, &mut asked),
    );
    actions.append(&mut asked);
    if dismissed {
        actions.push(Action::DismissNotice);
    }
}

/// Draws a line between two parts of the bar; none before the first.
fn apart_ui(ui: &mut Ui) {
    if ui.min_rect().width() > 0.0 {
        ui.separator();
    }
}

fn counts_ui(ui: &mut Ui, list: &List, look: &Look) {
    let text = match list.counts() {
        (shown, Some(total)) => look.filled(
            "window.status.shown",
            &[("shown", &grouped(shown as u64)), ("total", &grouped(total.max(shown as u64)))],
        ),
        (shown, None) => look.filled("window.status.found", &[("shown", &grouped(shown as u64))]),
    };
    ui.label(RichText::new(text).color(look.palette.text).small());
    if list.is_searching() {
        ui.label(RichText::new(look.text("window.list.searching")).color(look.palette.weak).small());
    }
}

/// Draws the number of picked rows, with a button that clears them.
fn picks_ui(ui: &mut Ui, list: &List, look: &Look, actions: &mut Vec<Action>) {
    let picked = list.picks.ids().len();
    if picked == 0 {
        return;
    }
    apart_ui(ui);
    let text = look.filled("window.status.picked", &[("picked", &grouped(picked as u64))]);
    let button = ui.add(Button::new(RichText::new(format!("✔ {text}  ×")).small().color(look.palette.accent)));
    if button.on_hover_text(look.text("window.status.picked_hint")).clicked() {
        actions.push(Action::Pick(PickAction::Clear));
    }
}

/// Draws the buttons of import and export.
fn files_ui(ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
    apart_ui(ui);
    let mut button = |key: &str| ui.add(Button::new(RichText::new(look.text(key)).small()).frame(false));
    if button("export.import").clicked() {
        actions.push(Action::ChooseImport);
    }
    if button("export.keys.export").on_hover_text(keys::EXPORT.hint()).clicked() {
        actions.push(keys::EXPORT.action());
    }
}

/// Draws the way back to the steps of the set-up, and what takes it away.
fn set_up_ui(ui: &mut Ui, (done, steps): (usize, usize), look: &Look, actions: &mut Vec<Action>) {
    apart_ui(ui);
    let words = look.filled("first_run.progress", &[("done", &done.to_string()), ("steps", &steps.to_string())]);
    let link = ui.add(Button::new(RichText::new(words).small()).frame(false));
    if link.on_hover_text(look.text("first_run.set_up")).clicked() {
        actions.push(Action::ShowScreen(Screen::SetUp));
    }
    let name = look.text("first_run.put_away");
    let close = ui.add(Button::new(RichText::new("×").small().color(look.palette.weak)).frame(false));
    close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &*name));
    if close.on_hover_text(name).clicked() {
        actions.push(Action::PutSetUpAway);
    }
}

/// Draws that the desktop shows a file dialog, which may be out of sight, and another way to choose.
fn file_dialog_ui(ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
    apart_ui(ui);
    ui.label(RichText::new(look.text("export.path.waiting")).small().color(look.palette.text));
    if ui.add(Button::new(RichText::new(look.text("export.path.type")).small())).clicked() {
        actions.push(Action::TypePath);
    }
}

/// Draws that the newest event is followed, or a button that goes back to it.
fn follow_ui(ui: &mut Ui, list: &List, look: &Look, actions: &mut Vec<Action>) {
    apart_ui(ui);
    if list.following {
        ui.label(RichText::new(look.text("window.status.following")).color(look.palette.ok).small());
        return;
    }
    let text = match list.held_back() {
        0 => look.text("window.status.follow").into_owned(),
        new => look.filled("window.status.new", &[("new", &grouped(new as u64))]),
    };
    let color = if list.held_back() > 0 { look.palette.accent } else { look.palette.text };
    let button = ui.add(Button::new(RichText::new(text).small().color(color)));
    if button.on_hover_text(keys::FOLLOW.hint()).clicked() {
        actions.push(Action::Follow(true));
    }
}

/// Draws the size of unverified requests, and how many were dropped.
fn unverified_ui(ui: &mut Ui, unverified: &UnverifiedTraffic, look: &Look) {
    if unverified.bytes == 0 && unverified.dropped == 0 {
        return;
    }
    apart_ui(ui);
    let kept = size(unverified.bytes);
    let dropped = grouped(unverified.dropped);
    let key = if unverified.dropped == 0 { "window.status.unverified" } else { "window.status.unverified_dropped" };
    let text = look.filled(key, &[("kept", &kept), ("dropped", &dropped)]);
    ui.label(RichText::new(text).color(look.palette.weak).small())
        .on_hover_text(look.text("window.status.unverified_hint"));
}

/// Draws the newest message; returns true if it was dismissed.
fn notice_ui(ui: &mut Ui, notices: &Notices, look: &Look, actions: &mut Vec<Action>) -> bool {
    past_ui(ui, notices, look, actions);
    notices.hovered.set(false);
    let Some((message, behind)) = notices.shown() else { return false };
    let name = look.text("window.status.dismiss");
    let button = ui.add(Button::new("×").frame(false));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &*name));
    let dismissed = button.on_hover_text(name).clicked();
    if behind > 0 {
        ui.label(
            RichText::new(look.filled("window.status.more", &[("more", &behind.to_string())]))
                .color(look.palette.weak)
                .small(),
        );
    }
    if message.undo && ui.add(Button::new(RichText::new(look.text("removing.undo")).small())).clicked() {
        actions.push(Action::Remove(RemovalAction::Undo));
    }
    let words = message.text(look);
    let text = format!("{} {words}", severity_mark(message.severity));
    let text = RichText::new(text).color(look.severity_color(message.severity)).small();
    let response = ui.add(egui::Label::new(text).truncate());
    notices.hovered.set(response.hovered());
    response.on_hover_text(words);
    dismissed
}

/// Draws the bell, whose menu lists past errors and warnings.
fn past_ui(ui: &mut Ui, notices: &Notices, look: &Look, actions: &mut Vec<Action>) {
    let count = notices.past().len();
    let newest = notices.past().next().map(|message| look.severity_color(message.severity));
    let name = match count {
        0 => look.text("window.status.no_past").into_owned(),
        count => look.filled("window.status.past", &[("count", &count.to_string())]),
    };
    let shown = if count == 0 { icons::BELL.to_owned() } else { format!("{} {count}", icons::BELL) };
    let menu = ui.menu_button(RichText::new(shown).small().color(newest.unwrap_or(look.palette.weak)), |ui| {
        ui.set_width(PAST_WIDTH);
        if count == 0 {
            ui.weak(&name);
            return;
        }
        egui::ScrollArea::vertical().max_height(PAST_HEIGHT).min_scrolled_height(PAST_HEIGHT).show(ui, |ui| {
            for message in notices.past() {
                let mark = severity_mark(message.severity);
                let time = look.local(message.at).strftime("%H:%M:%S");
                let text = RichText::new(format!("{mark} {time} {}", message.text(look)));
                ui.add(egui::Label::new(text.color(look.severity_color(message.severity))).wrap());
            }
        });
        if ui.button(look.text("window.status.forget")).clicked() {
            actions.push(Action::ForgetNotices);
            ui.close();
        }
    });
    menu.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    menu.response.on_hover_text(name);
}
