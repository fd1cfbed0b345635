//! A relay and desktops: the real programs, what they print, and what stands in their databases.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use menuscope::capture::{CaptureId, StoredCapture};
use menuscope::filter::Filter;
use menuscope::store::Reader;
use serde_json::Value;

use super::command::menuscope;

/// Long enough for any machine; a test never asserts how long something took.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until a condition holds, which is named where it does not come.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} has not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// A running member: a relay or a desktop. Dropping it kills it.
pub(crate) struct Member {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    said: Arc<Mutex<String>>,
}

/// Starts a thread that ends with what it reads.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).unwrap();
}

impl Member {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = menuscope(data, arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, said) = (Arc::<Mutex<Vec<Value>>>::default(), Arc::<Mutex<String>>::default());
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let into = Arc::clone(&lines);
        spawn("stdout", move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                into.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        let into = Arc::clone(&said);
        spawn("stderr", move || {
            let mut stderr = BufReader::new(stderr);
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut piece) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..read]));
            }
        });
        Self { child, lines, said }
    }

    /// `menuscope listen --relay` at that address.
    pub(crate) fn relay(data: &Path, address: SocketAddr, broker: &str, more: &[&str]) -> Self {
        let address = address.to_string();
        let arguments = ["listen", "--addr", &address, "--json", "--relay", broker];
        let relay = Self::start(data, &[&arguments[..], more].concat());
        relay.first();
        relay
    }

    /// `menuscope join`, which may not have joined yet.
    pub(crate) fn desktop(data: &Path, name: &str, broker: &str, more: &[&str]) -> Self {
        Self::start(data, &[&["join", broker, "--json", "--desktop", name][..], more].concat())
    }

    /// `menuscope join`, once it has joined.
    pub(crate) fn joined(data: &Path, name: &str, broker: &str, more: &[&str]) -> Self {
        let desktop = Self::desktop(data, name, broker, more);
        assert_eq!(desktop.first()["desktop"], name);
        desktop
    }

    /// The first line.
    pub(crate) fn first(&self) -> Value {
        until("the first line", || self.lines.lock().unwrap().first().cloned())
    }

    /// The events that were printed.
    pub(crate) fn printed(&self) -> Vec<Value> {
        self.lines.lock().unwrap().iter().skip(1).cloned().collect()
    }

    /// Everything on stderr so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits for the end; returns the exit status.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        until("the end of the program", || self.child.try_wait().unwrap()).code()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    pub(crate) fn terminate(&mut self) -> Option<i32> {
        super::command::signal(&self.child, "TERM");
        self.ended()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An address that is free now, for a relay and those that come after it.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Everything in a database, in order; nothing while there is none.
pub(crate) fn stored(data: &Path) -> Vec<StoredCapture> {
    let Ok(reader) = Reader::open(&data.join("menuscope.db")) else { return Vec::new() };
    let ids = reader.arrived(&Filter::default(), CaptureId(0), usize::MAX).unwrap_or_default();
    ids.into_iter().filter_map(|id| reader.capture(id).ok().flatten()).collect()
}

/// Waits until so many events and their answers are recorded.
pub(crate) fn answered(data: &Path, count: usize) -> Vec<StoredCapture> {
    until(&format!("the record of {count} answers"), || {
        let stored = stored(data);
        let is_all = stored.len() == count && stored.iter().all(|stored| stored.reply.is_some());
        is_all.then_some(stored)
    })
}

/// The relay's numbers of what a desktop has, in the order in which it came.
pub(crate) fn origins(data: &Path) -> Vec<i64> {
    stored(data).into_iter().map(|stored| stored.capture.team.origin.unwrap().id).collect()
}

/// Waits until a desktop has all of the relay's numbers up to that one, each once.
pub(crate) fn until_all(data: &Path, last: i64) -> Vec<i64> {
    let all: Vec<i64> = (1..=last).collect();
    until(&format!("event {last} of the relay"), || {
        let mut found = origins(data);
        assert!(found.len() <= all.len(), "something came twice: {found:?}");
        found.sort_unstable();
        (found == all).then(|| origins(data))
    })
}

/// The events of a database by their users.
pub(crate) fn by_user(data: &Path) -> BTreeMap<String, Vec<StoredCapture>> {
    let mut users = BTreeMap::<String, Vec<StoredCapture>>::new();
    for stored in stored(data) {
        users.entry(stored.capture.envelope.openid.clone().unwrap()).or_default().push(stored);
    }
    users
}
