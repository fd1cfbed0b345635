//! Thousands of connections that say nothing, and a limit of open files: others are answered, and all goes on by itself.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Watched;
use crate::command::menuscope;
use crate::common::until;
use crate::post::{Client, Ledger, Message, post, write_config};

/// How many connections say nothing.
const CROWD: usize = 5_000;

/// The test holds the other ends.
fn allow_files(wanted: u64) -> bool {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum }).unwrap();
    current >= wanted
}

fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    !matches!(stream.read(&mut [0; 64]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn a_crowd_that_says_nothing_keeps_nobody_from_being_answered_and_is_closed() {
    let crowd = if allow_files(CROWD as u64 + 500) { CROWD } else { 300 };
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let mut listener = Watched::start(data.path());
    let mut ledger = Ledger::default();
    let mut idle = Vec::with_capacity(crowd);
    let mut client = Client::connect(&listener.address).unwrap();
    for number in 0..crowd {
        idle.push(TcpStream::connect(&listener.address).unwrap());
        if number % 100 == 0 {
            assert_eq!(ledger.post(&mut client, &Message::plain("crowd", number as u64)).unwrap(), 200);
        }
    }
    // Both on a connection that was there before and on a new one.
    assert_eq!(ledger.post(&mut client, &Message::plain("crowd", 1 << 40)).unwrap(), 200);
    let mut late = Client::connect(&listener.address).unwrap();
    assert_eq!(ledger.post(&mut late, &Message::plain("crowd", 1 << 41)).unwrap(), 200);
    until("every one that says nothing is closed", || idle.iter().all(is_closed).then_some(()));
    assert_eq!(post(&listener.address, &Message::plain("after", 1)), 200);
    assert_eq!(listener.said(), "");
    listener.kill();
    ledger.sending(&Message::plain("after", 1));
    ledger.assert_kept(&data.path().join("menuscope.db"), "in a crowd");
}

#[test]
fn at_the_limit_of_open_files_accepting_pauses_is_said_once_and_goes_on() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let command = menuscope(data.path(), &["listen", "--addr", "127.0.0.1:0", "--json"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 128; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    let listener = Watched::start_as(limited);
    // One that is there already is answered all the while.
    let mut client = Client::connect(&listener.address).unwrap();
    assert_eq!(client.post(&Message::plain("before", 1)).unwrap(), 200);
    let idle: Vec<_> = (0..160).map(|_| TcpStream::connect(&listener.address).unwrap()).collect();
    until("it says so", || (listener.lines_with("cannot accept more connections") == 1).then_some(()));
    assert_eq!(client.post(&Message::plain("during", 2)).unwrap(), 200);
    // Those that wait are taken as others are closed for saying nothing.
    std::thread::Builder::new()
        .spawn({
            let address = listener.address.clone();
            move || assert_eq!(post(&address, &Message::plain("during", 3)), 200)
        })
        .unwrap()
        .join()
        .unwrap();
    drop(idle);
    until("new ones are answered at once", || {
        (post(&listener.address, &Message::plain("after", 4)) == 200).then_some(())
    });
    assert!(listener.said().lines().count() <= 3, "{}", listener.said());
    assert!(!listener.said().contains("panicked"), "{}", listener.said());
}

#[test]
fn a_connection_that_has_been_answered_and_says_nothing_more_is_closed_too() {
    let data = tempfile::tempdir().unwrap();
    write_config(data.path(), "");
    let listener = Watched::start(data.path());
    let mut stream = TcpStream::connect(&listener.address).unwrap();
    std::io::Write::write_all(&mut stream, &Message::plain("tap", 1).request()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert!(all.starts_with("HTTP/1.1 200"), "{all}");
}
