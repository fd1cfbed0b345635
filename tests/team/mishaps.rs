//! Bad luck: brokers that are away, empty, old or full, relays that are killed, and desktops of one name.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use tempfile::tempdir;

use super::broker::{TestBroker, program};
use super::members::{Member, free_address, origins, spawn, stored, until, until_all};
use super::post::write_config;
use super::taps::{post, tap};

#[test]
fn a_broker_that_was_away_or_comes_back_empty_gets_everything_in_order_once() {
    let Some(program) = program() else { return };
    let mut broker = TestBroker::new(program);
    let (hub, alice, bob, address) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let desktop = Member::desktop(alice.path(), "alice", &broker.url(), &[]);
    let taps = |numbers: std::ops::RangeInclusive<u64>| {
        for number in numbers {
            assert_eq!(post(address, &tap("oA", "K", number, false)), (200, "success".to_owned()));
        }
    };
    taps(1..=5);
    until("a word about the broker", || desktop.said().contains("cannot reach the broker").then_some(()));
    broker.start();
    assert_eq!(until_all(alice.path(), 5), [1, 2, 3, 4, 5]);
    broker.kill();
    taps(6..=9);
    broker.start();
    assert_eq!(until_all(alice.path(), 9), (1..=9).collect::<Vec<_>>());
    broker.wipe();
    taps(10..=11);
    broker.start();
    assert_eq!(until_all(alice.path(), 11), (1..=11).collect::<Vec<_>>());
    // One that was never there before.
    let _other = Member::joined(bob.path(), "bob", &broker.url(), &[]);
    assert_eq!(until_all(bob.path(), 11), (1..=11).collect::<Vec<_>>());
    taps(12..=12);
    until_all(bob.path(), 12);
    until_all(alice.path(), 12);
}

#[test]
fn a_relay_killed_before_it_has_published_does_so_later() {
    let Some(program) = program() else { return };
    let mut broker = TestBroker::new(program);
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let mut relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    for number in 1..=3 {
        post(address, &tap("oA", "K", number, false));
    }
    relay.kill();
    broker.start();
    let _desktop = Member::joined(alice.path(), "alice", &broker.url(), &[]);
    let mut relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    assert_eq!(until_all(alice.path(), 3), [1, 2, 3]);
    // In the middle of it: what was published and not noted is not published again.
    for round in 1..=4 {
        for number in 0..20 {
            post(address, &tap("oA", "K", 100 * round + number, false));
        }
        relay.kill();
        relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    }
    assert_eq!(until_all(alice.path(), 83), (1..=83).collect::<Vec<_>>());
    assert_eq!(relay.terminate(), Some(0));
}

#[test]
fn a_desktop_gets_what_came_while_it_was_off_and_not_what_was_removed_there() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let mut desktop = Member::joined(alice.path(), "alice", &broker.url(), &[]);
    post(address, &tap("oA", "K", 1, false));
    until_all(alice.path(), 1);
    assert_eq!(desktop.terminate(), Some(0));
    for number in 2..=4 {
        post(address, &tap("oA", "K", number, false));
    }
    let desktop = Member::joined(alice.path(), "alice", &broker.url(), &[]);
    assert_eq!(until_all(alice.path(), 4), [1, 2, 3, 4]);
    let printed = until("three lines", || Some(desktop.printed()).filter(|printed| printed.len() >= 3));
    assert_eq!(printed.iter().map(|event| event["origin"]["id"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn two_desktops_of_one_name_are_told_apart() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (one, two) = (tempdir().unwrap(), tempdir().unwrap());
    let first = Member::joined(one.path(), "alice", &broker.url(), &["--name", "shop"]);
    assert_eq!(first.first()["joined"], "shop");
    let mut second = Member::desktop(two.path(), "alice", &broker.url(), &["--name", "shop"]);
    assert_eq!(second.ended(), Some(2));
    let said = until("the reason", || Some(second.said()).filter(|said| said.contains("another desktop")));
    assert!(said.contains("\"alice\"") && said.contains("--desktop"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    drop(first);
    let third = Member::joined(two.path(), "alice", &broker.url(), &["--name", "shop"]);
    drop(third);
}

#[test]
fn a_broker_that_keeps_nothing_is_told_in_one_line() {
    let Some(program) = program() else { return };
    let broker = TestBroker::forgetful(program);
    let alice = tempdir().unwrap();
    let mut desktop = Member::desktop(alice.path(), "alice", &broker.url(), &[]);
    assert_eq!(desktop.ended(), Some(2));
    let said = until("the reason", || Some(desktop.said()).filter(|said| said.contains("nats-server -js")));
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn an_older_broker_is_told_by_its_version() {
    // What such a broker says first, and its answer to a ping.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    spawn("old broker", move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            spawn("old broker's client", move || {
                let info = r#"INFO {"server_id":"x","server_name":"x","version":"2.9.10","go":"go1.19","host":"0.0.0.0","port":4222,"headers":true,"max_payload":1048576,"proto":1,"jetstream":true}"#;
                stream.write_all(format!("{info}\r\n").as_bytes()).unwrap();
                let mut piece = [0; 4096];
                while let Ok(read @ 1..) = stream.read(&mut piece) {
                    if piece[..read].windows(4).any(|window| window == b"PING") {
                        stream.write_all(b"PONG\r\n").ok();
                    }
                }
            });
        }
    });
    let (alice, hub) = (tempdir().unwrap(), tempdir().unwrap());
    let mut desktop = Member::desktop(alice.path(), "alice", &url, &[]);
    assert_eq!(desktop.ended(), Some(2));
    until("the version", || desktop.said().contains("2.9.10").then_some(()));
    assert!(desktop.said().contains("2.10"), "{}", desktop.said());
    assert_eq!(desktop.said().lines().count(), 1, "{}", desktop.said());
    // A relay goes on capturing.
    write_config(hub.path(), "");
    let address = free_address();
    let relay = Member::relay(hub.path(), address, &url, &[]);
    until("the version", || relay.said().contains("2.9.10").then_some(()));
    assert_eq!(post(address, &tap("oA", "K", 1, false)).0, 200);
}

