//! Token, key and AppSecret are nowhere but where they are kept: not in what is printed, logged, stored or exported.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{BufRead as _, BufReader, Read as _};
use std::marker::PhantomData;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::Parser as _;
use command::{menuscope, run, signal};
use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::cli::Cli;
use menuscope::config::{AccountConfig, Overrides};
use menuscope::exchange::Format;
use menuscope::wechat::envelope::AesKey;

const TOKEN: &str = "zQ9TellNobodyToken9Qz";
const KEY: &str = "zQ9tellnobodythekey9QzABCDEFGHIJKLMNOPQRSTU";
const APP_SECRET: &str = "5ecretOfTheApp0f1234567890abcdef";
const APP_ID: &str = "wxb11529c136998cb6";
const OTHER_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// How the secrets get into the program.
#[derive(Clone, Copy, Debug)]
enum Given {
    Flags,
    Environment,
    File,
}

impl Given {
    fn command(self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = menuscope(data, arguments);
        match self {
            Self::Flags => command.args(["--token", TOKEN, "--aes-key", KEY, "--app-secret", APP_SECRET]),
            Self::Environment => command
                .env("MENUSCOPE_TOKEN", TOKEN)
                .env("MENUSCOPE_AES_KEY", KEY)
                .env("MENUSCOPE_APP_SECRET", APP_SECRET),
            Self::File => &mut command,
        };
        command.args(["--app-id", APP_ID]);
        command
    }

    /// Runs a command, whose output says nothing. Gives it back.
    fn run(self, data: &Path, arguments: &[&str]) -> Output {
        let output = self.command(data, arguments).output().unwrap();
        assert_silent(&format!("{self:?}: {arguments:?} on stdout"), &output.stdout);
        assert_silent(&format!("{self:?}: {arguments:?} on stderr"), &output.stderr);
        output
    }
}

fn assert_silent(what: &str, bytes: &[u8]) {
    for (name, secret) in [("token", TOKEN), ("key", KEY), ("AppSecret", APP_SECRET)] {
        let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_there, "{what} holds the {name}:\n{}", String::from_utf8_lossy(bytes));
    }
}

/// Nothing but `secrets.toml` holds them. Gives back how many files were looked through.
fn assert_silent_below(folder: &Path) -> usize {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            seen += assert_silent_below(&path);
        } else if path.file_name() != Some(OsStr::new("secrets.toml")) {
            assert_silent(&path.display().to_string(), &std::fs::read(&path).unwrap());
            seen += 1;
        }
    }
    seen
}

/// A listener that says everything, has what may go wrong go wrong, and is ended.
fn listen_through_faults(given: Given, data: &Path) {
    let arguments = ["-vv", "listen", "--addr", "127.0.0.1:0", "--forward", "http://127.0.0.1:1/"];
    let mut child = given.command(data, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    lines.read_line(&mut said).unwrap();
    let url = said.trim_end().strip_prefix("listening on ").unwrap().to_owned();
    given.run(data, &["-vv", "send", "CLICK", "--encrypt", "--to", &url]);
    given.run(data, &["-vv", "send", "scancode_waitmsg", "--to", &url]);
    for strange in [
        &["send", "CLICK", "--to", &url, "--token", "another1"][..],
        &["send", "CLICK", "--encrypt", "--to", &url, "--token", TOKEN, "--aes-key", OTHER_KEY, "--app-id", APP_ID],
    ] {
        let output = run(data, strange);
        assert_silent("send on stdout", &output.stdout);
        assert_silent("send on stderr", &output.stderr);
    }
    signal(&child, "TERM");
    lines.read_to_string(&mut said).unwrap();
    let mut log = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut log).unwrap();
    child.wait().unwrap();
    assert!(said.contains("valid") && said.contains("invalid"), "{given:?}: both were received: {said}");
    assert!(String::from_utf8_lossy(&log).contains("forwarding"), "{given:?}: forwarding failed");
    assert_silent("the listener's lines", said.as_bytes());
    assert_silent("the log", &log);
}

#[test]
fn faults_exports_and_everything_printed_say_no_secret() {
    for given in [Given::Flags, Given::Environment, Given::File] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        if matches!(given, Given::File) {
            std::fs::write(data.join("config.toml"), "[accounts.default]\nsecrets = \"file\"\n").unwrap();
            let kept = format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{KEY}\"\napp_secret = \"{APP_SECRET}\"\n");
            std::fs::write(data.join("secrets.toml"), kept).unwrap();
        }
        listen_through_faults(given, data);
        for id in ["1", "2", "3", "4"] {
            assert!(given.run(data, &["-vv", "show", id]).status.success(), "{given:?}: event {id}");
            given.run(data, &["-vv", "show", id, "--json"]);
            given.run(data, &["-vv", "show", id, "--raw"]);
        }
        given.run(data, &["-vv", "replay", "--filter", "", "--to", "http://127.0.0.1:1/"]);
        given.run(data, &["-vv", "db", "stats"]);
        for format in Format::ALL {
            let out = data.join(format!("out-{}", format.as_str()));
            let out = out.to_str().unwrap();
            assert!(
                given
                    .run(data, &["-vv", "export", "--all", "--format", format.as_str(), "--out", out])
                    .status
                    .success()
            );
            let hidden = format!("{out}-hidden");
            // What nobody can decrypt cannot be replaced.
            let arguments = ["export", "1", "2", "3", "--format", format.as_str(), "--out", &hidden, "--pseudonymise"];
            assert!(given.run(data, &arguments).status.success());
        }
        assert!(assert_silent_below(data) > 2 * Format::ALL.len(), "{given:?}: exports are there");
    }
}

