//! Other programs beside the listener while it is under load: a second listener is refused, imports and replays are
//! written, and no callback is refused or lost for it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::Watched;
use crate::command::{complaint, run, stdout};
use crate::common::until;
use crate::post::{Client, Ledger, Message, assert_sound, write_config};
use crate::target::TargetServer;

/// Posts over some connections until it is told to stop; every answer has to be 200.
struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Ledger>>,
}

impl Load {
    fn start(address: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let clients = (0..4_u64).map(|client| {
            let (address, stop) = (address.to_owned(), Arc::clone(&stop));
            let work = move || {
                let mut client_of = Client::connect(&address).unwrap();
                let mut ledger = Ledger::default();
                for number in client * 1_000_000.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let status = ledger.post(&mut client_of, &Message::plain("load", number)).unwrap();
                    assert_eq!(status, 200, "number {number}");
                }
                ledger
            };
            std::thread::Builder::new().name(format!("load {client}")).spawn(work).unwrap()
        });
        Self { clients: clients.collect(), stop }
    }

    fn stop(self) -> Ledger {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Ledger::default();
        for client in self.clients {
            all.take_in(client.join().unwrap());
        }
        all
    }
}

/// So many events of another folder, exported.
fn exported(count: u64, out: &Path) {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let listener = Watched::start(data.path());
    let mut client = Client::connect(&listener.address).unwrap();
    for number in 0..count {
        assert_eq!(client.post(&Message::plain("imported", 1 << 40 | number)).unwrap(), 200);
    }
    let output = run(data.path(), &["export", "--all", "--format", "json", "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
}

fn count(database: &Path, sql: &str) -> i64 {
    rusqlite::Connection::open(database).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_others_write_beside_a_listener_under_load_costs_no_callback() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_config(data.path(), "");
    let database = data.path().join("menuscope.db");
    let events = files.path().join("events.jsonl");
    exported(400, &events);
    let listener = Watched::start(data.path());
    let load = Load::start(&listener.address);
    until("the load is on", || {
        database.exists().then(|| count(&database, "SELECT count(*) FROM capture")).filter(|n| *n > 50)
    });
    // A second listener of the folder says so, and does no harm.
    for _ in 0..3 {
        let second = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(second.status.code(), Some(2));
        assert!(complaint(&second).contains("already listens"), "{second:?}");
    }
    let imported = run(data.path(), &["import", events.to_str().unwrap()]);
    assert!(imported.status.success(), "{imported:?}");
    let server = TargetServer::start(|_| Some("success".to_owned()));
    let replayed = run(data.path(), &["replay", "1", "2", "3", "4", "5", "--to", &server.url("/wx")]);
    assert!(replayed.status.success(), "{replayed:?}");
    let listed = run(data.path(), &["events", "key:imported", "--limit", "1000", "--json"]);
    assert_eq!(stdout(&listed).lines().count(), 400);
    let all = load.stop();
    assert!(all.answered > 100, "only {} were answered", all.answered);
    assert_eq!(listener.said(), "");
    drop(listener);
    let loaded = count(&database, "SELECT count(*) FROM capture WHERE event_key = 'load'");
    let distinct = count(&database, "SELECT count(DISTINCT openid) FROM capture WHERE event_key = 'load'");
    let answered = i64::try_from(all.answered).unwrap();
    assert_eq!((loaded, distinct), (answered, answered));
    assert_eq!(count(&database, "SELECT count(*) FROM capture WHERE event_key = 'imported'"), 400);
    assert_eq!(count(&database, "SELECT count(*) FROM replay"), 5);
    assert_sound(&database, "after others have written");
}
