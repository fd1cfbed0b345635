//! The rules in force and what surrounds them, as the screen draws them in one frame.

use crate::capture::StoredCapture;
use crate::config::ListenerConfig;
use crate::engine::FiredRules;
use crate::rules::Rule;
use crate::texts::user_error::UserError;
use crate::wechat::fault::Fault;

/// What the screen shows, as it stands in this frame.
#[derive(Debug)]
pub(crate) struct RulesView<'a> {
    /// The rules that are in force.
    pub(crate) rules: &'a [Rule],
    /// What is wrong with `config.toml`, while the former rules stay in force.
    pub(crate) trouble: Option<&'a UserError>,
    /// What the rules have done since the start.
    pub(crate) fired: &'a FiredRules,
    /// The fault that the next answer meets.
    pub(crate) armed: Option<Fault>,
    /// The forward target, as it is kept.
    pub(crate) listener: &'a ListenerConfig,
    /// The selected event, which a rule can be tried against.
    pub(crate) event: Option<&'a StoredCapture>,
}
