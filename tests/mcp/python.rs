//! The server as the Python SDK sees it, which checks every answer against the tool's `outputSchema`.
//!
//! tests/setup.sh installs it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{TestListener, sample};
use crate::target::TargetServer;
use crate::{INJECTION, text_message};

fn driven(mode: &str) -> Value {
    let target = TargetServer::start(|_| Some("success".to_owned()));
    let config = format!("[targets.dev]\nurl = \"{}\"\n", target.url("/wx"));
    let listener = TestListener::with(&config, "");
    for body in [sample("CLICK"), sample("pic_weixin"), text_message(INJECTION)] {
        listener.post("/wx", &body);
    }
    listener.newest();
    let exports = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/interop/venv/bin/python");
    assert!(python.exists(), "run tests/setup.sh once");
    let output = Command::new(python)
        .arg(root.join("tests/mcp/client.py"))
        .args([env!("CARGO_BIN_EXE_menuscope"), listener.folder.path().to_str().unwrap(), mode])
        .arg(exports.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_all_well(told: &Value, version: &str) {
    assert_eq!(told["version"], version);
    assert_eq!(told["tools"].as_array().unwrap().len(), 11);
    assert_eq!(told["called"], told["tools"], "each tool was called, and its answer is as its schema says");
    assert_eq!(told["errors"], json!([]));
    assert_eq!(told["content"], INJECTION);
    assert_eq!(told["resource"], 3);
    assert_eq!((&told["cancelled"], &told["after_cancel"]), (&json!(true), &json!(true)));
    assert!(told["progress"].as_array().unwrap().iter().all(|total| total == &json!(2.0)), "{told}");
}

#[test]
fn the_python_sdk_speaks_by_handshake() {
    assert_all_well(&driven("legacy"), "2025-11-25");
}

#[test]
fn the_python_sdk_speaks_the_newest_protocol() {
    assert_all_well(&driven("auto"), "2026-07-28");
}