#[test]
fn a_stream_that_takes_no_more_keeps_events_waiting_and_nothing_is_lost() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // Made by somebody else: it refuses what is too much for it, and makes no room.
    let jetstream = runtime.block_on(async {
        let client = async_nats::connect(broker.url()).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        let config = async_nats::jetstream::stream::Config {
            name: "MENUSCOPE_default".to_owned(),
            subjects: vec!["menuscope.default.captured.>".to_owned()],
            max_messages: 3,
            discard: async_nats::jetstream::stream::DiscardPolicy::New,
            ..Default::default()
        };
        jetstream.create_stream(config).await.unwrap();
        jetstream
    });
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    for number in 1..=6 {
        assert_eq!(post(address, &tap("oA", "K", number, false)).0, 200);
    }
    until("a word about the stream", || relay.said().contains("the broker cannot store an event").then_some(()));
    let _desktop = Member::joined(alice.path(), "alice", &broker.url(), &[]);
    assert_eq!(until_all(alice.path(), 3), [1, 2, 3]);
    runtime.block_on(async {
        let stream = jetstream.get_stream("MENUSCOPE_default").await.unwrap();
        stream.purge().await.unwrap();
    });
    assert_eq!(until_all(alice.path(), 6), [1, 2, 3, 4, 5, 6]);
    assert_eq!(stored(hub.path()).len(), 6);
}

#[test]
fn foreign_messages_and_those_of_another_version_are_said_and_skipped() {
    let Some(program) = program() else { return };
    let broker = TestBroker::started(program);
    let (hub, alice, address) = (tempdir().unwrap(), tempdir().unwrap(), free_address());
    write_config(hub.path(), "");
    let _relay = Member::relay(hub.path(), address, &broker.url(), &[]);
    let desktop = Member::joined(alice.path(), "alice", &broker.url(), &["--claim", "oA"]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(broker.url()).await.unwrap();
        client.publish("menuscope.default.captured.default.oA", "not even JSON".into()).await.unwrap();
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Menuscope-Version", "9");
        headers.insert("Nats-Msg-Id", "hub-1");
        client.publish_with_headers("menuscope.default.captured.x.y", headers, "{}".into()).await.unwrap();
        client.publish("menuscope.default.answer.alice", "garbage".into()).await.unwrap();
        client.publish("menuscope.default.here", "garbage".into()).await.unwrap();
        client.flush().await.unwrap();
    });
    assert_eq!(post(address, &tap("oB", "K", 1, false)).0, 200);
    assert_eq!(until_all(alice.path(), 1), [1]);
    until("a word about what was skipped", || desktop.said().contains("skipped a message").then_some(()));
    assert_eq!(origins(alice.path()), [1]);
    // A claim of before goes on to be answered.
    assert_eq!(post(address, &tap("oA", "K", 2, false)), (200, "success".to_owned()));
    let reply = until("the reply", || stored(hub.path()).into_iter().nth(1)?.reply);
    assert_eq!(reply.source.spelling(), "desktop:alice");
    assert!(reply.elapsed < Duration::from_secs(4));
}
