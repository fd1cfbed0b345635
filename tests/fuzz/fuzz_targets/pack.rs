//! Packs of somebody else's, imported: a zip as it is, or files as text, laid out as a folder and as a zip.
//!
//! Files as text: for each a line `--- name`, then what it holds up to the line break before the next.
#![no_main]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use menuscope_fuzz::{Desk, import_file};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SIGN: &[u8] = b"--- ";

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK") {
        return import_file("pack.zip", bytes);
    }
    let files = files(bytes);
    Desk::with(|desk| {
        let zip = desk.given("pack.zip");
        if zipped(&zip, &files) {
            desk.import(&zip);
        }
        fs::remove_file(&zip).unwrap();
        let folder = desk.given("pack");
        lay_out(&folder, &files);
        desk.import(&folder);
        fs::remove_dir_all(&folder).unwrap();
    });
});

fn files(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut files = Vec::new();
    let mut rest = bytes.strip_prefix(SIGN);
    while let Some(text) = rest {
        let end = text.windows(5).position(|bytes| bytes == b"\n--- ");
        let (file, after) = end.map_or((text, None), |end| (&text[..end], Some(&text[end + 5..])));
        let name = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let holds = file.get(name.len() + 1..).unwrap_or_default();
        files.push((String::from_utf8_lossy(name).into_owned(), holds));
        rest = after;
    }
    files
}

/// Whether a zip can hold files of these names at all.
fn zipped(path: &Path, files: &[(String, &[u8])]) -> bool {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, holds) in files {
        if zip.start_file(name.as_str(), SimpleFileOptions::default()).is_err() || zip.write_all(holds).is_err() {
            return false;
        }
    }
    zip.finish().is_ok()
}

/// Files whose names lead out of the folder are left out, as are those that the system refuses.
fn lay_out(folder: &Path, files: &[(String, &[u8])]) {
    fs::create_dir(folder).unwrap();
    for (name, holds) in files {
        let name = Path::new(name);
        let stays = name.components().all(|component| matches!(component, Component::Normal(_)));
        let path = folder.join(name);
        if stays && path.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok()) {
            fs::write(path, holds).ok();
        }
    }
}
