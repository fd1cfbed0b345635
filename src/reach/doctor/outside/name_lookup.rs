//! The name in the URL, and the addresses that it leads to: whether WeChat's servers can call them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::{CheckResult, DoctorCode};
use super::public_url::PublicUrl;

/// More addresses than these are not told.
const MOST_TOLD: usize = 4;

/// The failure to look a name up.
#[derive(Debug)]
pub(super) enum LookupFailure {
    /// It has no address.
    Unresolved(io::Error),
    /// The resolver did not answer within that time.
    Timeout(Duration),
}

/// Looks up the addresses of the URL's host, each once.
pub(super) async fn look_up(url: &PublicUrl, within: Duration) -> Result<Vec<SocketAddr>, LookupFailure> {
    let (host, port) = (url.host.clone(), url.port);
    if let Some(address) = url.literal() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    look_up_by(within, move || (&*host, port).to_socket_addrs().map(Iterator::collect)).await
}

/// The same by that resolver. One that hangs is abandoned with its thread: no call of the system's ends it.
async fn look_up_by(
    within: Duration,
    resolve: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
) -> Result<Vec<SocketAddr>, LookupFailure> {
    let (answer, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("resolver".to_owned());
    let started = thread.spawn(move || drop(answer.send(resolve())));
    started.map_err(LookupFailure::Unresolved)?;
    let Ok(found) = tokio::time::timeout(within, answered).await else {
        return Err(LookupFailure::Timeout(within));
    };
    let found = found.unwrap_or_else(|_ended| Err(io::ErrorKind::NotFound.into()));
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found.map_err(LookupFailure::Unresolved)? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    // Version 4 first: it is the one that WeChat calls.
    addresses.sort_by_key(|address| address.is_ipv6());
    if addresses.is_empty() { Err(LookupFailure::Unresolved(io::ErrorKind::NotFound.into())) } else { Ok(addresses) }
}

/// The networks that an address can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Public,
    /// This computer.
    Loopback,
    /// A network that is not reached from outside.
    Private,
    /// The range that proxies of this computer answer for names with, to take the connection themselves.
    Proxied,
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            ip if ip.is_loopback() || ip.is_unspecified() => Self::Loopback,
            IpAddr::V4(ip) if is_benchmark(ip) => Self::Proxied,
            IpAddr::V4(ip) if is_private(ip) => Self::Private,
            IpAddr::V6(ip) if is_private_v6(ip) => Self::Private,
            _ => Self::Public,
        }
    }
}

/// 198.18.0.0/15 is set aside for measurements.
fn is_benchmark(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 198 && (second & 0xfe) == 18
}

fn is_private(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    // 100.64.0.0/10 is between a provider and its customers.
    let is_shared = first == 100 && (second & 0xc0) == 64;
    let is_reserved = first == 0 || first >= 224;
    ip.is_private() || ip.is_link_local() || ip.is_documentation() || is_shared || is_reserved
}

/// Unique local, link local and documentation addresses.
fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_unique_local() || ip.is_unicast_link_local() || ip.segments()[..2] == [0x2001, 0xdb8]
}

/// Judges what the name leads to.
pub(super) fn judge(
    url: &PublicUrl,
    looked_up: &Result<Vec<SocketAddr>, LookupFailure>,
    allow_local: bool,
) -> CheckResult {
    let of = |code| CheckResult::of(code).with("host", &url.host);
    let addresses = match looked_up {
        Ok(addresses) => addresses,
        Err(LookupFailure::Unresolved(cause)) => return of(DoctorCode::NameUnresolved).with("cause", cause),
        Err(LookupFailure::Timeout(within)) => return of(DoctorCode::NameTimeout).with("seconds", within.as_secs()),
    };
    let code = match judge_addresses(addresses) {
        DoctorCode::NameOk if url.literal().is_some() => DoctorCode::NameLiteral,
        DoctorCode::NameOk => DoctorCode::NameOk,
        _ if allow_local => DoctorCode::NameLocal,
        code => code,
    };
    of(code).with("addresses", told(addresses))
}

