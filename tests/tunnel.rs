//! The tunnel: stand-ins for the clients, whose interfaces and outputs tell the public URL, and what can go wrong with them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::time::Duration;

use menuscope::config::{DataFolder, TunnelConfig, TunnelRecord, public_url};
use menuscope::reach::{TunnelError, TunnelPhase};

use self::stand_in::{Api, Stage};

#[path = "common/command.rs"]
mod command;
#[path = "tunnel/ending.rs"]
mod ending;
#[path = "tunnel/listening.rs"]
mod listening;
#[path = "tunnel/stand_in.rs"]
mod stand_in;

/// `ngrok`'s interface, with one tunnel that leads to a port.
fn ngrok_tunnels(url: &str, port: u16) -> String {
    format!(
        r#"{{"tunnels":[{{"name":"command_line","public_url":"{url}","proto":"https","config":{{"addr":"http://localhost:{port}"}}}}]}}"#
    )
}

#[test]
fn ngrok_is_asked_at_the_address_that_it_told() {
    let stage = Stage::new();
    let api = Api::answering("/api/tunnels", &ngrok_tunnels("https://a1b2.ngrok-free.app", Stage::PORT));
    let line = format!("lvl=info msg=\"starting web service\" obj=web addr={} allow_hosts=[]", api.address());
    let running = stage.run("ngrok", &format!("echo '{line}'; exec sleep 600"), "http {addr}");
    assert_eq!(running.url(), "https://a1b2.ngrok-free.app");
}

