//! Exported test code, really run: pytest with wechatpy, node:test and Jest with co-wechat, Go, Rust. PHP and Java are
//! read by their compilers.
//!
//! tests/setup.sh installs what Python and Node need. Where Go is missing its test is left out, but not under `CI`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "interop/client.rs"]
mod client;
mod common;
#[path = "test_code/events.rs"]
mod events;
#[path = "test_code/suite.rs"]
mod suite;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use common::TestListener;
use events::{LEGIBLE, REFUSED, events};
use menuscope::capture::CaptureId;
use menuscope::exchange::{Format, import};
use menuscope::progress::Progress;
use menuscope::store::BulkWriter;
use suite::{ExportSummary, Identifiers, SUITES, Suite, is_missing, project};

/// The checks that a legible message passes: signature, message, fields, handler.
const CHECKS: usize = 4;

#[test]
fn every_event_passes_and_is_answered_by_a_server() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::new(suite) else { continue };
        let listener = TestListener::with_token();
        let server = format!("http://{}/wx", listener.address);
        let (passed, said) = exported.run(&[suite::SECRETS, &[("MENUSCOPE_TO", &server)]].concat());
        assert!(passed, "{suite:?}\n{said}");
        assert!(!said.contains("is not set"), "{suite:?}\n{said}");
        if let Some(passes) = suite.passes(&said) {
            assert!(passes >= CHECKS * LEGIBLE, "{suite:?}: only {passes} passed\n{said}");
        }
        let posted = listener.reader().count().unwrap();
        assert_eq!(posted, (events().len() - REFUSED) as u64, "{suite:?}");
        for id in 1..=listener.reader().newest().unwrap().0 {
            // The test code has no key: it is named in the record, and not believed to be this installation.
            let capture = listener.answered(CaptureId(id)).capture;
            assert_eq!(capture.request.header("x-menuscope"), Some(&b"test"[..]), "{suite:?}");
            assert!(!capture.replay, "{suite:?}");
        }
    }
}

#[test]
fn with_pseudonyms_it_needs_nothing_but_itself() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::of(suite, &events(), Identifiers::Replaced) else { continue };
        let (passed, said) = exported.run(&[]);
        assert!(passed, "{suite:?}\n{said}");
        assert!(!said.contains("and the pack does not publish it"), "{suite:?}\n{said}");
        if let Some(passes) = suite.passes(&said) {
            assert!(passes >= CHECKS * LEGIBLE, "{suite:?}: only {passes} passed\n{said}");
        }
    }
}

#[test]
fn an_import_takes_the_events_and_leaves_the_test_code() {
    for format in [Format::Pytest, Format::Node, Format::Phpunit, Format::Junit, Format::Go, Format::Rust] {
        let exported = ExportSummary::files(format);
        fs::write(exported.path("Cargo.lock"), "version = 4\n").unwrap();
        let other = tempfile::tempdir().unwrap();
        let mut additions = BulkWriter::open(&other.path().join("menuscope.db")).unwrap();
        let imported = import(&[exported.path("")], &mut additions, &events::accounts(), &Progress::new()).unwrap();
        assert_eq!((imported.added, imported.problems.len()), (events().len() as u64, 0), "{:?}", imported.problems);
    }
}

#[test]
fn without_secrets_it_says_what_is_missing_and_does_not_fail() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::new(suite) else { continue };
        let (passed, said) = exported.run(&[]);
        assert!(passed, "{suite:?}\n{said}");
        assert!(said.contains("MENUSCOPE_TOKEN is not set, and the pack does not publish it"), "{suite:?}\n{said}");
    }
}

#[test]
fn a_message_that_is_not_what_was_sent_fails_by_name() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::new(suite) else { continue };
        let sealed = exported.folder_of("location_select", "safe");
        let message = exported.path(&format!("callbacks/{sealed}/body.xml"));
        let text = fs::read_to_string(&message).unwrap();
        fs::write(&message, text.replacen("</xml>", " </xml>", 1)).unwrap();
        let (passed, said) = exported.run(suite::SECRETS);
        assert!(!passed, "{suite:?}\n{said}");
        assert!(said.contains(&sealed), "{suite:?}\n{said}");
    }
}

#[test]
fn a_field_that_is_not_what_was_sent_fails() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::new(suite) else { continue };
        let plain = exported.folder_of("pic_weixin", "plain");
        let decoded = exported.path(&format!("callbacks/{plain}/decoded.json"));
        let text = fs::read_to_string(&decoded).unwrap();
        let sum = "5a75aaca956d97be686719218f275c6b";
        assert!(text.contains(sum));
        fs::write(&decoded, text.replace(sum, &sum.replace('5', "6"))).unwrap();
        let (passed, said) = exported.run(suite::SECRETS);
        assert!(!passed, "{suite:?}\n{said}");
        assert!(said.contains(&plain), "{suite:?}\n{said}");
    }
}

