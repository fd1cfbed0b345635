//! WebSocket: a text frame an event, a message to begin anew, and the end of those who do not answer.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::SinkExt as _;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::{Instant, MissedTickBehavior};

use super::connection_hold::ConnectionHold;
use super::follower::{Follower, TooSlow};
use super::parameters;
use super::refusal::Refusal;
use super::stream::KEEP_ALIVE;

/// A follower that has not answered a ping for so long is gone.
const PONG_PATIENCE: Duration = Duration::from_secs(45);

/// The longest message of a follower that is read, in bytes: a filter is much shorter.
const LONGEST_MESSAGE: usize = 64 << 10;

/// The longest message that is received, in bytes: longer than what is read, so that the reason can be told.
pub(super) const LONGEST_RECEIVED: usize = 1 << 20;

/// A message of a follower. What it leaves out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BeginAnew {
    after: Option<i64>,
    filter: Option<String>,
}

/// The reasons to end.
#[derive(Debug)]
enum SocketEnd {
    /// The other side has closed, is gone, or takes too long.
    Gone,
    /// With a code and a reason for the other side.
    Closed(u16, &'static str),
}

impl From<TooSlow> for SocketEnd {
    fn from(_: TooSlow) -> Self {
        Self::Gone
    }
}

/// Carries events to a socket, until either ends. `_hold` keeps the connection's place.
pub(super) async fn run(mut socket: WebSocket, mut follower: Follower, _hold: ConnectionHold) {
    if let SocketEnd::Closed(code, reason) = follow(&mut socket, &mut follower).await {
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        follower.write(socket.send(close)).await.ok();
    }
}

async fn follow(socket: &mut WebSocket, follower: &mut Follower) -> SocketEnd {
    let mut pings = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let step = tokio::select! {
            message = socket.recv() => match message {
                None => Err(SocketEnd::Gone),
                // Where the connection itself is gone, nothing is sent.
                Some(Err(_)) => Err(SocketEnd::Closed(close_code::PROTOCOL, "this is no WebSocket message of text, or longer than 1 MiB")),
                Some(Ok(Message::Pong(_))) => {
                    heard = Instant::now();
                    Ok(())
                }
                Some(Ok(message)) => take(message, socket, follower).await,
            },
            items = follower.next() => give(&items, socket, follower).await,
            _ = pings.tick() => {
                if heard.elapsed() >= PONG_PATIENCE { Err(SocketEnd::Gone) } else {
                    send(Message::Ping(Bytes::new()), socket, follower).await
                }
            }
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// Sends events, in as few packets as they fit into.
async fn give(
    items: &[std::sync::Arc<super::item::Item>],
    socket: &mut WebSocket,
    follower: &mut Follower,
) -> Result<(), SocketEnd> {
    if items.is_empty() {
        return Err(SocketEnd::Closed(close_code::AWAY, "no more events; go on by the cursor"));
    }
    let early = follower.is_early();
    let sent = follower.write(async {
        for item in items {
            let Ok(text) = Utf8Bytes::try_from(item.json(early)) else { continue };
            socket.feed(Message::Text(text)).await?;
        }
        socket.flush().await
    });
    sent.await?.map_err(|_gone| SocketEnd::Gone)
}

/// Takes a message of the follower in.
async fn take(message: Message, socket: &mut WebSocket, follower: &mut Follower) -> Result<(), SocketEnd> {
    let text = match message {
        Message::Text(text) if text.len() > LONGEST_MESSAGE => {
            return Err(SocketEnd::Closed(close_code::SIZE, "the message is longer than 64 KiB"));
        }
        Message::Text(text) => text,
        Message::Binary(_) => {
            return Err(SocketEnd::Closed(close_code::UNSUPPORTED, "send text: {\"after\": ID, \"filter\": \"…\"}"));
        }
        Message::Close(_) => return Err(SocketEnd::Gone),
        Message::Ping(_) | Message::Pong(_) => return Ok(()),
    };
    match begin_anew(&text, follower).await {
        Ok(()) => Ok(()),
        // The follower goes on as before.
        Err(refusal) => send(Message::Text(refusal.json().into()), socket, follower).await,
    }
}

async fn begin_anew(text: &str, follower: &mut Follower) -> Result<(), Refusal> {
    // An object first: the fields of a struct may stand in an array as well.
    let read = serde_json::from_str::<Map<String, Value>>(text).map(Value::Object).and_then(serde_json::from_value);
    let BeginAnew { after, filter } = read.map_err(|error| {
        Refusal::mistake(format!("cannot read the message ({error}); write {{\"after\": ID, \"filter\": \"…\"}}"))
    })?;
    let after = after.map(|after| parameters::cursor("after", &after.to_string())).transpose()?;
    let filter = filter.map(|filter| parameters::filter(&filter, follower.is_early())).transpose()?;
    follower.begin_anew(after, filter).await
}

async fn send(message: Message, socket: &mut WebSocket, follower: &mut Follower) -> Result<(), SocketEnd> {
    follower.write(socket.send(message)).await?.map_err(|_gone| SocketEnd::Gone)
}
