//! A team at work: one relay, fifty desktops, a thousand events a second; the latency that an answer gains by its way through NATS.
//!
//! `NATS_SERVER=… cargo bench --bench team`, with `MENUSCOPE_TEAM_RATE` for fewer events a second. The yardstick is the same listener alone, in the same run: it answers by itself.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use menuscope::store::Reader;

/// Desktops in the team, each with one user of its own.
const DESKTOPS: u64 = 50;

/// Events a second, and the seconds of a run.
const RATE: u64 = 1_000;
const SECONDS: u64 = 10;

/// Connections that post.
const CLIENTS: u64 = 32;

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A process that ends with the bench.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn broker(program: &Path, folder: &Path) -> (Process, String) {
    let address = free_address();
    let mut command = Command::new(program);
    command.args(["-js", "-a", "127.0.0.1", "-p", &address.port().to_string(), "-sd"]).arg(folder);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < PATIENCE, "the broker does not start");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    (Process(child), format!("nats://{address}"))
}

/// The program with these arguments, once it has printed its first line; the others are read and dropped.
fn menuscope(data: &Path, arguments: &[&str]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_menuscope"));
    command.arg("--data").arg(data).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    std::thread::Builder::new()
        .name("lines".to_owned())
        .spawn(move || lines.read_to_end(&mut Vec::new()).ok())
        .unwrap();
    Process(child)
}

fn request(number: u64) -> Vec<u8> {
    let body = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o{}</FromUserName><CreateTime>{}</CreateTime>\
         <MsgType>event</MsgType><Event>CLICK</Event><EventKey>K</EventKey></xml>",
        number % DESKTOPS,
        1_700_000_000 + number
    );
    format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Posts and waits for the whole answer.
fn post(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"success") {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..read]);
    }
}

/// Posts so many events a second; returns the latency of each answer, in order of size.
fn run(address: SocketAddr, rate: u64) -> Vec<Duration> {
    let (next, began) = (AtomicU64::new(0), Instant::now());
    let interval = Duration::from_secs(1) / u32::try_from(rate).unwrap();
    let work = || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= rate * SECONDS {
                return latencies;
            }
            // Counted from when it was due: a queue is part of it.
            let due = began + interval * u32::try_from(number).unwrap();
            std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
            post(&mut stream, &request(number));
            latencies.push(due.elapsed());
        }
    };
    let mut latencies: Vec<Duration> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(work)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    latencies.sort_unstable();
    latencies
}

fn say(what: &str, latencies: &[Duration]) -> [Duration; 2] {
    let at = |share: usize| latencies[(latencies.len() * share / 100).min(latencies.len() - 1)];
    println!("{what}: p50 {:.2?}, p99 {:.2?}, worst {:.2?}", at(50), at(99), latencies[latencies.len() - 1]);
    [at(50), at(99)]
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(program) = std::env::var_os("NATS_SERVER") else {
        println!("name the broker's program in NATS_SERVER");
        return;
    };
    // A machine with few cores carries fewer than a thousand.
    let rate = std::env::var("MENUSCOPE_TEAM_RATE").map_or(RATE, |rate| rate.parse().unwrap());
    let alone = {
        let (data, address) = (tempfile::tempdir().unwrap(), free_address());
        let _listener = menuscope(data.path(), &["listen", "--addr", &address.to_string()]);
        say("the listener alone", &run(address, rate))
    };
    let folder = tempfile::tempdir().unwrap();
    let (_broker, url) = broker(Path::new(&program), folder.path());
    let (hub, address) = (tempfile::tempdir().unwrap(), free_address());
    let _relay = menuscope(hub.path(), &["listen", "--addr", &address.to_string(), "--relay", &url]);
    let desktops: Vec<_> = (0..DESKTOPS)
        .map(|number| {
            let data = tempfile::tempdir().unwrap();
            let (name, claim) = (format!("d{number}"), format!("o{number}"));
            let process = menuscope(data.path(), &["join", &url, "--desktop", &name, "--claim", &claim]);
            (data, process)
        })
        .collect();
    let through = say(&format!("{DESKTOPS} desktops, {rate} events a second"), &run(address, rate));
    let behind = Instant::now();
    for (data, _) in &desktops {
        let reader = Reader::open(&data.path().join("menuscope.db")).unwrap();
        while reader.count().unwrap() < rate * SECONDS {
            assert!(behind.elapsed() < PATIENCE, "a desktop has {} events", reader.count().unwrap());
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
    println!("the last event is on every desktop {:.2?} after its answer", behind.elapsed());
    for (name, (through, alone)) in ["p50", "p99"].into_iter().zip(through.into_iter().zip(alone)) {
        println!("added by NATS, {name}: {:.2?}", through.saturating_sub(alone));
    }
}
