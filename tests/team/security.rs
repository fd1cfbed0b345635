//! Secrets stay where they are, and nobody answers for a user that is not theirs.

use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use tempfile::tempdir;

use super::broker::{LOGIN, PASSWORD, TestBroker, program};
use super::command::run;
use super::members::{Member, answered, free_address, until, until_all};
use super::post::{AES_KEY, TOKEN, write_config};
use super::taps::{element, plaintext, post, tap, text_reply};
use super::target::TargetServer;

/// The secrets of WeChat that a test looks for.
const SECRETS: [&str; 3] = [TOKEN, AES_KEY, "0123456789abcdef0123456789abcdef"];

fn assert_without(what: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{what} has {secret}");
    }
}

/// Every file of a data folder but the one for secrets.
fn assert_files_without(folder: &Path, secrets: &[&str]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.ends_with("secrets.toml") {
            assert_without(&path.display().to_string(), &std::fs::read(&path).unwrap(), secrets);
        }
    }
}

#[test]
fn no_secret_leaves_the_relay_and_no_login_is_written_down() {
    let Some(program) = program() else { return };
    let broker = TestBroker::with_login(program);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let published = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&published);
    let (url, server, address) = (broker.url(), broker.address.to_string(), free_address());
    runtime.block_on(async move {
        let options = async_nats::ConnectOptions::with_user_and_password("ann".to_owned(), PASSWORD.to_owned());
        let client = options.connect(server).await.unwrap();
        let mut everything = client.subscribe(">").await.unwrap();
        client.flush().await.unwrap();
        tokio::spawn(async move {
            while let Some(message) = everything.next().await {
                let mut bytes = all.lock().unwrap();
                bytes.extend_from_slice(message.subject.as_bytes());
                bytes.extend_from_slice(format!("{:?}", message.headers).as_bytes());
                bytes.extend_from_slice(&message.payload);
            }
        });
    });
    let (hub, alice) = (tempdir().unwrap(), tempdir().unwrap());
    write_config(hub.path(), "");
    let secrets = std::fs::read_to_string(hub.path().join("secrets.toml")).unwrap();
    std::fs::write(hub.path().join("secrets.toml"), format!("{secrets}app_secret = \"{}\"\n", SECRETS[2])).unwrap();
    let relay = Member::relay(hub.path(), address, &url, &["-vv"]);
    let server = TargetServer::start(|seen| Some(text_reply(&seen.body, "hello")));
    let more = ["--claim", "oA", "--forward", &server.url("/"), "-vv"];
    let desktop = Member::joined(alice.path(), "alice", &url, &more);
    for (number, is_encrypted) in [(1, false), (2, true)] {
        let body = post(address, &tap("oA", "K", number, is_encrypted)).1;
        let body = if is_encrypted { plaintext(&body) } else { body };
        assert_eq!(element(&body, "Content"), "hello");
    }
    // Refused, and published like everything else.
    let refused = post(address, b"POST /wx?signature=x&timestamp=1&nonce=2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 6\r\n\r\n<xml/>");
    assert_eq!(refused.0, 403);
    until_all(alice.path(), 3);
    let login = [PASSWORD, LOGIN.split_once(':').unwrap().1];
    let published = published.lock().unwrap().clone();
    assert!(published.windows(9).any(|window| window == b"Menuscope"), "nothing was heard");
    assert_without("what was published", &published, &SECRETS);
    assert_without("what was published", &published, &login);
    for (member, folder) in [(&relay, hub.path()), (&desktop, alice.path())] {
        assert_without("the log", member.said().as_bytes(), &SECRETS);
        assert_without("the log", member.said().as_bytes(), &login);
        assert_files_without(folder, &SECRETS);
        assert_files_without(folder, &login);
        let exported = run(folder, &["export", "--all", "--format", "json", "--out", "-"]);
        assert!(exported.status.success());
        assert_without("an export", &exported.stdout, &login);
    }
    // Nothing of the team is among the desktop's secrets.
    assert!(!alice.path().join("secrets.toml").exists());
}

