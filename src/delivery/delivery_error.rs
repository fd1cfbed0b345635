//! The reasons why a push got no answer.

use crate::texts::user_error::UserError;
use crate::wechat::lint::WECHAT_LIMIT_MS;

/// The time that WeChat waits for an answer, in seconds.
const WECHAT_LIMIT_SECONDS: u64 = WECHAT_LIMIT_MS / 1000;

/// The reasons why a push got no answer.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The target is not the URL of a server.
    #[error(
        "\"{target}\" is no URL to post to; write it as http://HOST:PORT/PATH or https://…, without user and password"
    )]
    Target { target: String },
    /// There are no certificates to check an https server with.
    #[error("cannot post to an https address: this system has no certificates to check it with ({source})")]
    Certificates { source: std::io::Error },
    /// The server cannot be reached, or broke off.
    #[error("no answer ({cause}); check that the server is running: {target}")]
    Unreachable { cause: String, target: String },
    /// The answer took longer than WeChat waits.
    #[error("no answer within {} s, the time that WeChat waits: {target}", WECHAT_LIMIT_SECONDS)]
    TooLate { target: String },
}

impl From<&DeliveryError> for UserError {
    fn from(error: &DeliveryError) -> Self {
        match error {
            DeliveryError::Target { target } => Self::of("user_error.delivery.target", error).with("target", target),
            DeliveryError::Certificates { source } => {
                Self::of("user_error.delivery.certificates", error).with("cause", source)
            }
            DeliveryError::Unreachable { cause, target } => {
                Self::of("user_error.delivery.unreachable", error).with("cause", cause).with("target", target)
            }
            DeliveryError::TooLate { target } => Self::of("user_error.delivery.too_late", error)
                .with("seconds", WECHAT_LIMIT_SECONDS)
                .with("target", target),
        }
    }
}
