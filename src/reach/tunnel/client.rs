//! The clients whose own interface tells the public URL: where it is, and how its answer is read.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use super::command_line::CommandLine;
use super::local_api::{self, Credentials};
use super::public_url::origin;

mod frpc_config;

/// The ports of `ngrok`'s interface: the first that is free.
const NGROK_PORTS: std::ops::RangeInclusive<u16> = 4040..=4045;

/// The ports of `cloudflared`'s metrics, where it is not told another.
const CLOUDFLARED_PORTS: std::ops::RangeInclusive<u16> = 20_241..=20_245;

/// The time for `tailscale` to tell its state.
const STATUS_PATIENCE: Duration = Duration::from_secs(2);

/// The most levels of `tailscale`'s JSON that are looked through.
const DEEPEST: usize = 6;

/// A client, by the name of its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientKind {
    Cloudflared,
    /// `ngrok`, and `cpolar`, which has the interface of its first version.
    Ngrok,
    Frpc,
    Tailscale,
    /// Any other: its output tells the URL.
    Other,
}

impl ClientKind {
    /// The client of that program's name, without folder and extension.
    pub(super) fn of(name: &str) -> Self {
        let known = [
            ("cloudflared", Self::Cloudflared),
            ("ngrok", Self::Ngrok),
            ("cpolar", Self::Ngrok),
            ("frpc", Self::Frpc),
            ("tailscale", Self::Tailscale),
        ];
        known.into_iter().find(|(known, _)| name.starts_with(known)).map_or(Self::Other, |(_, kind)| kind)
    }
}

/// The interface of a client that runs.
#[derive(Clone, Debug)]
pub(super) struct ClientInterface {
    command: CommandLine,
    /// The listener's port, which the tunnel leads to.
    port: u16,
    /// Ports that another program had before the client was started.
    taken: Vec<u16>,
    /// The address that the client itself told in its output.
    told: Option<SocketAddr>,
}

impl ClientInterface {
    /// Looks at the ports before the client is started: what answers there already is not its interface.
    pub(super) async fn before_start(command: &CommandLine, port: u16) -> Self {
        let ports: Vec<u16> = match command.kind {
            ClientKind::Cloudflared => CLOUDFLARED_PORTS.collect(),
            ClientKind::Ngrok => NGROK_PORTS.collect(),
            ClientKind::Frpc | ClientKind::Tailscale | ClientKind::Other => Vec::new(),
        };
        let asked = ports.into_iter().map(|port| async move { local_api::is_taken(local(port)).await.then_some(port) });
        let taken = futures_util::future::join_all(asked).await.into_iter().flatten().collect();
        Self { command: command.clone(), port, taken, told: None }
    }

    /// Takes note of the interface's address, where a line of the output tells it; returns true if it is news.
    pub(super) fn note(&mut self, line: &str) -> bool {
        let announced = match self.command.kind {
            ClientKind::Cloudflared => line.split_once("metrics server on "),
            ClientKind::Ngrok if line.contains("web service") => line.split_once("addr="),
            _ => None,
        };
        let address = announced.and_then(|(_, rest)| rest.split([' ', '/', '"']).next()?.parse::<SocketAddr>().ok());
        // Only this computer is ever asked.
        let told = address.filter(|address| address.ip().is_loopback()).or(self.told);
        std::mem::replace(&mut self.told, told) != told
    }

    /// Asks the interface for the public URL.
    pub(super) async fn public_url(&self) -> Option<String> {
        match self.command.kind {
            ClientKind::Cloudflared => self.cloudflared().await,
            ClientKind::Ngrok => self.ngrok().await,
            ClientKind::Frpc => self.frpc().await,
            ClientKind::Tailscale => self.tailscale().await,
            ClientKind::Other => None,
        }
    }

    /// The addresses to ask: the one that the client told, else those that it may have.
    fn addresses(&self, ports: std::ops::RangeInclusive<u16>) -> Vec<SocketAddr> {
        match self.told {
            Some(told) => vec![told],
            None => ports.map(local).collect(),
        }
    }

    async fn cloudflared(&self) -> Option<String> {
        let given = self.command.option(&["--metrics"]).and_then(|given| given.parse::<SocketAddr>().ok());
        let addresses = match given.filter(|given| given.ip().is_loopback() && given.port() > 0) {
            Some(given) => vec![given],
            None => self.addresses(CLOUDFLARED_PORTS),
        };
        for address in addresses {
            // The answer does not say where the tunnel leads, so another program's is told by having been there before.
            if self.told.is_none() && given.is_none() && self.taken.contains(&address.port()) {
                continue;
            }
            let answer = local_api::get(address, "/quicktunnel", None).await;
            if let Some(url) = answer.as_deref().and_then(quick_tunnel) {
                return Some(url);
            }
        }
        None
    }