#[test]
fn a_wrong_password_is_said_without_it() {
    let Some(program) = program() else { return };
    let broker = TestBroker::with_login(program);
    let wrong = broker.url().replace(LOGIN, "ann:wr0ng");
    let alice = tempdir().unwrap();
    let mut desktop = Member::desktop(alice.path(), "alice", &wrong, &[]);
    assert_eq!(desktop.ended(), Some(2));
    let said = until("the reason", || Some(desktop.said()).filter(|said| said.contains("refuses this login")));
    assert!(!said.contains("wr0ng"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    // The address that cannot be read is not repeated with its password, either.
    let mut desktop = Member::desktop(alice.path(), "alice", "nats://ann:wr0ng@", &[]);
    assert_eq!(desktop.ended(), Some(2));
    let said = until("the reason", || Some(desktop.said()).filter(|said| said.contains("no address of a broker")));
    assert!(!said.contains("wr0ng"), "{said}");
}

#[test]
fn a_certificate_that_is_not_trusted_has_its_own_remedy_and_a_relay_goes_on_capturing() {
    let Some(program) = program() else { return };
    let authority = |data: &Path| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/authority.pem");
        std::fs::write(data.join("config.toml"), format!("[team]\nca = \"{file}\"\n")).unwrap();
    };
    let broker = TestBroker::secure(program.clone(), "good.der");
    let url = broker.url();
    let untrusting = tempdir().unwrap();
    let mut desktop = Member::desktop(untrusting.path(), "alice", &url, &[]);
    assert_eq!(desktop.ended(), Some(2));
    let said = until("the reason", || Some(desktop.said()).filter(|said| said.contains("[team] ca")));
    assert!(said.contains("UnknownIssuer") && said.lines().count() == 1, "{said}");
    let (hub, address) = (tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let relay = Member::relay(hub.path(), address, &url, &[]);
    until("the remedy", || relay.said().contains("[team] ca").then_some(()));
    assert_eq!(post(address, &tap("oA", "K", 1, false)).0, 200);
    let alice = tempdir().unwrap();
    authority(alice.path());
    let joined = Member::joined(alice.path(), "alice", &url, &[]);
    drop(joined);
    drop(broker);
    for certificate in ["other.der", "expired.der"] {
        let broker = TestBroker::secure(program.clone(), certificate);
        let mut desktop = Member::desktop(alice.path(), "alice", &broker.url(), &[]);
        assert_eq!(desktop.ended(), Some(2), "{certificate}");
        let said = until("the reason", || Some(desktop.said()).filter(|said| said.contains("for this host name")));
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn an_answer_of_a_desktop_that_has_not_claimed_the_user_is_refused_and_named() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let server = TargetServer::start(|seen| {
        // Mallory is quicker.
        std::thread::park_timeout(std::time::Duration::from_millis(300));
        Some(text_reply(&seen.body, "alice"))
    });
    let _desktop =
        Member::joined(alice.path(), "alice", &broker.url(), &["--claim", "oA", "--forward", &server.url("/")]);
    let client = runtime.block_on(async {
        let client = async_nats::connect(broker.url()).await.unwrap();
        let mut questions = client.subscribe("menuscope.default.answer.>").await.unwrap();
        client.flush().await.unwrap();
        let answering = client.clone();
        tokio::spawn(async move {
            while let Some(question) = questions.next().await {
                let Some(reply) = question.reply else { continue };
                let mut headers = async_nats::HeaderMap::new();
                headers.insert("Menuscope-Version", "1");
                headers.insert("Menuscope-Desktop", "mallory");
                headers.insert("Menuscope-Answer", "reply");
                answering.publish_with_headers(reply, headers, "success".into()).await.unwrap();
            }
        });
        client
    });
    let body = post(address, &tap("oA", "K", 1, false)).1;
    assert_eq!(element(&body, "Content"), "alice");
    until("the name of the one who was refused", || relay.said().contains("\"mallory\"").then_some(()));
    assert_eq!(answered(hub.path(), 1)[0].reply.as_ref().unwrap().source.spelling(), "desktop:alice");
    drop(client);
}

/// An nkey that is no secret: its seed is 0, 1, 2 … 31.
const NKEY: &str = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";
const NKEY_SEED: &str = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";

#[test]
fn tls_and_an_nkey_let_a_team_in_and_what_is_missing_is_named() {
    let Some(program) = program() else { return };
    let broker = TestBroker::with_nkey(program, "good.der", NKEY);
    let url = broker.url();
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/authority.pem");
    let (hub, alice, bob) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let seed = hub.path().join("seed.nk");
    std::fs::write(&seed, format!("{NKEY_SEED}\n")).unwrap();
    let team = format!("[team]\nca = {authority:?}\nnkey = {seed:?}\n");
    write_config(hub.path(), &team);
    std::fs::write(alice.path().join("config.toml"), &team).unwrap();
    let address = free_address();
    let _relay = Member::relay(hub.path(), address, &url, &[]);
    let _desktop = Member::joined(alice.path(), "alice", &url, &["--claim", "oA"]);
    assert_eq!(post(address, &tap("oA", "K", 1, false)).0, 200);
    until_all(alice.path(), 1);

    // Without the nkey the broker refuses the login.
    std::fs::write(bob.path().join("config.toml"), format!("[team]\nca = {authority:?}\n")).unwrap();
    let refused = run(bob.path(), &["join", &url, "--desktop", "bob"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("refuses this login"), "{said}");
    // A file that is missing is named.
    let unreadable = bob.path().join("none.nk");
    std::fs::write(bob.path().join("config.toml"), format!("[team]\nca = {authority:?}\nnkey = {unreadable:?}\n"))
        .unwrap();
    let missing = run(bob.path(), &["join", &url, "--desktop", "bob"]);
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
    assert!(String::from_utf8_lossy(&missing.stderr).contains("none.nk"), "{missing:?}");
}
