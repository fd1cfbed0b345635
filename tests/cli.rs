//! The real binary: exit status, stdout and stderr, which scripts lean on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use command::{Listening, complaint, menuscope, run, signal, stdout};
use serde_json::Value;

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

#[test]
fn an_event_that_is_sent_is_listed_shown_and_given_out_as_json() {
    let data = tempfile::tempdir().unwrap();
    let mut listening = Listening::start(data.path(), &[]);
    let url = format!("{}/wx", listening.url);
    let sent =
        run(data.path(), &["send", "scancode_waitmsg", "--to", &url, "--key", "K1", "--set", "ScanResult=a&b]]>c"]);
    assert!(sent.status.success(), "{sent:?}");
    assert!(stdout(&sent).contains("200") && stdout(&sent).contains("success"));
    let event = listening.next();
    assert_eq!(event["kind"], "scancode_waitmsg");
    assert_eq!(event["event_key"], "K1");
    assert_eq!(event["decoded"]["scan"]["content"], "a&b]]>c");
    assert_eq!(event["reply"]["body"], "success");
    let shown: Value = serde_json::from_slice(&run(data.path(), &["show", "1", "--json"]).stdout).unwrap();
    assert_eq!(shown, event);
    let listed = run(data.path(), &["events", "event:scancode_waitmsg key:K*", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap(), event);
    assert!(stdout(&run(data.path(), &["events"])).contains("scancode_waitmsg"));
    assert!(stdout(&run(data.path(), &["show", "1"])).contains("ScanResult  a&b]]>c"));
    assert_eq!(run(data.path(), &["show", "1", "--reply"]).stdout, b"success");
}

#[test]
fn what_was_received_is_what_show_raw_gives() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let address = listening.url.strip_prefix("http://").unwrap();
    let body: Vec<u8> = (0..=255).collect();
    let head = b"POST /a%20b?x=%zz&&y HTTP/1.1\r\nhost: x\r\nx-one: 1\r\nx-two: \xff\r\ncontent-length: 256\r\n\r\n";
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&[&head[..], &body].concat()).unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    assert_eq!(run(data.path(), &["show", "1", "--raw"]).stdout, [&head[..], &body].concat());
    assert_eq!(run(data.path(), &["show", "1", "--body"]).stdout, body);
}

#[test]
fn an_encrypted_event_goes_there_and_back() {
    let data = tempfile::tempdir().unwrap();
    let secrets = ["--token", "pamtest", "--aes-key", KEY, "--app-id", "wxb11529c136998cb6"];
    let mut listening = Listening::start(data.path(), &secrets);
    let arguments = [&["send", "CLICK", "--encrypt", "--json", "--to", &listening.url], &secrets[..]].concat();
    let sent: Value = serde_json::from_slice(&run(data.path(), &arguments).stdout).unwrap();
    assert_eq!((&sent["status"], &sent["body"]), (&Value::from(200), &Value::from("success")));
    let event = listening.next();
    assert_eq!(
        (&event["mode"], &event["signature"], &event["kind"]),
        (&"safe".into(), &"valid".into(), &"CLICK".into())
    );
    assert_eq!(event["diagnoses"], Value::Array(Vec::new()));
    let refused = run(data.path(), &["send", "CLICK", "--to", &listening.url, "--token", "wrong"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stdout(&refused).contains("403"));
    // Secrets are nowhere in the data folder.
    drop(listening);
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes.windows(7).any(|window| window == b"pamtest")
                && !bytes.windows(43).any(|window| window == KEY.as_bytes())
        );
    }
}

#[test]
fn wait_gives_the_event_or_says_no() {
    let data = tempfile::tempdir().unwrap();
    // The database need not exist yet.
    let waiting = menuscope(data.path(), &["wait", "event:VIEW", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "VIEW", "--to", &listening.url]).status.success());
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&waited.stdout).unwrap()["kind"], "VIEW");
    let none = run(data.path(), &["wait", "event:VIEW", "--timeout", "100ms"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(1), 0));
    complaint(&none);
    let both = run(data.path(), &["wait", "--since", "0", "--count", "2", "--json", "--timeout", "100ms"]);
    assert_eq!((both.status.code(), stdout(&both).lines().count()), (Some(0), 2));
    let recent = run(data.path(), &["wait", "event:CLICK", "--since", "1h", "--json"]);
    assert!(recent.status.success(), "{recent:?}");
}

