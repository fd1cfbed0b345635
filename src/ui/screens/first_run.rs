//! First-run page: steps to expose the listener, enter its URL in WeChat and tap a menu, and sample events.

use egui::accesskit::Role;
use egui::{Button, Label, RichText, ScrollArea, Ui, Vec2};

use crate::capture::StoredCapture;
use crate::engine::{ListenerState, SettingsCommand, Status, TunnelPhase, TunnelState};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_PAGE, GAP_SMALL, PAGE_WIDTH, icons};
use crate::ui::widgets::controls::{card, named, page_ui, section_ui, weak};
use crate::ui::widgets::nothing_arrives::{ArrivalsView, is_from_wechat, nothing_arrives_ui};
use crate::wechat::kind::MENU_EVENTS;

mod enter;
mod expose;
mod outcome;
mod token;

use enter::enter_ui;
use expose::expose_ui;
use outcome::tap_ui;

/// Width from which the arrivals stand beside the steps, in points.
const BESIDE_SMALLEST: f32 = 380.0;

/// The state that the steps tick themselves by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetUpView<'a> {
    /// The newest handshake.
    pub(crate) handshake: Option<&'a StoredCapture>,
    /// The newest push.
    pub(crate) push: Option<&'a StoredCapture>,
    /// The tunnel that menuscope runs.
    pub(crate) tunnel: &'a TunnelState,
}

impl SetUpView<'_> {
    /// Tells of each step whether it is done: the listener can be reached, WeChat's console has saved the URL, and an event
    /// has come from there. A request counts where it is proven to be WeChat's.
    pub(crate) fn steps(&self) -> [bool; 3] {
        let has_event = self.push.is_some_and(is_from_wechat);
        let is_entered = has_event || self.handshake.is_some_and(is_from_wechat);
        let is_reached = is_entered || self.tunnel.phase == TunnelPhase::Online;
        [is_reached, is_entered, has_event]
    }
}

/// Draws the first-run page.
pub(crate) fn first_run_ui(ui: &mut Ui, status: &Status, view: SetUpView<'_>, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("first run").auto_shrink(false).show(ui, |ui| {
        let beside = ui.available_width() - PAGE_WIDTH - 3.0 * GAP_PAGE;
        if beside < BESIDE_SMALLEST {
            return page_ui(ui, |ui| {
                steps_ui(ui, status, view, look, actions);
                arrivals_ui(ui, status, view, look, actions);
            });
        }
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_max_width(PAGE_WIDTH + 2.0 * GAP_PAGE);
                page_ui(ui, |ui| steps_ui(ui, status, view, look, actions));
            });
            ui.vertical(|ui| page_ui(ui, |ui| arrivals_ui(ui, status, view, look, actions)));
        });
    });
}

/// Draws the steps, and what can be seen without them.
fn steps_ui(ui: &mut Ui, status: &Status, view: SetUpView<'_>, look: &Look, actions: &mut Vec<Action>) {
    let done = view.steps();
    let heading = look.text("first_run.title");
    named(ui.add(Label::new(RichText::new(&*heading).heading().strong())), Role::Heading, &heading);
    ui.add(Label::new(RichText::new(look.text("first_run.lead")).color(look.palette.weak)).wrap());
    sample_ui(ui, status, look, actions);
    step_ui(ui, (1, done[0]), "first_run.reach.title", look, |ui| {
        expose_ui(ui, (status, view.tunnel), look, actions);
    });
    step_ui(ui, (2, done[1]), "first_run.enter.title", look, |ui| enter_ui(ui, status, look, actions));
    step_ui(ui, (3, done[2]), "first_run.tap.title", look, |ui| {
        tap_ui(ui, status, (view.handshake, view.push), look, actions);
    });
}

/// Draws how far WeChat's requests come.
fn arrivals_ui(ui: &mut Ui, status: &Status, view: SetUpView<'_>, look: &Look, actions: &mut Vec<Action>) {
    section_ui(ui, "arrivals.title", look, |ui| {
        let view = ArrivalsView { status, handshake: view.handshake, push: view.push, is_set_up_told: true };
        nothing_arrives_ui(ui, &view, look, actions);
    });
}

/// Draws a step: its number, or a tick once it is done.
fn step_ui(ui: &mut Ui, (number, done): (u32, bool), title: &str, look: &Look, content: impl FnOnce(&mut Ui)) {
    card(look).show(ui, |ui| {
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