    async fn ngrok(&self) -> Option<String> {
        for address in self.addresses(NGROK_PORTS) {
            let Some(answer) = local_api::get(address, "/api/tunnels", None).await else { continue };
            let is_new = self.told.is_some() || !self.taken.contains(&address.port());
            if let Some(url) = ngrok_tunnel(&answer, |port| self.leads_here(port), is_new) {
                return Some(url);
            }
        }
        None
    }

    async fn frpc(&self) -> Option<String> {
        let config = frpc_config::admin_of(&self.command).await?;
        let credentials = config.password.map(|password| Credentials { user: config.user, password });
        let answer = local_api::get(config.address, "/api/status", credentials.as_ref()).await?;
        frpc_proxy(&answer, |port| self.leads_here(port))
    }

    /// The state of `tailscale`, told by the program itself.
    async fn tailscale(&self) -> Option<String> {
        let mut command = Command::new(&self.command.program);
        // What stands before `funnel` may be another program, such as sudo.
        let words = self.command.arguments.iter().take_while(|word| *word != "funnel");
        command.args(words).args(["funnel", "status", "--json"]);
        command.stdin(std::process::Stdio::null()).kill_on_drop(true);
        let told = tokio::time::timeout(STATUS_PATIENCE, command.output()).await.ok()?.ok()?;
        funnel(&told.stdout, self.port)
    }

    fn leads_here(&self, port: u16) -> bool {
        port == self.port || self.command.names_port(port)
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// The port at the end of an address such as `http://localhost:8989` or `127.0.0.1:8989`.
fn port_of(address: &str) -> Option<u16> {
    address.trim_end_matches('/').rsplit(':').next()?.parse().ok()
}

/// `{"hostname":"quick-fox.trycloudflare.com"}`; the name is empty for a tunnel with a name of its own.
fn quick_tunnel(answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    origin(&format!("https://{}", answer.get("hostname")?.as_str()?))
}

/// `{"tunnels":[{"public_url":"https://…","proto":"https","config":{"addr":"http://localhost:8989"}}]}`
fn ngrok_tunnel(answer: &[u8], leads_here: impl Fn(u16) -> bool, is_new: bool) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let tunnels = answer.get("tunnels")?.as_array()?;
    let is_ours = |tunnel: &&Value| match tunnel["config"]["addr"].as_str().and_then(port_of) {
        Some(port) => leads_here(port),
        // It says nothing of where it leads: then at least nobody else had the interface before.
        None => is_new,
    };
    let urls = tunnels.iter().filter(is_ours).filter_map(|tunnel| origin(tunnel.get("public_url")?.as_str()?));
    let urls: Vec<String> = urls.collect();
    urls.iter().find(|url| url.starts_with("https:")).or(urls.first()).cloned()
}

/// `{"http":[{"status":"running","local_addr":"127.0.0.1:8989","remote_addr":"wx.example.com:8080"}],"https":[…],"tcp":[…]}`
fn frpc_proxy(answer: &[u8], leads_here: impl Fn(u16) -> bool) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let running = |kind: &str| -> Vec<Value> {
        let list = answer.get(kind).and_then(Value::as_array).cloned().unwrap_or_default();
        list.into_iter().filter(|proxy| proxy["status"] == "running").collect()
    };
    let of_web = [("https", running("https")), ("http", running("http")), ("http", running("tcp"))];
    let all: Vec<(&str, &Value)> =
        of_web.iter().flat_map(|(scheme, list)| list.iter().map(move |proxy| (*scheme, proxy))).collect();
    let leads = |proxy: &Value| proxy["local_addr"].as_str().and_then(port_of).is_some_and(&leads_here);
    let found = all.iter().find(|(_, proxy)| leads(proxy));
    // Behind a web server of the developer's own, the one proxy that there is.
    let (scheme, proxy) = found.or(all.first().filter(|_| all.len() == 1))?;
    let remote = proxy["remote_addr"].as_str()?.split(',').next()?.trim();
    origin(&format!("{scheme}://{remote}"))
}

/// The host of the JSON's `Web` whose proxy leads to this port.
fn funnel(told: &[u8], port: u16) -> Option<String> {
    let told: Value = serde_json::from_slice(told).ok()?;
    funnel_in(&told, port, DEEPEST)
}

