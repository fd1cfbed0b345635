//! The desktops of a team, as a listener sees them: who has claimed which user, and the way to ask for an answer.
//!
//! ```text
//! responder ── DesktopQuestion ─► the team's relay ─► broker ─► desktop: `remote_push`
//!           ◄─ DesktopAnswer ──── oneshot ◄──────────────────────┘
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use crate::capture::{Capture, Placement};
use crate::wechat::fault::Fault;

/// The desktops that have claimed users, by OpenID.
pub type Claims = BTreeMap<String, String>;

/// A push whose answer a desktop is asked for.
#[derive(Debug)]
pub struct DesktopQuestion {
    pub desktop: String,
    pub capture: Arc<Capture>,
    pub placement: Placement,
    /// The time by which the answer has to be here.
    pub deadline: Instant,
    /// Takes the answer; `None` or dropped where there is none.
    pub answer: oneshot::Sender<Option<DesktopAnswer>>,
}

/// The answer of a desktop.
#[derive(Clone, Debug, PartialEq)]
pub struct DesktopAnswer {
    pub content: DesktopContent,
    /// The status that a rule of the desktop's asks for.
    pub status: Option<u16>,
    /// The fault that is to be injected.
    pub fault: Option<Fault>,
}

/// The content of a desktop's answer, in plaintext.
#[derive(Clone, Debug, PartialEq)]
pub enum DesktopContent {
    /// A reply made there, by hand or by a rule.
    Reply(Bytes),
    /// The answer of the developer's own server.
    Server { status: u16, headers: Vec<(String, String)>, body: Bytes },
    /// None, so that WeChat sends the push again.
    Silent,
}

/// The claims, and the queue of questions, while a relay has a team.
#[derive(Clone, Debug)]
pub struct DesktopAsker {
    pub claims: watch::Receiver<Arc<Claims>>,
    pub questions: mpsc::Sender<DesktopQuestion>,
}

/// The desktops that are asked before anything else decides; none unless a relay sets them. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct TeamDesktops(Arc<watch::Sender<Option<DesktopAsker>>>);

impl TeamDesktops {
    /// Asks these desktops from now on, or none.
    pub fn set(&self, asker: Option<DesktopAsker>) {
        self.0.send_replace(asker);
    }

    /// Tells whether nobody has claimed anything.
    pub(super) fn is_idle(&self) -> bool {
        self.0.borrow().as_ref().is_none_or(|asker| asker.claims.borrow().is_empty())
    }

    /// The desktop that has claimed this user, and the way to ask it.
    pub(super) fn claimant(&self, openid: &str) -> Option<(String, mpsc::Sender<DesktopQuestion>)> {
        let asker = self.0.borrow();
        let asker = asker.as_ref()?;
        let desktop = asker.claims.borrow().get(openid)?.clone();
        Some((desktop, asker.questions.clone()))
    }
}
