//! `menuscope account` by its real binary: secrets go in, and only their presence comes out.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::io::Write as _;
use std::process::Stdio;

use command::{complaint, menuscope, stdout};
use serde_json::Value;

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// Hands lines to `menuscope account`, on a machine without a keyring.
fn account(data: &std::path::Path, arguments: &[&str], lines: &str, token: Option<&str>) -> std::process::Output {
    let mut command = menuscope(data, &[&["account"], arguments].concat());
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").env_remove("XDG_RUNTIME_DIR");
    if let Some(token) = token {
        command.env("MENUSCOPE_TOKEN", token);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

#[test]
fn accounts_are_set_listed_and_removed_without_a_window() {
    let data = tempfile::tempdir().unwrap();
    let refused = account(data.path(), &["set", "shop", "--token", "pamtest"], "", None);
    assert_eq!(refused.status.code(), Some(2), "a flag alone is seen by everybody");
    assert!(complaint(&refused).contains("--token-stdin") && !data.path().join("config.toml").exists());
    let nothing = account(data.path(), &["set", "shop"], "", None);
    assert_eq!(nothing.status.code(), Some(2));
    let both = ["set", "shop", "--token-stdin", "--aes-key-stdin", "--path", "/shop"];
    let short = account(data.path(), &both, "pamtest\nshort\n", None);
    assert_eq!(short.status.code(), Some(2));
    assert!(complaint(&short).contains("43") && !data.path().join("config.toml").exists());
    let set = account(data.path(), &both, &format!("pamtest\n{KEY}\n"), None);
    assert!(set.status.success() && stdout(&set).contains("token, EncodingAESKey set"), "{set:?}");
    let other = account(data.path(), &["set", "other"], "", Some("second"));
    assert!(other.status.success(), "{other:?}");
    let listed = account(data.path(), &["list", "--json"], "", None);
    let listed: Vec<Value> = stdout(&listed).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let states: Vec<_> = listed.iter().map(|line| (&line["account"], &line["token"], &line["aes_key"])).collect();
    assert_eq!(states, [(&"other".into(), &true.into(), &false.into()), (&"shop".into(), &true.into(), &true.into())]);
    let table = account(data.path(), &["list"], "", None);
    assert!(stdout(&table).contains("shop") && stdout(&table).contains("set"), "{table:?}");
    assert!(!stdout(&table).contains("pamtest") && !stdout(&table).contains(KEY));
    assert!(!std::fs::read_to_string(data.path().join("config.toml")).unwrap().contains("pamtest"));
    let removed = account(data.path(), &["remove", "shop"], "", None);
    assert!(removed.status.success(), "{removed:?}");
    assert_eq!(account(data.path(), &["remove", "shop"], "", None).status.code(), Some(1));
    assert!(!stdout(&account(data.path(), &["list"], "", None)).contains("shop"));
}
