//! Tests of the files of an export, and of what stands at their destination.

use std::fs::{self, File};

use super::*;
use crate::exchange::formats::specimens;
use crate::exchange::{Pseudonyms, Texts};

#[test]
fn what_is_dropped_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for (format, name) in [(Format::Json, "a.json"), (Format::Pack, "pack"), (Format::Pack, "pack.zip")] {
        let mut output = Output::begin(format, &directory.path().join(name), None).unwrap();
        output.append(b"begun").unwrap();
        if format == Format::Pack {
            for number in 0..100 {
                output.put(&format!("{number:06}/a"), b"text").unwrap();
            }
        }
        drop(output);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn a_cancelled_export_leaves_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("pack");
    let progress = Progress::new();
    let mut first = Output::begin(Format::Pack, &out, None).unwrap();
    first.append(b"{\"menuscope\":1}").unwrap();
    first.finish(&progress).unwrap();
    let mut second = Output::begin(Format::Pack, &out, None).unwrap();
    second.append(b"{\"menuscope\":1,\"events\":[]}").unwrap();
    progress.cancel();
    assert!(matches!(second.finish(&progress), Err(FixtureError::Cancelled { exporting: true })));
    assert_eq!(fs::read(out.join("manifest.json")).unwrap(), b"{\"menuscope\":1}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_pack_is_replaced_as_a_whole_and_what_lay_beside_stays() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("pack");
    let write = |folder: &str| {
        let mut output = Output::begin(Format::Pack, &out, None).unwrap();
        let manifest = format!("{{\"menuscope\":1,\"events\":[{{\"number\":1,\"folder\":\"{folder}\"}}]}}");
        output.append(manifest.as_bytes()).unwrap();
        output.put(&format!("{folder}/a"), b"text").unwrap();
        output.finish(&Progress::new()).unwrap()
    };
    assert_eq!(write("000001-CLICK").files, 2);
    fs::write(out.join("README.md"), "ours").unwrap();
    fs::write(out.join("20261126-notes.txt"), "ours").unwrap();
    fs::create_dir_all(out.join("photos/000001-CLICK")).unwrap();
    write("000001-VIEW");
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["000001-VIEW", "20261126-notes.txt", "README.md", "manifest.json", "photos"]);
    assert!(out.join("photos/000001-CLICK").exists());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_pack_whose_manifest_breaks_off_is_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("pack");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("manifest.json"), "{\"menuscope\":1,\"events\":[{").unwrap();
    let mut output = Output::begin(Format::Pack, &out, None).unwrap();
    output.append(b"{\"menuscope\":1}").unwrap();
    assert!(matches!(output.finish(&Progress::new()), Err(FixtureError::InTheWay { .. })));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}

#[test]
fn messages_alone_replace_only_what_has_the_names_of_all_of_them() {
    let directory = tempfile::tempdir().unwrap();
    for (name, files) in [
        ("photos", &["20261126-notes.txt"][..]),
        ("days", &["20261126-notes.xml", "20261127-notes.xml"]),
        ("gap", &["000001-CLICK.xml", "000003-CLICK.xml"]),
        ("beside", &["000001-CLICK.xml", "notes.xml"]),
        ("extension", &["000001-CLICK.txt"]),
    ] {
        let folder = directory.path().join(name);
        fs::create_dir(&folder).unwrap();
        let archive = directory.path().join(format!("{name}.zip"));
        let mut zip = zip::ZipWriter::new(File::create(&archive).unwrap());
        for file in files {
            fs::write(folder.join(file), "precious").unwrap();
            zip.start_file(*file, zip::write::SimpleFileOptions::default()).unwrap();
        }
        zip.finish().unwrap();
        for place in [folder, archive] {
            let begun = Output::begin(Format::Raw, &place, None);
            assert!(matches!(begun, Err(FixtureError::InTheWay { .. })), "{}", place.display());
        }
    }
    for name in ["messages", "messages.zip"] {
        for _ in 0..2 {
            let mut output = Output::begin(Format::Raw, &directory.path().join(name), None).unwrap();
            for file in ["000001-CLICK.xml", "000002.http", "000003-a.b.json"] {
                output.put(file, b"text").unwrap();
            }
            output.finish(&Progress::new()).unwrap();
        }
    }
}

