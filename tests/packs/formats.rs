//! Every format through the same doors: exported, imported, exported again, and test code that is known as such.

use std::fs;

use menuscope::exchange::{ExportOptions, ExportPlan, FixtureError, Format, Pseudonyms, Texts, export, preview};
use menuscope::progress::Progress;
use menuscope::texts::Language;

use super::desk::{Desk, files, sample, some};
use super::recorded::recorded;

/// An encrypted message whose key nobody has.
const BODY_OF_NOBODY: &str = "<xml><ToUserName>gh_1</ToUserName><Encrypt>\
    MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==</Encrypt></xml>";

/// The formats that are one file and carry requests.
const SINGLE: [Format; 5] = [Format::Json, Format::Curl, Format::Http, Format::Har, Format::Hurl];

/// The formats that are test code beside a pack.
const CODE: [Format; 6] = [Format::Pytest, Format::Node, Format::Phpunit, Format::Junit, Format::Go, Format::Rust];

#[test]
fn every_single_file_comes_back_and_is_exported_the_same() {
    let desk = Desk::holding(&some());
    let count = some().len() as u64;
    for format in SINGLE {
        let name = format.as_str();
        let exported = desk.export(format, name);
        assert_eq!((exported.events, exported.files), (count, 1), "{name}");
        assert_eq!(exported.bytes, fs::metadata(desk.path(name)).unwrap().len(), "{name}");
        let other = Desk::new();
        let first = other.import(&desk.path(name));
        assert_eq!((first.added, first.unread), (count, 0), "{name}: {:?}", first.problems);
        assert_eq!(other.import(&desk.path(name)).added, 0, "{name}");
        other.export(format, name);
        let text = |desk: &Desk| fs::read_to_string(desk.path(name)).unwrap();
        assert_eq!(text(&other), text(&desk), "{name}");
    }
}

#[test]
fn what_cannot_be_decrypted_ends_an_export_with_pseudonyms_unless_it_is_left_out() {
    let unreadable = recorded(2, BODY_OF_NOBODY.as_bytes());
    let desk = Desk::holding(&[recorded(1, &sample("CLICK")), unreadable, recorded(3, &sample("VIEW"))]);
    let (reader, ids) = (desk.reader(), desk.ids());
    let pseudonyms = || Pseudonyms::open(&desk.path(""), Texts::Replaced).unwrap();
    let preview = preview(&reader, &ids, &pseudonyms(), &desk.accounts, &Progress::new()).unwrap();
    assert_eq!((preview.encrypted, preview.events), (1, ids.len() as u64 - 1));
    let run = |leave_out_encrypted| {
        let options = ExportOptions { leave_out_encrypted, ..ExportOptions::default() };
        let (out, language) = (desk.path("pack"), Language::English);
        let plan = ExportPlan { format: Format::Pack, out, pseudonyms: Some(pseudonyms()), language, options };
        export(&reader, &ids, &plan, &desk.accounts, &Progress::new())
    };
    assert!(matches!(run(false), Err(FixtureError::Sealed { .. })));
    let exported = run(true).unwrap();
    assert_eq!((exported.events, exported.left_out), (preview.events, 1));
    assert!(desk.path("pack/000002-VIEW/request.http").exists(), "numbers have no gap");
}

#[test]
fn an_earlier_export_is_replaced_and_no_other_file() {
    let desk = Desk::holding(&some());
    for format in SINGLE {
        let name = format.as_str();
        desk.export(format, name);
        desk.export(format, name);
        for other in SINGLE.into_iter().filter(|other| *other != format) {
            let outcome = desk.try_export(other, name, &Progress::new());
            assert!(matches!(outcome, Err(FixtureError::InTheWay { .. })), "{other:?} over {format:?}: {outcome:?}");
        }
    }
}

#[test]
fn nothing_exported_is_a_file_of_its_format_too() {
    let desk = Desk::new();
    for format in SINGLE {
        desk.export(format, format.as_str());
        desk.export(format, format.as_str());
        let imported = desk.import(&desk.path(format.as_str()));
        assert_eq!(imported.added, 0);
    }
}

#[test]
fn test_code_stands_beside_its_pack_and_is_not_taken_for_events() {
    let desk = Desk::holding(&some());
    let count = some().len() as u64;
    desk.export(Format::Pack, "pack");
    for format in CODE {
        for name in [format.as_str().to_owned(), format!("{}.zip", format.as_str())] {
            desk.export(format, &name);
            if name == format.as_str() {
                let mut exported = files(&desk.path(&name));
                exported.retain(|name, _| name.starts_with("callbacks/"));
                let pack = files(&desk.path("pack"));
                // The elements that tests do not compare are theirs alone.
                for manifest in exported
                    .iter_mut()
                    .filter_map(|(name, file)| name.rsplit('.').next().is_some_and(|end| end == "json").then_some(file))
                {
                    let text = String::from_utf8_lossy(manifest).replacen("\"ignored\":[],", "", 1);
                    *manifest = text.into_bytes();
                }
                assert!(exported.len() == pack.len() && exported.values().eq(pack.values()), "{name}");
                // What its tools leave behind.
                fs::create_dir_all(desk.path(&name).join("node_modules/a")).unwrap();
                fs::write(desk.path(&name).join("node_modules/a/package.json"), "{}").unwrap();
            }
            let imported = Desk::new().import(&desk.path(&name));
            assert_eq!((imported.added, imported.unread), (count, 0), "{name}: {:?}", imported.problems);
            desk.export(format, &name);
        }
    }
}

#[test]
fn pseudonyms_leave_no_original_in_any_file_of_any_format() {
    let desk = Desk::holding(&[recorded(0, &sample("CLICK")), recorded(1, &sample("scancode_push"))]);
    let openid = desk.stored(2).capture.envelope.openid.unwrap();
    let (reader, ids) = (desk.reader(), desk.ids());
    let pseudonyms = || Pseudonyms::open(&desk.path(""), Texts::Replaced).unwrap();
    let preview = preview(&reader, &ids, &pseudonyms(), &desk.accounts, &Progress::new()).unwrap();
    assert_eq!(preview.events, 2);
    assert!(preview.changes.iter().any(|change| change.before == openid), "{:?}", preview.changes);
    for format in Format::ALL {
        let out = desk.path(format.as_str());
        let plan = ExportPlan {
            format,
            out,
            pseudonyms: Some(pseudonyms()),
            language: Language::English,
            options: ExportOptions::default(),
        };
        let exported = export(&reader, &ids, &plan, &desk.accounts, &Progress::new()).unwrap();
        assert_eq!(exported.replaced, preview.total, "{format:?}");
        let files =
            if plan.out.is_dir() { files(&plan.out) } else { [(String::new(), fs::read(&plan.out).unwrap())].into() };
        for (name, bytes) in files {
            assert!(!String::from_utf8_lossy(&bytes).contains(&openid), "{format:?} {name}");
        }
    }
    let manifest = fs::read_to_string(desk.path("pack/manifest.json")).unwrap();
    assert!(manifest.starts_with("{\"menuscope\":1,\"published\":{\"token\":\"menuscope\""), "{manifest}");
}
