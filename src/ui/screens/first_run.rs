//! First-run page: steps to expose the listener, enter its URL in WeChat and tap a menu, and sample events.

use egui::accesskit::Role;
use egui::{Button, Label, RichText, ScrollArea, Ui, Vec2};

use crate::capture::StoredCapture;
use crate::engine::{ListenerState, SettingsCommand, Status, TunnelPhase, TunnelState};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, icons};
use crate::ui::widgets::controls::{card, named, page_ui, section_ui, weak};
use crate::ui::widgets::nothing_arrives::{ArrivalsView, nothing_arrives_ui};
use crate::wechat::kind::MENU_EVENTS;

mod enter;
mod expose;
mod outcome;
mod token;

use enter::enter_ui;
use expose::expose_ui;
use outcome::tap_ui;

/// The state that the steps tick themselves by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetUpView<'a> {
    /// The newest handshake.
    pub(crate) handshake: Option<&'a StoredCapture>,
    /// The newest push.
    pub(crate) push: Option<&'a StoredCapture>,
    /// True if something else than handshakes has arrived.
    pub(crate) has_events: bool,
    /// The tunnel that menuscope runs.
    pub(crate) tunnel: &'a TunnelState,
}

impl SetUpView<'_> {
    /// Tells of each step whether it is done: the listener can be reached, WeChat's console has saved the URL, and an event
    /// has come from there.
    fn steps(&self) -> [bool; 3] {
        let is_reached = self.handshake.is_some() || self.tunnel.phase == TunnelPhase::Online;
        let is_entered = self.handshake.is_some_and(|stored| !stored.capture.signature.is_refused());
        [is_reached, is_entered, is_entered && self.has_events]
    }
}

/// Draws the first-run page.
pub(crate) fn first_run_ui(ui: &mut Ui, status: &Status, view: SetUpView<'_>, look: &Look, actions: &mut Vec<Action>) {
    let handshake = view.handshake;
    let done = view.steps();
    ScrollArea::vertical().id_salt("first run").auto_shrink(false).show(ui, |ui| {
        page_ui(ui, |ui| {
            let heading = look.text("first_run.title");
            named(ui.add(Label::new(RichText::new(&*heading).heading().strong())), Role::Heading, &heading);
            ui.add(Label::new(RichText::new(look.text("first_run.lead")).color(look.palette.weak)).wrap());
            sample_ui(ui, status, look, actions);
            ui.add_space(GAP_SMALL);
            step_ui(ui, (1, done[0]), "first_run.reach.title", look, |ui| {
                expose_ui(ui, (status, view.tunnel), look, actions);
            });
            step_ui(ui, (2, done[1]), "first_run.enter.title", look, |ui| enter_ui(ui, status, look, actions));
            step_ui(ui, (3, done[2]), "first_run.tap.title", look, |ui| tap_ui(ui, status, handshake, look, actions));
            section_ui(ui, "arrivals.title", look, |ui| {
                let view = ArrivalsView { status, handshake, push: view.push, is_set_up_told: true };
                nothing_arrives_ui(ui, &view, look, actions);
            });
        });
    });
}

/// Draws a step: its number, or a tick once it is done.
fn step_ui(ui: &mut Ui, (number, done): (u32, bool), title: &str, look: &Look, content: impl FnOnce(&mut Ui)) {
    card(look).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let (rect, mark) = ui.allocate_exact_size(Vec2::splat(26.0), egui::Sense::hover());
            let number = number.to_string();
            let key = if done { "first_run.step_done" } else { "first_run.step_open" };
            let name = look.filled(key, &[("number", &number)]);
            mark.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, &name));
            let (fill, shown, color) = if done {
                (look.palette.accent, icons::CHECK, look.palette.on_accent)
            } else {
                (look.palette.control, &*number, look.palette.strong)
            };
            ui.painter().circle(rect.center(), 12.5, fill, (1.0, look.palette.outline));
            let font = egui::FontId::proportional(14.0);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, shown, font, color);
            mark.on_hover_text(name);
            ui.add_space(GAP_SMALL);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP;
                let title = look.text(title);
                let shown = RichText::new(&*title).size(15.0).strong().color(look.palette.strong);
                named(ui.add(Label::new(shown).wrap()), Role::Heading, &title);
                content(ui);
            });
        });
    });
}

/// Draws buttons that send sample events through the real listener.
fn sample_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let is_listening = matches!(status.listener, ListenerState::Listening { .. });
    ui.horizontal_wrapped(|ui| {
        let send = |kind: &str| Action::Ask(SettingsCommand::SendSample { kind: kind.to_owned() }.into());
        let text = RichText::new(look.text("first_run.sample.one")).color(look.palette.on_accent);
        if ui.add_enabled(is_listening, Button::new(text).fill(look.palette.accent)).clicked() {
            actions.push(send("CLICK"));
        }
        if ui.add_enabled(is_listening, Button::new(look.text("first_run.sample.all"))).clicked() {
            actions.extend(MENU_EVENTS.map(send));
        }
        ui.add(Label::new(weak(look, look.text("first_run.sample.how"))).wrap());
    });
}

#[cfg(test)]
mod tests;
