//! The connection to the addresses of the name, and TLS over it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::super::{CheckResult, DoctorCode};
use super::public_url::PublicUrl;
use crate::delivery::{TlsFault, probe_tls};

/// More addresses than these are not tried.
const MOST_TRIED: usize = 6;

/// Connects to all addresses at once; gives back the first in their order that takes connections.
pub(super) async fn check(addresses: &[SocketAddr], within: Duration) -> (CheckResult, Option<SocketAddr>) {
    let tries = addresses.iter().take(MOST_TRIED).map(|address| connect(*address, within));
    let tried = futures_util::future::join_all(tries).await;
    let dead: Vec<String> =
        tried.iter().filter(|(_, taken)| taken.is_err()).map(|(address, _)| address.to_string()).collect();
    let Some((address, elapsed)) = tried.iter().find_map(|(address, taken)| Some((*address, *taken.as_ref().ok()?)))
    else {
        let code = tried.into_iter().next().map_or_else(
            || CheckResult::of(DoctorCode::ConnectSkipped),
            |(address, taken)| refusal(taken.err().as_ref(), within).with("address", address),
        );
        return (code, None);
    };
    // A computer without version 6 cannot try those addresses, which says nothing about them.
    let is_called_dead = |(address, taken): &(SocketAddr, io::Result<Duration>)| taken.is_err() && address.is_ipv4();
    let result = if tried.iter().any(is_called_dead) {
        CheckResult::of(DoctorCode::ConnectPartly).with("dead", dead.join(", "))
    } else {
        CheckResult::of(DoctorCode::ConnectOk)
    };
    (result.with("address", address).with("elapsed", elapsed.as_millis()), Some(address))
}

async fn connect(address: SocketAddr, within: Duration) -> (SocketAddr, io::Result<Duration>) {
    let began = Instant::now();
    let connected = tokio::time::timeout(within, TcpStream::connect(address)).await;
    let connected = connected.unwrap_or_else(|_elapsed| Err(io::ErrorKind::TimedOut.into()));
    (address, connected.map(|_stream| began.elapsed()))
}

fn refusal(error: Option<&io::Error>, within: Duration) -> CheckResult {
    match error.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => CheckResult::of(DoctorCode::ConnectRefused),
        Some(io::ErrorKind::TimedOut) => CheckResult::of(DoctorCode::ConnectTimeout).with("seconds", within.as_secs()),
        _ => {
            let cause = error.map(ToString::to_string).unwrap_or_default();
            CheckResult::of(DoctorCode::ConnectUnreachable).with("cause", cause)
        }
    }
}

/// Checks TLS and the certificate, where the URL asks for them.
pub(super) async fn check_tls(url: &PublicUrl, address: SocketAddr, within: Duration) -> CheckResult {
    if !url.is_secure {
        return CheckResult::of(DoctorCode::TlsNone);
    }
    let of = |code| CheckResult::of(code).with("host", &url.host);
    match probe_tls(address, &url.host, within).await {
        Ok(version) => of(DoctorCode::TlsOk).with("version", version.as_str()),
        Err(TlsFault::Expired) => of(DoctorCode::TlsExpired),
        Err(TlsFault::NotYetValid) => of(DoctorCode::TlsNotYet),
        Err(TlsFault::WrongName { names }) => of(DoctorCode::TlsWrongName).with("names", names),
        Err(TlsFault::SelfSigned) => of(DoctorCode::TlsSelfSigned),
        Err(TlsFault::IncompleteChain) => of(DoctorCode::TlsIncomplete),
        Err(TlsFault::UnknownIssuer) => of(DoctorCode::TlsUnknownIssuer),
        Err(TlsFault::Certificate { cause }) => of(DoctorCode::TlsCertificate).with("cause", cause),
        Err(TlsFault::Name) => of(DoctorCode::TlsWrongName).with("names", "–"),
        Err(TlsFault::Refused { cause }) => of(DoctorCode::TlsRefused).with("cause", cause),
        Err(TlsFault::TooOld) => of(DoctorCode::TlsOld),
        Err(TlsFault::NotTls) => of(DoctorCode::TlsPlain).with("port", url.port),
        Err(TlsFault::Broken { cause } | TlsFault::Unreachable { cause }) => {
            of(DoctorCode::TlsBroken).with("cause", cause)
        }
        Err(TlsFault::TooLate) => of(DoctorCode::TlsTimeout).with("seconds", within.as_secs()),
        Err(TlsFault::NoRoots { cause }) => of(DoctorCode::TlsUnverifiable).with("cause", cause),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_dead_address_beside_a_live_one_is_a_warning() {
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (live_address, gone_address) = (live.local_addr().unwrap(), gone.local_addr().unwrap());
        drop(gone);
        let patience = Duration::from_secs(30);
        let (result, reached) = check(&[gone_address, live_address], patience).await;
        assert_eq!((result.code, reached), (DoctorCode::ConnectPartly, Some(live_address)));
        let (result, reached) = check(&[live_address], patience).await;
        assert_eq!((result.code, reached), (DoctorCode::ConnectOk, Some(live_address)));
        let (result, reached) = check(&[gone_address], patience).await;
        assert_eq!((result.code, reached), (DoctorCode::ConnectRefused, None));
        let (result, _) = check(&[], patience).await;
        assert_eq!(result.code, DoctorCode::ConnectSkipped);
    }
}
