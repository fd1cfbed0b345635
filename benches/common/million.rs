//! What the benches share: a database of a million events, made once through the store itself.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::print_stderr,
    reason = "each bench uses a part of it"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use menuscope::account::Accounts;
use menuscope::capture::{CaptureId, RawRequest, Reply, ReplyEnd, ReplySource};
use menuscope::inspect::inspect;
use menuscope::store::{Store, StoreHead};
use menuscope::waker::Waker;
use tokio::sync::watch;

/// How many events the large database holds.
pub const MILLION: i64 = 1_000_000;

/// The eight bodies of the menu events.
pub const BODIES: [&str; 8] = [
    include_str!("../../tests/fixtures/samples/CLICK.xml"),
    include_str!("../../tests/fixtures/samples/VIEW.xml"),
    include_str!("../../tests/fixtures/samples/scancode_push.xml"),
    include_str!("../../tests/fixtures/samples/scancode_waitmsg.xml"),
    include_str!("../../tests/fixtures/samples/pic_sysphoto.xml"),
    include_str!("../../tests/fixtures/samples/pic_photo_or_album.xml"),
    include_str!("../../tests/fixtures/samples/pic_weixin.xml"),
    include_str!("../../tests/fixtures/samples/location_select.xml"),
];

/// A data folder below `target/` whose database holds this many events; made where it is missing.
pub fn folder(events: i64) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/bench-data/{events}"));
    let database = folder.join("menuscope.db");
    if !folder.join("complete").exists() {
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder).unwrap();
        // Nobody should take the minute for a hang.
        eprintln!("making a database of {events} events in {}", database.display());
        fill(&database, events);
        std::fs::write(folder.join("complete"), "").unwrap();
    }
    folder
}

/// Events as they would have arrived, one every ten seconds, of two hundred users.
fn fill(database: &Path, events: i64) {
    let store = Store::open(database, u64::MAX, watch::Sender::new(StoreHead::default()), Waker::silent()).unwrap();
    let accounts = Accounts::new(Vec::new(), None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..events {
            let capture = inspect(request(number), &accounts).capture;
            let handle = store.handle();
            tasks.spawn(async move {
                let placement = handle.insert(capture).await.unwrap();
                let elapsed = Duration::from_micros(900 + (number as u64 * 37) % 4_000);
                let reply = Reply {
                    status: Some(200),
                    body: b"success".to_vec(),
                    wire: None,
                    source: ReplySource::Default,
                    elapsed,
                    end: ReplyEnd::Answered,
                    lint: Vec::new(),
                    forwarded: None,
                };
                handle.record_reply(placement.id, reply);
            });
            if tasks.len() >= 512 {
                tasks.join_next().await;
            }
        }
        tasks.join_all().await;
    });
}

/// The request of one event.
pub fn request(number: i64) -> RawRequest {
    let created = 1_700_000_000 + number * 10;
    let openid = format!("oMgHVjngRipVsoxg6TuX3vz6{:04}", number % 200);
    let body = BODIES[(number % 8) as usize]
        .replace("oMgHVjngRipVsoxg6TuX3vz6glDg", &openid)
        .replace("FromUser]", &format!("{openid}]"))
        .replace("<EventKey><![CDATA[6]]>", &format!("<EventKey><![CDATA[MENU_{}]]>", number % 40));
    RawRequest {
        received_at: jiff::Timestamp::from_second(created).unwrap(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: format!("/wx?signature={number:040x}&timestamp={created}&nonce={number}&openid={openid}"),
        headers: [
            ("host", "example.test"),
            ("user-agent", "Mozilla/4.0"),
            ("accept", "*/*"),
            ("content-type", "text/xml"),
        ]
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .to_vec(),
        peer: "127.0.0.1".to_owned(),
        body_length: body.len() as u64,
        body: body.into_bytes().into(),
    }
}

/// The numbers of a page that ends at this one.
pub fn page_ending_at(newest: i64) -> Vec<CaptureId> {
    (newest - 127..=newest).map(CaptureId).collect()
}
