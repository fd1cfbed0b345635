//! The public URL in a line of a client's output: the origin alone, without user name and password.

use std::net::IpAddr;

/// Domains whose URLs in a client's output are for reading: the makers' own pages.
const PAGES: [&str; 16] = [
    "aka.ms",
    "cloudflare.com",
    "cpolar.com",
    "github.com",
    "githubusercontent.com",
    "go.dev",
    "gofrp.org",
    "golang.org",
    "letsencrypt.org",
    "localhost.run",
    "natapp.cn",
    "ngrok.com",
    "npmjs.com",
    "pinggy.io",
    "tailscale.com",
    "w3.org",
];

/// Words beside an `http` URL that say that it is the public one; an `https` URL needs none.
const ANNOUNCEMENTS: [&str; 6] = ["established", "forwarding", "->", "public", "url=", "available"];

/// Characters that end a URL in running text.
const ENDS: &[char] = &['"', '\'', '<', '>', '|', '`', ')', ']', '}', ',', ';', '，', '。', '）'];

/// A URL that a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToldUrl {
    /// Scheme, host and port.
    pub(super) url: String,
    /// The text before it, without digits: lines of one shape tell the same thing again.
    shape: String,
}

impl ToldUrl {
    fn is_secure(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Tells whether this URL takes the place of an earlier one: it is announced in the same way, belongs to the same domain,
    /// or is the secure one of two.
    pub(super) fn replaces(&self, former: &Self) -> bool {
        match (self.is_secure(), former.is_secure()) {
            (true, false) => true,
            (false, true) => false,
            _ => self.shape == former.shape || domain(&self.url) == domain(&former.url),
        }
    }
}

/// The first public URL in a line.
pub(super) fn told_in(line: &str) -> Option<ToldUrl> {
    let lower = line.to_ascii_lowercase();
    let mut begin = 0;
    while let Some(at) = lower.get(begin..)?.find("http").map(|at| begin + at) {
        begin = at + "http".len();
        let Some(url) = origin(line.get(at..)?) else { continue };
        if url.starts_with("https:") || ANNOUNCEMENTS.iter().any(|word| lower.contains(word)) {
            let shape = line.get(..at)?.chars().filter(|character| !character.is_ascii_digit()).collect();
            return Some(ToldUrl { url, shape });
        }
    }
    None
}

/// Scheme, host and port of the URL at the beginning of a text, if it is one that WeChat could reach.
pub(super) fn origin(text: &str) -> Option<String> {
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && text.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://"))
    })?;
    let rest = text.get(scheme.len() + "://".len()..)?;
    let end = rest.find(|character: char| {
        character.is_whitespace() || character.is_control() || ENDS.contains(&character) || "/?#\\".contains(character)
    });
    // An address in brackets ends with one.
    let end = if rest.starts_with('[') { rest.find(']').map(|at| at + 1) } else { end };
    let authority = rest.get(..end.unwrap_or(rest.len()))?;
    let host_and_port = authority.rsplit('@').next()?.trim_end_matches(['.', ':', '…', '!']);
    let (host, port) = split_port(host_and_port)?;
    if !is_public(host) {
        return None;
    }
    let usual = if scheme == "https" { "443" } else { "80" };
    let port = port.filter(|port| *port != usual).map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{scheme}://{}{port}", host.to_lowercase()))
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !port.contains(']') => {
            port.parse::<u16>().ok().map(|_number| (host, Some(port)))
        }
        _ => Some((authority, None)),
    }
}

/// Tells whether a host is one on the internet, and not a page of a client's maker.
fn is_public(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    if let Ok(ip) = host.parse::<IpAddr>() {
        return is_public_address(ip);
    }
    let is_name = host.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|character| character.is_alphanumeric() || "-_".contains(character))
    });
    let is_local = ["localhost", "local", "internal", "lan"].iter().any(|domain| belongs_to(&host, domain));
    is_name && host.contains('.') && !is_local && !PAGES.iter().any(|page| belongs_to(&host, page))
}

