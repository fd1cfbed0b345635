//! Sends a captured request again, unchanged or edited, and keeps the answer as it comes.

use super::super::headers::{headers_for, outgoing, put};
use super::super::target::Target;
use super::forward::MAX_KEPT;
use super::{HttpClient, WECHAT_PATIENCE};
use crate::capture::{ForwardProblem, OWN_HEADER, RawRequest, SentRequest, ServerAnswer};

/// The captured request as it goes to `target`, with that query and body; `mark` marks it as our own.
pub fn sent_request(
    request: &RawRequest,
    query: &str,
    body: bytes::Bytes,
    mark: String,
    target: &Target,
) -> SentRequest {
    let mut headers = headers_for(request, body.len(), target);
    if body != request.body {
        // A body that was edited or encrypted anew is written uncompressed.
        headers.retain(|(name, _)| name != "content-encoding");
    }
    put(&mut headers, OWN_HEADER, mark.into_bytes());
    let target = target.path_and_query(request.path(), query);
    SentRequest { method: request.method.clone(), target, headers, body }
}

impl HttpClient {
    /// Sends the request, and waits as long as WeChat does. The answer is not linted.
    pub async fn resend(&self, request: &SentRequest, target: &Target) -> ServerAnswer {
        let url = target.whole(&request.target);
        let uri = target.uri_of(&request.target);
        match uri.and_then(|uri| outgoing(&request.method, uri, request.headers.clone(), request.body.clone())) {
            Some(outgoing) => self.exchange(outgoing, MAX_KEPT, WECHAT_PATIENCE).await.into_forwarded(url),
            None => ServerAnswer::unsent(url, ForwardProblem::Target),
        }
    }
}
