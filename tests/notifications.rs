//! Desktop notifications, on a session bus of their own with a service that prints them, and without a bus.
//!
//! The bus is named by the environment, so the outer tests run the inner ones in a process of their own.
//! Debian has what they need: apt-get install dbus; tests/setup.sh installs the rest.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use common::{Answer, sample, until};
use menuscope::capture::CaptureId;
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::{Engine, ListenerState, Notice, Setup};
use menuscope::waker::Waker;
use serde_json::Value;

/// An engine with notifications of clicks, listening at a free port.
struct Notifying {
    engine: Engine,
    address: String,
    _directory: tempfile::TempDir,
}

impl Notifying {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config =
            "[listener]\naddr = \"127.0.0.1:0\"\n[notify]\nmatch = \"event:CLICK\"\n[look]\nlanguage = \"en\"\n";
        std::fs::write(directory.path().join("config.toml"), config).unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let setup = Setup { config_file: folder.config_file(), folder, overrides: Overrides::default() };
        let engine = Engine::start(setup, Waker::silent()).unwrap();
        let address = until("it listens", || match &engine.status().listener {
            ListenerState::Listening { address } => Some(address.clone()),
            _ => None,
        });
        Self { engine, address, _directory: directory }
    }

    fn post(&self, kind: &str) {
        let (mut stream, body) = (TcpStream::connect(&self.address).unwrap(), sample(kind));
        let head = format!("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        assert_eq!(Answer::read(&mut stream).status, 200);
    }

    /// Waits until the filter of the configuration is followed: from then on, what arrives is told of.
    fn wait_until_followed(&self) {
        until("the configuration is read", || self.engine.status().config.notify.filter.clone());
        // The thread looks four times a second, and began with what was there.
        std::thread::park_timeout(std::time::Duration::from_secs(1));
    }
}

/// The notification service; ended when dropped.
struct Service {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Service {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/interop/venv/bin/python");
        assert!(python.exists(), "run tests/setup.sh once");
        let mut child = Command::new(python)
            .arg(root.join("tests/notifications/service.py"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut service = Self { lines: BufReader::new(child.stdout.take().unwrap()), child };
        assert_eq!(service.line(), "ready");
        service
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "the service has ended");
        line.trim_end().to_owned()
    }

    fn notification(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs an inner test of this program; fails with what it said.
fn run_inner(mut command: Command, name: &str) {
    let output = command
        .args([std::env::current_exe().unwrap().as_os_str(), name.as_ref()])
        .args(["--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn matching_events_are_told_of_and_a_click_opens_one() {
    let mut command = Command::new("dbus-run-session");
    command.arg("--");
    run_inner(command, "inner_with_a_bus");
}

#[test]
#[ignore = "needs a session bus of its own: matching_events_are_told_of_and_a_click_opens_one runs it"]
fn inner_with_a_bus() {
    let mut service = Service::start();
    let notifying = Notifying::start();
    notifying.wait_until_followed();
    assert_eq!(notifying.engine.status().notifications, None);
    notifying.post("VIEW");
    for _ in 0..5 {
        notifying.post("CLICK");
    }
    let mut told = 0;
    let mut notifications = 0;
    while told < 5 {
        let notification = service.notification();
        assert_eq!((&notification["app"], &notification["title"]), (&"menuscope".into(), &"CLICK · EVENTKEY".into()));
        let more = notification["body"].as_str().unwrap().split(' ').nth(1).map_or(0, |count| count.parse().unwrap());
        told += 1 + more;
        notifications += 1;
    }
    assert_eq!(told, 5, "each is counted once");
    assert!(notifications < 5, "one a second at most");
    let wanted = until("the click arrives", || match notifying.engine.notice() {
        Some(Notice::EventWanted { id }) => Some(id),
        _ => None,
    });
    assert!((CaptureId(2)..=CaptureId(6)).contains(&wanted), "{wanted}");
}

#[test]
fn without_a_bus_there_is_a_quiet_note_and_events_arrive() {
    let mut command = Command::new("env");
    command.arg("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus");
    run_inner(command, "inner_without_a_bus");
}

#[test]
#[ignore = "needs an environment without a session bus: without_a_bus_there_is_a_quiet_note_and_events_arrive runs it"]
fn inner_without_a_bus() {
    let notifying = Notifying::start();
    let note = until("the note", || notifying.engine.status().notifications.clone());
    assert!(note.to_string().contains("session bus"), "{note}");
    notifying.post("CLICK");
    until("the event", || (notifying.engine.head().last_id == 1).then_some(()));
    while let Some(notice) = notifying.engine.notice() {
        assert!(!matches!(notice, Notice::Failed { .. }), "a note, and no error: {notice:?}");
    }
}
