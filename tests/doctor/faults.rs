//! Faults of the public side: each with the check and the code that have to name it.

use std::sync::{Arc, Mutex};

use super::public_side::{self, Asked, Treatment, answer, page};

/// A fault: what the public side does, and the check and code that have to name it.
pub(super) struct Fault {
    pub(super) check: &'static str,
    pub(super) code: &'static str,
    pub(super) treat: Box<public_side::Treat>,
}

pub(super) fn fault(
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

pub(super) fn tunnels() -> Vec<Fault> {
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

pub(super) fn walls() -> Vec<Fault> {
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

pub(super) fn redirects() -> Vec<Fault> {
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

pub(super) fn echoes() -> Vec<Fault> {
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

pub(super) fn pushes() -> Vec<Fault> {
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
