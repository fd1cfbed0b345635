//! The tunnel of the window: started and stopped by a person, and led to the listener wherever that is.

use std::net::SocketAddr;
use std::sync::Arc;

use super::SettingsWorker;
use crate::config::{self, Config, ConfigError, TunnelConfig};
use crate::engine::notice::{SavedSetting, SettingsNotice};
use crate::engine::status::ListenerState;
use crate::reach::{Tunnel, TunnelError, TunnelPhase, TunnelSetup, TunnelState, acknowledge_url, find_client};
use crate::texts::user_error::UserError;

impl SettingsWorker {
    /// Starts the client as the configuration has it, in place of one that runs.
    pub(super) fn start_tunnel(&mut self) -> Result<(), UserError> {
        // First, so that two never share an interface.
        self.tunnel = None;
        let config = Config::load_without_rules(&self.setup.config_file).map_err(|error| UserError::from(&error))?;
        let address = self.address().map_err(|error| UserError::from(&error))?;
        let setup = TunnelSetup { config: config.tunnel, address, folder: self.setup.folder.clone() };
        let (state, waker) = (self.tunnel_state.clone(), self.notices.waker.clone());
        let started = Tunnel::start(self.runtime.handle(), setup, state, waker);
        self.tunnel = Some(started.map_err(|error| UserError::from(&error))?);
        Ok(())
    }

    /// Saves this tunnel and starts its client. Where the program is missing, the tunnel's state says so, and nothing else
    /// changes.
    pub(super) fn run_tunnel(&mut self, tunnel: TunnelConfig) -> Result<Option<SettingsNotice>, UserError> {
        let command = tunnel.command.as_deref().unwrap_or_default();
        if let Err(error) = self.address().and_then(|address| find_client(command, address)) {
            let trouble = UserError::from(&error);
            if self.tunnel_state.borrow().phase.is_on() {
                return Err(trouble);
            }
            let phase = TunnelPhase::Failed { trouble };
            self.tunnel_state.send_replace(Arc::new(TunnelState { phase, ..TunnelState::default() }));
            self.notices.waker.wake();
            return Ok(None);
        }
        let saved = self.save_tunnel(tunnel).map_err(|error| UserError::from(&error))?;
        if self.tunnel.is_none() {
            self.start_tunnel()?;
        }
        Ok(Some(SettingsNotice::Saved(saved)))
    }

    /// The address of the listener.
    fn address(&self) -> Result<SocketAddr, TunnelError> {
        let ListenerState::Listening { address } = &self.status.borrow().listener else {
            return Err(TunnelError::NoListener);
        };
        address.parse().map_err(|_unreadable| TunnelError::NoListener)
    }

    /// Takes the tunnel's URL for the one that WeChat's console has.
    pub(super) fn acknowledge_url(&self) {
        acknowledge_url(&self.setup.folder, &self.tunnel_state);
        self.notices.waker.wake();
    }

    /// Starts a client that runs again where the listener has moved.
    pub(super) fn lead_tunnel_here(&mut self) {
        let Some(tunnel) = &self.tunnel else { return };
        let ListenerState::Listening { address } = self.status.borrow().listener.clone() else { return };
        if address.parse() != Ok(tunnel.address())
            && let Err(error) = self.start_tunnel()
        {
            self.notices.fail(error);
        }
    }

    pub(super) fn save_tunnel(&mut self, tunnel: TunnelConfig) -> Result<SavedSetting, ConfigError> {
        config::save_tunnel(&self.setup.folder, &self.setup.config_file, &tunnel)?;
        self.publish(|status| status.config.tunnel = tunnel);
        if self.tunnel.is_some()
            && let Err(error) = self.start_tunnel()
        {
            self.notices.fail(error);
        }
        Ok(SavedSetting::Tunnel)
    }
}
