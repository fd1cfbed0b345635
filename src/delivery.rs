//! Posting to a server as WeChat does: the query byte for byte, no redirects, no proxy, five seconds for a push.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, header};

use crate::texts::user_error::UserError;
use crate::wechat::compose::Push;

mod forward;
mod headers;
mod http_exchange;
mod resend;
mod target;

pub use forward::has_passed_through;
pub use target::Target;

use http_exchange::{Failure, HttpExchange, LazySecureClient, PlainClient};

/// WeChat waits this long for an answer.
pub const WECHAT_PATIENCE: Duration = Duration::from_secs(5);

/// More of an answer is not read, in bytes: a passive reply is a few kilobytes.
const MAX_ANSWER: usize = 8 << 20;

/// Why a push got no answer.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The target is no address of a server.
    #[error(
        "\"{target}\" is no URL to post to; write it as http://HOST:PORT/PATH or https://…, without user and password"
    )]
    Target {
        /// What was given.
        target: String,
    },
    /// No certificates to check an https server with.
    #[error("cannot post to an https address: this system has no certificates to check it with ({source})")]
    Certificates {
        /// What is missing.
        source: std::io::Error,
    },
    /// The server cannot be reached, or broke off.
    #[error("no answer ({cause}); check that the server is running: {target}")]
    Unreachable {
        /// What happened.
        cause: String,
        /// Where.
        target: String,
    },
    /// It took longer than WeChat waits.
    #[error("no answer within {} s, the time that WeChat waits: {target}", WECHAT_PATIENCE.as_secs())]
    TooLate {
        /// Where.
        target: String,
    },
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
                .with("seconds", WECHAT_PATIENCE.as_secs())
                .with("target", target),
        }
    }
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct PushResponse {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, as it came.
    pub body: Bytes,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

/// Posts, and keeps connections open in between.
#[derive(Clone, Debug)]
pub struct HttpClient {
    plain: PlainClient,
    secure: LazySecureClient,
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient {
    /// A courier; needs neither network nor certificates until it delivers.
    pub fn new() -> Self {
        Self { plain: http_exchange::plain_client(), secure: LazySecureClient::default() }
    }

    /// Posts to `target`, whose own query comes before WeChat's.
    pub async fn deliver(&self, push: &Push, target: &str) -> Result<PushResponse, DeliveryError> {
        let refused = || DeliveryError::Target { target: target.to_owned() };
        let parsed = Target::parse(target)?;
        let mut request = Request::post(parsed.uri("/", &push.query).ok_or_else(refused)?);
        for (name, value) in &push.headers {
            request = request.header(*name, value);
        }
        request = request.header(header::HOST, parsed.authority());
        let request = request.body(Full::new(Bytes::from(push.body.clone()))).map_err(|_invalid| refused())?;
        self.exchange(request, MAX_ANSWER, WECHAT_PATIENCE).await.into_push_response(target)
    }
}

impl HttpExchange {
    fn into_push_response(self, target: &str) -> Result<PushResponse, DeliveryError> {
        let target = target.to_owned();
        match (self.failure, self.head) {
            (None, Some(head)) => {
                let (body, elapsed) = (self.body, self.elapsed);
                Ok(PushResponse { status: head.status, headers: head.headers, body, elapsed })
            }
            (Some(Failure::Certificates(source)), _) => Err(DeliveryError::Certificates { source }),
            (Some(Failure::Unresolved(cause) | Failure::Unreachable(cause) | Failure::Broken(cause)), _) => {
                Err(DeliveryError::Unreachable { cause, target })
            }
            (Some(Failure::TooLarge), _) => {
                let cause = format!("the answer is larger than {} MiB", MAX_ANSWER >> 20);
                Err(DeliveryError::Unreachable { cause, target })
            }
            // Without a failure there is a head.
            (Some(Failure::TooLate) | None, _) => Err(DeliveryError::TooLate { target }),
        }
    }
}

#[cfg(test)]
mod tests;