#[test]
fn what_no_export_wrote_is_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    fs::write(path("folder/a"), "a").unwrap();
    fs::write(path("a.json"), "precious").unwrap();
    fs::write(path("a.zip"), "precious").unwrap();
    fs::write(path("deploy.sh"), "#!/usr/bin/env bash\nset -euo pipefail\ncurl http://h/deploy\n").unwrap();
    fs::write(path("a.http"), "### mine\nPOST http://h/wx HTTP/1.1\n").unwrap();
    fs::write(path("a.hurl"), "POST http://h/wx\nHTTP 200\n").unwrap();
    fs::write(path("a.har"), r#"{"log":{"level":"info"}}"#).unwrap();
    fs::write(path("browser.har"), r#"{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"}"#).unwrap();
    fs::write(path("log.json"), "{\"id\":1,\"kind\":\"mine\"}\n").unwrap();
    fs::write(path("listened.json"), "{\"listening\":\"http://127.0.0.1:8080\"}\n").unwrap();
    for (format, name) in [
        (Format::Pack, "folder"),
        (Format::Raw, "folder"),
        (Format::Pytest, "folder"),
        (Format::Json, "folder"),
        (Format::Json, "a.json"),
        (Format::Pack, "a.json"),
        (Format::Pack, "a.zip"),
        (Format::Curl, "deploy.sh"),
        (Format::Http, "a.http"),
        (Format::Hurl, "a.hurl"),
        (Format::Har, "a.har"),
        (Format::Har, "browser.har"),
        (Format::Json, "log.json"),
        (Format::Json, "listened.json"),
    ] {
        let begun = Output::begin(format, &path(name), None);
        assert!(matches!(begun, Err(FixtureError::InTheWay { .. })), "{format:?} {name}");
    }
}

#[test]
fn an_empty_folder_and_an_empty_file_may_be_filled() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    fs::write(path("a.json"), "").unwrap();
    for (format, name) in [(Format::Pack, "folder"), (Format::Json, "a.json")] {
        let mut output = Output::begin(format, &path(name), None).unwrap();
        output.append(b"text").unwrap();
        output.finish(&Progress::new()).unwrap();
    }
    assert_eq!(fs::read(path("folder/manifest.json")).unwrap(), b"text");
    assert_eq!(fs::read(path("a.json")).unwrap(), b"text");
}

#[test]
fn what_still_holds_an_original_is_thrown_away() {
    let directory = tempfile::tempdir().unwrap();
    let key = tempfile::tempdir().unwrap();
    let pseudonyms = Pseudonyms::open(key.path(), Texts::Replaced).unwrap();
    let event = specimens::every_kind().swap_remove(0);
    let openid = event.stored.capture.envelope.openid.clone().unwrap();
    let mut originals = Originals::default();
    pseudonyms.apply(event, &specimens::accounts(), &mut originals).unwrap();
    let originals = Arc::new(originals);
    let written = |format, name: &str, put: &[u8], append: &[u8]| {
        let originals = Some(Arc::clone(&originals));
        let mut output = Output::begin(format, &directory.path().join(name), originals).unwrap();
        output.append(append).unwrap();
        if format != Format::Json {
            output.put("000001-a/body.xml", put).unwrap();
        }
        output.finish(&Progress::new())
    };
    let (clean, dirty) = (b"<xml/>".as_slice(), openid.as_bytes());
    for (format, name) in [(Format::Json, "a.json"), (Format::Pack, "pack"), (Format::Pack, "pack.zip")] {
        let outcome = written(format, name, clean, dirty);
        assert!(matches!(outcome, Err(FixtureError::Leak { number: 1, .. })), "{name}: {outcome:?}");
    }
    for name in ["pack", "pack.zip"] {
        let outcome = written(Format::Pack, name, dirty, clean);
        let Err(FixtureError::Leak { file, .. }) = outcome else { panic!("{name}: {outcome:?}") };
        assert_eq!(file, "000001-a/body.xml");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    written(Format::Pack, "pack", clean, clean).unwrap();
}