#[test]
fn a_mistake_beside_a_secret_is_named_without_it() {
    for (config, kept) in [
        (format!("[accounts.default]\ntoken = \"{TOKEN}\"\n"), String::new()),
        (format!("[accounts.default]\nsecrets = \"{APP_SECRET}\"\n"), String::new()),
        (format!("[accounts.default]\napp_id = {KEY}\n"), String::new()),
        ("[accounts.default]\nsecrets = \"file\"\n".to_owned(), format!("[default]\ntoken = {TOKEN}\n")),
        ("[accounts.default]\nsecrets = \"file\"\n".to_owned(), format!("[default]\nkey = \"{KEY}\"\n")),
        ("[accounts.default]\nsecrets = \"file\"\n".to_owned(), format!("[default]\naes_key = \"{KEY}x\"\n")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), &config).unwrap();
        std::fs::write(folder.path().join("secrets.toml"), &kept).unwrap();
        let output = run(folder.path(), &["-vv", "listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(output.status.code(), Some(2), "{config}{kept}");
        assert_silent(&format!("{config}{kept} on stderr"), &output.stderr);
    }
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["listen", "--addr", "127.0.0.1:0", "--aes-key", &KEY[..42], "--token", TOKEN][..],
        &["evnts", "--token", TOKEN, "--app-secret", APP_SECRET],
        &["events", "--tokn", "x", "--aes-key", KEY],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_silent(&format!("{arguments:?}"), &output.stderr);
        assert!(!String::from_utf8_lossy(&output.stderr).contains(&KEY[..42]), "{arguments:?}");
    }
}

#[test]
fn debug_of_whatever_holds_a_secret_says_nothing() {
    let secrets = Secrets {
        token: Some(Secret::new(TOKEN)),
        previous_token: Some(Secret::new(TOKEN)),
        aes_key: Some(Secret::new(KEY)),
        previous_aes_key: Some(Secret::new(KEY)),
        app_secret: Some(Secret::new(APP_SECRET)),
    };
    let cli = ["menuscope", "--token", TOKEN, "--aes-key", KEY, "--app-secret", APP_SECRET, "events"];
    let cli = Cli::try_parse_from(cli).unwrap();
    assert_eq!(cli.global.token.as_ref().map(Secret::reveal), Some(TOKEN));
    let account = Account::named("default").with_secrets(secrets.clone());
    let overrides = Overrides { secrets: secrets.clone(), ..Overrides::default() };
    let command = menuscope::engine::SettingsCommand::SaveAccount {
        name: "default".to_owned(),
        account: Box::new(AccountConfig::default()),
        secrets: Box::new(secrets.clone()),
    };
    let key = AesKey::parse(KEY).unwrap();
    for text in [
        format!("{cli:?}{:#?}", cli.global),
        format!("{secrets:?}{secrets:#?}"),
        format!("{account:?}"),
        format!("{:?}", Accounts::new(vec![account], None)),
        format!("{overrides:?}"),
        format!("{command:?}"),
        format!("{key:?}"),
    ] {
        assert!(text.contains('…'), "it stands there, masked: {text}");
        assert_silent(&text, text.as_bytes());
    }
}

/// Whether a type has a trait, worked out by the compiler: a constant of its own goes before that of a trait.
struct Probe<T>(PhantomData<T>);

trait Lacks {
    const DISPLAYED: bool = false;
    const SERIALISED: bool = false;
}

impl<T> Lacks for Probe<T> {}

impl<T: Display> Probe<T> {
    const DISPLAYED: bool = true;
}

impl<T: serde::Serialize> Probe<T> {
    const SERIALISED: bool = true;
}

#[test]
fn a_secret_can_neither_be_displayed_nor_serialised() {
    assert_eq!((Probe::<String>::DISPLAYED, Probe::<String>::SERIALISED), (true, true), "the probe works");
    assert_eq!((Probe::<Secret>::DISPLAYED, Probe::<Secret>::SERIALISED), (false, false));
    assert_eq!((Probe::<AesKey>::DISPLAYED, Probe::<AesKey>::SERIALISED), (false, false));
}