#[test]
fn cloudflared_is_asked_at_the_metrics_that_it_told_and_its_pages_are_no_urls() {
    let stage = Stage::new();
    let api = Api::answering("/quicktunnel", r#"{"hostname":"quick-fox.trycloudflare.com"}"#);
    let output = format!(
        "echo 'Thank you for trying Cloudflare Tunnel (https://www.cloudflare.com/website-terms/)' >&2
         echo 'see https://developers.cloudflare.com/cloudflare-one/connections/connect-apps' >&2
         echo '2026-11-23T08:00:00Z INF Starting metrics server on {}/metrics' >&2
         exec sleep 600",
        api.address()
    );
    let running = stage.run("cloudflared", &output, "tunnel --url http://{addr}");
    assert_eq!(running.url(), "https://quick-fox.trycloudflare.com");
}

#[test]
fn cloudflared_without_an_interface_is_told_by_its_output() {
    let stage = Stage::new();
    let output = "echo '| https://www.cloudflare.com/website-terms/ |' >&2
        echo '|  https://brown-fox.trycloudflare.com                  |' >&2; exec sleep 600";
    let running = stage.run("cloudflared", output, "tunnel --metrics 127.0.0.1:1 --url http://{addr}");
    assert_eq!(running.url(), "https://brown-fox.trycloudflare.com");
}

#[test]
fn frpc_is_asked_as_its_configuration_says() {
    let stage = Stage::new();
    let status = format!(
        r#"{{"http":[{{"name":"wx","type":"http","status":"running","local_addr":"127.0.0.1:{}","remote_addr":"wx.example.com"}}]}}"#,
        Stage::PORT
    );
    let api = Api::answering("/api/status", &status).guarded("Basic bWU6c2VjcmV0");
    let port = api.address().rsplit(':').next().unwrap().to_owned();
    let config = stage.file(
        "frpc.toml",
        &format!(
            "serverAddr = \"x\"\nwebServer.port = {port}\nwebServer.user = \"me\"\nwebServer.password = \"secret\"\n"
        ),
    );
    let running = stage.run("frpc", "exec sleep 600", &format!("-c {config}"));
    assert_eq!(running.url(), "http://wx.example.com");
}

#[test]
fn cpolar_and_natapp_are_told_by_their_output() {
    let stage = Stage::new();
    let cpolar = "echo 'level=info msg=\"Tunnel established at http://1a2b.r6.cpolar.cn\"'
        echo 'level=info msg=\"Tunnel established at https://1a2b.r6.cpolar.cn\"'; exec sleep 600";
    let running = stage.run("cpolar", cpolar, "http {port}");
    running.until("the secure one", |state| state.url.as_deref() == Some("https://1a2b.r6.cpolar.cn"));
    drop(running);
    let natapp = "echo '[INFO] (natapp) Tunnel established at http://abc123.natappfree.cc'; exec sleep 600";
    assert_eq!(stage.run("natapp", natapp, "-log=stdout").url(), "http://abc123.natappfree.cc");
}

#[test]
fn tailscale_tells_its_funnel_itself() {
    let stage = Stage::new();
    let told = format!(
        r#"{{"Foreground":{{"1":{{"Web":{{"m.tail1.ts.net:443":{{"Handlers":{{"/":{{"Proxy":"http://127.0.0.1:{}"}}}}}}}},"AllowFunnel":{{"m.tail1.ts.net:443":true}}}}}}}}"#,
        Stage::PORT
    );
    let script = format!("case \"$*\" in *'funnel status --json'*) echo '{told}';; *) exec sleep 600;; esac");
    assert_eq!(stage.run("tailscale", &script, "funnel {port}").url(), "https://m.tail1.ts.net");
}

#[test]
fn any_other_client_is_told_by_the_first_https_url_that_it_prints() {
    let stage = Stage::new();
    let output =
        "echo 'local http://127.0.0.1:4040'; echo 'your url is: https://lazy-cat.loca.example/'; exec sleep 600";
    assert_eq!(stage.run("lt", output, "--port {port}").url(), "https://lazy-cat.loca.example");
}

#[test]
fn a_url_that_changes_is_shown_with_the_one_that_the_console_has_until_it_is_saved_there() {
    let stage = Stage::new();
    let api = Api::answering("/api/tunnels", &ngrok_tunnels("https://first.ngrok-free.app", Stage::PORT));
    let script = format!("echo 'msg=\"starting web service\" addr={}'; exec sleep 600", api.address());
    let running = stage.run("ngrok", &script, "http {addr}");
    assert_eq!(running.url(), "https://first.ngrok-free.app");
    assert_eq!(running.state().former, None, "the first one is the one to save");
    api.answer(&ngrok_tunnels("https://second.ngrok-free.app", Stage::PORT));
    let changed = running.until("the change", |state| state.url.as_deref() == Some("https://second.ngrok-free.app"));
    assert_eq!(changed.former.as_deref(), Some("https://first.ngrok-free.app"));
    let _lock = stage.folder.lock_listener().unwrap();
    let here = public_url(&stage.folder, &TunnelConfig::default());
    assert_eq!(here.as_deref(), Some("https://second.ngrok-free.app"), "other programs see it");
    drop(running);
    assert_eq!(TunnelRecord::read(&stage.folder).url, None, "and that it has ended");
    // The console has the first one still, also for the next run.
    let running = stage.run("ngrok", &script, "http {addr}");
    let again = running.until("the URL", |state| state.url.is_some());
    assert_eq!(again.former.as_deref(), Some("https://first.ngrok-free.app"));
    running.acknowledge();
    assert_eq!(running.state().former, None);
    drop(running);
    let running = stage.run("ngrok", &script, "http {addr}");
    assert_eq!(running.until("the URL", |state| state.url.is_some()).former, None);
}

#[test]
fn a_url_in_the_output_that_changes_is_followed() {
    let stage = Stage::new();
    let go = stage.path("go");
    let script = format!(
        "echo 'Forwarding from https://a.serveo.example'; while [ ! -e {go} ]; do sleep 0.05; done
         echo 'Forwarding from https://b.serveo.example'; exec sleep 600"
    );
    let running = stage.run("serveo", &script, "{addr}");
    assert_eq!(running.url(), "https://a.serveo.example");
    stage.file("go", "");
    running.until("the change", |state| state.url.as_deref() == Some("https://b.serveo.example"));
}

#[test]
fn a_client_that_dies_is_started_again() {
    let stage = Stage::new();
    let mark = stage.path("was-here");
    let script = format!(
        "if [ -e {mark} ]; then echo 'https://again.tunnel.example'; exec sleep 600; fi
         touch {mark}; echo 'session limit reached' >&2; exit 3"
    );
    let running = stage.run("client", &script, "{addr}");
    let waiting = running.until("its end", |state| matches!(state.phase, TunnelPhase::Waiting { .. }));
    let TunnelPhase::Waiting { trouble } = &waiting.phase else { unreachable!("waited for") };
    assert!(trouble.to_string().contains("exit status: 3"), "{trouble}");
    assert!(waiting.lines.contains(&"session limit reached".to_owned()), "{:?}", waiting.lines);
    let online = running.until("the second run", |state| state.url.is_some());
    assert_eq!((online.restarts, online.url.as_deref()), (1, Some("https://again.tunnel.example")));
}

#[test]
fn the_interface_of_another_program_is_not_believed() {
    let stage = Stage::new();
    let other = Api::answering("/api/tunnels", &ngrok_tunnels("https://other.ngrok-free.app", 3_000));
    let script = format!("echo 'msg=\"starting web service\" addr={}'; exec sleep 600", other.address());
    let running = stage.run("ngrok", &script, "http {addr}");
    other.until_asked(3);
    assert_eq!(running.state().url, None, "it leads somewhere else");
    for garbage in ["<html>not found</html>", "{\"tunnels\":7}", "", "\u{0}\u{1}"] {
        let asked = other.answer(garbage);
        other.until_asked(asked + 2);
        assert_eq!(running.state().url, None, "{garbage}");
    }
    other.answer(&ngrok_tunnels("https://mine.ngrok-free.app", Stage::PORT));
    assert_eq!(running.url(), "https://mine.ngrok-free.app");
}

#[test]
fn megabytes_of_bytes_take_no_room_and_hide_no_url() {
    let stage = Stage::new();
    let script = "head -c 6000000 /dev/urandom; head -c 3000000 /dev/zero | tr '\\000' 'x'; echo
        i=0; while [ $i -lt 2000 ]; do echo \"line $i\"; i=$((i+1)); done
        echo 'https://patient.tunnel.example'; echo last; exec sleep 600";
    let running = stage.run("noisy", script, "{addr}");
    running.until("the URL", |state| state.url.as_deref() == Some("https://patient.tunnel.example"));
    let state = running.until("the last line", |state| state.lines.back().is_some_and(|line| line == "last"));
    assert!(state.lines.len() <= 100 && state.lines.iter().all(|line| line.len() <= 8 << 10), "{}", state.lines.len());
}

#[test]
fn a_client_that_prints_nothing_is_starting_and_can_be_stopped() {
    let stage = Stage::new();
    let running = stage.run("silent", "exec sleep 600", "{addr}");
    let state = running.until("its start", |state| state.phase.is_on());
    assert_eq!((&state.phase, &state.url), (&TunnelPhase::Starting, &None));
}

#[test]
fn a_configured_url_is_the_one_and_is_shown_at_once() {
    let stage = Stage::new();
    let config = TunnelConfig { command: None, url: Some("https://fixed.example.com/wx".to_owned()) };
    let running = stage.run_with("natapp", "echo https://else.natapp.example; exec sleep 600", "{addr}", config);
    assert_eq!(running.url(), "https://fixed.example.com/wx");
}

#[test]
fn a_password_in_a_url_is_shown_nowhere() {
    let stage = Stage::new();
    let script = "echo 'ready at https://me:secret@wx.tunnel.example:8443/path?x=1'; exec sleep 600";
    let running = stage.run("client", script, "{addr}");
    assert_eq!(running.url(), "https://wx.tunnel.example:8443");
    let state = running.until("the line", |state| !state.lines.is_empty());
    assert!(!format!("{state:?}").contains("secret"), "{state:?}");
    let record = std::fs::read_to_string(stage.folder.tunnel_file()).unwrap();
    assert!(!record.contains("secret"), "{record}");
}

#[test]
fn input_is_closed_and_the_address_is_the_listeners() {
    let stage = Stage::new();
    let script = "read line && exit 1; echo \"args: $*\"; echo https://no-input.tunnel.example; exec sleep 600";
    let running = stage.run("client", script, "{addr} {host} {port}");
    assert_eq!(running.url(), "https://no-input.tunnel.example");
    let port = Stage::PORT;
    let expected = format!("args: 127.0.0.1:{port} 127.0.0.1 {port}");
    running.until("the arguments", |state| state.lines.iter().any(|line| *line == expected));
}

#[test]
fn what_cannot_be_started_says_so_and_is_not_tried_again() {
    let stage = Stage::new();
    let running = stage.start("/nowhere/cloudflared tunnel").unwrap();
    let state = running.until("the failure", |state| matches!(state.phase, TunnelPhase::Failed { .. }));
    let TunnelPhase::Failed { trouble } = &state.phase else { unreachable!("waited for") };
    assert!(trouble.to_string().contains("there is no program /nowhere/cloudflared"), "{trouble}");
    assert!(matches!(stage.start(""), Err(TunnelError::Unset)));
    assert!(matches!(stage.start("ngrok 'http"), Err(TunnelError::Quotes)));
    assert!(matches!(stage.start("tailscale funnel --bg {port}"), Err(TunnelError::Detached { .. })));
}

/// Long enough for any machine; a test never asserts how long something took.
const PATIENCE: Duration = Duration::from_secs(30);

/// A data folder of its own.
fn data_folder(directory: &tempfile::TempDir) -> DataFolder {
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    folder.create().unwrap();
    folder
}
