//! The window: start-up to the first frame with rows, from a callback to its row, frames while scrolling and under a flood,
//! and memory.
//!
//! Measured without a graphics card: layout and painting commands, which is what a frame costs the program itself.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/million.rs"]
mod common;
#[path = "common/times.rs"]
mod times;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use common::{MILLION, folder};
use egui_kittest::Harness;
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::{ListenerState, Setup};
use menuscope::ui::App;
use times::{median, percentiles};

/// Frames that are timed.
const FRAMES: usize = 600;

/// Start-ups of each kind, in turn.
const STARTS: usize = 9;

/// Callbacks that are timed.
const TAPS: usize = 200;

/// How many events a second arrive in a flood, over how many connections, and for how long.
const FLOOD: u64 = 10_000;
const SENDERS: u64 = 8;
const FLOOD_FOR: Duration = Duration::from_secs(10);

/// How long a frame of a screen takes.
const FRAME: Duration = Duration::from_micros(16_667);

/// Names the folder in the environment of the process that measures its own memory.
const MEASURED_FOLDER: &str = "MENUSCOPE_BENCH_FOLDER";

/// The smallest database that is no first run.
const FEW: i64 = 64;

/// A part of this bench, which gets the folders with few and with a million events.
type Part = fn(&Path, &Path);

const PARTS: [(&str, Part); 5] =
    [("memory", memory), ("start", starts), ("row", rows), ("scroll", scroll), ("flood", flood_frames)];

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if let Ok(folder) = std::env::var(MEASURED_FOLDER) {
        println!("{}", resident_when_listed(Path::new(&folder)));
        return;
    }
    let (few, million) = (folder(FEW), folder(MILLION));
    // `cargo bench --bench window -- scroll`: one part alone.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, measure) in PARTS {
        if chosen.is_empty() || chosen.iter().any(|argument| argument == name) {
            measure(&few, &million);
        }
    }
}

fn memory(few: &Path, million: &Path) {
    let (small, large) = (resident(few), resident(million));
    println!(
        "resident memory, everything listed: {FEW} events {small} KiB, 1 000 000 events {large} KiB: {:.2} times (budget: at most 1.25)",
        large as f64 / small as f64
    );
}

fn starts(few: &Path, million: &Path) {
    let mut starts = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        starts.0.push(start(few).1);
        starts.1.push(start(million).1);
    }
    let (small, large) = (median(starts.0), median(starts.1));
    println!("start-up to the first frame with rows, median of {STARTS}:");
    println!(
        "{FEW} events {small:.1?}, 1 000 000 events {large:.1?}: {:.2} times (budget: at most 1.3)",
        large.as_secs_f64() / small.as_secs_f64()
    );
}

fn rows(few: &Path, million: &Path) {
    println!(
        "from the callback's first byte to its row in the window, of {TAPS}: p50, p99, worst (budget: p99 under 50 ms)"
    );
    println!("{FEW} events        {:.1?}", percentiles(taps(few)));
    println!("1 000 000 events {:.1?}", percentiles(taps(million)));
}

fn scroll(few: &Path, million: &Path) {
    println!("a frame while scrolling, of {FRAMES}: p50, p99, worst (budget: p99 under 4 ms of 16.7)");
    println!("{FEW} events        {:?}", percentiles(frames(few)));
    println!("1 000 000 events {:?}", percentiles(frames(million)));
}

fn flood_frames(_: &Path, _: &Path) {
    println!(
        "a frame while {FLOOD} events a second arrive, for {FLOOD_FOR:?}: p50, p99, worst (budget: p99 under 5 ms)"
    );
    let (times, arrived) = flood();
    println!("{} frames, {arrived} events: {:?}", times.len(), percentiles(times));
}

/// Asks a process of its own how much memory it takes.
fn resident(folder: &Path) -> u64 {
    let output = std::process::Command::new(std::env::current_exe().unwrap()).env(MEASURED_FOLDER, folder).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().parse().unwrap()
}

