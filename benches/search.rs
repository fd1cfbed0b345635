//! Words in a million events: until the first page and until all is found, beside ripgrep over the same texts in files.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/million.rs"]
mod common;
#[path = "common/times.rs"]
mod times;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{MILLION, folder};
use jiff::Zoned;
use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::store::{Reader, Scan};
use times::median;

/// Each word is looked for so many times, in turn with ripgrep.
const ROUNDS: usize = 9;

/// A page of the list.
const PAGE: usize = 128;

/// So many texts stand in one file: a million files would measure the file system.
const TEXTS_IN_A_FILE: i64 = 1_000;

/// What is looked for, and what it is like.
const WORDS: [(&str, &str); 8] = [
    ("JD79264", "a rare one"),
    ("no such thing anywhere", "one that is nowhere"),
    ("MENU_LOTTERY", "one in fifty"),
    ("oMgHVj", "one that is everywhere"),
    ("新款手机坏了怎么办", "nine Chinese characters"),
    ("红包", "two Chinese characters"),
    ("囧囧", "two Chinese characters that are nowhere"),
    ("zq", "two letters: a look into each event"),
];

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = folder(MILLION);
    let reader = Reader::open(&folder.join("menuscope.db")).unwrap();
    let texts = texts(&folder, &reader);
    println!(
        "first page of {PAGE} (budget: 50 ms for three characters, 500 ms for two), then all; medians of {ROUNDS}"
    );
    println!("{:<46} {:>12} {:>12} {:>12} {:>12} {:>9}", "", "first page", "rg, page", "all", "rg, all", "found");
    for (word, like) in WORDS {
        let (mut page, mut rg_page, mut all, mut rg_all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut found = 0;
        for _ in 0..ROUNDS {
            page.push(search(&reader, word, PAGE).0);
            rg_page.push(ripgrep(&texts, word, PAGE));
            let (time, count) = search(&reader, word, usize::MAX);
            all.push(time);
            found = count;
            rg_all.push(ripgrep(&texts, word, usize::MAX));
        }
        let [page, rg_page, all, rg_all] = [page, rg_page, all, rg_all].map(median);
        println!(
            "{:<46} {page:>12.1?} {rg_page:>12.1?} {all:>12.1?} {rg_all:>12.1?} {found:>9}",
            format!("{word}: {like}")
        );
    }
}

/// How long it takes until so many are found, or all, and how many that were.
fn search(reader: &Reader, word: &str, enough: usize) -> (Duration, usize) {
    let filter = Filter::parse(&format!("\"{word}\""), &Zoned::now()).unwrap();
    let began = Instant::now();
    let mut scan = Scan::new(&filter, reader.newest().unwrap());
    let mut found = 0;
    loop {
        let chunk = reader.step(&mut scan).unwrap();
        found += chunk.ids.len();
        if chunk.finished || found >= enough {
            return (began.elapsed(), found);
        }
    }
}

/// How long ripgrep takes until it has printed so many lines, or all.
fn ripgrep(texts: &Path, word: &str, enough: usize) -> Duration {
    let began = Instant::now();
    let mut command = Command::new("rg");
    command.args(["--no-ignore", "--fixed-strings", "--ignore-case", "--no-filename", word]).arg(texts);
    let mut rg = command.stdout(Stdio::piped()).spawn().expect("ripgrep (rg) is what this is measured beside");
    let lines = BufReader::new(rg.stdout.take().unwrap()).split(b'\n');
    lines.take(enough).for_each(|line| drop(line.unwrap()));
    let elapsed = began.elapsed();
    rg.kill().ok();
    rg.wait().unwrap();
    elapsed
}

/// The messages and replies as files, one a line, made where they are missing.
fn texts(folder: &Path, reader: &Reader) -> PathBuf {
    let texts = folder.join("texts");
    if texts.join("complete").exists() {
        return texts;
    }
    std::fs::create_dir_all(&texts).unwrap();
    for first in (1..=MILLION).step_by(TEXTS_IN_A_FILE as usize) {
        let mut file = std::io::BufWriter::new(std::fs::File::create(texts.join(format!("{first:07}.txt"))).unwrap());
        for id in first..(first + TEXTS_IN_A_FILE).min(MILLION + 1) {
            let stored = reader.capture(CaptureId(id)).unwrap().unwrap();
            let reply = stored.reply.map(|reply| reply.body).unwrap_or_default();
            let line = [stored.capture.message(), b" ", &reply].concat();
            let line: Vec<u8> = line.into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }).collect();
            file.write_all(&line).unwrap();
            file.write_all(b"\n").unwrap();
        }
    }
    std::fs::write(texts.join("complete"), "").unwrap();
    texts
}
