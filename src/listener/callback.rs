//! One request: read, inspected, committed to disk, then answered, and the answer recorded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, Response, Version};
use hyper::body::Incoming;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout_at;

use super::ListenerContext;
use super::body::{self, BodyEnd, ReceivedBody};
use super::connection::Origin;
use super::http_answer::{self, Answer, AnswerBody};
use super::responder::Responder;
use crate::account::Accounts;
use crate::capture::diagnosis::Code;
use crate::capture::{Capture, CaptureId, Headers, Placement, RawRequest, UNREADABLE};
use crate::delivery::has_passed_through;
use crate::inspect::{Disposition, Inspection, ReplyEncryption, has_echostr, inspect, inspect_to_store, is_cross_site};
use crate::log_throttle::LogThrottle;
use crate::store::{StoreError, Ticket};
use crate::wechat::kind::CHECK_CONTAINER_PATH;
use crate::wechat::tree::Tree;

/// The least time for the commit, also if the request came so slowly that the budget is used up: WeChat may be waiting.
const COMMIT_GRACE: Duration = Duration::from_millis(500);

/// The part of the budget that is kept for assembling and sending an answer decided at the last moment.
const ASSEMBLY_TIME: Duration = Duration::from_millis(100);

/// The state that all requests share.
pub(super) struct Endpoint {
    context: ListenerContext,
    own_address: SocketAddr,
    /// Turns true when the listener stops.
    stopping: watch::Receiver<bool>,
    /// Held while an answer or its record is pending: the listener ends when the last clone is dropped.
    _pending: mpsc::Sender<()>,
    not_http: LogThrottle,
    not_stored: LogThrottle,
}

impl Endpoint {
    pub(super) fn new(
        context: ListenerContext,
        own_address: SocketAddr,
        stopping: watch::Receiver<bool>,
        pending: mpsc::Sender<()>,
    ) -> Self {
        Self {
            context,
            own_address,
            stopping,
            _pending: pending,
            not_http: LogThrottle::default(),
            not_stored: LogThrottle::default(),
        }
    }

    /// Logs now and then that bytes were not HTTP. Hyper has answered them, mostly with 400, and nothing else is kept of them.
    pub(super) fn count_not_http(&self, peer: SocketAddr, error: &hyper::Error) {
        if let Some(count) = self.not_http.count() {
            tracing::warn!("refused what is not HTTP, or too much of it (number {count}): {error} from {peer}");
        }
    }

    /// Logs now and then that a request could not be stored and was answered with 503.
    fn log_not_stored(&self, reason: &str) {
        if let Some(count) = self.not_stored.count() {
            tracing::error!("answered 503 (number {count}), since the request could not be stored: {reason}");
        }
    }
}

/// Answers a request, whatever its path.
pub(super) async fn handle(
    endpoint: Arc<Endpoint>,
    origin: Origin,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let began = origin.began();
    let mut response = match *request.method() {
        Method::POST => callback(endpoint, &origin, request, began).await,
        Method::GET if has_echostr(request.uri().query().unwrap_or_default()) => {
            let raw = raw_request(&origin, &request.into_parts().0, ReceivedBody::default());
            let accounts = endpoint.context.accounts.borrow().clone();
            let mut inspection = inspect(raw, &accounts);
            refuse_cross_site(&mut inspection, &accounts);
            let reply_context = ReplyContext::of(&endpoint, accounts, &mut inspection);
            store_and_answer(endpoint, &origin, inspection, reply_context, began).await
        }
        Method::GET | Method::HEAD => http_answer::page(),
        _ => http_answer::method_not_allowed(),
    };
    http_answer::add_date(&mut response);
    origin.finish();
    response
}

async fn callback(
    endpoint: Arc<Endpoint>,
    origin: &Origin,
    request: Request<Incoming>,
    began: Instant,
) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let received = body::receive(body).await;
    let end = received.end;
    let raw = raw_request(origin, &head, received);
    let accounts = endpoint.context.accounts.borrow().clone();
    // Nobody reads the parsed message where the default is answered.
    let is_idle = endpoint.context.policy.is_idle();
    let mut inspection = if is_idle { inspect_to_store(raw, &accounts) } else { inspect(raw, &accounts) };
    if end != BodyEnd::Complete {
        inspection.refuse_incomplete(end == BodyEnd::TooSlow);
    } else if !refuse_cross_site(&mut inspection, &accounts)
        && has_passed_through(&inspection.capture.request, &endpoint.context.policy.instance)
    {
        inspection.refuse_loop();
    }
    let reply_context = if is_idle { None } else { ReplyContext::of(&endpoint, accounts, &mut inspection) };
    store_and_answer(endpoint, origin, inspection, reply_context, began).await
}

/// Refuses a request of somebody else's web page to an account without a token; returns true for such a one.
fn refuse_cross_site(inspection: &mut Inspection, accounts: &Accounts) -> bool {
    let is_unchecked = accounts.named(&inspection.capture.account).is_none_or(|account| account.token().is_none());
    let is_refused = is_unchecked && is_cross_site(&inspection.capture.request);
    if is_refused {
        inspection.refuse_cross_site();
    }
    is_refused
}

