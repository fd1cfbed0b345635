//! `menuscope doctor --url`: a public side with one fault at a time, asked over loopback, and the verdict on each.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use command::{Listening, menuscope, stdout};
use public_side::{Asked, PublicSide, Treatment, answer, fixture, page};
use serde_json::Value;

#[path = "common/command.rs"]
mod command;
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

/// A fault: what the public side does, and the check and code that have to name it.
struct Fault {
    check: &'static str,
    code: &'static str,
    treat: Box<public_side::Treat>,
}

fn fault(
    check: &'static str,
    code: &'static str,
    treat: impl Fn(&Asked) -> Treatment + Send + Sync + 'static,
) -> Fault {
    Fault { check, code, treat: Box::new(treat) }
}

/// Passes on all but the handshake.
fn echo(code: &'static str, spoil: impl Fn(&str) -> Treatment + Send + Sync + 'static) -> Fault {
    fault("handshake", code, move |asked| if asked.is_handshake() { spoil(&asked.echostr()) } else { Treatment::Pass })
}

fn text(body: impl AsRef<[u8]>) -> Treatment {
    answer("200 OK", "content-type: text/plain\r\n", body)
}

fn tunnels() -> Vec<Fault> {
    vec![
        fault("handshake", "ngrok-interstitial", |asked| {
            // It is shown to browsers, and WeChat calls itself one.
            if asked.is_wechats() {
                page(
                    "200 OK",
                    "<!DOCTYPE html><html>You are about to visit: abc.ngrok-free.app <script src=\"https://cdn.ngrok.com/x\">",
                )
            } else {
                Treatment::Pass
            }
        }),
        fault("page", "ngrok-offline", |_| answer("404 Not Found", "ngrok-error-code: ERR_NGROK_3200\r\n", "")),
        fault("page", "ngrok-upstream", |_| page("502 Bad Gateway", "<html>ERR_NGROK_8012</html>")),
        fault("page", "localtunnel-password", |_| {
            page("401 Unauthorized", "<html>enter the tunnel password below</html>")
        }),
        fault("page", "cloudflare-offline", |_| answer("530 <none>", "server: cloudflare\r\n", "error code: 1033")),
        fault("page", "cloudflare-upstream", |_| {
            answer("502 Bad Gateway", "server: cloudflare\r\n", "error code: 502")
        }),
        fault("page", "cloudflare-challenge", |_| {
            answer("403 Forbidden", "server: cloudflare\r\ncf-mitigated: challenge\r\n", "<html>Just a moment...")
        }),
        fault("page", "frp-not-found", |_| {
            page("404 Not Found", "<html>The page you requested was not found.<p>Faithfully yours, frp.</html>")
        }),
        fault("page", "natapp-page", |_| page("404 Not Found", "<html><title>NATAPP 隧道不存在</title></html>")),
        fault("page", "cpolar-page", |_| page("404 Not Found", "<html>cpolar: Tunnel not found</html>")),
        fault("page", "tunnel-page", |_| answer("404 Not Found", "", "Tunnel abc.example.com not found")),
    ]
}

fn walls() -> Vec<Fault> {
    vec![
        fault("page", "waf-closed", |_| Treatment::Close),
        fault("page", "waf-closed", |_| answer("444 Blocked", "", "")),
        fault("page", "waf-challenge", |_| {
            page("200 OK", "<html><script>var arg1='1';setCookie('acw_sc__v2')</script>")
        }),
        fault("page", "icp-blocked", |_| page("403 Forbidden", "<html>该网站暂时无法访问：未备案</html>")),
        fault("page", "login-wall", |_| answer("401 Unauthorized", "www-authenticate: Basic realm=\"x\"\r\n", "")),
        fault("handshake", "agent-refused", |asked| {
            if asked.is_wechats() { answer("403 Forbidden", "", "old browser") } else { Treatment::Pass }
        }),
        fault(
            "handshake",
            "agent-refused",
            |asked| {
                if asked.is_wechats() { Treatment::Close } else { Treatment::Pass }
            },
        ),
        fault("page", "upstream-down", |_| page("502 Bad Gateway", "<html><center>nginx</center></html>")),
        fault("page", "not-found", |_| page("404 Not Found", "<html>no such page</html>")),
        fault("page", "server-error", |_| page("500 Internal Server Error", "<html>oops</html>")),
        fault("page", "not-http", |_| Treatment::Answer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())),
        fault("page", "plain-to-tls", |_| {
            page("400 Bad Request", "<html>The plain HTTP request was sent to HTTPS port</html>")
        }),
        fault("page", "page-other", |_| page("200 OK", "<html>It works!</html>")),
        fault("page", "route-loop", |_| answer("508 Loop Detected", "", "")),
    ]
}