fn is_public_address(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

fn belongs_to(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The last two labels of a URL's host.
fn domain(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(':').next().unwrap_or_default();
    let labels: Vec<&str> = host.rsplit('.').take(2).collect();
    labels.join(".")
}

/// A line with the passwords of its URLs taken out.
pub(super) fn without_passwords(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after.find(|character: char| character.is_whitespace() || "/?#\"'<>".contains(character));
        let authority = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
        rest = match authority.rfind('@') {
            Some(at) => {
                shown.push('…');
                after.get(at..).unwrap_or_default()
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(line: &str) -> Option<String> {
        told_in(line).map(|told| told.url)
    }

    #[test]
    fn the_lines_of_the_clients_tell_their_urls() {
        for (line, expected) in [
            (
                "2026-11-23T08:00:00Z INF |  https://quick-brown-fox.trycloudflare.com   |",
                "https://quick-brown-fox.trycloudflare.com",
            ),
            (
                "t=2026-11-23 lvl=info msg=\"started tunnel\" obj=tunnels name=command_line addr=http://localhost:8989 url=https://a1b2.ngrok-free.app",
                "https://a1b2.ngrok-free.app",
            ),
            (
                "time=\"08:00\" level=info msg=\"Tunnel established at https://1a2b.r6.cpolar.cn\"",
                "https://1a2b.r6.cpolar.cn",
            ),
            (
                "[08:00:00] [INFO] (natapp) Tunnel established at http://abc123.natappfree.cc",
                "http://abc123.natappfree.cc",
            ),
            ("Forwarding    http://abc.natappfree.cc:80 -> 127.0.0.1:8989", "http://abc.natappfree.cc"),
            ("https://machine.tail1234.ts.net/", "https://machine.tail1234.ts.net"),
            ("your url is: https://lazy-cat.loca.lt", "https://lazy-cat.loca.lt"),
            ("公网地址：https://例子.中国，请保存", "https://例子.中国"),
            ("listening at https://me:secret@wx.example.com:8443/path?x=1", "https://wx.example.com:8443"),
            ("HTTPS://ABC.Example.COM.", "https://abc.example.com"),
        ] {
            assert_eq!(url(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn pages_of_the_makers_and_addresses_of_this_computer_are_no_public_urls() {
        for line in [
            "By using it you agree to https://www.cloudflare.com/website-terms/ and more",
            "see https://developers.cloudflare.com/cloudflare-one/connections",
            "Sign up: https://dashboard.ngrok.com/signup",
            "web interface at http://127.0.0.1:4040",
            "forwarding to https://localhost:8989 and https://[::1]:1/ and https://192.168.1.2/",
            "level=info url=http:// https://",
            "https://user@/x https://:443 https://nodots https://a..b",
            "GET http://wx.example.com/wx 200",
            "https",
            "",
        ] {
            assert_eq!(url(line), None, "{line}");
        }
    }

    #[test]
    fn a_later_url_counts_where_it_is_announced_in_the_same_way() {
        let told = |line: &str| told_in(line).unwrap();
        let first = told("08:00:01 Forwarding from https://a.serveo.example");
        assert!(told("08:09:59 Forwarding from https://b.other.test").replaces(&first));
        assert!(told("now at https://c.serveo.example").replaces(&first));
        assert!(!told("docs at https://docs.other.test/x").replaces(&first));
        let plain = told("Tunnel established at http://a.cpolar.cn");
        let secure = told("Tunnel established at https://a.cpolar.cn");
        assert!(secure.replaces(&plain) && !plain.replaces(&secure));
    }

    #[test]
    fn passwords_do_not_stand_in_shown_lines() {
        let line = "proxy https://me:secret@a.example/x and http://u:p@b.example, plain https://c.example/@d";
        let shown = without_passwords(line);
        assert_eq!(shown, "proxy https://…@a.example/x and http://…@b.example, plain https://c.example/@d");
    }
}
