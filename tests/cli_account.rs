//! `menuscope account` by its real binary: secrets go in, and only their presence comes out.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::io::Write as _;
use std::process::Stdio;

use command::{Listening, complaint, menuscope, run, stdout};
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

#[test]
fn what_was_set_goes_on_by_hand_as_the_readme_says() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("config.toml");
    assert!(account(data.path(), &["set", "shop", "--token-stdin"], "tok12345\n", None).status.success());
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("[account.shop]\n") && !written.contains("accounts"), "{written}");
    std::fs::write(&file, format!("{written}kind = \"test\"\n[accounts.older]\nkind = \"cloud\"\n")).unwrap();
    let kinds = |output: &std::process::Output| -> Vec<String> {
        let objects = stdout(output).lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        objects.map(|object| format!("{} {}", object["account"], object["kind"]).replace('"', "")).collect()
    };
    let listed = account(data.path(), &["list", "--json"], "", None);
    assert_eq!(kinds(&listed), ["older cloud", "shop test"], "{listed:?}");
    std::fs::write(&file, format!("{written}[accounts.shop]\nkind = \"test\"\n")).unwrap();
    for arguments in [&["account", "list"][..], &["listen", "--addr", "127.0.0.1:0"], &["status"]] {
        let twice = run(data.path(), arguments);
        assert_eq!(twice.status.code(), Some(2), "{arguments:?}");
        let said = complaint(&twice);
        assert!(said.contains("[account.shop] in line 1") && said.contains("[accounts.shop] in line 3"), "{said}");
    }
}

#[test]
fn what_wechat_gives_out_in_no_such_form_is_kept_and_said() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["set", "shop", "--token-stdin", "--to-user", "shop"];
    let mut command = menuscope(data.path(), &[&["--app-id", "bad", "account"], &arguments[..]].concat());
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").env_remove("XDG_RUNTIME_DIR");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"bad token!!\n").unwrap();
    let set = child.wait_with_output().unwrap();
    assert_eq!(set.status.code(), Some(0), "{set:?}");
    let said = String::from_utf8(set.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].contains("3 to 32 letters and digits") && !said.contains("bad token!!"), "{said}");
    assert!(lines[1].contains("AppID") && lines[1].contains("bad") && lines[2].contains("gh_"), "{said}");
    let right = account(data.path(), &["set", "other", "--token-stdin"], "tok12345\n", None);
    assert!(right.stderr.is_empty(), "{right:?}");
}

#[test]
fn a_value_that_cannot_be_is_refused_at_start_with_its_line() {
    let data = tempfile::tempdir().unwrap();
    for (text, words) in [
        ("[account.x]\napi = \"not a url\"\n", "is no URL; write the address of an API host"),
        ("[account.x]\npath = \"shop\"\n", "begins with no slash"),
        ("[team]\nname = \"a b\"\n", "\"a b\" is no name of a team"),
    ] {
        std::fs::write(data.path().join("config.toml"), text).unwrap();
        let refused = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(complaint(&refused).contains("line 2") && complaint(&refused).contains(words), "{refused:?}");
    }
    std::fs::write(data.path().join("config.toml"), "[look]\nlanguage = \"klingon\"\n").unwrap();
    let warned = run(data.path(), &["status"]);
    let said = String::from_utf8(warned.stderr).unwrap();
    assert!(warned.status.success() && said.contains("\"klingon\"") && said.contains("en and zh-CN"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn secrets_in_the_shared_file_are_moved_whatever_is_started() {
    const FEED_TOKEN: &str = "0123456789abcdef0123456789abcdef";
    // The login that is given beside it is another one, and the feed on loopback needs no token.
    let relay =
        ["listen", "--addr", "127.0.0.1:0", "--json", "--feed", "127.0.0.1:0", "--relay", "nats://u:p@127.0.0.1:9"];
    for arguments in [&relay[..], &["listen", "--addr", "127.0.0.1:0", "--json"], &["status"]] {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("config.toml");
        let text = format!("[team]\nurl = \"nats://u1:S3cretPw@127.0.0.1:9\"\n[feed]\ntoken = \"{FEED_TOKEN}\"\n");
        std::fs::write(&file, text).unwrap();
        let mut command = menuscope(data.path(), arguments);
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").env_remove("XDG_RUNTIME_DIR");
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if arguments[0] == "listen" {
            let _listening = Listening::of(child);
            assert_moved(&file, data.path(), FEED_TOKEN);
        } else {
            assert!(child.wait_with_output().unwrap().status.success());
            assert_moved(&file, data.path(), FEED_TOKEN);
        }
    }
}

fn assert_moved(file: &std::path::Path, data: &std::path::Path, token: &str) {
    let (config, kept) =
        (std::fs::read_to_string(file).unwrap(), std::fs::read_to_string(data.join("secrets.toml")).unwrap());
    assert!(
        config.contains("nats://127.0.0.1:9") && !config.contains("S3cretPw") && !config.contains(token),
        "{config}"
    );
    assert!(kept.contains("u1:S3cretPw") && kept.contains(token), "{kept}");
}

#[test]
fn status_says_the_address_that_the_listener_really_has() {
    let data = tempfile::tempdir().unwrap();
    let status = || serde_json::from_str::<Value>(stdout(&run(data.path(), &["status", "--json"]))).unwrap();
    let configured = "127.0.0.1:8989";
    assert_eq!((&status()["listening"], &status()["address"]), (&false.into(), &configured.into()));
    let mut listening = Listening::start(data.path(), &["--relay", "nats://127.0.0.1:9", "--name", "shop"]);
    let address = listening.url.trim_start_matches("http://").to_owned();
    let now = status();
    assert_eq!((&now["listening"], &now["address"]), (&true.into(), &Value::from(&*address)));
    assert_eq!((&now["team"]["role"], &now["team"]["team"]), (&"relay".into(), &"shop".into()), "{now}");
    let text = run(data.path(), &["status"]);
    assert!(stdout(&text).starts_with(&format!("listener   runs at {address}\n")), "{text:?}");
    let doctor = run(data.path(), &["doctor", "--json"]);
    assert!(stdout(&doctor).contains("listener-ok") && stdout(&doctor).contains(&address), "{doctor:?}");
    // Killed, it leaves its record behind, which counts for nothing.
    listening.child.kill().unwrap();
    listening.child.wait().unwrap();
    let now = status();
    assert_eq!((&now["listening"], &now["address"], &now["team"]), (&false.into(), &configured.into(), &Value::Null));
}