fn judge_addresses(addresses: &[SocketAddr]) -> DoctorCode {
    // An address of version 6 beside others does no harm: version 4 is the one that is called.
    let called = |address: &&SocketAddr| address.ip().to_canonical().is_ipv4();
    let networks: Vec<Network> = addresses.iter().filter(called).map(|address| Network::of(address.ip())).collect();
    let all = |network| networks.iter().all(|other| *other == network);
    let any_loopback = addresses.iter().any(|address| Network::of(address.ip()) == Network::Loopback);
    match () {
        () if networks.is_empty() && any_loopback => DoctorCode::NameLoopback,
        () if networks.is_empty() => DoctorCode::NameIpv6Only,
        () if all(Network::Public) => DoctorCode::NameOk,
        () if networks.contains(&Network::Public) => DoctorCode::NameMixed,
        () if networks.contains(&Network::Proxied) => DoctorCode::NameProxied,
        () if all(Network::Loopback) => DoctorCode::NameLoopback,
        () => DoctorCode::NamePrivate,
    }
}

fn told(addresses: &[SocketAddr]) -> String {
    let told: Vec<String> = addresses.iter().take(MOST_TOLD).map(|address| address.ip().to_string()).collect();
    let more = if addresses.len() > MOST_TOLD { ", …" } else { "" };
    format!("{}{more}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::public_url;
    use super::*;

    fn judged(url: &str, addresses: &[&str], allow_local: bool) -> &'static str {
        let url = public_url::check(url).1.unwrap();
        let addresses = addresses.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 80)).collect();
        judge(&url, &Ok(addresses), allow_local).code.as_str()
    }

    #[test]
    fn addresses_that_nobody_reaches_from_outside_are_told_apart() {
        let of = |addresses: &[&str]| judged("http://e.com/", addresses, false);
        assert_eq!(of(&["81.69.1.2"]), "name-ok");
        assert_eq!(of(&["81.69.1.2", "2402:4e00::1", "::1"]), "name-ok");
        assert_eq!(of(&["2402:4e00::1"]), "name-ipv6-only");
        assert_eq!(of(&["127.0.0.1"]), "name-loopback");
        assert_eq!(of(&["::1"]), "name-loopback");
        assert_eq!(of(&["0.0.0.0"]), "name-loopback");
        assert_eq!(of(&["::ffff:127.0.0.1"]), "name-loopback");
        for private in ["10.1.2.3", "172.16.0.1", "192.168.1.2", "100.64.0.1", "169.254.1.1", "240.0.0.1"] {
            assert_eq!(of(&[private]), "name-private", "{private}");
        }
        for public in ["100.128.0.1", "172.32.0.1", "198.20.0.1", "223.5.5.5"] {
            assert_eq!(of(&[public]), "name-ok", "{public}");
        }
        assert_eq!(of(&["81.69.1.2", "192.168.1.2"]), "name-mixed");
        assert_eq!(of(&["198.18.0.7"]), "name-proxied");
    }

    #[test]
    fn addresses_of_this_computer_are_taken_where_they_are_allowed() {
        assert_eq!(judged("http://127.0.0.1:1/", &["127.0.0.1"], true), "name-local");
        assert_eq!(judged("http://127.0.0.1:1/", &["127.0.0.1"], false), "name-loopback");
        assert_eq!(judged("http://81.69.1.2/", &["81.69.1.2"], true), "name-literal");
    }

    #[tokio::test]
    async fn a_resolver_that_hangs_is_abandoned() {
        let (release, held) = mpsc::sync_channel::<()>(1);
        let hang = move || {
            held.recv().ok();
            Ok(Vec::new())
        };
        let found = look_up_by(Duration::from_millis(20), hang).await;
        assert!(matches!(found, Err(LookupFailure::Timeout(_))), "{found:?}");
        drop(release);
        let none = look_up_by(Duration::from_mins(1), || Ok(Vec::new())).await;
        assert!(matches!(none, Err(LookupFailure::Unresolved(_))), "{none:?}");
        let panicked = look_up_by(Duration::from_mins(1), || panic!("as it should in this test")).await;
        assert!(matches!(panicked, Err(LookupFailure::Unresolved(_))), "{panicked:?}");
    }
}
