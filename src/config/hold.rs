//! The `[hold]` section.

use serde::Deserialize;

/// The handling of pushes that wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoldConfig {
    /// Where time runs out while a reply is being written, the attempt is left unanswered, so that WeChat sends it again.
    pub retry_while_typing: bool,
}

impl Default for HoldConfig {
    fn default() -> Self {
        Self { retry_while_typing: true }
    }
}