#[test]
fn what_is_not_there_is_1_and_what_cannot_be_is_2() {
    let data = tempfile::tempdir().unwrap();
    let no = |arguments: &[&str]| {
        let output = run(data.path(), arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{arguments:?}");
        complaint(&output).to_owned()
    };
    assert!(no(&["events"]).contains("no database"));
    assert!(no(&["show", "1"]).contains("no database"));
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--to", &listening.url]).status.success());
    assert!(no(&["events", "event:VIEW"]).contains("no event"));
    assert!(no(&["show", "99"]).contains("99"));
    let cannot = |arguments: &[&str], word: &str| {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        let text = std::str::from_utf8(&output.stderr).unwrap();
        assert!(text.contains(word) && !text.contains("panicked"), "{arguments:?}: {text}");
        assert_eq!(output.stdout.len(), 0);
    };
    cannot(&["events", "evnt:CLICK"], "event:");
    cannot(&["events", "event:CLICK", "key:6"], "in quotes");
    cannot(&["frobnicate"], "frobnicate");
    cannot(&["send", "CLIK", "--to", &listening.url], "CLICK");
    cannot(&["send", "CLICK", "--to", "nowhere"], "http://");
    cannot(&["send", "CLICK", "--to", "http://127.0.0.1:1/"], "127.0.0.1:1");
    cannot(&["send", "CLICK", "--encrypt", "--to", &listening.url], "--aes-key");
    cannot(&["listen", "--addr", "nonsense"], "HOST:PORT");
    // The folder has its listener.
    let second = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(complaint(&second).contains("already listens"));
    // And so has the port.
    let other = tempfile::tempdir().unwrap();
    let address = listening.url.strip_prefix("http://").unwrap();
    let taken = run(other.path(), &["listen", "--addr", address]);
    assert_eq!(taken.status.code(), Some(2));
    assert!(complaint(&taken).contains("taken"));
}

#[test]
fn what_was_typed_wrongly_is_said_in_one_line() {
    let data = tempfile::tempdir().unwrap();
    let wrong: [&[&str]; 5] =
        [&["events", "--nope"], &["show", "x"], &["wait", "--timeout", "30"], &["send", "CLICK"], &["bogus"]];
    for arguments in wrong {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        complaint(&output);
    }
    let missing = data.path().join("missing.toml");
    let output = run(data.path(), &["--config", missing.to_str().unwrap(), "listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("missing.toml"));
    let output = run(data.path(), &["--aes-key", "short", "listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("43"));
    let long = run(data.path(), &["events", &"x".repeat(5000)]);
    assert!(complaint(&long).len() < 500);
}

#[test]
fn an_account_that_is_not_there_is_an_error_for_every_command() {
    let data = tempfile::tempdir().unwrap();
    for arguments in [&["events"][..], &["show", "1"], &["db", "stats"], &["wait", "--timeout", "1ms"], &["lint", "-"]]
    {
        let output = run(data.path(), &[arguments, &["--account", "nosuch"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(complaint(&output).contains("nosuch"), "{output:?}");
    }
}

#[test]
fn a_wait_that_is_interrupted_is_130_and_says_what_came() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--to", &listening.url]).status.success());
    let mut waiting = menuscope(data.path(), &["wait", "--since", "0", "--count", "2"]);
    let mut waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Once the first event is printed, the signal is heard.
    let mut lines = BufReader::new(waiting.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    assert!(Command::new("kill").arg("-INT").arg(waiting.id().to_string()).status().unwrap().success());
    let ended = waiting.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{ended:?}");
    assert!(complaint(&ended).contains("1 of 2"), "{ended:?}");
}

#[test]
fn without_a_display_the_window_names_the_listener_and_takes_its_address_as_that_does() {
    let data = tempfile::tempdir().unwrap();
    let window = |arguments: &[&str]| {
        let mut command = menuscope(data.path(), arguments);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        complaint(&output).to_owned()
    };
    if cfg!(not(target_os = "macos")) {
        assert!(window(&[]).contains("`menuscope listen`"));
        assert!(window(&["--addr", "127.0.0.1:0"]).contains("no display"));
    }
    assert!(window(&["--addr", "nonsense"]).contains("HOST:PORT"));
    assert!(window(&["--addr", "127.0.0.1:0", "events"]).contains("menuscope listen"));
}

#[test]
fn secrets_that_cannot_be_read_stop_the_listener() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("config.toml"), "[accounts.default]\nsecrets = \"file\"\n").unwrap();
    let output = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    complaint(&output);
    std::fs::write(data.path().join("config.toml"), "[acounts.default]\n").unwrap();
    let output = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("line 1"));
}

#[test]
fn a_damaged_and_a_newer_database_are_said_so() {
    let data = tempfile::tempdir().unwrap();
    let database = data.path().join("menuscope.db");
    std::fs::write(&database, b"no database at all, but long enough to look like one".repeat(50)).unwrap();
    for arguments in [&["events"][..], &["listen", "--addr", "127.0.0.1:0"]] {
        let output = run(data.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(complaint(&output).contains("damaged"));
    }
    std::fs::remove_file(&database).unwrap();
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let output = run(data.path(), &["events"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("newer"));
}

#[test]
fn a_signal_ends_the_listener_in_order() {
    for signal in ["TERM", "INT"] {
        let data = tempfile::tempdir().unwrap();
        let mut listening = Listening::start(data.path(), &[]);
        assert!(run(data.path(), &["send", "CLICK", "--to", &listening.url]).status.success());
        listening.signal(signal);
        assert_eq!(listening.child.wait().unwrap().code(), Some(0));
        let event = listening.next();
        assert_eq!(event["kind"], "CLICK");
        // Whoever read to the end may leave the log behind, but empty: the database is one file.
        assert_eq!(std::fs::metadata(data.path().join("menuscope.db-wal")).map_or(0, |log| log.len()), 0);
    }
}

#[test]
fn a_closed_stdout_does_not_stop_the_listener_and_a_closed_pipe_ends_a_listing_quietly() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let url = listening.url.clone();
    for _ in 0..20 {
        assert!(run(data.path(), &["send", "CLICK", "--to", &url]).status.success());
    }
    drop(listening);
    let mut deaf = menuscope(data.path(), &["listen", "--addr", url.strip_prefix("http://").unwrap()]);
    let mut deaf = deaf.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(deaf.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    assert_eq!(first.trim_end(), format!("listening on {url}"));
    drop(lines);
    for _ in 0..3 {
        assert!(run(data.path(), &["send", "CLICK", "--to", &url]).status.success());
    }
    signal(&deaf, "TERM");
    assert_eq!(deaf.wait().unwrap().code(), Some(0));
    let mut listing =
        menuscope(data.path(), &["events", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(listing.stdout.take());
    let ended = listing.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn folder_and_files_are_the_users_alone_under_any_umask_and_mended_at_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("data");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let modes = || {
        let files = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
        files.map(|path| (path.clone(), mode(&path))).collect::<Vec<_>>()
    };
    let program = menuscope(&data, &["listen", "--addr", "127.0.0.1:0", "--json"]);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$@\"", "sh"]).arg(program.get_program()).args(program.get_args());
    let listening = Listening::of(command.stdout(Stdio::piped()).spawn().unwrap());
    assert!(run(&data, &["send", "CLICK", "--to", &listening.url]).status.success());
    assert_eq!(mode(&data), 0o700);
    assert!(modes().len() >= 4 && modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
    drop(listening);
    std::fs::write(data.join("config.toml"), "").unwrap();
    for (path, _) in modes() {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
    }
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o777)).unwrap();
    let _listening = Listening::start(&data, &[]);
    assert_eq!(mode(&data), 0o700);
    assert!(modes().len() >= 4 && modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
}

#[test]
fn limits_that_would_delete_everything_are_refused_with_their_line() {
    let data = tempfile::tempdir().unwrap();
    for wrong in ["[retention]\nevents = 0", "[retention]\ndays = -3", "[listener]\nreply_budget_ms = 12000"] {
        std::fs::write(data.path().join("config.toml"), wrong).unwrap();
        let output = run(data.path(), &["listen", "--addr", "127.0.0.1:0"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(complaint(&output).contains("line 2"), "{output:?}");
    }
    std::fs::write(data.path().join("config.toml"), "").unwrap();
    assert_eq!(run(data.path(), &["db", "apply-limits"]).status.code(), Some(1));
}

#[test]
fn beyond_loopback_and_without_a_token_it_says_so() {
    let data = tempfile::tempdir().unwrap();
    for (token, warns) in [(None, true), (Some("tokentoken"), false)] {
        let mut command = menuscope(data.path(), &["listen", "--addr", "0.0.0.0:0", "--json"]);
        if let Some(token) = token {
            command.env("MENUSCOPE_TOKEN", token);
        }
        let mut listening = Listening::of(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        listening.signal("TERM");
        let mut said = String::new();
        listening.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said.contains("there is no token for account \"default\""), warns, "{said}");
    }
}

#[test]
fn help_and_completions_are_there() {
    let data = tempfile::tempdir().unwrap();
    let help = run(data.path(), &["--help"]);
    for word in ["listen", "events", "show", "wait", "send", "completions", "--data", "--account", "Exit status"] {
        assert!(stdout(&help).contains(word), "{word}");
    }
    assert!(stdout(&run(data.path(), &["help", "events"])).contains("openid:"));
    let mut with_token = menuscope(data.path(), &["--help"]);
    let with_token = with_token.env("MENUSCOPE_TOKEN", "hunter2").output().unwrap();
    assert!(!stdout(&with_token).contains("hunter2"));
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(data.path(), &["completions", shell]);
        assert!(stdout(&script).contains("menuscope"), "{shell}");
        // PowerShell's script completes no values at all.
        assert!(shell == "powershell" || stdout(&script).contains("regressed"), "{shell}: names of verdicts");
    }
    assert!(stdout(&run(data.path(), &["--version"])).starts_with("menuscope "));
}

#[test]
fn text_that_would_steer_the_terminal_is_shown_escaped() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    assert!(
        run(data.path(), &["send", "CLICK", "--to", &listening.url, "--key", "a\u{202e}b\u{85}c"]).status.success()
    );
    for arguments in [&["events"][..], &["show", "1"]] {
        let output = run(data.path(), arguments);
        assert!(stdout(&output).contains("a‹U+202E›b‹U+0085›c"), "{}", stdout(&output));
    }
}
