//! Posts a push that was made here, and gives back the server's response.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, header};

use super::super::delivery_error::DeliveryError;
use super::super::target::Target;
use super::{Failure, HttpClient, HttpExchange, WECHAT_PATIENCE};
use crate::wechat::compose::Push;

/// The largest response that is read, in bytes: a passive reply is a few kilobytes.
pub(super) const MAX_RESPONSE: usize = 8 << 20;

/// The response of a server to a push.
#[derive(Clone, Debug)]
pub struct PushResponse {
    pub status: u16,
    /// The body as received.
    pub body: Bytes,
    /// The time from the first byte sent to the last byte received.
    pub elapsed: Duration,
    /// The address that a redirect leads to, which is not followed.
    pub location: Option<String>,
}

impl HttpClient {
    /// Posts to `target`, whose own query comes before WeChat's.
    pub async fn post(&self, push: &Push, target: &str) -> Result<PushResponse, DeliveryError> {
        let refused = || DeliveryError::Target { target: target.to_owned() };
        let parsed = Target::parse(target)?;
        let mut request = Request::post(parsed.uri("/", &push.query).ok_or_else(refused)?);
        for (name, value) in &push.headers {
            request = request.header(*name, value);
        }
        request = request.header(header::HOST, parsed.authority());
        let request = request.body(Full::new(Bytes::from(push.body.clone()))).map_err(|_invalid| refused())?;
        self.exchange(request, MAX_RESPONSE, WECHAT_PATIENCE).await.into_push_response(target, MAX_RESPONSE)
    }
}

impl HttpExchange {
    pub(super) fn into_push_response(self, target: &str, limit: usize) -> Result<PushResponse, DeliveryError> {
        let target = target.to_owned();
        match (self.failure, self.head) {
            (None, Some(head)) => {
                let location = head.redirect();
                Ok(PushResponse { status: head.status, body: self.body, elapsed: self.elapsed, location })
            }
            (Some(Failure::Certificates(source)), _) => Err(DeliveryError::Certificates { source }),
            (Some(Failure::Unresolved(cause) | Failure::Unreachable(cause) | Failure::Broken(cause)), _) => {
                Err(DeliveryError::Unreachable { cause, target })
            }
            (Some(Failure::TooLarge), _) => {
                let cause = format!("the answer is larger than {} MiB", limit >> 20);
                Err(DeliveryError::Unreachable { cause, target })
            }
            // Without a failure there is a head.
            (Some(Failure::TooLate) | None, _) => Err(DeliveryError::TooLate { target }),
        }
    }
}
