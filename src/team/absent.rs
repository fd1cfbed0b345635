//! A team's handles in a build without the feature `team`: nothing can be started.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::team_error::TeamError;
use super::team_setup::{DesktopSetup, RelaySetup};
use super::team_status::{DesktopCommand, TeamStatus};

/// A relay, which this build does not have.
#[derive(Debug)]
pub struct AbsentRelay(watch::Receiver<Arc<TeamStatus>>);

impl AbsentRelay {
    /// Fails.
    pub fn start(_: RelaySetup, _: Arc<Runtime>) -> Result<Self, TeamError> {
        Err(TeamError::NotBuilt)
    }

    /// The state.
    pub fn status(&self) -> watch::Receiver<Arc<TeamStatus>> {
        self.0.clone()
    }
}

/// A desktop, which this build does not have.
#[derive(Debug)]
pub struct AbsentDesktop(watch::Receiver<Arc<TeamStatus>>);

impl AbsentDesktop {
    /// Fails.
    pub fn start(_: DesktopSetup, _: Arc<Runtime>) -> Result<Self, TeamError> {
        Err(TeamError::NotBuilt)
    }

    /// The state.
    pub fn status(&self) -> watch::Receiver<Arc<TeamStatus>> {
        self.0.clone()
    }

    /// Does nothing.
    pub fn command(&self, _: DesktopCommand) -> bool {
        true
    }
}
