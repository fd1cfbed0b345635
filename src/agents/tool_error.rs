//! Errors of tools, in words that an agent can act on.

use crate::config::ConfigError;
use crate::operations::OperationError;
use crate::store::StoreError;

/// An error of a tool. It is an answer to the call, and the server goes on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    #[error("{}", .0.whole())]
    Operation(#[from] OperationError),
    /// The arguments are not as the tool's schema says.
    #[error("cannot use the arguments of {tool}: {reason}; see its inputSchema")]
    Arguments { tool: &'static str, reason: String },
    /// An argument is outside its limits, or does not go with another.
    #[error("{0}")]
    Refused(String),
    /// The client has cancelled it, or gone.
    #[error("cancelled; what was done until then is on record")]
    Cancelled,
    /// The work broke off.
    #[error("this went wrong inside menuscope: {0}; please report it")]
    Broken(String),
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        Self::Operation(error.into())
    }
}

impl From<ConfigError> for ToolError {
    fn from(error: ConfigError) -> Self {
        Self::Operation(error.into())
    }
}
