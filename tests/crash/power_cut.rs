//! A power cut: the disk has the database and some part of the log. What opens is a beginning of what was committed.

use std::fs;
use std::path::{Path, PathBuf};

use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::store::{Reader, Store, StoreHead};
use menuscope::waker::Waker;
use tokio::sync::watch;

use crate::command::Listening;
use crate::post::{Client, Message, assert_sound, write_config};

/// What stands before each page in the log, in bytes; the log itself begins with 32.
const FRAME_HEAD: u64 = 24;
const LOG_HEAD: u64 = 32;
const PAGE: u64 = 4096;

/// A database as the disk has it after the cut.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// What the disk has at this instant: the process stands still meanwhile.
    fn of(listening: &Listening, data: &Path) -> Self {
        listening.signal("STOP");
        let disk = Self::copy(data);
        listening.signal("CONT");
        disk
    }

    fn copy(from: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["menuscope.db", "menuscope.db-wal"] {
            if from.join(name).exists() {
                fs::copy(from.join(name), folder.path().join(name)).unwrap();
            }
        }
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("menuscope.db-wal")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("menuscope.db")
    }

    /// Opens it as the next start does, and gives all bodies in order.
    fn bodies(&self, said: &str) -> Vec<Vec<u8>> {
        let head = watch::Sender::new(StoreHead::default());
        let store = Store::open(&self.database(), menuscope::store::Limits::default(), head, Waker::silent())
            .unwrap_or_else(|e| panic!("{said}: {e}"));
        let reader = Reader::open(&self.database()).unwrap();
        let ids = reader.arrived(&Filter::default(), CaptureId(0), usize::MAX).unwrap();
        let bodies = ids.iter().zip(1..).map(|(id, number)| {
            assert_eq!(id.0, number, "{said}: a gap");
            let stored = reader.capture(*id).unwrap().unwrap();
            assert_eq!(stored.capture.envelope.kind, "CLICK", "{said}: half an event");
            stored.capture.request.body.to_vec()
        });
        let bodies = bodies.collect();
        drop(store);
        assert_sound(&self.database(), said);
        bodies
    }
}

/// Everything that can be left of a log of this length.
fn cuts(length: u64, chance: &mut fastrand::Rng) -> Vec<u64> {
    let frame = FRAME_HEAD + PAGE;
    let frames = length.saturating_sub(LOG_HEAD) / frame;
    let mut cuts = vec![0, 1, LOG_HEAD - 1, LOG_HEAD, LOG_HEAD + FRAME_HEAD, length - 1, length];
    for _ in 0..4 {
        let boundary = LOG_HEAD + frame * chance.u64(0..=frames);
        cuts.extend([boundary, boundary + FRAME_HEAD, boundary + chance.u64(1..frame), chance.u64(..=length)]);
    }
    cuts.retain(|cut| *cut <= length);
    cuts
}

/// What the cut may leave behind the end.
fn spoil(log: &Path, cut: u64, how: u8, chance: &mut fastrand::Rng) {
    let mut bytes = fs::read(log).unwrap();
    let length = bytes.len();
    bytes.truncate(cut as usize);
    match how {
        // Garbage to the former length.
        1 => bytes.extend((bytes.len()..length).map(|_| chance.u8(..))),
        // Nothing but zeros: room was given to the file, and never written.
        2 => bytes.resize(length, 0),
        _ => {}
    }
    fs::write(log, bytes).unwrap();
}

#[test]
fn what_is_left_after_a_power_cut_opens_and_is_a_beginning_of_what_was_committed() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let seed = fastrand::u64(..);
    let mut chance = fastrand::Rng::with_seed(seed);
    let listening = Listening::start(data.path(), &[]);
    let address = listening.url.strip_prefix("http://").unwrap().to_owned();
    let mut client = Client::connect(&address).unwrap();
    let mut posted = 0..;
    let mut post = |count: usize| {
        for number in posted.by_ref().take(count) {
            // Some are so large that they take many pages.
            let padding = if number % 7 == 0 { 30_000 } else { 0 };
            assert_eq!(client.post(&Message::padded("tap", number, padding)).unwrap(), 200);
        }
        count
    };
    let mut answered = 0;
    for (moment, count) in [3, 60, 500].into_iter().enumerate() {
        answered += post(count);
        let disk = Disk::of(&listening, data.path());
        let said = |what: &str| format!("seed {seed}, moment {moment}, {what}");
        let all = Disk::copy(disk.folder.path()).bodies(&said("whole"));
        assert!(all.len() >= answered, "{}: {} of {answered} answered", said("whole"), all.len());
        let without_log = Disk::copy(disk.folder.path());
        fs::remove_file(without_log.log()).unwrap();
        let folded = checkpointed(&without_log);
        let length = fs::metadata(disk.log()).unwrap().len();
        for cut in cuts(length, &mut chance) {
            let how = chance.u8(..3);
            let left = Disk::copy(disk.folder.path());
            spoil(&left.log(), cut, how, &mut chance);
            let said = said(&format!("cut at {cut} of {length}, way {how}"));
            let bodies = left.bodies(&said);
            assert!(bodies.len() >= folded, "{said}: {} of {folded} checkpointed", bodies.len());
            assert!(all.starts_with(&bodies), "{said}: not a beginning");
        }
    }
}

/// How many events are in the database itself; before the first checkpoint it is empty.
fn checkpointed(disk: &Disk) -> usize {
    let connection = rusqlite::Connection::open(disk.database()).unwrap();
    let count: Result<i64, _> = connection.query_row("SELECT count(*) FROM capture", [], |row| row.get(0));
    count.unwrap_or(0) as usize
}
