//! The window's team: joined and left by a person, or joined when the window opens.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::SettingsWorker;
use crate::account::Secret;
use crate::config::{self, Config, ConfigError, TeamUrl};
use crate::engine::notice::SavedSetting;
use crate::engine::status::TeamState;
use crate::engine::team_switch::{TeamChoice, start_desktop};
use crate::team::{Desktop, DesktopCommand};

/// A desktop in its team, and the task that shows its state.
pub(super) struct JoinedTeam {
    desktop: Desktop,
    showing: JoinHandle<()>,
}

/// The team as it was typed.
#[derive(Clone, Debug)]
pub struct TeamForm {
    /// The broker's address; with a login, it takes the place of the one that is kept.
    pub url: Secret,
    pub name: String,
    pub desktop: String,
}

impl SettingsWorker {
    /// Joins the team of the configuration, if the window is to.
    pub(super) fn join_at_start(&mut self) {
        let wants = Config::load(&self.setup.config_file).is_ok_and(|config| config.team.join);
        if wants {
            self.join();
        }
    }

    /// Saves the team as it was typed, and joins it.
    pub(super) fn join_team(&mut self, form: &TeamForm) -> Result<SavedSetting, ConfigError> {
        let url = TeamUrl::parse(form.url.reveal().trim())?;
        let (folder, file) = (&self.setup.folder, &self.setup.config_file);
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        config::save_team_url(folder, file, &url)?;
        config::save_team(folder, file, (text(&form.name).as_deref(), text(&form.desktop).as_deref()), true)?;
        self.reread_team()?;
        self.join();
        Ok(SavedSetting::Team)
    }

    /// Leaves the team, and does not join it with the next start. What is claimed stays so for a day.
    pub(super) fn leave_team(&mut self) -> Result<SavedSetting, ConfigError> {
        self.leave();
        let team = Config::load(&self.setup.config_file)?.team;
        let names = (team.name.as_deref(), team.desktop.as_deref());
        config::save_team(&self.setup.folder, &self.setup.config_file, names, false)?;
        self.reread_team()?;
        Ok(SavedSetting::Team)
    }

    /// Hands a person's command to the desktop.
    pub(super) fn command_team(&self, command: DesktopCommand) {
        if let Some(JoinedTeam { desktop, .. }) = &self.team {
            desktop.command(command);
        }
    }

    fn reread_team(&self) -> Result<(), ConfigError> {
        let team = Config::load(&self.setup.config_file)?.team;
        self.publish(|status| status.config.team = team);
        Ok(())
    }

    /// Joins the team of the configuration; a failure becomes the status.
    pub(super) fn join(&mut self) {
        self.leave();
        let Some(service) = &self.service else {
            // Another process has the database, and with it the team.
            self.publish(|status| status.team = TeamState::Elsewhere);
            return;
        };
        let policy = self.rulebook.policy();
        let joined = Config::load(&self.setup.config_file).map_err(Into::into).and_then(|config| {
            let parts = (service, policy, self.notices.waker.clone());
            start_desktop(&self.setup, &config, TeamChoice::default(), Arc::clone(&self.runtime), parts)
        });
        match joined {
            Ok(desktop) => {
                let (mut state, status, waker) = (desktop.status(), self.status.clone(), self.notices.waker.clone());
                let showing = self.runtime.spawn(async move {
                    loop {
                        let now = Arc::clone(&state.borrow_and_update());
                        status.send_modify(|status| Arc::make_mut(status).team = TeamState::Joined(now));
                        waker.wake();
                        if state.changed().await.is_err() {
                            return;
                        }
                    }
                });
                self.team = Some(JoinedTeam { desktop, showing });
            }
            Err(error) => {
                tracing::error!("{error}");
                self.publish(|status| status.team = TeamState::Failed { trouble: (&error).into() });
            }
        }
    }

    /// Leaves the team, as the window does when it closes.
    pub(super) fn leave(&mut self) {
        if let Some(JoinedTeam { desktop, showing }) = self.team.take() {
            drop(desktop);
            self.runtime.block_on(showing).ok();
        }
        self.publish(|status| status.team = TeamState::Off);
    }
}
