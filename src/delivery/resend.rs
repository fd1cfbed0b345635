//! Sending a captured request again, as it was or made anew, and keeping what comes back.

use super::forward::MAX_KEPT;
use super::headers::{headers_for, outgoing, put};
use super::{HttpClient, Target, WECHAT_PATIENCE};
use crate::capture::{ForwardProblem, OWN_HEADER, RawRequest, SentRequest, ServerAnswer};

/// What marks a request as a replay.
const MARKER: &str = "replay";

impl SentRequest {
    /// The captured request as it goes to `target`, with that query and body; marked as our own.
    pub fn of(request: &RawRequest, query: &str, body: bytes::Bytes, target: &Target) -> Self {
        let mut headers = headers_for(request, body.len(), target);
        put(&mut headers, OWN_HEADER, MARKER.into());
        let target = target.path_and_query(request.path(), query);
        Self { method: request.method.clone(), target, headers, body }
    }
}

impl HttpClient {
    /// Sends it, and waits as long as WeChat does. Whether the answer is a legal reply is not judged.
    pub async fn resend(&self, request: &SentRequest, target: &Target) -> ServerAnswer {
        let url = target.whole(&request.target);
        let uri = target.uri_of(&request.target);
        match uri.and_then(|uri| outgoing(&request.method, uri, request.headers.clone(), request.body.clone())) {
            Some(outgoing) => self.exchange(outgoing, MAX_KEPT, WECHAT_PATIENCE).await.into_forwarded(url),
            None => ServerAnswer::unsent(url, ForwardProblem::Target),
        }
    }
}
