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

use menuscope::capture::CaptureId;
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Maintenance};
use menuscope::traffic::Traffic;

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
    if menuscope::store::is_older(&database) {
        let began = std::time::Instant::now();
        menuscope::store::bring_up_to_date(&database, &Progress::new()).unwrap();
        eprintln!("brought a database of {events} events up to date in {:.1?}", began.elapsed());
    }
    folder
}

/// Made-up traffic, indexed.
fn fill(database: &Path, events: i64) {
    let mut additions = BulkWriter::open(database).unwrap();
    let until = "2026-11-23T08:00:00Z".parse().unwrap();
    let mut traffic = Traffic::new(1, events as u64, until);
    let mut left = events as usize;
    while left > 0 {
        let some: Vec<_> = traffic.by_ref().take(left.min(512)).collect();
        additions.import(&some).unwrap();
        left -= some.len();
    }
    Maintenance::open(database).unwrap().index(&Progress::new()).unwrap();
}

/// The numbers of a page that ends at this one.
pub fn page_ending_at(newest: i64) -> Vec<CaptureId> {
    (newest - 127..=newest).map(CaptureId).collect()
}
