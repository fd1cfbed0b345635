//! The team's section of the settings page: the broker, the names, who is there, what is claimed, and how far behind it is.

use egui::{Button, Checkbox, Grid, Label, RichText, TextEdit, Ui};

use super::draft::{SECRET_ROOM, SecretInput};
use super::secret::clear_undo;
use super::{labelled, labelled_text, problem_ui};
use crate::account::Secret;
use crate::config::{TeamUrl, is_team_name};
use crate::engine::{BrokerState, DesktopCommand, SettingsCommand, Status, TeamForm, TeamRole, TeamState, TeamStatus};
use crate::texts::safe_text::{both_ends, safe_text};
use crate::texts::user_error::UserError;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::controls::{primary_button, small_button, weak};

/// Width of the address, in points.
const ADDRESS_WIDTH: f32 = 320.0;

/// Width of a name, in points.
const NAME_WIDTH: f32 = 220.0;

/// Characters shown of each end of an OpenID.
const ENDS: usize = 6;

/// Unsaved input of the section; `None` where it is unchanged.
#[derive(Default)]
pub(super) struct TeamSection {
    address: Option<String>,
    login: SecretInput,
    name: Option<String>,
    desktop: Option<String>,
}

impl std::fmt::Debug for TeamSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TeamSection").finish_non_exhaustive()
    }
}

impl TeamSection {
    /// Discards the input that has been saved.
    pub(super) fn saved(&mut self) {
        *self = Self::default();
    }

    /// Draws the section.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        ui.add(Label::new(weak(look, look.text("team.hint"))).wrap());
        self.form_ui(ui, status, look, actions);
        labelled_text(ui, "team.state", look, |ui, _| state_ui(ui, &status.team, look, actions));
        let Some(team) = status.team.joined() else { return };
        labelled(ui, "team.next", look, |ui, _| next_ui(ui, team, look, actions));
        labelled_text(ui, "team.members", look, |ui, _| members_ui(ui, team, look));
        if !team.claims.is_empty() {
            labelled_text(ui, "team.claims", look, |ui, _| claims_ui(ui, team, look, actions));
        }
    }

    fn form_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let saved = &status.config.team;
        let saved_url = saved.url.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut address = self.address.clone().unwrap_or_else(|| saved_url.clone());
        let problem =
            (!address.trim().is_empty() && TeamUrl::parse(address.trim()).is_err()).then_some("team.mistaken");
        labelled(ui, "team.address", look, |ui, label| {
            let edit = TextEdit::singleline(&mut address).font(egui::TextStyle::Monospace);
            ui.add(
                edit.desired_width(ADDRESS_WIDTH)
                    .hint_text(look.filled("window.example", &[("example", "nats://HOST:4222")])),
            )
            .labelled_by(label);
            problem_ui(ui, problem, look);
        });
        labelled(ui, "team.login", look, |ui, label| {
            let edit = TextEdit::singleline(&mut *self.login.0).password(true).char_limit(SECRET_ROOM / 2);
            let output = edit.desired_width(ADDRESS_WIDTH).show(ui);
            let response = output.response.response.labelled_by(label);
            clear_undo(ui, output.state, response.id);
            ui.add(Label::new(weak(look, look.text("team.login_hint"))).wrap());
        });
        let mut name = self.name.clone().unwrap_or_else(|| saved.name.clone().unwrap_or_default());
        let is_named = name.trim().is_empty() || is_team_name(name.trim());
        labelled(ui, "team.name", look, |ui, label| {
            let edit = TextEdit::singleline(&mut name).desired_width(NAME_WIDTH).hint_text("default");
            ui.add(edit).labelled_by(label);
            problem_ui(ui, (!is_named).then_some("team.name_mistaken"), look);
        });
        let mut desktop = self.desktop.clone().unwrap_or_else(|| saved.desktop.clone().unwrap_or_default());
        labelled(ui, "team.desktop", look, |ui, label| {
            ui.add(TextEdit::singleline(&mut desktop).desired_width(NAME_WIDTH)).labelled_by(label);
            ui.add(Label::new(weak(look, look.text("team.desktop_hint"))).wrap());
        });
        labelled(ui, "team.membership", look, |ui, _| {
            ui.horizontal(|ui| {
                let can_join = problem.is_none() && is_named && !address.trim().is_empty();
                let join = primary_button(ui, look, &look.text("team.join"), can_join);
                if join.on_disabled_hover_text(look.text("team.join_first")).clicked() {
                    let url = with_login(address.trim(), self.login.secret());
                    let form = TeamForm { url, name: name.clone(), desktop: desktop.clone() };
                    actions.push(Action::Ask(SettingsCommand::JoinTeam { form: Box::new(form) }.into()));
                }
                let is_in = !matches!(status.team, TeamState::Off);
                let leave = ui.add_enabled(is_in, Button::new(look.text("team.leave")));
                if leave.on_disabled_hover_text(look.text("team.off")).clicked() {
                    actions.push(Action::Ask(SettingsCommand::LeaveTeam.into()));
                }
            });
        });
        self.address = (address != saved_url).then_some(address);
        self.name = (name != saved.name.clone().unwrap_or_default()).then_some(name);
        self.desktop = (desktop != saved.desktop.clone().unwrap_or_default()).then_some(desktop);
    }
}

