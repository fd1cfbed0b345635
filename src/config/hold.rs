//! The `[hold]` section.

use serde::Deserialize;

/// The handling of pushes that wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoldConfig {
    /// Leaves an attempt unanswered where time runs out while its reply is being written, so that WeChat sends it again.
    pub retry_while_typing: bool,
}

impl Default for HoldConfig {
    fn default() -> Self {
        Self { retry_while_typing: true }
    }
}
