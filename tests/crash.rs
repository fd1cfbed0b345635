//! `kill -9` under load: every event that was answered 2xx is there after a restart.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::store::Reader;

const CLIENTS: usize = 4;
const ROUNDS: u64 = 5;

fn listen(data: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_menuscope"))
        .arg("--data")
        .arg(data)
        .args(["listen", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().strip_prefix("listening on http://").unwrap().to_owned())
}

/// Posts until the connection breaks; gives what was answered 200.
fn post_until_broken(address: &str, name: &str) -> Vec<String> {
    let mut answered = Vec::new();
    let Ok(mut stream) = TcpStream::connect(address) else { return answered };
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    for number in 0.. {
        let key = format!("{name}-{number}");
        let body = format!(
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1</CreateTime>\
             <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[{key}]]></EventKey></xml>"
        );
        let request = format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let mut answer = [0; 1024];
        match stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut answer)) {
            Ok(read) if answer[..read].starts_with(b"HTTP/1.1 200") => answered.push(key),
            _ => break,
        }
    }
    answered
}

#[test]
fn what_was_answered_survives_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let mut answered: HashSet<String> = HashSet::new();
    for round in 0..ROUNDS {
        let (mut child, address) = listen(data.path());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (address, name) = (address.clone(), format!("r{round}c{client}"));
                std::thread::Builder::new().spawn(move || post_until_broken(&address, &name)).unwrap()
            })
            .collect();
        // At another moment each round.
        std::thread::park_timeout(Duration::from_millis(150 + round * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        answered.extend(clients.into_iter().flat_map(|client| client.join().unwrap()));
    }
    assert!(answered.len() > 100, "only {} were answered", answered.len());
    // A restart recovers the log.
    let (mut child, _) = listen(data.path());
    let reader = Reader::open(&data.path().join("menuscope.db")).unwrap();
    let ids = reader.arrived(&Filter::default(), CaptureId(0), usize::MAX).unwrap();
    let stored: HashSet<String> =
        ids.chunks(500).flat_map(|ids| reader.page(ids).unwrap()).filter_map(|row| row.event_key).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let lost: Vec<_> = answered.difference(&stored).collect();
    assert!(lost.is_empty(), "{} of {} answered events are lost: {lost:?}", lost.len(), answered.len());
}
