//! Tests of the story: what it shows, and that it is the same each time.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};

use super::*;
use crate::capture::{Mode, ReplyEnd, Signature, Verdict};
use crate::filter::Filter;
use crate::store::Reader;

fn plot(language: Language) -> Plot {
    let now = "2026-11-28T10:02:11Z".parse().unwrap();
    Plot { now, language, server: "http://127.0.0.1:3000/wx".to_owned() }
}

fn told(language: Language) -> (tempfile::TempDir, Reader) {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    plot(language).write(&folder, &LookConfig::default()).unwrap();
    let reader = Reader::open(&folder.database()).unwrap();
    (directory, reader)
}

#[test]
fn the_story_has_every_state_that_a_row_can_show() {
    for language in Language::ALL {
        let (_directory, reader) = told(language);
        let ids = reader.matching(&Filter::default()).unwrap();
        let rows: Vec<_> = ids.iter().map(|id| reader.capture(*id).unwrap().unwrap()).collect();
        let kinds: BTreeSet<&str> = rows.iter().map(|row| &*row.capture.envelope.kind).collect();
        for kind in crate::wechat::compose::TEMPLATES.iter().map(|(kind, _)| *kind).take(9) {
            assert!(kinds.contains(kind) || kind == "pic_photo_or_album", "{kind}: {kinds:?}");
        }
        assert!(kinds.contains("handshake") && kinds.contains("unreadable"), "{kinds:?}");
        let modes: BTreeSet<&str> = rows.iter().map(|row| row.capture.mode.as_str()).collect();
        assert_eq!(modes, BTreeSet::from([Mode::Plain, Mode::Compat, Mode::Safe].map(Mode::as_str)));
        let signatures: BTreeSet<&str> = rows.iter().map(|row| row.capture.signature.as_str()).collect();
        let expected = [Signature::Valid, Signature::Invalid, Signature::Missing].map(Signature::as_str);
        assert_eq!(signatures, BTreeSet::from(expected));
        let replies: Vec<_> = rows.iter().filter_map(|row| row.reply.as_ref()).collect();
        assert_eq!(replies.len(), rows.len());
        let has = |what: &str, is: &dyn Fn(&crate::capture::Reply) -> bool| {
            assert!(replies.iter().any(|reply| is(reply)), "no reply {what}");
        };
        has("by a rule", &|reply| reply.source.spelling().starts_with("rule:"));
        has("by hand", &|reply| reply.source == crate::capture::ReplySource::Held);
        has("that is illegal", &|reply| {
            reply.fault.is_none() && !reply.summary().is_legal() && reply.status == Some(200)
        });
        has("with a fault", &|reply| reply.fault == Some("wrong-case"));
        has("that never came", &|reply| reply.end == ReplyEnd::HungUp);
        has("of a late server", &|reply| reply.forward() == Some(crate::capture::ForwardState::Late));
        assert!(rows.iter().any(|row| row.placement.attempt == 3), "no third attempt");
        assert!(rows.iter().any(|row| row.capture.replay), "nothing of our own");
    }
}

#[test]
fn what_is_meant_to_be_right_has_no_finding() {
    let (_directory, reader) = told(Language::Chinese);
    for id in reader.matching(&Filter::default()).unwrap() {
        let row = reader.capture(id).unwrap().unwrap();
        let genuine = row.capture.signature == Signature::Valid && row.capture.envelope.kind != "unreadable";
        assert!(!genuine || row.capture.diagnoses.is_empty(), "{id}: {:?}", row.capture.diagnoses);
    }
}

#[test]
fn runs_of_replays_have_every_verdict_but_one() {
    let (_directory, reader) = told(Language::English);
    let runs = reader.runs(9).unwrap();
    assert_eq!(runs.len(), 2);
    let verdicts = runs.iter().flat_map(|run| reader.replays_in(run.id, 9).unwrap());
    let verdicts: BTreeSet<&str> = verdicts.map(|replay| replay.verdict.as_str()).collect();
    let expected = [Verdict::Fixed, Verdict::New, Verdict::Regressed, Verdict::Same].map(Verdict::as_str);
    assert_eq!(verdicts, BTreeSet::from(expected));
}

#[test]
fn the_same_plot_gives_the_same_bytes() {
    let [one, other] = [(), ()].map(|()| {
        let (_directory, reader) = told(Language::English);
        let ids = reader.matching(&Filter::parse("-is:replay", &crate::clock::local_now()).unwrap()).unwrap();
        ids.iter().map(|id| reader.capture(*id).unwrap().unwrap().capture.request.to_http()).collect::<Vec<_>>()
    });
    assert_eq!(one, other);
}

#[test]
fn its_own_server_answers_in_the_language_of_the_story_and_everything_goes_with_it() {
    let look = LookConfig { language: Some("zh-CN".to_owned()), ..LookConfig::default() };
    let demo = Demo::start(&look).unwrap();
    let folder = demo.folder().unwrap();
    let config = Config::load(&demo.config_file().unwrap()).unwrap();
    let url = &config.targets["local"].url;
    let address = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap().0;
    let ask = |head: &str, body: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "{head} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let click = crate::wechat::compose::template("CLICK").unwrap();
    assert!(ask("POST /wx?a=b", click).contains("桂花拿铁"));
    assert!(ask("POST /wx", "not a message").ends_with("\r\n\r\nsuccess"));
    assert!(ask("GET /wx?echostr=42", "").ends_with("\r\n\r\n42"));
    assert!(folder.database().exists());
    drop(demo);
    assert!(!folder.path().exists());
}
