//! The detail of events that are hard to draw: a long value, nine pictures, a body of a megabyte. Frames while its scroll
//! and its bytes are scrolled, and the frame that opens it.
//!
//! Measured without a graphics card: layout and painting commands, which is what a frame costs the program itself.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/times.rs"]
mod times;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::{ListenerState, Setup};
use menuscope::ui::App;
use times::percentiles;

/// Frames that are timed of each event.
const FRAMES: usize = 400;

/// Where the pointer is while the scroll and the bytes are scrolled, in points.
const PLACES: [[f32; 2]; 2] = [[1100.0, 350.0], [1100.0, 760.0]];

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!(
        "a frame of the detail, of {FRAMES}: p50, p99, worst; then the frame that opens it (budget: p99 under 4 ms)"
    );
    for (name, body) in [
        ("20 000 bytes in a value", text(&"A long value, 中文. ".repeat(900))),
        ("nine pictures", pictures()),
        ("a body of 1 MiB", text(&"0123456789abcdef ".repeat((1 << 20) / 17 - 20))),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (frames, opening) = frames(folder.path(), &body);
        println!("{name}: {:.2?}, {opening:.2?}", percentiles(frames));
    }
}

fn message(inside: &str) -> String {
    format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oMgHVj</FromUserName><CreateTime>1</CreateTime>{inside}</xml>"
    )
}

fn text(content: &str) -> String {
    message(&format!("<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>1</MsgId>"))
}

fn pictures() -> String {
    let mut items = String::new();
    for number in 0..9 {
        write!(items, "<item><PicMd5Sum>{number:032x}</PicMd5Sum></item>").unwrap();
    }
    message(&format!(
        "<MsgType>event</MsgType><Event>pic_weixin</Event><EventKey>6</EventKey><SendPicsInfo><Count>9</Count>\
         <PicList>{items}</PicList></SendPicsInfo>"
    ))
}

/// Posts a body, opens it, and times the frames while it is scrolled, and the slowest one until it was open.
fn frames(folder: &std::path::Path, body: &str) -> (Vec<Duration>, Duration) {
    let folder = DataFolder::locate(Some(folder)).unwrap();
    std::fs::write(folder.config_file(), "[listener]\naddr = \"127.0.0.1:0\"\n[look]\nlanguage = \"en\"\n").unwrap();
    let setup = Setup { config_file: folder.config_file(), folder, overrides: Overrides::default() };
    let mut harness = Harness::builder()
        .with_size([1600.0, 1000.0])
        .build_eframe(|creation| App::start(&creation.egui_ctx, setup).unwrap());
    let address = loop {
        if let ListenerState::Listening { address } = &harness.state().engine().status().listener {
            break address.clone();
        }
        harness.step();
    };
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST /wx HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
    let mut opening = Duration::ZERO;
    let began = Instant::now();
    while harness.query_all_by_label("Bytes").next().is_none() {
        assert!(began.elapsed() < Duration::from_mins(1), "the detail never opened");
        harness.key_press(egui::Key::Home);
        let frame = Instant::now();
        harness.step();
        opening = opening.max(frame.elapsed());
    }
    let mut frames = Vec::with_capacity(FRAMES);
    for frame in 0..FRAMES {
        harness.event(egui::Event::PointerMoved(PLACES[frame / 20 % 2].into()));
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: [0.0, if frame / 100 % 2 == 0 { -300.0 } else { 300.0 }].into(),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        let began = Instant::now();
        harness.step();
        frames.push(began.elapsed());
    }
    (frames, opening)
}
