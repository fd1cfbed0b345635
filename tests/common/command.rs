//! The real binary as tests call it: its commands, and `menuscope listen` while it runs.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn menuscope(data: &Path, arguments: &[&str]) -> Command {
    // Another build of it may be asked for, such as an optimized one under tests that are not.
    let program = std::env::var_os("MENUSCOPE_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_menuscope").into());
    let mut command = Command::new(program);
    command.arg("--data").arg(data).args(arguments).env("LANG", "en_US.UTF-8").env_remove("LC_ALL");
    for name in [
        "MENUSCOPE_DATA",
        "MENUSCOPE_TOKEN",
        "MENUSCOPE_AES_KEY",
        "MENUSCOPE_APP_ID",
        "MENUSCOPE_APP_SECRET",
        "MENUSCOPE_FEED_TOKEN",
    ] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    menuscope(data, arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// Exactly one line that begins with the program's name.
pub(crate) fn complaint(output: &Output) -> &str {
    let text = std::str::from_utf8(&output.stderr).unwrap();
    assert!(text.starts_with("menuscope: ") && text.ends_with('\n') && text.lines().count() == 1, "{text:?}");
    text
}

/// `menuscope listen` on a free port; ended when dropped.
pub(crate) struct Listening {
    pub(crate) child: Child,
    pub(crate) lines: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Listening {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let arguments = [&["listen", "--addr", "127.0.0.1:0", "--json"], arguments].concat();
        Self::of(menuscope(data, &arguments).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// One that was started with `--json` and says where it listens.
    pub(crate) fn of(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let first: Value = serde_json::from_str(&first).unwrap();
        Self { child, lines, url: first["listening"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }
}

/// Sends a signal by its name, without `SIG`.
#[cfg(unix)]
pub(crate) fn signal(child: &Child, name: &str) {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match name {
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        "STOP" => Signal::STOP,
        "CONT" => Signal::CONT,
        _ => panic!("a signal that no test sends: {name}"),
    };
    kill_process(Pid::from_child(child), signal).unwrap();
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A folder with a scan and a text.
pub(crate) fn captured() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let url = format!("{}/wx", listening.url);
    for event in ["scancode_waitmsg", "text"] {
        assert!(run(data.path(), &["send", event, "--to", &url]).status.success());
    }
    data
}