/// The address with the login that was typed beside it, each percent sign as an address has it.
fn with_login(address: &str, login: Option<Secret>) -> Secret {
    match (login, address.split_once("://")) {
        (Some(login), Some((scheme, rest))) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            let escaped = login.reveal().replace('%', "%25").replace('@', "%40").replace(',', "%2C");
            Secret::new(format!("{scheme}://{escaped}@{host}"))
        }
        _ => Secret::new(address),
    }
}

fn state_ui(ui: &mut Ui, team: &TeamState, look: &Look, actions: &mut Vec<Action>) {
    let palette = look.palette;
    let (mark, words, color) = match team {
        TeamState::Off => ("○", look.text("team.off").into_owned(), palette.weak),
        TeamState::Elsewhere => ("○", look.text("team.elsewhere").into_owned(), palette.note),
        TeamState::Failed { trouble } => ("×", look.trouble(trouble), palette.error),
        TeamState::Joined(status) => match &status.state {
            BrokerState::Connecting => ("○", look.text("team.connecting").into_owned(), palette.weak),
            BrokerState::Connected { version } => {
                let details = [("team", &*status.team), ("name", &*status.name), ("version", &**version)];
                ("●", look.filled("team.connected", &details), palette.ok)
            }
            BrokerState::Away { error } => ("×", look.trouble(&UserError::from(error)), palette.error),
        },
    };
    ui.add(Label::new(RichText::new(format!("{mark} {words}")).color(color)).wrap());
    let can_retry = match team {
        TeamState::Failed { .. } | TeamState::Elsewhere => true,
        TeamState::Joined(status) => matches!(&status.state, BrokerState::Away { error } if error.is_lasting()),
        TeamState::Off => false,
    };
    if can_retry && ui.button(look.text("team.retry")).clicked() {
        actions.push(Action::Ask(SettingsCommand::RetryTeam.into()));
    }
    let Some(status) = team.joined() else { return };
    let warning = |ui: &mut Ui, words: String| {
        ui.add(Label::new(RichText::new(format!("▲ {words}")).color(palette.warning)).wrap());
    };
    if let Some(trouble) = &status.trouble {
        warning(ui, look.trouble(&UserError::from(trouble)));
    }
    for (count, key) in [(status.missing, "team.missing"), (status.skipped, "team.skipped")] {
        if count > 0 {
            warning(ui, look.filled(key, &[("count", &count.to_string())]));
        }
    }
    if let Some((openid, desktop)) = &status.taken {
        let (openid, name) = (both_ends(openid, ENDS), safe_text(desktop));
        warning(ui, look.filled("team.taken", &[("openid", &openid), ("name", &name)]));
    }
    let lag = if status.lag == 0 {
        look.text("team.no_lag").into_owned()
    } else {
        look.filled("team.lag", &[("count", &status.lag.to_string())])
    };
    if status.is_connected() {
        ui.add(Label::new(weak(look, lag)).wrap());
    }
}

/// Draws the switch that claims the user of the next tap.
fn next_ui(ui: &mut Ui, team: &TeamStatus, look: &Look, actions: &mut Vec<Action>) {
    let mut is_on = team.claims_next;
    if ui.add(Checkbox::new(&mut is_on, look.text("team.claim_next"))).changed() {
        actions.push(Action::Ask(SettingsCommand::Team(DesktopCommand::ClaimNext { is_on }).into()));
    }
    ui.add(Label::new(weak(look, look.text("team.claim_next_hint"))).wrap());
}

/// Draws everybody that is there, relays first.
fn members_ui(ui: &mut Ui, team: &TeamStatus, look: &Look) {
    if !team.members.iter().any(|member| member.role == TeamRole::Relay) && team.is_connected() {
        let words = RichText::new(format!("▲ {}", look.text("team.no_relay"))).color(look.palette.warning);
        ui.add(Label::new(words).wrap());
    }
    for role in [TeamRole::Relay, TeamRole::Desktop] {
        for member in team.members.iter().filter(|member| member.role == role) {
            let key = match role {
                TeamRole::Relay => "team.relay",
                TeamRole::Desktop => "team.member",
            };
            let mut words = look.filled(key, &[("name", &*safe_text(&member.name))]);
            if member.lag > 0 {
                words = format!("{words} · {}", look.filled("team.lag", &[("count", &member.lag.to_string())]));
            }
            if role == TeamRole::Desktop && member.name == team.name {
                words = format!("{words} · {}", look.text("team.this_one"));
            }
            ui.add(Label::new(RichText::new(format!("● {words}")).color(look.palette.text)).wrap());
        }
    }
}

/// Draws the claims, with a button to release this desktop's own.
fn claims_ui(ui: &mut Ui, team: &TeamStatus, look: &Look, actions: &mut Vec<Action>) {
    Grid::new("team claims").num_columns(3).show(ui, |ui| {
        for (openid, claim) in &team.claims {
            let shown = RichText::new(both_ends(openid, ENDS)).monospace();
            ui.add(Label::new(shown)).on_hover_text(&*safe_text(openid));
            ui.label(&*safe_text(&claim.desktop));
            if claim.is_ours && ui.add(small_button(&*look.text("team.release"))).clicked() {
                let command = DesktopCommand::Release { openid: openid.clone() };
                actions.push(Action::Ask(SettingsCommand::Team(command).into()));
            }
            ui.end_row();
        }
    });
}
