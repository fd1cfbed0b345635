//! Packs that somebody else made, or that were damaged: named in the report, and the rest comes in.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use menuscope::exchange::{FixtureError, Format, ImportReason, ImportSummary, import};
use menuscope::progress::Progress;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::desk::{Desk, files, sample, some};

/// A pack of three events in a folder.
fn pack() -> Desk {
    let desk = Desk::holding(&some()[..3]);
    desk.export(Format::Pack, "pack");
    desk
}

fn edit_manifest(desk: &Desk, edit: impl Fn(&str) -> String) {
    let path = desk.path("pack/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let edited = edit(&text);
    assert_ne!(edited, text);
    fs::write(path, edited).unwrap();
}

fn only_reason(imported: &ImportSummary) -> &ImportReason {
    assert_eq!(imported.unread, 1, "{:?}", imported.problems);
    &imported.problems[0].reason
}

fn zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_file_that_is_missing_costs_its_event_and_no_other() {
    let desk = pack();
    for file in ["000001-CLICK/body.xml", "000002-VIEW/request.http", "000003-scancode_push/reply.xml"] {
        fs::remove_file(desk.path("pack").join(file)).unwrap();
    }
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!((imported.added, imported.unread), (0, 3));
    let missing = |file: &str| ImportReason::Missing { file: file.to_owned() };
    assert_eq!(imported.problems[1].reason, missing("000002-VIEW/request.http"));
    assert!(imported.problems[1].place.ends_with("pack, 000002-VIEW"), "{}", imported.problems[1].place);
    let desk = pack();
    fs::remove_dir_all(desk.path("pack/000002-VIEW")).unwrap();
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!(imported.added, 2);
    assert_eq!(only_reason(&imported), &missing("000002-VIEW/request.http"));
}

#[test]
fn names_that_climb_out_of_a_folder_are_refused() {
    for (from, to) in [
        ("\"000002-VIEW\"", "\"../pack/000002-VIEW\""),
        ("\"000002-VIEW\"", "\"..\""),
        ("\"000002-VIEW\"", "\"/etc\""),
        ("\"000002-VIEW\"", "\"C:\\\\000002-VIEW\""),
        ("\"reply.xml\"", "\"../000001-CLICK/reply.xml\""),
    ] {
        let desk = pack();
        edit_manifest(&desk, |text| text.replace(from, to));
        let imported = Desk::new().import(&desk.path("pack"));
        assert!(imported.unread > 0, "{to}");
        assert!(imported.problems.iter().all(|problem| matches!(problem.reason, ImportReason::Outside { .. })), "{to}");
        assert_eq!(imported.added + imported.unread, 3, "{to}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_pack_are_not_followed_out_of_it() {
    use std::os::unix::fs::symlink;
    let (desk, other) = (pack(), pack());
    fs::remove_file(desk.path("pack/000001-CLICK/request.http")).unwrap();
    symlink(other.path("pack/000001-CLICK/request.http"), desk.path("pack/000001-CLICK/request.http")).unwrap();
    fs::remove_dir_all(desk.path("pack/000002-VIEW")).unwrap();
    symlink(other.path("pack/000002-VIEW"), desk.path("pack/000002-VIEW")).unwrap();
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!((imported.added, imported.unread), (1, 2));
    assert!(imported.problems.iter().all(|problem| matches!(problem.reason, ImportReason::Outside { .. })));
}

#[test]
fn a_pack_of_a_later_version_is_named() {
    let desk = pack();
    edit_manifest(&desk, |text| text.replace("\"menuscope\":1", "\"menuscope\":2"));
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!((imported.added, only_reason(&imported)), (0, &ImportReason::LaterVersion { version: 2 }));
}

#[test]
fn a_manifest_that_breaks_off_gives_what_stands_before() {
    let desk = pack();
    edit_manifest(&desk, |text| text[..text.len() - 30].to_owned());
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { .. }));
}

#[test]
fn an_entry_that_is_none_costs_no_other() {
    let desk = pack();
    edit_manifest(&desk, |text| text.replacen("\"number\":2", "\"number\":\"two\"", 1));
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { cause } if cause.contains("two")));
    assert!(imported.problems[0].place.ends_with("events[1]"));
}

#[test]
fn a_manifest_that_was_laid_out_anew_is_read_all_the_same() {
    let desk = pack();
    edit_manifest(&desk, |text| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    });
    assert_eq!(Desk::new().import(&desk.path("pack")).added, 3);
}

#[test]
fn a_request_that_is_none_is_named_with_what_is_wrong() {
    let desk = pack();
    fs::write(desk.path("pack/000002-VIEW/request.http"), "POST /wx HTTP/1.1\r\nhost").unwrap();
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { cause } if cause.contains("request.http")));
}

#[test]
fn a_file_larger_than_any_message_is_not_read() {
    let desk = pack();
    let file = File::create(desk.path("pack/000002-VIEW/reply.xml")).unwrap();
    file.set_len(64 << 20).unwrap();
    let imported = Desk::new().import(&desk.path("pack"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::TooLarge { .. }));
}

