//! The state of a relay or a desktop: the broker, who is there, what is claimed by whom, and how far behind it is.

use std::collections::BTreeMap;

use super::team_error::TeamError;

/// The part that a process plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TeamRole {
    /// Beside the public URL.
    Relay,
    #[default]
    Desktop,
}

/// The state of the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BrokerState {
    /// The first attempt is under way.
    #[default]
    Connecting,
    Connected {
        /// The version of the broker's program.
        version: String,
    },
    /// It is tried again, unless the error is a lasting one.
    Away { error: TeamError },
}

/// A member that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    pub role: TeamRole,
    pub name: String,
    /// Events that it has not published yet, or not received.
    pub lag: u64,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimView {
    pub desktop: String,
    /// It is this desktop's.
    pub is_ours: bool,
}

/// The state of a relay or a desktop, for the window and the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamStatus {
    pub role: TeamRole,
    pub team: String,
    /// The relay's or the desktop's own name; of a relay, once its database has one.
    pub name: String,
    /// The broker's address, without a login.
    pub broker: String,
    pub state: BrokerState,
    /// Set once the team was joined for the first time.
    pub has_joined: bool,
    /// Events that wait to be published, or to be received.
    pub lag: u64,
    /// Everybody that is there, this process among them.
    pub members: Vec<MemberView>,
    /// By OpenID.
    pub claims: BTreeMap<String, ClaimView>,
    /// The user of the next tap will be claimed.
    pub claims_next: bool,
    /// Messages that were skipped, since they are foreign or of another version.
    pub skipped: u64,
    /// Events that the broker had removed before they were received.
    pub missing: u64,
    /// The latest failure that does not end the connection.
    pub trouble: Option<TeamError>,
    /// The desktop that last answered for a user it has not claimed.
    pub refused: Option<String>,
    /// The user that another desktop has last claimed from this one, and that desktop.
    pub taken: Option<(String, String)>,
}

impl TeamStatus {
    /// The desktop that has claimed this user.
    pub fn claimant(&self, openid: &str) -> Option<&ClaimView> {
        self.claims.get(openid)
    }

    /// Tells whether the broker is there.
    pub fn is_connected(&self) -> bool {
        matches!(self.state, BrokerState::Connected { .. })
    }
}

/// A person's command to a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesktopCommand {
    /// This user's taps are this desktop's.
    Claim { openid: String },
    /// They are nobody's.
    Release { openid: String },
    /// Claim the user of the next tap that is nobody's, or no longer.
    ClaimNext { is_on: bool },
}
