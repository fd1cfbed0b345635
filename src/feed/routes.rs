//! Requests: who may ask, what for, and the answers of every way to follow.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts as _;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, StatusCode, header};
use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::body::{Body as _, Incoming};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::access::Access;
use super::connection_hold::ConnectionHold;
use super::follower::{Follower, subscription};
use super::log::{EventLog, FollowerCount, Page, PageLimit, Subscription};
use super::parameters::{self, MOST_EVENTS, Parameters, StreamForm};
use super::refusal::Refusal;
use super::{page, response, socket, stream};

/// The bytes of one answer, about: beyond it the rest comes with the next request.
const MOST_BYTES: usize = 16 << 20;

/// The time that a request without a wait may take to look for events that match among many that do not.
const SCAN_PATIENCE: Duration = Duration::from_secs(2);

/// The state that all requests share.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) log: Arc<EventLog>,
    pub(super) access: Access,
}

/// Answers one request.
pub(super) async fn handle(
    endpoint: Arc<Endpoint>,
    hold: ConnectionHold,
    request: Request<Incoming>,
) -> Response<Body> {
    let has_body = !request.body().is_end_stream();
    let (mut parts, _body) = request.into_parts();
    let answered = match check(&endpoint, &parts, has_body) {
        Ok(()) => route(&endpoint.log, hold, &mut parts).await,
        Err(refusal) => Err(refusal),
    };
    answered.unwrap_or_else(Refusal::into_response)
}

fn check(endpoint: &Endpoint, request: &Parts, has_body: bool) -> Result<(), Refusal> {
    endpoint.access.check(request)?;
    if !matches!(request.method, Method::GET | Method::HEAD) {
        let message = format!("the feed is read with GET, not {}", request.method.as_str().escape_debug());
        return Err(Refusal { status: StatusCode::METHOD_NOT_ALLOWED, message });
    }
    if has_body {
        return Err(Refusal::mistake("a request to the feed has no body: put parameters into the query"));
    }
    Ok(())
}

async fn route(log: &Arc<EventLog>, hold: ConnectionHold, request: &mut Parts) -> Result<Response<Body>, Refusal> {
    let query = request.uri.query().unwrap_or_default().to_owned();
    let is_endless = matches!(request.uri.path(), "/events/stream" | "/events/socket");
    if is_endless && request.method == Method::HEAD {
        let message = "this answer has no end: ask with GET".to_owned();
        return Err(Refusal { status: StatusCode::METHOD_NOT_ALLOWED, message });
    }
    match request.uri.path() {
        "/" => parameters::none(&query).map(|()| page::page(single_host(request))),
        "/health" => health(log, &query).await,
        "/events" => events(log, &query).await,
        "/events/stream" => follow_stream(log, hold, request, &query).await,
        "/events/socket" => follow_socket(log, hold, request, &query).await,
        path => match path.strip_prefix("/events/") {
            Some(id) => event(log, id, &query).await,
            None => Err(not_found(
                "there is nothing here; the feed has /, /events, /events/ID, /events/stream, /events/socket and /health",
            )),
        },
    }
}

fn not_found(message: impl Into<String>) -> Refusal {
    Refusal { status: StatusCode::NOT_FOUND, message: message.into() }
}

