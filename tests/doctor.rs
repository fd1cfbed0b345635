//! `menuscope doctor --url`: a public side with one fault at a time, asked over loopback, and the verdict on each.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use command::{Listening, menuscope, stdout};
use faults::{Fault, echoes, fault, pushes, redirects, tunnels, walls};
use public_side::{Asked, PublicSide, Treatment, answer, fixture, page};
use serde_json::Value;

#[path = "common/command.rs"]
mod command;
#[path = "doctor/faults.rs"]
mod faults;
#[path = "doctor/public_side.rs"]
mod public_side;

/// The token of every data folder here.
const TOKEN: &str = "pamtest1";

/// A data folder with its listener.
struct Site {
    folder: tempfile::TempDir,
    listening: Listening,
}

impl Site {
    fn open() -> Self {
        Self::with(TOKEN, "")
    }

    /// One with this token, and this in the section of its listener.
    fn with(token: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = format!("[listener]\naddr = \"{free}\"\n{settings}\n[accounts.default]\nsecrets = \"file\"\n");
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        std::fs::write(folder.path().join("secrets.toml"), format!("[default]\ntoken = \"{token}\"\n")).unwrap();
        let child = menuscope(folder.path(), &["listen", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
        Self { listening: Listening::of(child), folder }
    }

    fn address(&self) -> &str {
        self.listening.url.trim_start_matches("http://")
    }

    /// The checks of a URL that stands for a public one.
    fn checks(&self, url: &str) -> Checks {
        checks(self.folder.path(), &["--url", url, "--allow-local"], None)
    }
}

/// The results of one run.
struct Checks {
    status: Option<i32>,
    list: Vec<Value>,
}

impl Checks {
    /// The code that a check has found.
    fn code(&self, check: &str) -> &str {
        let found = self.list.iter().find(|result| result["check"] == check);
        found.unwrap_or_else(|| panic!("no check {check} in {:#?}", self.list))["code"].as_str().unwrap()
    }

    /// The codes that are warnings or failures.
    fn troubles(&self) -> Vec<&str> {
        let is_trouble = |result: &&Value| result["verdict"] == "warn" || result["verdict"] == "fail";
        self.list.iter().filter(is_trouble).map(|result| result["code"].as_str().unwrap()).collect()
    }
}

fn checks(folder: &Path, arguments: &[&str], certificates: Option<&Path>) -> Checks {
    let mut command = menuscope(folder, &[&["doctor", "--json"], arguments].concat());
    // Nothing of these tests may go through a proxy.
    command.env("http_proxy", "http://127.0.0.1:9").env("https_proxy", "http://127.0.0.1:9");
    if let Some(file) = certificates {
        command.env("SSL_CERT_FILE", file);
    }
    let output = command.output().unwrap();
    let object: Value = serde_json::from_str(stdout(&output)).unwrap();
    Checks { status: output.status.code(), list: object["checks"].as_array().unwrap().clone() }
}

#[test]
fn a_sound_route_has_no_fault() {
    let site = Site::open();
    let side = PublicSide::before(site.address(), Box::new(|_| Treatment::Pass));
    for url in [format!("{}/wx", site.listening.url), side.url()] {
        let found = site.checks(&url);
        assert_eq!((found.troubles(), found.status), (Vec::new(), Some(0)), "{url}: {:#?}", found.list);
        for (check, code) in [
            ("redirect", "redirect-none"),
            ("page", "page-ok"),
            ("handshake", "handshake-ok"),
            ("push", "push-ok"),
            ("route", "route-unproven"),
        ] {
            assert_eq!(found.code(check), code, "{url}");
        }
    }
    // Own requests are no taps, and prove nothing of WeChat's way.
    let listed = |filter: &str| {
        let output = command::run(site.folder.path(), &["events", "--json", "--", filter]);
        stdout(&output).lines().count()
    };
    assert_eq!(listed("-is:replay"), 0);
    assert_eq!(listed("is:replay key:menuscope_doctor_*"), 2);
    assert_eq!(listed("is:replay type:handshake"), 4);
}

#[test]
fn one_cause_has_one_verdict() {
    let site = Site::open();
    let refused = |status: &'static str| fault("page", "access-refused", move |_| answer(status, "", "no"));
    let others = [
        refused("401 Unauthorized"),
        refused("403 Forbidden"),
        fault("page", "access-refused", |asked| {
            answer(if asked.is_handshake() { "403 Forbidden" } else { "401 Unauthorized" }, "", "no")
        }),
        fault("page", "not-found", |_| page("404 Not Found", "<html>no such page</html>")),
        fault("page", "server-error", |_| page("500 Internal Server Error", "<html>oops</html>")),
        fault("page", "head-too-large", |_| {
            Treatment::Answer([b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(200_000)].concat())
        }),
    ];
    for Fault { check, code, treat } in redirects().into_iter().chain(others) {
        let side = PublicSide::before(site.address(), treat);
        let found = site.checks(&side.url());
        assert_eq!((found.code(check), found.troubles()), (code, vec![code]), "{:#?}", found.list);
        assert_eq!((found.code("handshake"), found.code("push")), ("handshake-skipped", "push-skipped"), "{code}");
    }
}

#[test]
fn a_slash_more_is_no_loop_and_the_remedy_is_the_address_that_works() {
    let site = Site::open();
    let slash = redirects().pop().unwrap();
    let side = PublicSide::before(site.address(), slash.treat);
    let found = site.checks(&side.url());
    let result = found.list.iter().find(|result| result["code"] == "redirect-slash").unwrap();
    let works = format!("{}/", side.url());
    assert!(result["remedy"].as_str().unwrap().ends_with(&works), "{result}");
    assert_eq!(site.checks(&works).troubles(), Vec::<&str>::new());
}

#[test]
fn a_wall_that_lets_signed_requests_through_is_only_a_warning() {
    let site = Site::open();
    let treat = |asked: &Asked| {
        let is_signed = asked.target.contains("signature=");
        if is_signed { Treatment::Pass } else { answer("403 Forbidden", "", "no") }
    };
    let side = PublicSide::before(site.address(), Box::new(treat));
    let found = site.checks(&side.url());
    assert_eq!((found.troubles(), found.status), (vec!["page-guarded"], Some(0)), "{:#?}", found.list);
    assert_eq!((found.code("handshake"), found.code("push")), ("handshake-ok", "push-ok"));
}

#[test]
fn every_fault_of_the_public_side_has_its_verdict() {
    let site = Site::open();
    let faults = [tunnels(), walls(), redirects(), echoes(), pushes()];
    let codes: std::collections::BTreeSet<&str> = faults.iter().flatten().map(|fault| fault.code).collect();
    assert!(codes.len() >= 20, "only {} distinct verdicts", codes.len());
    for Fault { check, code, treat } in faults.into_iter().flatten() {
        let side = PublicSide::before(site.address(), treat);
        let found = site.checks(&side.url());
        assert_eq!(found.code(check), code, "{:#?}", found.list);
        let is_failure = found.list.iter().any(|result| result["verdict"] == "fail");
        assert_eq!(found.status, Some(i32::from(is_failure)), "{code}");
        assert!(!found.troubles().is_empty(), "{code}");
        // Each says what to do.
        for result in found.list.iter().filter(|result| result["code"] == code) {
            assert!(!result["message"].as_str().unwrap().is_empty() && !result["remedy"].as_str().unwrap().is_empty());
        }
    }
}

#[test]
fn a_route_to_another_listener_is_told_by_what_does_not_arrive() {
    let (site, other) = (Site::open(), Site::open());
    let found = site.checks(&other.listening.url);
    assert_eq!(found.code("page"), "page-ok");
    assert_eq!(found.code("handshake"), "handshake-ok", "it has the same token");
    assert_eq!((found.code("push"), found.status), ("push-elsewhere", Some(1)));
}

#[test]
fn another_token_is_told_by_the_handshake_and_by_the_push() {
    let (site, other) = (Site::open(), Site::with("another1", ""));
    let found = site.checks(&other.listening.url);
    assert_eq!((found.code("handshake"), found.code("push")), ("echo-refused", "push-refused"));
}

#[test]
fn a_listener_that_forwards_to_its_own_public_side_is_told() {
    let address = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&address);
    // The public side has to be there before the listener that forwards to it.
    let side = PublicSide::before(
        "127.0.0.1:9",
        Box::new(move |asked| {
            let listener = known.lock().unwrap().clone();
            match public_side::passed_to(&listener, asked) {
                Some(bytes) => Treatment::Answer(bytes),
                None => Treatment::Close,
            }
        }),
    );
    let site = Site::with(TOKEN, &format!("forward = \"{}\"", side.url()));
    site.address().clone_into(&mut address.lock().unwrap());
    let found = site.checks(&side.url());
    assert_eq!(found.code("push"), "push-loop", "{:#?}", found.list);
}

#[test]
fn nobody_at_the_port_skips_what_makes_no_sense_any_more() {
    let site = Site::open();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let found = site.checks(&format!("http://{free}/wx"));
    assert_eq!((found.code("connect"), found.status), ("connect-refused", Some(1)));
    for check in ["tls", "redirect", "page", "handshake", "push"] {
        assert_eq!(found.code(check), format!("{check}-skipped"));
    }
}

#[test]
fn what_is_wrong_with_the_url_itself_is_told_without_its_password() {
    let site = Site::open();
    let port = site.address().rsplit(':').next().unwrap().to_owned();
    let local = checks(site.folder.path(), &["--url", &site.listening.url], None);
    assert_eq!((local.code("name"), local.code("public-port")), ("name-loopback", "public-port-other"));
    let found = site.checks(&format!("http://user:s3cret@127.0.0.1:{port}/wx"));
    assert_eq!((found.code("url"), found.code("push")), ("url-credentials", "push-ok"));
    assert!(!format!("{:?}", found.list).contains("s3cret"));
    for url in ["nonsense", "ftp://example.com/wx", "http://"] {
        let found = site.checks(url);
        assert_eq!(
            (found.code("url"), found.code("name"), found.status),
            ("url-invalid", "name-skipped", Some(1)),
            "{url}"
        );
    }
    let found = site.checks("http://no-such-name.invalid/wx");
    assert!(["name-unresolved", "name-timeout"].contains(&found.code("name")), "{:#?}", found.list);
    let found = site.checks(&format!("{}/wx#top", site.listening.url));
    assert_eq!((found.code("url"), found.code("push")), ("url-fragment", "push-ok"));
    let found = site.checks("http://不存在.invalid/wx");
    assert_eq!(found.code("url"), "url-not-ascii");
}

#[test]
fn certificates_are_told_apart() {
    let site = Site::open();
    let authority = fixture("authority.pem");
    let of = |certificates: &[&str]| {
        let side = PublicSide::secure(site.address(), certificates);
        checks(site.folder.path(), &["--url", &side.secure_url(), "--allow-local"], Some(&authority))
    };
    for (certificates, code) in [
        (vec!["expired.der"], "tls-expired"),
        (vec!["future.der"], "tls-not-yet"),
        (vec!["other.der"], "tls-wrong-name"),
        (vec!["self.der"], "tls-self-signed"),
        (vec!["foreign.der"], "tls-incomplete"),
        (vec!["foreign.der", "stranger.der"], "tls-unknown-issuer"),
    ] {
        let found = of(&certificates);
        assert_eq!((found.code("tls"), found.code("handshake")), (code, "handshake-skipped"), "{:#?}", found.list);
    }
    let sound = of(&["good.der"]);
    assert_eq!((sound.code("tls"), sound.troubles()), ("tls-ok", Vec::new()), "{:#?}", sound.list);
    let plain = checks(
        site.folder.path(),
        &["--url", &format!("https://{}/wx", site.address()), "--allow-local"],
        Some(&authority),
    );
    assert_eq!(plain.code("tls"), "tls-plain");
}

#[test]
fn a_person_reads_a_line_for_each_check_and_the_remedy_below() {
    let site = Site::open();
    let output = command::run(site.folder.path(), &["doctor", "--url", &site.listening.url]);
    let told = stdout(&output);
    assert!(told.contains("fail     Name [name-loopback]: 127.0.0.1 leads to the computer that asks"), "{told}");
    assert!(told.contains("         → Enter the public URL of the tunnel"), "{told}");
    assert!(told.contains("only a real handshake"), "{told}");
    let chinese =
        menuscope(site.folder.path(), &["doctor", "--url", &site.listening.url]).env("LANG", "zh_CN.UTF-8").output();
    assert!(stdout(&chinese.unwrap()).contains("指向本机地址"));
}

#[test]
fn a_compressed_answer_is_named_by_the_handshake_from_here_as_well() {
    let site = Site::open();
    let gzip = |_: &Asked| answer("200 OK", "content-encoding: gzip\r\n", b"\x1f\x8b\x08\0");
    let side = PublicSide::before(site.address(), Box::new(gzip));
    let sent = |language: &str| {
        let mut command = menuscope(site.folder.path(), &["send", "handshake", "--to", &side.url()]);
        command.env("LANG", language).output().unwrap()
    };
    let english = sent("en_US.UTF-8");
    assert_eq!(english.status.code(), Some(1), "{english:?}");
    assert!(stdout(&english).contains("compressed its answer (gzip)"), "{english:?}");
    assert!(!stdout(&english).contains("GBK"), "{english:?}");
    assert!(stdout(&sent("zh_CN.UTF-8")).contains("压缩了回复（gzip）"));
}
