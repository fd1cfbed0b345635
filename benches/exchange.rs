//! 100 000 events exported and imported, beside plainly writing and reading the same bytes in the same number of files.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/million.rs"]
mod million;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use menuscope::account::Accounts;
use menuscope::capture::CaptureId;
use menuscope::exchange::{ExportOptions, ExportPlan, Format, Pseudonyms, Texts, export, import};
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Reader};
use menuscope::texts::Language;

const EVENTS: i64 = 100_000;

/// What the program promises for that many.
const BUDGET: Duration = Duration::from_secs(10);

/// A file's place below its folder, and its bytes.
type Plain = (PathBuf, Vec<u8>);

fn main() {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let directory = tempfile::tempdir_in(million::folder(EVENTS)).unwrap();
    println!(
        "{EVENTS} events, budget {BUDGET:?} each way; \"plain\" is the same bytes in the same files, one after the other"
    );
    // `cargo bench --bench exchange -- pack.zip` measures one alone.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let all = [
        (Format::Pack, "pack", false),
        (Format::Pack, "pack.zip", false),
        (Format::Json, "events.jsonl", false),
        (Format::Pack, "pseudonyms", true),
    ];
    for (format, name, pseudonymise) in all {
        if only.as_ref().is_none_or(|only| only == name) {
            measure(directory.path(), format, name, pseudonymise);
        }
    }
}

fn measure(directory: &Path, format: Format, name: &str, pseudonymise: bool) {
    let out = directory.join(name);
    let exported = timed(|| exported(&out, format, pseudonymise.then_some(directory)));
    let before = rows(&out);
    let imported = timed(|| imported(directory, &out));
    // The system has all of it in memory by then, for both.
    let (read, files) = timed_with(|| before.iter().map(|path| plain(&out, path)).collect::<Vec<_>>());
    let copy = directory.join("plain");
    let written = timed(|| write_plainly(&copy, &files));
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{name}: {} files, {} MB", files.len(), bytes / 1_000_000);
    report("export", exported, written);
    report("import", imported, read);
    // The next one begins with nothing left to write: the system would make it wait for that.
    fs::remove_dir_all(copy).unwrap();
    if out.is_dir() { fs::remove_dir_all(out) } else { fs::remove_file(out) }.unwrap();
    Command::new("sync").status().ok();
}

fn report(what: &str, ours: Duration, plain: Duration) {
    let held = if ours <= BUDGET { "held" } else { "MISSED" };
    let times = ours.as_secs_f64() / plain.as_secs_f64();
    println!("  {what:<7} {ours:>9.2?}  plain {plain:>9.2?}  {times:>6.1} times, budget {held}");
}

fn exported(out: &Path, format: Format, key: Option<&Path>) {
    let reader = Reader::open(&million::folder(EVENTS).join("menuscope.db")).unwrap();
    let ids: Vec<CaptureId> = (1..=EVENTS).map(CaptureId).collect();
    let pseudonyms = key.map(|folder| Pseudonyms::open(folder, Texts::Replaced).unwrap());
    let plan = ExportPlan {
        format,
        out: out.to_owned(),
        pseudonyms,
        language: Language::English,
        options: ExportOptions::default(),
    };
    let exported = export(&reader, &ids, &plan, &accounts(), &Progress::new()).unwrap();
    assert_eq!(exported.events, EVENTS as u64);
}

fn imported(directory: &Path, path: &Path) {
    let database = directory.join("imported.db");
    let mut additions = BulkWriter::open(&database).unwrap();
    let imported = import(&[path.to_owned()], &mut additions, &accounts(), &Progress::new()).unwrap();
    assert_eq!((imported.added, imported.unread), (EVENTS as u64, 0), "{:?}", imported.problems.first());
    drop(additions);
    fs::remove_file(database).unwrap();
}

fn accounts() -> Accounts {
    Accounts::new(Vec::new(), None)
}

/// Every file below it, by its path.
fn rows(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let (mut folders, mut found) = (vec![path.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

fn plain(root: &Path, path: &Path) -> Plain {
    let mut bytes = Vec::new();
    BufReader::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let name = path.strip_prefix(root).ok().filter(|name| *name != Path::new("")).unwrap_or(Path::new("file"));
    (name.to_owned(), bytes)
}

fn write_plainly(folder: &Path, files: &[Plain]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        let file = File::create(&path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => fs::create_dir_all(path.parent().unwrap()).and_then(|()| File::create(&path)),
            _ => Err(error),
        });
        BufWriter::new(file.unwrap()).write_all(bytes).unwrap();
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    timed_with(work).0
}

fn timed_with<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = work();
    (began.elapsed(), done)
}