#[test]
fn a_signature_that_is_not_as_recorded_fails() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::new(suite) else { continue };
        let manifest = exported.path("callbacks/manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("\"signature\":\"invalid\""));
        fs::write(&manifest, text.replace("\"signature\":\"invalid\"", "\"signature\":\"valid\"")).unwrap();
        let (passed, said) = exported.run(suite::SECRETS);
        assert!(!passed, "{suite:?}\n{said}");
    }
}

#[test]
fn a_message_that_a_parser_refuses_is_skipped_and_the_suite_passes() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::of(suite, &events::refused_by_parsers(), Identifiers::Kept) else {
            continue;
        };
        let (passed, said) = exported.run(suite::SECRETS);
        assert!(passed, "{suite:?}\n{said}");
        if suite == Suite::Pytest {
            assert!(said.contains("wechatpy cannot read the message"), "{said}");
        }
    }
}

#[test]
fn an_answer_is_compared_with_the_recorded_one_by_element() {
    let reply = |content: &str, time: u32| {
        format!(
            "<xml><ToUserName><![CDATA[o1]]></ToUserName><CreateTime>{time}</CreateTime>\
             <Content><![CDATA[{content}]]></Content></xml>"
        )
    };
    let same = reply("a & b", 2).replace("<![CDATA[a & b]]>", "a &amp; b").replace("<Content>", "\n<Content>");
    let wrong = [reply("b", 1), "success".to_owned(), reply("a & b", 1).replace("o1", "o2")];
    for suite in SUITES {
        let Some(exported) = ExportSummary::of(suite, &[events::answered(&reply("a & b", 1))], Identifiers::Kept)
        else {
            continue;
        };
        let run = |answer: &str, compare: &[(&str, &str)]| {
            let server = answering(answer);
            exported.run(&[suite::SECRETS, &[("MENUSCOPE_TO", &server)], compare].concat())
        };
        let (passed, said) = run(&same, &[]);
        assert!(passed, "{suite:?}\n{said}");
        for answer in &wrong {
            let (passed, said) = run(answer, &[]);
            assert!(!passed, "{suite:?} {answer}\n{said}");
        }
        let (passed, said) = run(&wrong[0], &[("MENUSCOPE_COMPARE", "0")]);
        assert!(passed, "{suite:?}\n{said}");
    }
}

/// The URL of a server that answers everything with that text.
fn answering(text: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/wx", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    let serve = move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut seen = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut piece) {
                seen.extend_from_slice(&piece[..read]);
                if seen.ends_with(b"</xml>") {
                    break;
                }
            }
            stream.write_all(answer.as_bytes()).ok();
        }
    };
    std::thread::Builder::new().name("answering".to_owned()).spawn(serve).unwrap();
    url
}

#[test]
fn a_pack_without_events_passes() {
    for suite in SUITES {
        let Some(exported) = ExportSummary::of(suite, &[], Identifiers::Kept) else { continue };
        let (passed, said) = exported.run(suite::SECRETS);
        assert!(passed, "{suite:?}\n{said}");
    }
}

#[test]
fn php_reads_its_test_code() {
    if is_missing("php", "apt-get install php-cli") {
        return;
    }
    let exported = ExportSummary::files(Format::Phpunit);
    let output = Command::new("php").arg("-l").arg(exported.path("CallbacksTest.php")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice::<serde_json::Value>(&fs::read(exported.path("composer.json")).unwrap()).unwrap();
    menuscope::wechat::tree::Tree::parse(&fs::read(exported.path("phpunit.xml")).unwrap()).unwrap();
}

#[test]
fn java_reads_its_test_code() {
    if is_missing("javac", "apt-get install default-jdk-headless") {
        return;
    }
    let exported = ExportSummary::files(Format::Junit);
    // Stops after parsing: the libraries are not here.
    let output = Command::new("javac")
        .args(["-proc:none", "-encoding", "UTF-8", "-XDshould-stop.ifNoError=PARSE", "-d"])
        .arg(exported.path(""))
        .arg(exported.path("src/test/java/CallbacksTest.java"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    menuscope::wechat::tree::Tree::parse(&fs::read(exported.path("pom.xml")).unwrap()).unwrap();
}

#[test]
fn what_the_test_code_asks_for_is_what_it_is_tested_with() {
    let setup = fs::read_to_string(project("tests/setup.sh")).unwrap();
    let version = |name: &str| {
        let line = setup.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("setup.sh pins no {name}")).to_owned()
    };
    let requirements = fs::read_to_string(project("assets/snippets/pytest/requirements.txt")).unwrap();
    assert!(requirements.contains(&format!("wechatpy[cryptography]=={}", version("WECHATPY"))));
    let package = fs::read_to_string(project("assets/snippets/node/package.json")).unwrap();
    assert!(package.contains(&format!("\"co-wechat\": \"^{}\"", version("CO_WECHAT"))));
    assert!(package.contains(&format!("\"wechat-crypto\": \"{}\"", version("WECHAT_CRYPTO"))));
    let jest = version("JEST");
    assert!(package.contains(&format!("\"jest\": \"^{}.", jest.split('.').next().unwrap())), "{jest}");
}
