//! Banners: states of the program that keep it from its job, each with a way out.

use egui::{Frame, Margin, RichText, Sides, Stroke, Ui};

use crate::capture::diagnosis::Severity;
use crate::engine::{FeedState, ListenerState, MaintenanceCommand, SettingsCommand, Status};
use crate::texts::user_error::UserError;
use crate::ui::action::{Action, Screen};
use crate::ui::look::{Look, severity_mark};
use crate::ui::screens::events::detail::AccountFinding;
use crate::ui::theme;

/// Errors of the store that have a banner.
#[derive(Debug)]
pub(crate) struct StoreErrors {
    /// Events cannot be stored.
    pub(crate) failing: Option<UserError>,
    /// The database's files were removed or replaced.
    pub(crate) files: Option<UserError>,
    /// The clock is too far ahead for removals by age.
    pub(crate) clock: Option<UserError>,
}

/// Draws a banner for each such state.
pub(crate) fn banners_ui(ui: &mut Ui, status: &Status, store: &StoreErrors, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    if let Some(trouble) = &status.database {
        let title = look.text("window.banner.database");
        banner_ui(ui, Severity::Error, &title, &look.trouble(trouble), look, |ui| retry_button(ui, look, actions));
    } else {
        listener_ui(ui, &status.listener, look, actions);
    }
    if let FeedState::Failed { trouble } = &status.feed {
        let title = look.text("feed.banner");
        banner_ui(ui, Severity::Warning, &title, &look.trouble(trouble), look, |ui| {
            if ui.button(look.text("window.banner.settings")).clicked() {
                actions.push(Action::ShowScreen(Screen::Settings));
            }
        });
    }
    if let Some(trouble) = status.exposure() {
        let title = look.text("window.banner.exposed");
        banner_ui(ui, Severity::Warning, &title, &look.trouble(&trouble), look, |ui| {
            if ui.button(look.text("window.banner.settings")).clicked() {
                actions.push(Action::ShowScreen(Screen::Settings));
            }
        });
    }
    if let Some(trouble) = &store.clock {
        let title = look.text("window.banner.clock");
        banner_ui(ui, Severity::Warning, &title, &look.trouble(trouble), look, |ui| {
            if ui.button(look.text("window.banner.agree")).clicked() {
                actions.push(Action::Ask(MaintenanceCommand::AgreeToLimits.into()));
            }
        });
    }
    if let Some(trouble) = &store.failing {
        banner_ui(ui, Severity::Error, &look.text("window.banner.store"), &look.trouble(trouble), look, |_| {});
    }
    if let Some(trouble) = &store.files {
        banner_ui(ui, Severity::Warning, &look.text("window.banner.place"), &look.trouble(trouble), look, |_| {});
    }
}

/// Draws a banner about the account of the event that is open. Returns true if it was dismissed.
pub(crate) fn account_banner_ui(ui: &mut Ui, finding: &AccountFinding, look: &Look, actions: &mut Vec<Action>) -> bool {
    let (account, code) = finding.key();
    let title = look.filled("hero.account", &[("account", account)]);
    let mut is_dismissed = false;
    banner_ui(ui, code.severity(), &title, &finding.message, look, |ui| {
        is_dismissed = ui.button(look.text("mend.dismiss")).clicked();
        if let Some((words, action)) = &finding.mend
            && ui.button(words).on_hover_text(&finding.remedy).clicked()
        {
            actions.push(action.clone());
        }
    });
    is_dismissed
}

fn listener_ui(ui: &mut Ui, listener: &ListenerState, look: &Look, actions: &mut Vec<Action>) {
    match listener {
        ListenerState::Failed { trouble } => {
            banner_ui(ui, Severity::Error, &look.text("window.banner.failed"), &look.trouble(trouble), look, |ui| {
                if ui.button(look.text("window.banner.settings")).clicked() {
                    actions.push(Action::ShowScreen(Screen::Settings));
                }
                retry_button(ui, look, actions);
            });
        }
        ListenerState::Elsewhere { trouble } => {
            let title = look.text("window.banner.elsewhere");
            banner_ui(ui, Severity::Note, &title, &look.trouble(trouble), look, |ui| retry_button(ui, look, actions));
        }
        ListenerState::Stopped => {
            let hint = look.text("window.banner.stopped_hint");
            banner_ui(ui, Severity::Warning, &look.text("window.banner.stopped"), &hint, look, |ui| {
                if ui.button(look.text("settings.listener.start")).clicked() {
                    actions.push(Action::Ask(SettingsCommand::Retry.into()));
                }
            });
        }
        ListenerState::Starting | ListenerState::Listening { .. } => {}
    }
}

fn retry_button(ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
    if ui.button(look.text("window.banner.retry")).clicked() {
        actions.push(Action::Ask(SettingsCommand::Retry.into()));
    }
}

fn banner_ui(ui: &mut Ui, severity: Severity, title: &str, message: &str, look: &Look, buttons: impl FnOnce(&mut Ui)) {
    let color = look.severity_color(severity);
    let frame = Frame::new().fill(look.severity_ground(severity)).inner_margin(Margin::symmetric(16, 8));
    let response = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        theme::on_tint(ui, look.palette);
        Sides::new().shrink_left().wrap().show(
            ui,
            |ui| {
                ui.label(RichText::new(severity_mark(severity)).color(color));
                ui.label(RichText::new(title).color(color).strong());
                ui.label(message);
            },
            buttons,
        );
    });
    let rect = response.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.palette.line));
}
