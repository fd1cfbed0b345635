//! The database is removed, moved or replaced while it is open: what is answered 2xx from then on is in the file at its path.

use std::fs;
use std::path::Path;

use menuscope::capture::CaptureId;
use menuscope::engine::{Engine, ListNotice, ListingCommand, Notice, Setup};
use menuscope::filter::Filter;
use menuscope::store::{Reader, StoreHead};
use menuscope::waker::Waker;

use super::Watched;
use crate::command::{menuscope, run, stdout};
use crate::common::{TestListener, sample, until};
use crate::post::{Client, Ledger, Message, assert_sound, post, write_config};

fn remove_database(data: &Path) {
    for name in ["menuscope.db", "menuscope.db-wal", "menuscope.db-shm"] {
        fs::remove_file(data.join(name))
            .or_else(|error| if data.join(name).exists() { Err(error) } else { Ok(()) })
            .unwrap();
    }
}

fn folder() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    data
}

fn ids(database: &Path) -> Vec<i64> {
    let reader = Reader::open(database).unwrap();
    reader.arrived(&Filter::default(), CaptureId(0), usize::MAX).unwrap().into_iter().map(|id| id.0).collect()
}

/// A database of another run with so many events, as one file.
fn another(count: u64) -> tempfile::TempDir {
    let data = folder();
    let listener = Watched::start(data.path());
    let mut client = Client::connect(&listener.address).unwrap();
    for number in 0..count {
        assert_eq!(client.post(&Message::plain("another", 1_000_000 + number)).unwrap(), 200);
    }
    let mut listener = listener;
    listener.listening.signal("TERM");
    listener.listening.child.wait().unwrap();
    data
}

#[test]
fn a_removed_database_is_made_anew_and_what_is_answered_from_then_on_survives_kill_9() {
    let data = folder();
    let database = data.path().join("menuscope.db");
    let mut listener = Watched::start(data.path());
    let mut client = Client::connect(&listener.address).unwrap();
    for number in 0..5 {
        assert_eq!(client.post(&Message::plain("before", number)).unwrap(), 200);
    }
    remove_database(data.path());
    let mut ledger = Ledger::default();
    for number in 10..15 {
        assert_eq!(ledger.post(&mut client, &Message::sealed("after", number)).unwrap(), 200);
    }
    // Numbers go on: none of them means two events.
    assert_eq!(ids(&database), [6, 7, 8, 9, 10]);
    until("the events are printed", || (listener.listening.next()["id"] == 10).then_some(()));
    listener.kill();
    ledger.assert_kept(&database, "after the removal");
    assert_eq!(listener.lines_with("removed or moved away"), 1, "{}", listener.said());
}

#[test]
fn nothing_that_is_answered_is_lost_while_the_database_is_removed_again_and_again() {
    let data = folder();
    let mut listener = Watched::start(data.path());
    let mut kept = Ledger::default();
    for round in 0..10 {
        let clients = [0, 1, 2].map(|client| {
            let address = listener.address.clone();
            let work = move || {
                let mut client_of = Client::connect(&address).unwrap();
                (0..60).map(|at| round * 1_000 + client * 100 + at).for_each(|number| {
                    assert_eq!(client_of.post(&Message::plain("during", number)).unwrap(), 200);
                });
            };
            std::thread::Builder::new().spawn(work).unwrap()
        });
        std::thread::park_timeout(std::time::Duration::from_millis(fastrand::u64(0..40)));
        remove_database(data.path());
        let mut client = Client::connect(&listener.address).unwrap();
        let mut after = Ledger::default();
        for number in 0..20 {
            assert_eq!(after.post(&mut client, &Message::plain("after", round * 1_000 + 500 + number)).unwrap(), 200);
        }
        for client in clients {
            client.join().unwrap();
        }
        // What was answered after the removal is there.
        let reader = Reader::open(&data.path().join("menuscope.db")).unwrap();
        let filter = Filter::parse("key:after", &jiff::Zoned::now()).unwrap();
        assert_eq!(reader.matching(&filter).unwrap().len(), 20, "round {round}");
        kept = after;
    }
    listener.kill();
    assert!(kept.answered > 0);
    assert_sound(&data.path().join("menuscope.db"), "after ten removals");
}

#[test]
fn a_database_that_is_put_in_place_of_the_open_one_is_gone_on_with() {
    let (data, other) = (folder(), another(30));
    let database = data.path().join("menuscope.db");
    let mut listener = Watched::start(data.path());
    for number in 0..5 {
        assert_eq!(post(&listener.address, &Message::plain("before", number)), 200);
    }
    // The former log still stands beside it, and belongs to the former.
    fs::rename(&database, data.path().join("aside.db")).unwrap();
    fs::rename(other.path().join("menuscope.db"), &database).unwrap();
    for number in 10..13 {
        assert_eq!(post(&listener.address, &Message::plain("after", number)), 200);
    }
    listener.kill();
    assert_sound(&database, "the one that was put there");
    assert_eq!(ids(&database), (1..=33).collect::<Vec<_>>());
    assert!(listener.said().contains("was replaced while it was in use"), "{}", listener.said());
    // The former has all that was answered while it was the one, without its log.
    assert_sound(&data.path().join("aside.db"), "the one that was moved away");
    assert!(ids(&data.path().join("aside.db")).starts_with(&[1, 2, 3, 4, 5]));
}

