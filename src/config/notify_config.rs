//! `[notify]`: desktop notifications about events that match a filter.

use serde::Deserialize;

/// The `[notify]` section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// The filter; `None` for no notifications, an empty one for every event.
    #[serde(rename = "match")]
    pub filter: Option<String>,
}
