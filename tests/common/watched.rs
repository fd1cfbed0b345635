//! A listener whose complaints are watched.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::command::{Listening, menuscope};

/// `menuscope listen` whose complaints go to a file; ended when dropped.
pub(crate) struct Watched {
    pub(crate) listening: Listening,
    pub(crate) address: String,
    complaints: PathBuf,
    _elsewhere: tempfile::TempDir,
}

impl Watched {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_as(menuscope(data, &["listen", "--addr", "127.0.0.1:0", "--json"]))
    }

    /// As this command, which is to listen with `--json`.
    pub(crate) fn start_as(mut command: std::process::Command) -> Self {
        let elsewhere = tempfile::tempdir().unwrap();
        let complaints = elsewhere.path().join("stderr");
        command.stderr(std::fs::File::create(&complaints).unwrap()).stdout(Stdio::piped());
        let listening = Listening::of(command.spawn().unwrap());
        let address = listening.url.strip_prefix("http://").unwrap().to_owned();
        Self { listening, address, complaints, _elsewhere: elsewhere }
    }

    /// What it has said on stderr so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.complaints).unwrap()
    }

    /// How many lines of it have this in them.
    pub(crate) fn lines_with(&self, words: &str) -> usize {
        self.said().lines().filter(|line| line.contains(words)).count()
    }

    pub(crate) fn kill(&mut self) {
        self.listening.child.kill().unwrap();
        self.listening.child.wait().unwrap();
    }
}