fn single_host(request: &Parts) -> &str {
    request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

async fn health(log: &EventLog, query: &str) -> Result<Response<Body>, Refusal> {
    parameters::none(query)?;
    let state = log.refresh().await?;
    let health = json!({ "last_id": state.newest, "followers": log.followers() });
    Ok(response::json(StatusCode::OK, format!("{health}\n")))
}

async fn event(log: &EventLog, id: &str, query: &str) -> Result<Response<Body>, Refusal> {
    parameters::none(query)?;
    let Some(number) = id.parse().ok().filter(|number| *number > 0) else {
        return Err(not_found("an event has a number, such as /events/17"));
    };
    match log.event(number).await? {
        Some(json) => Ok(response::json(StatusCode::OK, json)),
        None => Err(not_found(format!("there is no event {number}"))),
    }
}

/// Polling, and with a wait long polling.
async fn events(log: &Arc<EventLog>, query: &str) -> Result<Response<Body>, Refusal> {
    let asked = Parameters::read(query, &["wait"])?;
    let _count = FollowerCount::of(log, asked.early);
    let mut changes = log.state.subscribe();
    let state = log.refresh().await?;
    let mut wanted = subscription(&asked, &state)?;
    let limit = PageLimit { items: asked.limit.unwrap_or(MOST_EVENTS), bytes: MOST_BYTES };
    let over = Instant::now() + asked.wait;
    let page = loop {
        let now = changes.borrow_and_update().clone();
        let page = collect(log, &wanted, limit, over.max(Instant::now() + SCAN_PATIENCE)).await?;
        if !page.items.is_empty() || !page.is_current || now.is_over || now.epoch != state.epoch {
            break page;
        }
        wanted.after = page.next;
        if !matches!(timeout_at(over, changes.changed()).await, Ok(Ok(()))) {
            break page;
        }
    };
    Ok(response::json(StatusCode::OK, whole(&page, asked.early)))
}

/// Goes on until the page is full, or everything has been looked at, or the time is over.
async fn collect(log: &EventLog, wanted: &Subscription, limit: PageLimit, until: Instant) -> Result<Page, Refusal> {
    let mut whole = Page { next: wanted.after, ..Page::default() };
    let mut left = limit;
    loop {
        let page = log.page(&Subscription { after: whole.next, ..wanted.clone() }, left).await?;
        let bytes: usize = page.items.iter().map(|item| item.size()).sum();
        (whole.next, whole.is_current) = (page.next, page.is_current);
        left = PageLimit { items: left.items - page.items.len(), bytes: left.bytes.saturating_sub(bytes) };
        whole.items.extend(page.items);
        if whole.is_current || left.items == 0 || left.bytes == 0 || Instant::now() >= until {
            return Ok(whole);
        }
    }
}

/// The answer of a poll.
fn whole(page: &Page, early: bool) -> Bytes {
    let mut body = BytesMut::from(&b"{\"events\":["[..]);
    for (index, item) in page.items.iter().enumerate() {
        if index > 0 {
            body.put_u8(b',');
        }
        body.put(item.json(early));
    }
    body.put(format!("],\"next\":{}}}\n", page.next).as_bytes());
    body.freeze()
}

async fn follow_stream(
    log: &Arc<EventLog>,
    hold: ConnectionHold,
    request: &Parts,
    query: &str,
) -> Result<Response<Body>, Refusal> {
    let mut asked = Parameters::read(query, &["as"])?;
    // A browser that connects anew asks for the same address, and says here how far it came.
    if let Some(last) = request.headers.get("last-event-id").filter(|last| !last.is_empty()) {
        asked.after = Some(parameters::cursor("Last-Event-ID", &String::from_utf8_lossy(last.as_bytes()))?);
    }
    let follower = Follower::begin(log, &asked).await?;
    Ok(match asked.form {
        Some(StreamForm::Iframe) => stream::iframe(follower, hold),
        Some(StreamForm::Lines) => stream::lines(follower, hold),
        None if accepts_lines(request) => stream::lines(follower, hold),
        None => stream::server_sent_events(follower, hold),
    })
}

/// Tells whether JSON Lines are asked for by their type.
fn accepts_lines(request: &Parts) -> bool {
    let accept = request.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    [stream::JSON_LINES, "application/jsonl"].iter().any(|kind| accept.contains(kind))
}

async fn follow_socket(
    log: &Arc<EventLog>,
    hold: ConnectionHold,
    request: &mut Parts,
    query: &str,
) -> Result<Response<Body>, Refusal> {
    let asked = Parameters::read(query, &[])?;
    let upgrade = WebSocketUpgrade::from_request_parts(request, &()).await.map_err(|rejection| Refusal {
        status: StatusCode::UPGRADE_REQUIRED,
        message: format!("this address speaks WebSocket: {}", rejection.body_text()),
    })?;
    let follower = Follower::begin(log, &asked).await?;
    let upgrade = upgrade.max_message_size(socket::LONGEST_RECEIVED).max_frame_size(socket::LONGEST_RECEIVED);
    Ok(upgrade.on_upgrade(move |socket| socket::run(socket, follower, hold)))
}
