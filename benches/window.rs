//! The window: start-up to the first frame with rows, from a callback to its row, and a frame while scrolling.
//!
//! Measured without a graphics card: layout and painting commands, which is what a frame costs the program itself.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/million.rs"]
mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{MILLION, folder};
use egui_kittest::Harness;
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::{ListenerState, Setup};
use menuscope::ui::App;

/// Frames that are timed.
const FRAMES: usize = 600;

/// Start-ups of each kind, in turn.
const STARTS: usize = 9;

/// Callbacks that are timed.
const TAPS: usize = 200;

/// The smallest database that is no first run.
const FEW: i64 = 64;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let (few, million) = (folder(FEW), folder(MILLION));
    let mut starts = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        starts.0.push(start(&few).1);
        starts.1.push(start(&million).1);
    }
    let (small, large) = (median(starts.0), median(starts.1));
    println!("start-up to the first frame with rows, median of {STARTS}:");
    println!(
        "{FEW} events {small:.1?}, 1 000 000 events {large:.1?}: {:.2} times (budget: at most 1.3)",
        large.as_secs_f64() / small.as_secs_f64()
    );
    let (few_taps, million_taps) = (percentiles(taps(&few)), percentiles(taps(&million)));
    println!(
        "from the callback's first byte to its row in the window, of {TAPS}: p50, p99, worst (budget: p99 under 50 ms)"
    );
    println!("{FEW} events        {few_taps:.1?}");
    println!("1 000 000 events {million_taps:.1?}");
    let (few, million) = (frames(&few), frames(&million));
    println!("a frame while scrolling, of {FRAMES}: p50, p99, worst (budget: p99 under 4 ms of 16.7)");
    println!("{FEW} events        {:?}", percentiles(few));
    println!("1 000 000 events {:?}", percentiles(million));
}

/// Opens a window onto this folder; gives it, and how long its first frame with rows took.
fn start(folder: &Path) -> (Harness<'static, App>, Duration) {
    let folder = DataFolder::locate(Some(folder)).unwrap();
    std::fs::write(folder.config_file(), "[listener]\naddr = \"127.0.0.1:0\"\n[look]\nlanguage = \"en\"\n").unwrap();
    let setup = Setup { config_file: folder.config_file(), folder, overrides: Overrides::default() };
    let began = Instant::now();
    let mut harness = Harness::builder()
        .with_size([1360.0, 860.0])
        .build_eframe(|creation| App::start(&creation.egui_ctx, setup).unwrap());
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
    let (mut harness, _) = start(copy.path());
    let address = loop {
        if let ListenerState::Listening { address } = &harness.state().engine().status().listener {
            break address.clone();
        }
        harness.step();
    };
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

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn percentiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]]
}
