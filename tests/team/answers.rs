//! Answers reach the right user, claims come and go, and everybody sees everything once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use menuscope::capture::{ForwardState, ReplySource};
use tempfile::tempdir;

use super::broker::{TestBroker, program};
use super::command::{run, stdout};
use super::members::{Member, answered, by_user, free_address, origins, stored, until, until_all};
use super::post::write_config;
use super::taps::{element, plaintext, post, tap, text_reply};
use super::target::TargetServer;

/// A developer's own server that answers every message with its name.
fn server(name: &'static str) -> TargetServer {
    TargetServer::start(move |seen| Some(text_reply(&seen.body, name)))
}

#[test]
fn answers_reach_the_right_tapper_in_plain_and_encrypted() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (hub, address) = (tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let names = ["alice", "bob", "carol"];
    let folders = names.map(|_| tempdir().unwrap());
    let servers = names.map(server);
    let members: Vec<Member> = (0..3)
        .map(|i| {
            let (openid, url) = (format!("o_{}", names[i]), servers[i].url("/own"));
            let more = ["--claim", &openid, "--forward", &url];
            Member::joined(folders[i].path(), names[i], &broker.url(), &more)
        })
        .collect();
    let mut number = 0;
    for round in 0..3 {
        for name in names {
            for is_encrypted in [false, true] {
                number += 1;
                let (status, body) = post(address, &tap(&format!("o_{name}"), "K", number, is_encrypted));
                let body = if is_encrypted { plaintext(&body) } else { body };
                let said = (status, element(&body, "Content"), element(&body, "ToUserName"));
                assert_eq!(said, (200, name.to_owned(), format!("o_{name}")), "round {round}: {body}");
            }
        }
        // Nobody has claimed this one.
        number += 1;
        assert_eq!(post(address, &tap("o_dave", "K", number, false)), (200, "success".to_owned()));
    }
    for stored in answered(hub.path(), 21) {
        let (claimed, reply) = (stored.capture.team.claimed.clone(), stored.reply.unwrap());
        let expected = claimed.clone().map_or(ReplySource::Default, ReplySource::Desktop);
        assert_eq!((&reply.source, claimed.is_some()), (&expected, reply.source != ReplySource::Default));
        assert!(reply.lint.iter().all(|finding| finding.code.as_str() != "late"), "{:?}", reply.lint);
        assert!(reply.elapsed < Duration::from_secs(4), "{:?}", reply.elapsed);
    }
    for (name, folder) in names.iter().zip(&folders) {
        until_all(folder.path(), 21);
        let reader_sees = by_user(folder.path());
        for other in names {
            for event in &reader_sees[&format!("o_{other}")] {
                assert_eq!(event.capture.team.claimed.as_deref(), Some(other));
                let reply = event.reply.as_ref().unwrap();
                assert_eq!(reply.source, ReplySource::Desktop(other.to_owned()));
                // Only whose tap it is has asked a server of its own.
                assert_eq!(reply.forward(), (other == *name).then_some(ForwardState::Ok), "{name} sees {other}'s");
            }
        }
        let listed = run(folder.path(), &["events", &format!("claimed:{name} relay:*"), "--json"]);
        assert_eq!(stdout(&listed).lines().count(), 6);
        let listed = run(folder.path(), &["events", "reply:desktop -claimed:alice", "--json"]);
        assert_eq!(stdout(&listed).lines().count(), 12);
    }
    let printed = until("all lines of a desktop", || {
        let printed = members[1].printed();
        (printed.len() >= 21).then_some(printed)
    });
    assert_eq!(printed.len(), 21);
    assert!(printed.iter().all(|event| event["origin"]["relay"].is_string() && event["reply"]["status"] == 200));
    let served: usize = servers.iter().map(|server| server.seen().len()).sum();
    assert_eq!(served, 18);
    // What reached the developer's own server is in plaintext: the desktop has no key.
    assert!(servers[0].seen().iter().all(|seen| !seen.line.contains("encrypt_type")));
}