/// Answers once the capture is on disk, or 503 when that takes longer than the budget.
async fn store_and_answer(
    endpoint: Arc<Endpoint>,
    origin: &Origin,
    inspection: Inspection,
    reply_context: Option<ReplyContext>,
    began: Instant,
) -> Response<AnswerBody> {
    let deadline = (began + endpoint.context.reply_budget).max(Instant::now() + COMMIT_GRACE);
    let Inspection { capture, disposition, .. } = inspection;
    let queued = timeout_at(deadline.into(), endpoint.context.store.queue(capture)).await;
    let Ok(Ok(ticket)) = queued else {
        endpoint.log_not_stored("too many are waiting for the disk, or the program is closing");
        return Answer::not_stored().into_response();
    };
    let mut pending =
        PendingReply { endpoint, answer: Answer::to(&disposition), began, ticket: Some(ticket), id: None };
    match timeout_at(deadline.into(), pending.stored()).await {
        Ok(Ok(placement)) => {
            if let Some(reply_context) = reply_context {
                let deadline = began + pending.endpoint.context.reply_budget.saturating_sub(ASSEMBLY_TIME);
                let responder = reply_context.responder(&pending.endpoint, origin, placement, began, deadline);
                // On the heap: every request moves the whole handler, and few ever come here.
                pending.answer = Box::pin(responder.answer()).await;
            }
            pending.record();
        }
        Ok(Err(error)) => {
            // The writer has logged the cause, once for the whole batch.
            tracing::debug!("answered 503, since the request could not be stored: {error}");
            pending.answer = Answer::not_stored();
            pending.ticket = None;
        }
        Err(_) => {
            pending.endpoint.log_not_stored("it was not on disk within the reply budget");
            // Still queued: if it gets to disk after all, its record says 503.
            pending.answer = Answer::not_stored();
        }
    }
    pending.answer.clone().into_response()
}

/// A push whose reply the [`ReplyPolicy`](super::ReplyPolicy) decides, kept while its capture is stored.
struct ReplyContext {
    capture: Arc<Capture>,
    tree: Option<Arc<Tree<'static>>>,
    encryption: Option<ReplyEncryption>,
    accounts: Arc<Accounts>,
}

impl ReplyContext {
    /// `None` where the default is answered: to a message that is unreadable or meant for another AppID, to cloud hosting's
    /// own check, and where the policy has nothing to say.
    fn of(endpoint: &Endpoint, accounts: Arc<Accounts>, inspection: &mut Inspection) -> Option<Self> {
        let Inspection { capture, tree, disposition, encryption } = inspection;
        let is_ours = *disposition == Disposition::Accept
            && capture.envelope.kind != UNREADABLE
            && capture.envelope.kind != CHECK_CONTAINER_PATH
            && !capture
                .diagnoses
                .iter()
                .any(|found| matches!(found.code, Code::AppIdForeign | Code::AppIdOtherAccount));
        if !is_ours || endpoint.context.policy.is_idle() {
            return None;
        }
        let capture = Arc::new(capture.clone());
        Some(Self { capture, tree: tree.take().map(Arc::new), encryption: encryption.clone(), accounts })
    }

    fn responder(
        self,
        endpoint: &Endpoint,
        origin: &Origin,
        placement: Placement,
        began: Instant,
        deadline: Instant,
    ) -> Responder {
        Responder {
            policy: endpoint.context.policy.clone(),
            store: endpoint.context.store.clone(),
            accounts: self.accounts,
            capture: self.capture,
            tree: self.tree,
            placement,
            encryption: self.encryption,
            origin: Some(origin.clone()),
            stopping: endpoint.stopping.clone(),
            own_address: endpoint.own_address,
            began,
            deadline,
        }
    }
}

/// An answer whose record is pending. Its `Drop` records it if the handler is dropped, as when the listener stops.
struct PendingReply {
    endpoint: Arc<Endpoint>,
    answer: Answer,
    began: Instant,
    /// `None` once it is on disk, or cannot be.
    ticket: Option<Ticket>,
    /// `Some` while it is on disk and its answer is not recorded.
    id: Option<CaptureId>,
}

impl PendingReply {
    /// Resolves once the capture is on disk, or cannot be.
    async fn stored(&mut self) -> Result<Placement, StoreError> {
        let Some(ticket) = &mut self.ticket else { return Err(StoreError::Closing) };
        let stored = ticket.await;
        self.ticket = None;
        self.id = stored.as_ref().ok().map(|placement| placement.id);
        stored
    }

    fn record(&mut self) {
        if let Some(id) = self.id.take() {
            self.endpoint.context.store.record_reply(id, self.answer.record(self.began.elapsed()));
        }
    }
}

impl Drop for PendingReply {
    fn drop(&mut self) {
        self.record();
        let Some(ticket) = self.ticket.take() else { return };
        let (endpoint, reply) = (Arc::clone(&self.endpoint), self.answer.record(self.began.elapsed()));
        tokio::spawn(async move {
            if let Ok(placement) = ticket.await {
                endpoint.context.store.record_reply(placement.id, reply);
            }
        });
    }
}

fn headers(received: &HeaderMap) -> Headers {
    let bytes = received.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let mut headers = Headers::with_capacity(received.len(), bytes);
    received.iter().for_each(|(name, value)| headers.push(name.as_str(), value.as_bytes()));
    headers
}

fn raw_request(origin: &Origin, head: &Parts, received: ReceivedBody) -> RawRequest {
    let target = origin.target(&head.uri);
    RawRequest {
        received_at: crate::clock::now(),
        method: head.method.as_str().to_owned(),
        version: match head.version {
            Version::HTTP_11 => "HTTP/1.1".to_owned(),
            other => format!("{other:?}"),
        },
        target,
        headers: headers(&head.headers),
        peer: origin.peer().to_owned(),
        body: received.bytes,
        body_length: received.length,
    }
}
