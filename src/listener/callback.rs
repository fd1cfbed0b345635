//! One request: read, judged, committed to disk, then answered, and the answer recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{Method, Request, Response};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::timeout_at;

use super::Terms;
use super::answer::{self, Answer};
use super::body::{self, End, Received};
use super::connection::Origin;
use crate::capture::{CaptureId, RawRequest, Reply};
use crate::inspect::{Disposition, Inspection, has_echostr, inspect};
use crate::store::Ticket;

/// Who sent so slowly that the budget is used up still gets this long for the commit: WeChat may be waiting.
const COMMIT_GRACE: Duration = Duration::from_millis(500);

/// The one thing that is served.
pub(super) struct Endpoint {
    terms: Terms,
    /// Held by whoever owes an answer or its record: the listener ends when the last is gone.
    _owing: mpsc::Sender<()>,
    not_http: AtomicU64,
}

impl Endpoint {
    pub(super) fn new(terms: Terms, owing: mpsc::Sender<()>) -> Self {
        Self { terms, _owing: owing, not_http: AtomicU64::new(0) }
    }

    /// Bytes that are no HTTP were answered by hyper, mostly with 400; they leave a counted line and nothing else.
    pub(super) fn count_not_http(&self, peer: std::net::SocketAddr, error: &hyper::Error) {
        let count = self.not_http.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::warn!("refused what is not HTTP, or too much of it (number {count}): {error} from {peer}");
    }
}

/// Any path, one function.
pub(super) fn router(endpoint: Arc<Endpoint>) -> Router {
    Router::new().fallback(handle).with_state(endpoint)
}

async fn handle(
    State(endpoint): State<Arc<Endpoint>>,
    Extension(origin): Extension<Origin>,
    request: Request<Body>,
) -> Response<Body> {
    let began = origin.began();
    let response = match *request.method() {
        Method::POST => callback(endpoint, &origin, request, began).await,
        Method::GET if has_echostr(request.uri().query().unwrap_or_default()) => {
            let raw = raw_request(&origin, &request.into_parts().0, Received::nothing());
            let accounts = endpoint.terms.accounts.borrow().clone();
            store_and_answer(endpoint, inspect(raw, &accounts), began).await
        }
        Method::GET | Method::HEAD => answer::page(),
        _ => answer::method_not_allowed(),
    };
    origin.finish();
    response
}

async fn callback(endpoint: Arc<Endpoint>, origin: &Origin, request: Request<Body>, began: Instant) -> Response<Body> {
    let (head, body) = request.into_parts();
    let received = body::receive(body).await;
    let end = received.end;
    let raw = raw_request(origin, &head, received);
    let accounts = endpoint.terms.accounts.borrow().clone();
    let mut inspection = inspect(raw, &accounts);
    if end != End::Complete {
        inspection.incomplete(end);
    }
    store_and_answer(endpoint, inspection, began).await
}

/// Answers once the capture is on disk, or 503 when that takes longer than the budget.
async fn store_and_answer(endpoint: Arc<Endpoint>, inspection: Inspection, began: Instant) -> Response<Body> {
    let Inspection { capture, disposition } = inspection;
    let deadline = (began + endpoint.terms.reply_budget).max(Instant::now() + COMMIT_GRACE).into();
    let queued = timeout_at(deadline, endpoint.terms.store.queue(capture)).await;
    let Ok(Ok(ticket)) = queued else {
        tracing::error!("answered 503, since the request could not be stored: the queue is full or closed");
        return Answer::not_stored().into_response();
    };
    let mut owed = Owed { endpoint, answer: Answer::to(&disposition), began, ticket: Some(ticket) };
    let Some(ticket) = &mut owed.ticket else { return Answer::not_stored().into_response() };
    match timeout_at(deadline, ticket).await {
        Ok(Ok(placement)) => owed.record(placement.id),
        Ok(Err(error)) => {
            tracing::error!("answered 503, since the request could not be stored: {error}");
            owed.answer = Answer::not_stored();
            owed.ticket = None;
        }
        Err(_) => {
            tracing::error!("answered 503, since the request was not on disk within the reply budget");
            // Still queued: when it gets there after all, the record says what was answered.
            owed.answer = Answer::not_stored();
        }
    }
    owed.answer.clone().into_response()
}

/// An answer whose record is owed. axum drops a handler whose client hangs up: what was received, and what was meant to be
/// answered, are recorded all the same.
struct Owed {
    endpoint: Arc<Endpoint>,
    answer: Answer,
    began: Instant,
    /// `None` once the record is on its way.
    ticket: Option<Ticket>,
}

impl Owed {
    fn record(&mut self, id: CaptureId) {
        self.ticket = None;
        self.endpoint.terms.store.record_reply(id, reply(&self.answer, self.began));
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let (endpoint, reply) = (Arc::clone(&self.endpoint), reply(&self.answer, self.began));
        tokio::spawn(async move {
            if let Ok(placement) = ticket.await {
                endpoint.terms.store.record_reply(placement.id, reply);
            }
        });
    }
}

fn reply(answer: &Answer, began: Instant) -> Reply {
    Reply {
        status: answer.status.as_u16(),
        body: answer.body.clone().into_bytes(),
        source: answer.source.clone(),
        elapsed: began.elapsed(),
    }
}

fn raw_request(origin: &Origin, head: &axum::http::request::Parts, received: Received) -> RawRequest {
    let target = origin.target(&head.uri);
    RawRequest {
        received_at: Timestamp::now(),
        method: head.method.as_str().to_owned(),
        version: format!("{:?}", head.version),
        target,
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        peer: origin.peer.ip().to_string(),
        body: received.bytes,
        body_length: received.length,
    }
}

impl Received {
    fn nothing() -> Self {
        Self { bytes: Bytes::new(), length: 0, end: End::Complete }
    }
}

impl Inspection {
    /// The sender stopped before the end: whatever it says, it is not to be accepted.
    fn incomplete(&mut self, end: End) {
        let diagnosis = crate::diagnose::Diagnosis::new(crate::diagnose::Code::BodyIncomplete);
        self.capture.diagnoses.push(diagnosis.with("received", self.capture.request.body_length));
        self.capture.group_key = None;
        self.disposition = if end == End::TooSlow { Disposition::TooSlow } else { Disposition::Broken };
    }
}
