//! The rules in force and what surrounds them, as the screen draws them in one frame.

use std::collections::BTreeMap;

use crate::capture::StoredCapture;
use crate::config::{ListenerConfig, TargetConfig};
use crate::engine::UsageByRule;
use crate::rules::Rule;
use crate::texts::user_error::UserError;
use crate::wechat::fault::Fault;

/// Data shown by the screen in the current frame.
#[derive(Debug)]
pub(crate) struct RulesView<'a> {
    /// The rules in force.
    pub(crate) rules: &'a [Rule],
    /// An error in `config.toml`, while the previous rules stay in force.
    pub(crate) trouble: Option<&'a UserError>,
    /// Counts and failures of the rules since the start.
    pub(crate) fired: &'a UsageByRule,
    /// The fault injected into the next reply.
    pub(crate) armed: Option<Fault>,
    /// The saved forward target.
    pub(crate) listener: &'a ListenerConfig,
    /// The targets of replays, which forwarding may take over.
    pub(crate) targets: &'a BTreeMap<String, TargetConfig>,
    /// The selected event, to try a rule against.
    pub(crate) event: Option<&'a StoredCapture>,
}
