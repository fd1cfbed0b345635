//! Sends a handshake to the developer's own server, as the console does when a URL is entered.

use bytes::Bytes;
use hyper::header;

use super::super::headers::outgoing;
use super::super::target::Target;
use super::post::MAX_RESPONSE;
use super::{HttpClient, WECHAT_PATIENCE};
use crate::capture::{ForwardProblem, ServerAnswer};
use crate::wechat::compose::Push;

impl HttpClient {
    /// Sends a GET with the query of the handshake to `target`, whose own query comes before it. The answer is not linted.
    pub async fn verify(&self, handshake: &Push, target: &Target) -> ServerAnswer {
        let url = target.url("/", &handshake.query);
        let mut headers: Vec<(String, Vec<u8>)> =
            handshake.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into_bytes())).collect();
        headers.insert(1.min(headers.len()), (header::HOST.as_str().to_owned(), target.authority().into()));
        let request = target.uri("/", &handshake.query).and_then(|uri| outgoing("GET", uri, headers, Bytes::new()));
        match request {
            Some(request) => self.exchange(request, MAX_RESPONSE, WECHAT_PATIENCE).await.into_forwarded(url),
            None => ServerAnswer::unsent(url, ForwardProblem::Target),
        }
    }
}