fn redirects() -> Vec<Fault> {
    let redirect = |asked: &Asked, location: &str| {
        let host = asked.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        answer("301 Moved Permanently", &format!("location: {}\r\n", location.replace("HOST", &host)), "")
    };
    vec![
        fault("redirect", "redirect-https", move |asked| redirect(asked, "https://HOST/wx")),
        fault("redirect", "redirect-elsewhere", move |asked| redirect(asked, "http://www.example.com/login")),
        fault("redirect", "redirect-loop", move |asked| redirect(asked, "http://HOST/wx")),
        // With the query, as most proxies do; then by the way of another address.
        fault("redirect", "redirect-loop", move |asked| redirect(asked, &asked.target)),
        fault("redirect", "redirect-loop", move |asked| {
            let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
            redirect(asked, &format!("{}?{query}", if path == "/wx" { "/wx/" } else { "/wx" }))
        }),
        fault("redirect", "redirect-slash", move |asked| {
            let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
            if path == "/wx" { redirect(asked, &format!("/wx/?{query}")) } else { Treatment::Pass }
        }),
    ]
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

fn echoes() -> Vec<Fault> {
    let first = Arc::new(Mutex::new(None));
    vec![
        echo("echo-quoted", |echostr| text(format!("\"{echostr}\""))),
        echo("echo-bom", |echostr| text(format!("\u{feff}{echostr}"))),
        echo("echo-white", |echostr| text(format!("{echostr}\r\n"))),
        echo("echo-html", |_| page("200 OK", "<!DOCTYPE html><html><body>Welcome</body></html>")),
        echo("echo-missing", |_| text("")),
        echo("echo-in-json", |echostr| text(format!("{{\"echostr\":\"{echostr}\"}}"))),
        echo("echo-not-alone", |echostr| text(format!("debug: ok\n{echostr}"))),
        echo("echo-differs", |_| text("success")),
        echo("echo-cached", move |echostr| {
            text(first.lock().unwrap().get_or_insert_with(|| echostr.to_owned()).as_str())
        }),
        echo("echo-cached", |_| text("6211234567890123456")),
        echo("echo-status", |_| answer("500 Internal Server Error", "", "oops")),
        echo("echo-refused", |_| answer("403 Forbidden", "", "")),
        echo("echo-compressed", |_| answer("200 OK", "content-encoding: gzip\r\n", b"\x1f\x8b\x08\0")),
        echo("echo-utf16", |echostr| {
            let units = echostr.encode_utf16().flat_map(u16::to_le_bytes);
            text([0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>())
        }),
        echo("echo-late", |_| Treatment::Silence),
    ]
}

fn pushes() -> Vec<Fault> {
    let post = |treat: fn(&Asked) -> Treatment| {
        move |asked: &Asked| if asked.method == "POST" { treat(asked) } else { Treatment::Pass }
    };
    vec![
        fault("push", "push-method", post(|_| answer("405 Method Not Allowed", "", ""))),
        fault("push", "push-forbidden", post(|_| answer("403 Forbidden", "", "no"))),
        fault("push", "push-status", post(|_| answer("400 Bad Request", "", "no XML"))),
        fault("push", "waf-blocked", post(|_| page("405 Not Allowed", "<html>https://errors.aliyun.com/</html>"))),
        fault("push", "push-elsewhere", post(|_| text("success"))),
        fault(
            "push",
            "push-mark-lost",
            post(|asked| {
                let is_mark = |line: &&str| line.to_ascii_lowercase().starts_with("x-menuscope");
                let head = asked.head.lines().filter(|line| !is_mark(line)).collect::<Vec<_>>().join("\r\n");
                Treatment::PassChanged { head, body: asked.body.clone() }
            }),
        ),
        fault(
            "push",
            "push-changed",
            post(|asked| {
                let body = String::from_utf8(asked.body.clone()).unwrap().replace("CLICK", "click").into_bytes();
                Treatment::PassChanged { head: asked.head.clone(), body }
            }),
        ),
    ]
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
