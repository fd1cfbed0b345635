//! Messages that lie in files of their own: exported raw, and read back from any folder.

use std::fs;

use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{Mode, Signature};
use menuscope::exchange::{Format, ImportReason};
use menuscope::wechat::envelope::{AesKey, encrypt, encrypted_push};

use super::desk::{Desk, files, sample, some};
use super::recorded::recorded;

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

#[test]
fn every_event_is_a_file_and_nothing_is_left_out() {
    let desk = Desk::holding(&some());
    desk.export(Format::Raw, "raw");
    let files = files(&desk.path("raw"));
    assert_eq!(files.len(), some().len());
    assert_eq!(files["000001-CLICK.xml"], sample("CLICK"));
    assert_eq!(files["000007-handshake.http"], some()[6].capture.request.to_http());
    assert_eq!(files["000008-CLICK.json"], some()[7].capture.request.body);
    assert_eq!(files["000009-unreadable.bin"], b"\0\xffno message");
}

#[test]
fn raw_messages_come_back_once_from_a_folder_and_from_a_zip() {
    let desk = Desk::holding(&some());
    desk.export(Format::Raw, "raw");
    desk.export(Format::Raw, "raw.zip");
    for name in ["raw", "raw.zip"] {
        let other = Desk::new();
        let imported = other.import(&desk.path(name));
        assert_eq!(imported.added, 8, "{name}: {:?}", imported.problems);
        assert_eq!(imported.problems.len(), 1, "{name}: {:?}", imported.problems);
        assert!(imported.problems[0].place.ends_with("000009-unreadable.bin"), "{name}");
        assert_eq!(imported.problems[0].reason, ImportReason::Unrecognised);
        assert_eq!(other.import(&desk.path(name)).added, 0, "{name}");
        let scan = other.stored(3).capture;
        assert_eq!((&*scan.request.body, scan.signature), (&*sample("scancode_push"), Signature::Unchecked));
        assert_eq!(scan.request.received_at.as_second(), 1_408_090_502);
        let click = other.stored(1).capture;
        assert_eq!(click.envelope.create_time, Some(123_456_789));
        assert!(click.request.received_at.as_second() > 1_700_000_000, "that is no time of WeChat's");
    }
}

#[test]
fn a_message_whose_request_is_there_is_not_added_again() {
    let arrived = recorded(0, b"").capture.request.received_at.as_second();
    let body = format!(
        "<xml><FromUserName>o1</FromUserName><CreateTime>{}</CreateTime><MsgType>text</MsgType></xml>",
        arrived - 1
    );
    let desk = Desk::holding(&[recorded(0, body.as_bytes())]);
    desk.export(Format::Raw, "raw");
    let imported = desk.import(&desk.path("raw"));
    assert_eq!((imported.added, imported.known), (0, 1));
    fs::write(desk.path("raw/000001-text.xml"), body.replace("o1", "o2")).unwrap();
    assert_eq!(desk.import(&desk.path("raw")).added, 1);
}

#[test]
fn an_encrypted_body_is_opened_with_the_key_of_its_account_though_nothing_is_signed() {
    let mut desk = Desk::new();
    let secrets =
        Secrets { token: Some(Secret::new("pamtest")), aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
    desk.accounts = Accounts::new(vec![Account::named("default").with_secrets(secrets)], None);
    // Longer than what is kept of a request that fails verification.
    let message = format!("<xml><MsgType>text</MsgType><Content>{}</Content></xml>", "a".repeat(100_000));
    let encrypt = encrypt(&AesKey::parse(KEY).unwrap(), &[7; 16], message.as_bytes(), "wx1");
    let body = encrypted_push(menuscope::wechat::tree::Format::Xml, "gh_1", &encrypt);
    fs::write(desk.path("a.xml"), &body).unwrap();
    assert_eq!(desk.import(&desk.path("a.xml")).added, 1);
    let stored = desk.stored(1).capture;
    assert_eq!((stored.mode, stored.signature), (Mode::Safe, Signature::Unchecked));
    assert_eq!(stored.message(), message.as_bytes());
    assert_eq!(&*stored.request.body, &*body);
    assert_eq!(stored.envelope.kind, "text");
}

#[test]
fn a_folder_of_anything_gives_its_messages_and_a_list_of_the_rest() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("in/deep")).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(desk.path("in").join(name), bytes).unwrap();
    put("a.xml", &sample("CLICK"));
    put("deep/b.txt", &sample("VIEW"));
    put("deep/package.json", br#"{"name":"x","version":"1.0.0"}"#);
    put(
        "gbk.xml",
        b"<?xml version=\"1.0\" encoding=\"gbk\"?><xml><MsgType>text</MsgType><Content>\xc4\xe3</Content></xml>",
    );
    put("half.xml", b"<xml><MsgType>event</MsgType><Event>CLI");
    put("notes.md", b"# Notes\n");
    put("pom.xml", b"<project><groupId>a</groupId></project>");
    put("utf16.xml", b"\xff\xfe<\0x\0m\0l\0>\0");
    put(".hidden.xml", &sample("CLICK"));
    let imported = desk.import(&desk.path("in"));
    assert_eq!((imported.added, imported.unread), (2, 6));
    let reasons: Vec<_> = imported.problems.iter().map(|problem| &problem.reason).collect();
    assert!(matches!(reasons[0], ImportReason::NotACallback { request } if request == "name, version"));
    assert!(matches!(reasons[1], ImportReason::Encoding { encoding } if encoding == "gbk"));
    assert!(matches!(reasons[2], ImportReason::Malformed { .. }));
    assert!(matches!(reasons[3], ImportReason::Unrecognised));
    assert!(matches!(reasons[4], ImportReason::NotACallback { request } if request == "<project>"));
    assert!(matches!(reasons[5], ImportReason::Encoding { encoding } if encoding == "UTF-16LE"));
}

#[test]
fn a_folder_of_raw_messages_is_replaced_and_one_with_other_files_is_not() {
    let desk = Desk::holding(&some());
    desk.export(Format::Raw, "raw");
    fs::write(desk.path("raw/000001-CLICK.xml"), "old").unwrap();
    desk.export(Format::Raw, "raw");
    assert_eq!(fs::read(desk.path("raw/000001-CLICK.xml")).unwrap(), sample("CLICK"));
    assert_eq!(files(&desk.path("raw")).len(), some().len());
    fs::write(desk.path("raw/notes.md"), "mine").unwrap();
    let outcome = desk.try_export(Format::Raw, "raw", &menuscope::progress::Progress::new());
    assert!(matches!(outcome, Err(menuscope::exchange::FixtureError::InTheWay { .. })), "{outcome:?}");
    assert_eq!(desk.names(), ["raw"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_or_in_circles_are_not_followed() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    fs::create_dir_all(desk.path("in/deep")).unwrap();
    fs::write(desk.path("outside.xml"), sample("CLICK")).unwrap();
    fs::write(desk.path("in/a.xml"), sample("VIEW")).unwrap();
    symlink(desk.path("in"), desk.path("in/deep/circle")).unwrap();
    symlink(desk.path("outside.xml"), desk.path("in/leads-out.xml")).unwrap();
    symlink("a.xml", desk.path("in/b.xml")).unwrap();
    let imported = desk.import(&desk.path("in"));
    assert_eq!((imported.added, imported.unread), (1, 1), "{:?}", imported.problems);
    assert!(matches!(&imported.problems[0].reason, ImportReason::Outside { name } if name.ends_with("leads-out.xml")));
}
