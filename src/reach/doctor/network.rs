//! The port to listen at, and the listener behind it.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::{CheckResult, Doctor, DoctorCode};
use crate::account::Accounts;
use crate::config::{Config, ListenerRecord, parse_address};

/// A listener on this computer answers within a millisecond.
const PATIENCE: Duration = Duration::from_secs(1);

/// More of a page is not read; ours is a few lines.
const MOST_READ: u64 = 4 << 10;

/// The beginning of the page that a listener shows at a GET.
pub(super) const OUR_PAGE: &str = "menuscope is listening";

/// Checks the port and the listener.
pub(super) fn checks(
    doctor: &Doctor<'_>,
    config: Option<&Config>,
    accounts: Option<&Accounts>,
    is_listening: bool,
) -> [CheckResult; 2] {
    let Some(config) = config else {
        let listener = if is_listening { DoctorCode::ListenerOk } else { DoctorCode::ListenerAbsent };
        return [CheckResult::of(DoctorCode::PortSkipped), CheckResult::of(listener).with("address", "?")];
    };
    let listener = |is_ours: bool, address: &str| {
        let code = match (is_listening, is_ours) {
            (true, true) => DoctorCode::ListenerOk,
            (true, false) => DoctorCode::ListenerElsewhere,
            (false, _) => DoctorCode::ListenerAbsent,
        };
        CheckResult::of(code).with("address", address)
    };
    let recorded = ListenerRecord::of_running(doctor.folder).and_then(|record| record.address);
    let recorded = recorded.map(|address| address.to_string());
    let given = recorded.as_deref().or(doctor.overrides.addr.as_deref());
    let text = given.unwrap_or(&config.listener.addr);
    let address = match parse_address(text) {
        Ok(address) => address,
        Err(error) => {
            let port = CheckResult::of(DoctorCode::PortUnusable).with("address", text).with("cause", error);
            return [port, listener(false, text)];
        }
    };
    // One that answers while nobody listens for this folder is another folder's.
    let is_ours = is_listening && is_our_listener(address);
    let port = match port(address, is_ours) {
        result if result.is_failure() => result,
        result => exposure(address, accounts).unwrap_or(result),
    };
    [port, listener(is_ours, text)]
}

fn port(address: SocketAddr, is_ours: bool) -> CheckResult {
    if is_ours {
        return CheckResult::of(DoctorCode::PortOurs).with("address", address);
    }
    match TcpListener::bind(address) {
        Ok(_free) => CheckResult::of(DoctorCode::PortFree).with("address", address),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            CheckResult::of(DoctorCode::PortTaken).with("address", address)
        }
        Err(error) => CheckResult::of(DoctorCode::PortUnusable).with("address", address).with("cause", error),
    }
}

/// A warning where other computers reach the port and an account has no token to tell WeChat by.
fn exposure(address: SocketAddr, accounts: Option<&Accounts>) -> Option<CheckResult> {
    let without: Vec<_> = accounts?.iter().filter(|account| account.token().is_none()).map(|it| &*it.name).collect();
    let is_exposed = !address.ip().is_loopback() && !without.is_empty();
    is_exposed
        .then(|| CheckResult::of(DoctorCode::PortExposed).with("address", address).with("names", without.join(", ")))
}

/// Tells whether a listener of this program answers there.
fn is_our_listener(address: SocketAddr) -> bool {
    ask(address).is_ok_and(|page| page.contains(OUR_PAGE))
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&reachable(address), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut page = Vec::new();
    // What came before a time-out counts, too.
    stream.take(MOST_READ).read_to_end(&mut page).ok();
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// The address to connect to where a listener takes connections to all addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