#[test]
fn what_is_no_database_is_not_written_to_and_nothing_is_acknowledged_until_there_is_one() {
    let data = folder();
    let database = data.path().join("menuscope.db");
    let listener = Watched::start(data.path());
    assert_eq!(post(&listener.address, &Message::plain("before", 1)), 200);
    let garbage = b"no database at all, but long enough to look like one".repeat(50);
    fs::write(data.path().join("garbage"), &garbage).unwrap();
    fs::rename(data.path().join("garbage"), &database).unwrap();
    for number in 10..40 {
        assert_eq!(post(&listener.address, &Message::plain("during", number)), 503);
    }
    assert_eq!(fs::read(&database).unwrap(), garbage);
    assert_eq!(listener.lines_with("damaged or no database"), 1, "{}", listener.said());
    fs::remove_file(&database).unwrap();
    until("it goes on by itself", || (post(&listener.address, &Message::plain("after", 50)) == 200).then_some(()));
    assert_eq!(ids(&database), [2]);
}

#[test]
fn without_its_folder_nothing_is_acknowledged_and_with_it_all_goes_on() {
    let parent = tempfile::tempdir().unwrap();
    let (data, aside) = (parent.path().join("data"), parent.path().join("aside"));
    fs::create_dir(&data).unwrap();
    write_config(&data, "");
    let listener = Watched::start(&data);
    assert_eq!(post(&listener.address, &Message::plain("before", 1)), 200);
    fs::rename(&data, &aside).unwrap();
    for number in 10..18 {
        assert_eq!(post(&listener.address, &Message::plain("during", number)), 503);
    }
    assert_eq!(listener.lines_with("the data folder has gone"), 1, "{}", listener.said());
    fs::rename(&aside, &data).unwrap();
    until("it goes on", || (post(&listener.address, &Message::plain("after", 50)) == 200).then_some(()));
    assert_eq!(ids(&data.join("menuscope.db")), [1, 2]);
    fs::remove_dir_all(&data).unwrap();
    assert_eq!(post(&listener.address, &Message::plain("during", 60)), 503);
    fs::create_dir(&data).unwrap();
    until("it goes on", || (post(&listener.address, &Message::plain("after", 70)) == 200).then_some(()));
    assert_eq!(ids(&data.join("menuscope.db")), [3]);
}

#[test]
fn without_its_log_the_database_has_all_that_is_answered() {
    let data = folder();
    let database = data.path().join("menuscope.db");
    let mut listener = Watched::start(data.path());
    let mut client = Client::connect(&listener.address).unwrap();
    let mut ledger = Ledger::default();
    for number in 0..5 {
        assert_eq!(ledger.post(&mut client, &Message::plain("before", number)).unwrap(), 200);
    }
    for name in ["menuscope.db-wal", "menuscope.db-shm"] {
        fs::remove_file(data.path().join(name)).unwrap();
    }
    for number in 10..15 {
        assert_eq!(ledger.post(&mut client, &Message::plain("after", number)).unwrap(), 200);
    }
    listener.kill();
    ledger.assert_kept(&database, "without the log");
    assert_eq!(listener.lines_with("-wal or -shm file"), 1, "{}", listener.said());
}

#[test]
fn a_listing_and_a_wait_turn_to_the_database_that_is_there() {
    let data = folder();
    let listener = Watched::start(data.path());
    for number in 0..5 {
        assert_eq!(post(&listener.address, &Message::plain("before", number)), 200);
    }
    let waiting = menuscope(data.path(), &["wait", "key:after", "--count", "2", "--json"]);
    let mut waiting = waiting_on(waiting);
    let setup = Setup {
        config_file: data.path().join("config.toml"),
        folder: menuscope::config::DataFolder::locate(Some(data.path())).unwrap(),
        overrides: menuscope::config::Overrides::default(),
    };
    let engine = Engine::start(setup, Waker::silent()).unwrap();
    let list = |generation| {
        assert!(engine.ask(ListingCommand::List { generation, filter: Box::new(Filter::default()) }));
    };
    list(1);
    let finished = |engine: &Engine| match engine.notice() {
        Some(Notice::List(ListNotice::Listed { ids, finished: Some(total), .. })) => Some((ids.len(), total)),
        _ => None,
    };
    assert_eq!(until("the listing", || finished(&engine)), (5, 5));
    remove_database(data.path());
    until("the list hears of it", || matches!(engine.notice(), Some(Notice::DatabaseReplaced)).then_some(()));
    until("the writer has made another, by itself", || data.path().join("menuscope.db").exists().then_some(()));
    for number in 10..12 {
        assert_eq!(post(&listener.address, &Message::plain("after", number)), 200);
    }
    list(2);
    let mut seen = 0;
    until("the listing of the new one", || {
        seen += match engine.notice() {
            Some(Notice::List(ListNotice::Listed { ids, .. })) => ids.len(),
            Some(Notice::List(ListNotice::Arrived { ids, .. })) => ids.len(),
            _ => 0,
        };
        (seen == 2).then_some(())
    });
    assert!(waiting.wait().unwrap().success());
    let events = run(data.path(), &["events", "--json"]);
    assert_eq!(stdout(&events).lines().count(), 2);
}

/// Once it has looked for the first time.
fn waiting_on(mut command: std::process::Command) -> std::process::Child {
    let waiting = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let descriptors = format!("/proc/{}/fd", waiting.id());
    until("the wait has opened the database", || {
        let open = fs::read_dir(&descriptors).ok()?.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
        open.into_iter().any(|path| path.ends_with("menuscope.db")).then_some(())
    });
    waiting
}

#[test]
fn the_window_is_told_what_was_done_to_the_files() {
    let listener = TestListener::start();
    assert_eq!(listener.post("/", &sample("CLICK")).status, 200);
    remove_database(listener.folder.path());
    assert_eq!(listener.post("/", &sample("VIEW")).status, 200);
    let head: StoreHead = listener.head.borrow().clone();
    let told = head.change.expect("nothing is said");
    assert!(told.to_string().contains("removed or moved away") && head.trouble.is_none(), "{told}");
    assert_eq!(listener.newest().capture.envelope.kind, "VIEW");
}