/// How much memory this process takes once everything in this folder is listed, in KiB.
fn resident_when_listed(folder: &Path) -> u64 {
    let (mut harness, _) = start(folder);
    while !shows(&harness, " shown") {
        harness.step();
    }
    for _ in 0..10 {
        harness.step();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    resident.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Times frames while events arrive at a fixed rate over some connections, as the window draws them.
fn flood() -> (Vec<Duration>, u64) {
    let directory = tempfile::tempdir().unwrap();
    let (mut harness, address) = listening(directory.path());
    let stop = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..SENDERS).map(|sender| send(sender, address.clone(), Arc::clone(&stop))).collect();
    let (began, mut frames) = (Instant::now(), Vec::new());
    while began.elapsed() < FLOOD_FOR {
        let frame = Instant::now();
        harness.step();
        frames.push(frame.elapsed());
        // The screen takes sixty a second.
        std::thread::park_timeout(FRAME.saturating_sub(frame.elapsed()));
    }
    stop.store(true, Ordering::Relaxed);
    (frames, senders.into_iter().map(|sender| sender.join().unwrap()).sum())
}

/// Posts in bursts of a few, which keep the rate; returns how many were answered.
fn send(sender: u64, address: String, stop: Arc<AtomicBool>) -> JoinHandle<u64> {
    let body = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let (began, mut sent) = (Instant::now(), 0_u64);
        let mut answer = [0; 4096];
        while !stop.load(Ordering::Relaxed) {
            let due = (began.elapsed().as_secs_f64() * (FLOOD / SENDERS) as f64) as u64;
            if sent >= due {
                std::thread::park_timeout(Duration::from_micros(500));
                continue;
            }
            let created = 1_700_000_000 + sent * SENDERS + sender;
            let body = common::BODIES[0].replace("123456789", &created.to_string());
            let head = format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
            assert!(stream.read(&mut answer).unwrap() > 0);
            sent += 1;
        }
        sent
    };
    std::thread::Builder::new().name("sender".to_owned()).spawn(body).unwrap()
}

/// A window whose listener is open, and its address.
fn listening(folder: &Path) -> (Harness<'static, App>, String) {
    let mut harness = open(folder);
    let address = |harness: &Harness<'_, App>| match &harness.state().engine().status().listener {
        ListenerState::Listening { address } => Some(address.clone()),
        _ => None,
    };
    loop {
        match address(&harness) {
            Some(address) => return (harness, address),
            None => harness.step(),
        }
    }
}

fn open(folder: &Path) -> Harness<'static, App> {
    let folder = DataFolder::locate(Some(folder)).unwrap();
    std::fs::write(folder.config_file(), "[listener]\naddr = \"127.0.0.1:0\"\n[look]\nlanguage = \"en\"\n").unwrap();
    let setup = Setup { config_file: folder.config_file(), folder, overrides: Overrides::default() };
    Harness::builder()
        .with_size([1360.0, 860.0])
        .build_eframe(|creation| App::start(&creation.egui_ctx, setup).unwrap())
}

/// Opens a window onto this folder; gives it, and how long its first frame with rows took.
fn start(folder: &Path) -> (Harness<'static, App>, Duration) {
    let began = Instant::now();
    let mut harness = open(folder);
    loop {
        harness.step();
        if has_rows(&harness) {
            return (harness, began.elapsed());
        }
        assert!(began.elapsed() < Duration::from_mins(1), "no rows came");
    }
}

/// Posts callbacks one by one and times each until its row has been laid out.
fn taps(folder: &Path) -> Vec<Duration> {
    let copy = tempfile::tempdir().unwrap();
    // What arrives here must not change the database that the next run measures.
    std::fs::copy(folder.join("menuscope.db"), copy.path().join("menuscope.db")).unwrap();
    let (mut harness, address) = listening(copy.path());
    let mut stream = TcpStream::connect(address).unwrap();
    (0..TAPS)
        .map(|tap| {
            let key = format!("TAP_{tap}_END");
            let body = common::BODIES[0].replace("EVENTKEY", &key);
            let head = format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
            let began = Instant::now();
            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
            while !shows(&harness, &key) {
                assert!(began.elapsed() < Duration::from_mins(1), "the row never came");
                harness.step();
            }
            let elapsed = began.elapsed();
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            elapsed
        })
        .collect()
}

fn shows(harness: &Harness<'_, App>, text: &str) -> bool {
    use egui_kittest::kittest::Queryable as _;
    harness.query_all_by_label_contains(text).next().is_some()
}

fn has_rows(harness: &Harness<'_, App>) -> bool {
    shows(harness, "oMgHVj")
}

/// Scrolls down through the list and times each frame.
fn frames(folder: &Path) -> Vec<Duration> {
    let (mut harness, _) = start(folder);
    let mut frames = Vec::with_capacity(FRAMES);
    for frame in 0..FRAMES {
        // A flick now and then goes far, as a dragged scroll bar does.
        let distance = if frame % 20 == 0 { -500_000.0 } else { -300.0 };
        harness.event(egui::Event::PointerMoved([400.0, 400.0].into()));
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: [0.0, distance].into(),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        let began = Instant::now();
        harness.step();
        frames.push(began.elapsed());
    }
    frames
}
