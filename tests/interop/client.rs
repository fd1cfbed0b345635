//! The libraries that developers' servers use, as processes: each gets an array of requests and gives one of answers.
//!
//! tests/setup.sh installs them.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "pamtest";
/// Its last character carries trailing bits.
pub(crate) const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const APP_ID: &str = "wxb11529c136998cb6";

/// A language, and what is written in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Client {
    /// wechatpy.
    Python,
    /// wechat-crypto, co-wechat and its xml2js.
    Node,
}

pub(crate) const BOTH: [Client; 2] = [Client::Python, Client::Node];

impl Client {
    /// Runs a script of tests/interop, which is told where the libraries of Node are.
    pub(crate) fn script(self, name: &str) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = root.join("target/interop");
        assert!(
            installed.join("installed").exists(),
            "the libraries to talk to are not installed: run tests/setup.sh once"
        );
        let program: PathBuf = match self {
            Self::Python => installed.join("venv/bin/python"),
            Self::Node => "node".into(),
        };
        let mut command = Command::new(program);
        command.arg(root.join("tests/interop").join(name)).arg(installed.join("node"));
        command
    }

    /// Asks one process everything; each request is completed with the account.
    pub(crate) fn ask(self, requests: &[Value]) -> Vec<Value> {
        let completed: Vec<_> = requests.iter().map(|request| merged(account(), request)).collect();
        let script = match self {
            Self::Python => "wechatpy_client.py",
            Self::Node => "node_client.js",
        };
        let mut child = self
            .script(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{self:?} does not start ({error}): run tests/setup.sh"));
        // The other end reads everything before it writes, so this cannot get stuck.
        let text = serde_json::to_string(&completed).unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?} failed, see tests/setup.sh: {complaints}");
        let answers: Vec<Value> = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{self:?} answered no JSON ({error}): {complaints}"));
        assert_eq!(answers.len(), requests.len());
        answers
    }
}

/// The account as both know it.
pub(crate) fn account() -> Value {
    json!({ "token": TOKEN, "key": KEY, "app_id": APP_ID })
}

fn merged(mut whole: Value, request: &Value) -> Value {
    whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    whole
}

/// A text of an answer.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_else(|| panic!("{name} of {answer}"))
}