fn funnel_in(value: &Value, port: u16, depth: usize) -> Option<String> {
    let object = value.as_object().filter(|_| depth > 0)?;
    let hosts = object.get("Web").and_then(Value::as_object);
    let is_open = |host: &str| object.get("AllowFunnel").is_some_and(|allowed| allowed[host] == true);
    let leads = |handlers: &Value| {
        let handlers = handlers["Handlers"].as_object();
        handlers.is_some_and(|list| list.values().any(|one| one["Proxy"].as_str().and_then(port_of) == Some(port)))
    };
    let here = hosts.and_then(|hosts| hosts.iter().find(|(host, handlers)| is_open(host) && leads(handlers)));
    let here = here.and_then(|(host, _)| origin(&format!("https://{host}")));
    // A funnel in the foreground stands one level further down, under the number of its session.
    here.or_else(|| object.values().find_map(|inner| funnel_in(inner, port, depth - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: u16 = 8989;

    fn here(port: u16) -> bool {
        port == OURS
    }

    #[test]
    fn a_quick_tunnel_tells_its_host() {
        assert_eq!(
            quick_tunnel(br#"{"hostname":"quick-fox.trycloudflare.com"}"#).as_deref(),
            Some("https://quick-fox.trycloudflare.com")
        );
        for other in [&br#"{"hostname":""}"#[..], b"{}", b"<html>", b"", br#"{"hostname":7}"#] {
            assert_eq!(quick_tunnel(other), None);
        }
    }

    #[test]
    fn only_a_tunnel_that_leads_here_is_ours() {
        let tunnels = |addr: &str| {
            format!(
                r#"{{"tunnels":[{{"public_url":"http://a.ngrok.app","proto":"http","config":{{"addr":"{addr}"}}}},
                    {{"public_url":"https://a.ngrok.app","proto":"https","config":{{"addr":"{addr}"}}}}]}}"#
            )
        };
        let url = |answer: &str, is_new| ngrok_tunnel(answer.as_bytes(), here, is_new);
        assert_eq!(url(&tunnels("http://localhost:8989"), false).as_deref(), Some("https://a.ngrok.app"));
        assert_eq!(url(&tunnels("http://localhost:3000"), true), None, "another program's tunnel");
        let silent = r#"{"tunnels":[{"public_url":"https://a.ngrok.app"}]}"#;
        assert_eq!(url(silent, true).as_deref(), Some("https://a.ngrok.app"));
        assert_eq!(url(silent, false), None);
        for other in [r#"{"tunnels":[]}"#, r#"{"tunnels":"none"}"#, "[]", "not JSON"] {
            assert_eq!(url(other, true), None, "{other}");
        }
    }

    #[test]
    fn a_proxy_of_frpc_tells_its_domain_or_port() {
        let url = |answer: &str| frpc_proxy(answer.as_bytes(), here);
        let http = r#"{"http":[{"name":"other","status":"running","local_addr":"127.0.0.1:3000","remote_addr":"a.example.com"},
            {"name":"wx","status":"running","local_addr":"127.0.0.1:8989","remote_addr":"wx.example.com,b.example.com"}]}"#;
        assert_eq!(url(http).as_deref(), Some("http://wx.example.com"));
        let tcp = r#"{"tcp":[{"status":"running","local_addr":"127.0.0.1:80","remote_addr":"203.0.113.9:6000"}]}"#;
        assert_eq!(url(tcp).as_deref(), Some("http://203.0.113.9:6000"), "the only one");
        let down = r#"{"http":[{"status":"start error","local_addr":"127.0.0.1:8989","remote_addr":""}]}"#;
        assert_eq!(url(down), None);
    }

    #[test]
    fn a_funnel_tells_its_host_in_the_background_and_in_the_foreground() {
        let web = r#""Web":{"m.tail1.ts.net:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:8989"}}}},
            "AllowFunnel":{"m.tail1.ts.net:443":true}"#;
        let url = |told: &str| funnel(told.as_bytes(), OURS);
        assert_eq!(url(&format!("{{{web}}}")).as_deref(), Some("https://m.tail1.ts.net"));
        assert_eq!(url(&format!(r#"{{"Foreground":{{"7":{{{web}}}}}}}"#)).as_deref(), Some("https://m.tail1.ts.net"));
        assert_eq!(url(&format!("{{{}}}", web.replace("true", "false"))), None, "only for the own network");
        assert_eq!(funnel(format!("{{{web}}}").as_bytes(), 1), None);
    }
}