#[test]
fn rules_of_the_desktop_and_of_the_relay_decide_in_turn() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let rule = |name: &str, text: &str| {
        format!(
            "[[rules]]\nname = \"{name}\"\nmatch = \"event:CLICK\"\nreply = {{ MsgType = \"text\", Content = \"{text}\" }}\n"
        )
    };
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), &rule("hub", "from the hub"));
    std::fs::write(alice.path().join("config.toml"), rule("own", "from alice")).unwrap();
    let _relay = Member::relay(hub.path(), address, &broker.url(), &["--name", "shop"]);
    let team = ["--name", "shop"];
    let mut desktop = Member::joined(alice.path(), "alice", &broker.url(), &[&team[..], &["--claim", "oA"]].concat());
    let content = |openid: &str, number| element(&post(address, &tap(openid, "K", number, false)).1, "Content");
    assert_eq!(content("oA", 1), "from alice");
    assert_eq!(content("oB", 2), "from the hub");
    desktop.kill();
    assert_eq!(content("oA", 3), "from the hub", "its desktop is not there");
    let sources: Vec<_> = answered(hub.path(), 3).into_iter().map(|stored| stored.reply.unwrap().source).collect();
    let hub_rule = ReplySource::Rule("hub".to_owned());
    assert_eq!(sources, [ReplySource::Desktop("alice".to_owned()), hub_rule.clone(), hub_rule]);
    // The claim stands, and is taken up again.
    let desktop = Member::joined(alice.path(), "alice", &broker.url(), &team);
    assert_eq!(content("oA", 4), "from alice");
    assert_eq!(until_all(alice.path(), 4).len(), 4);
    drop(desktop);
}

#[test]
fn the_next_tap_is_claimed_and_a_person_takes_over() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (hub, alice, bob, address) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    // Before the desktop was there: not its next one.
    post(address, &tap("o_early", "K", 1, false));
    let (a, b) = (server("a"), server("b"));
    let one = Member::joined(alice.path(), "alice", &broker.url(), &["--claim", "next", "--forward", &a.url("/")]);
    until_all(alice.path(), 1);
    assert_eq!(post(address, &tap("o_phone", "K", 2, false)).1, "success");
    let mut number = 2;
    let mut answered_by = |name: &str| {
        until(&format!("an answer of {name}"), || {
            number += 1;
            let body = post(address, &tap("o_phone", "K", number, false)).1;
            (body.contains("<xml>") && element(&body, "Content") == name).then_some(())
        });
    };
    answered_by("a");
    assert_eq!(post(address, &tap("o_early", "K", 1_000, false)).1, "success", "only one was claimed");
    let _two = Member::joined(bob.path(), "bob", &broker.url(), &["--claim", "o_phone", "--forward", &b.url("/")]);
    answered_by("b");
    until("a word about the user who was taken", || {
        one.said().contains("desktop \"bob\" has claimed o_phone").then_some(())
    });
}

#[test]
fn a_slow_desktop_or_one_that_dies_while_answering_leaves_the_default_in_time() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "[listener]\nreply_budget_ms = 1500\n");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let asked = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&asked);
    let slow = TargetServer::start(move |_| {
        told.store(true, Ordering::Relaxed);
        std::thread::park_timeout(Duration::from_secs(20));
        None
    });
    let more = ["--claim", "oA", "--forward", &slow.url("/")];
    let mut desktop = Member::joined(alice.path(), "alice", &broker.url(), &more);
    assert_eq!(post(address, &tap("oA", "K", 1, false)), (200, "success".to_owned()));
    asked.store(false, Ordering::Relaxed);
    std::thread::scope(|scope| {
        let answered = scope.spawn(|| post(address, &tap("oA", "K", 2, false)));
        until("the question", || asked.load(Ordering::Relaxed).then_some(()));
        desktop.kill();
        assert_eq!(answered.join().unwrap(), (200, "success".to_owned()));
    });
    for stored in answered(hub.path(), 2) {
        let reply = stored.reply.unwrap();
        assert_eq!(stored.capture.team.claimed.as_deref(), Some("alice"));
        assert!(reply.elapsed < Duration::from_secs(4) && reply.status == Some(200), "{reply:?}");
    }
    // It finds what the relay answered in its place.
    let _again = Member::joined(alice.path(), "alice", &broker.url(), &[]);
    until_all(alice.path(), 2);
    let last = until("the relay's record", || stored(alice.path()).last()?.reply.clone());
    assert_eq!((last.source, last.body), (ReplySource::Default, b"success".to_vec()));
    assert_eq!(origins(alice.path()), [1, 2]);
}
