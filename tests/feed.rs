//! The feed over real sockets: every way to follow, the order of events, who may ask, and what bad input does.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

#[path = "feed/access.rs"]
mod access;
#[path = "feed/client.rs"]
mod client;
#[path = "feed/crowd.rs"]
mod crowd;
#[path = "feed/mistakes.rs"]
mod mistakes;
#[path = "feed/order.rs"]
mod order;
#[path = "feed/ways.rs"]
mod ways;
#[path = "feed/window.rs"]
mod window;

use std::net::SocketAddr;

use common::TestListener;
use menuscope::capture::{CaptureId, EventView, event_json};
use menuscope::feed::{Feed, FeedSetup};
use menuscope::filter::Filter;
use menuscope::texts::Language;
use serde_json::Value;

/// A listener with a feed beside it.
struct Fed {
    // Dropped first: the feed only reads.
    feed: Option<Feed>,
    listener: TestListener,
}

impl Fed {
    fn start() -> Self {
        Self::beside(TestListener::start())
    }

    fn beside(listener: TestListener) -> Self {
        let feed = Some(open(&listener, "127.0.0.1:0"));
        Self { feed, listener }
    }

    fn address(&self) -> SocketAddr {
        self.feed.as_ref().unwrap().address()
    }

    /// A tap that its key tells from others; returns once its answer is recorded.
    fn tap(&self, key: &str) -> CaptureId {
        assert_eq!(self.listener.post("/", &tap(key)).status, 200);
        let id = self.listener.reader().newest().unwrap();
        self.listener.answered(id);
        id
    }

    /// The event as every other way out of the program shows it.
    fn stored(&self, id: CaptureId) -> Value {
        let reader = self.listener.reader();
        let stored = reader.capture(id).unwrap().unwrap();
        let images = reader.images_of(&stored).unwrap();
        event_json(EventView { stored: &stored, images: &images, language: Language::English })
    }

    /// What `menuscope events` finds, the oldest first.
    fn found(&self, filter: &str) -> Vec<i64> {
        let filter = Filter::parse(filter, &jiff::Zoned::now()).unwrap();
        self.listener.reader().matching(&filter).unwrap().into_iter().map(|id| id.0).collect()
    }

    fn hold_all(&self) {
        self.listener.rulebook.policy().held.switch(Some(Filter::default()));
    }

    fn release_all(&self) {
        self.listener.rulebook.policy().held.switch(None);
    }
}

fn open(listener: &TestListener, address: &str) -> Feed {
    let setup = FeedSetup {
        database: listener.database(),
        head: listener.head.clone(),
        language: Language::English,
        token: Some(menuscope::account::Secret::new(access::TOKEN)),
    };
    Feed::open(address.parse().unwrap(), setup).unwrap()
}

fn tap(key: &str) -> Vec<u8> {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o{key}]]></FromUserName>\
         <CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>\
         <EventKey><![CDATA[{key}]]></EventKey></xml>"
    )
    .into_bytes()
}

fn ids(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["id"].as_i64().unwrap()).collect()
}