#[test]
fn a_zip_that_was_packed_with_its_folder_by_another_tool_is_a_pack_too() {
    let desk = pack();
    let files = files(&desk.path("pack"));
    let named: Vec<_> = files.iter().map(|(name, bytes)| (format!("pack/{name}"), &**bytes)).collect();
    let mut all: Vec<_> = named.iter().map(|(name, bytes)| (&**name, *bytes)).collect();
    all.push(("__MACOSX/pack/._manifest.json", b"\0"));
    zip(&desk.path("mine.zip"), &all);
    let imported = Desk::new().import(&desk.path("mine.zip"));
    assert_eq!((imported.added, imported.unread), (3, 0), "{:?}", imported.problems);
}

#[test]
fn names_in_a_zip_that_climb_out_are_reported_and_nothing_is_unpacked() {
    let desk = Desk::new();
    let click = sample("CLICK");
    zip(
        &desk.path("a.zip"),
        &[
            ("../evil.xml", &*click),
            ("/etc/evil.xml", &*click),
            ("a\\..\\..\\evil.xml", &*click),
            ("good.xml", &*click),
        ],
    );
    let imported = desk.import(&desk.path("a.zip"));
    assert_eq!((imported.added, imported.unread), (1, 3), "{:?}", imported.problems);
    assert!(imported.problems.iter().all(|problem| matches!(problem.reason, ImportReason::Outside { .. })));
    assert_eq!(desk.names(), ["a.zip"]);
}

#[test]
fn a_bomb_is_not_unpacked() {
    let desk = pack();
    let bomb = vec![b' '; 17 << 20];
    let mut files = files(&desk.path("pack"));
    files.insert("000002-VIEW/request.http".to_owned(), bomb);
    let all: Vec<_> = files.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    zip(&desk.path("bomb.zip"), &all);
    assert!(fs::metadata(desk.path("bomb.zip")).unwrap().len() < 1 << 20);
    let imported = Desk::new().import(&desk.path("bomb.zip"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::TooLarge { .. }));
}

#[test]
fn an_entry_of_a_manifest_that_never_ends_does_not_fill_the_memory() {
    let desk = Desk::new();
    let mut manifest = b"{\"menuscope\":1,\"events\":[\"".to_vec();
    manifest.resize(17 << 20, b'a');
    manifest.extend_from_slice(b"\"]}");
    zip(&desk.path("a.zip"), &[("manifest.json", &manifest)]);
    let imported = desk.import(&desk.path("a.zip"));
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { cause } if cause.contains("bytes")));
}

#[test]
fn a_zip_that_breaks_off_or_is_damaged_is_malformed() {
    let desk = pack();
    desk.export(Format::Pack, "pack.zip");
    let whole = fs::read(desk.path("pack.zip")).unwrap();
    fs::write(desk.path("half.zip"), &whole[..whole.len() / 2]).unwrap();
    let imported = Desk::new().import(&desk.path("half.zip"));
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { .. }));
    let mut damaged = whole;
    let at = damaged.windows(20).position(|window| window == b"000002-VIEW/request.").unwrap() + 60;
    damaged[at] ^= 0x55;
    fs::write(desk.path("damaged.zip"), &damaged).unwrap();
    let imported = Desk::new().import(&desk.path("damaged.zip"));
    assert_eq!(imported.added, 2);
    assert!(matches!(only_reason(&imported), ImportReason::Malformed { .. }), "{:?}", imported.problems);
}

#[test]
fn a_path_that_is_not_there_is_listed_and_is_an_error_where_there_is_no_other() {
    let desk = pack();
    let other = Desk::new();
    let mistyped = desk.path("mistyped");
    let import = |paths: &[PathBuf]| import(paths, &mut other.additions(), &other.accounts, &Progress::new());
    let outcome = import(std::slice::from_ref(&mistyped));
    assert!(matches!(outcome, Err(FixtureError::Read { path, .. }) if path == mistyped));
    let imported = import(&[mistyped.clone(), desk.path("pack")]).unwrap();
    assert_eq!((imported.added, imported.unread, imported.others), (3, 1, 0));
    assert_eq!(imported.problems[0].place, mistyped.display().to_string());
}

#[cfg(unix)]
#[test]
fn a_manifest_that_is_a_pipe_or_leads_elsewhere_makes_no_pack() {
    let elsewhere = pack();
    let desk = Desk::new();
    for name in ["pipe", "link"] {
        fs::create_dir(desk.path(name)).unwrap();
    }
    let made = std::process::Command::new("mkfifo").arg(desk.path("pipe/manifest.json")).status().unwrap();
    assert!(made.success());
    let manifest = elsewhere.path("pack/manifest.json");
    std::os::unix::fs::symlink(manifest, desk.path("link/manifest.json")).unwrap();
    let imported = Desk::new().import(&desk.path("pipe"));
    assert!(matches!(only_reason(&imported), ImportReason::Unreadable { .. }), "{imported:?}");
    let imported = Desk::new().import(&desk.path("link"));
    assert!(matches!(only_reason(&imported), ImportReason::Outside { .. }), "{imported:?}");
}
