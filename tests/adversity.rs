//! Adverse conditions: a full disk, files that vanish, clocks, crowds, floods, and other programs beside the listener.
//! No event that was answered 2xx is lost, nothing hangs, and each problem is reported once, with its remedy.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/mod.rs"]
mod common;
#[path = "common/post.rs"]
mod post;
#[path = "common/target.rs"]
mod target;

#[path = "adversity/beside.rs"]
mod beside;
#[path = "adversity/clock.rs"]
mod clock;
#[path = "adversity/crowd.rs"]
mod crowd;
#[path = "adversity/disk.rs"]
mod disk;
#[path = "adversity/flood.rs"]
mod flood;
#[path = "adversity/moved.rs"]
mod moved;
#[path = "adversity/slow.rs"]
mod slow;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use command::{Listening, menuscope};

/// `menuscope listen` whose complaints go to a file; ended when dropped.
struct Watched {
    listening: Listening,
    address: String,
    complaints: PathBuf,
    _elsewhere: tempfile::TempDir,
}

impl Watched {
    fn start(data: &Path) -> Self {
        Self::start_as(menuscope(data, &["listen", "--addr", "127.0.0.1:0", "--json"]))
    }

    /// As this command, which is to listen with `--json`.
    fn start_as(mut command: std::process::Command) -> Self {
        let elsewhere = tempfile::tempdir().unwrap();
        let complaints = elsewhere.path().join("stderr");
        command.stderr(std::fs::File::create(&complaints).unwrap()).stdout(Stdio::piped());
        let listening = Listening::of(command.spawn().unwrap());
        let address = listening.url.strip_prefix("http://").unwrap().to_owned();
        Self { listening, address, complaints, _elsewhere: elsewhere }
    }

    /// What it has said on stderr so far.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.complaints).unwrap()
    }

    /// How many lines of it have this in them.
    fn lines_with(&self, words: &str) -> usize {
        self.said().lines().filter(|line| line.contains(words)).count()
    }

    fn kill(&mut self) {
        self.listening.child.kill().unwrap();
        self.listening.child.wait().unwrap();
    }
}
