//! The way from outside to the listener, as WeChat goes it: name, port, connection, TLS, then three requests.
//!
//! ```text
//! url ─► name ─► public port ─► connect ─► TLS ─► GET (page, redirect) ─► GET echostr ─► POST ─► database ─► WeChat's own way
//! ```
//! Each check has a limit of time, and all together have one. Where a check makes no sense after an earlier one, it is
//! skipped and says so. No redirect is followed, and no proxy is used.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{CheckName, CheckResult, CheckVerdict, Doctor, DoctorCode, Found, PublicAddress, ResultSink};
use crate::account::Account;
use crate::capture::{SentRequest, ServerAnswer};
use crate::delivery::{HttpClient, Target};

mod connecting;
mod echo_check;
mod intermediary;
mod name_lookup;
mod page_check;
mod public_url;
mod push_check;
mod redirects;
mod wechats_route;

use page_check::PageOutcome;
use public_url::PublicUrl;

/// The time for all checks, those of this computer included. It leaves a second of the promised thirty for the rest.
const ALL_AT_MOST: Duration = Duration::from_secs(29);

/// The time for the name to be looked up.
const LOOKUP_PATIENCE: Duration = Duration::from_secs(4);

/// The time for a connection, and again for TLS: as long as WeChat takes by its alarms is less.
const CONNECT_PATIENCE: Duration = Duration::from_secs(4);

/// The time for the page.
const PAGE_PATIENCE: Duration = Duration::from_secs(4);

/// Checks one address.
pub(super) struct OutsideCheck<'a> {
    doctor: &'a Doctor<'a>,
    address: &'a PublicAddress,
    client: &'a HttpClient,
    found: Found,
    deadline: Instant,
}

impl<'a> OutsideCheck<'a> {
    pub(super) fn new(
        doctor: &'a Doctor<'a>,
        address: &'a PublicAddress,
        client: &'a HttpClient,
        found: Found,
        began: Instant,
    ) -> Self {
        Self { doctor, address, client, found, deadline: began + ALL_AT_MOST }
    }

    /// Makes all checks in their order.
    pub(super) async fn run(self, tell: ResultSink<'_>) {
        let (result, url) = public_url::check(&self.address.url);
        tell(result);
        match url {
            Some(url) => self.check_url(&url, tell).await,
            None => skip(&CheckName::OUTSIDE[1..9], tell),
        }
        tell(wechats_route::check(self.found.reader.as_ref()));
    }

    async fn check_url(&self, url: &PublicUrl, tell: ResultSink<'_>) {
        let looked_up = name_lookup::look_up(url, self.within(LOOKUP_PATIENCE)).await;
        tell(name_lookup::judge(url, &looked_up, self.address.allow_local));
        tell(public_url::check_port(url, self.address.allow_local));
        let addresses = looked_up.unwrap_or_default();
        let Some(reached) = self.connect(&addresses, tell).await else {
            skip(&CheckName::OUTSIDE[4..9], tell);
            return;
        };
        let secured = connecting::check_tls(url, reached, self.within(CONNECT_PATIENCE)).await;
        // Nothing that is signed goes to a server that nobody vouches for.
        let is_safe = matches!(secured.code.verdict(), CheckVerdict::Ok) || secured.code == DoctorCode::TlsNone;
        tell(secured);
        if is_safe {
            self.ask(url, tell).await;
        } else {
            skip(&CheckName::OUTSIDE[5..9], tell);
        }
    }

    /// Connects to the addresses, and gives back the first that takes connections.
    async fn connect(&self, addresses: &[SocketAddr], tell: ResultSink<'_>) -> Option<SocketAddr> {
        let (result, reached) = connecting::check(addresses, self.within(CONNECT_PATIENCE)).await;
        tell(result);
        reached
    }

    /// Sends the three requests.
    async fn ask(&self, url: &PublicUrl, tell: ResultSink<'_>) {
        let page = page_check::check(self, url).await;
        let PageOutcome { redirect, mut page, in_the_way } = page;
        tell(redirect);
        let may_pass = page.code == DoctorCode::AccessRefused;
        if !may_pass {
            tell(page.clone());
        }
        let (result, is_answered) = echo_check::check(self, url, in_the_way).await;
        let is_echoed = matches!(result.code.verdict(), CheckVerdict::Ok | CheckVerdict::Warn);
        if may_pass {
            if is_echoed {
                // A rule that lets through what is signed is in nobody's way.
                page.code = DoctorCode::PageGuarded;
            }
            tell(page);
        }
        tell(result);
        if is_answered {
            tell(push_check::check(self, url, is_echoed).await);
        } else {
            skip(&[CheckName::Push], tell);
        }
    }

    /// The account whose callbacks go to that path; `None` where secrets cannot be read.
    fn account(&self, url: &PublicUrl) -> Option<&Account> {
        let accounts = self.found.accounts.as_ref()?;
        Some(accounts.claim(url.target.path(), None, |_unknown| false))
    }

    /// The answer to a request; `None` where the time for all is over. The client itself waits as long as WeChat does.
    async fn answer(&self, request: &SentRequest, target: &Target, patience: Duration) -> Option<ServerAnswer> {
        let within = self.within(patience);
        tokio::time::timeout(within, self.client.resend(request, target)).await.ok()
    }

    /// That time, or what is left of the time for all.
    fn within(&self, patience: Duration) -> Duration {
        patience.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    /// Tells whether the time for all is over.
    fn is_over(&self) -> bool {
        self.within(Duration::MAX).is_zero()
    }
}

/// The result of a check that the time was not enough for.
fn out_of_time(check: CheckName) -> CheckResult {
    CheckResult::of(DoctorCode::OutOfTime).at(check).with("seconds", ALL_AT_MOST.as_secs())
}

/// Skips checks that make no sense after the earlier ones.
fn skip(checks: &[CheckName], tell: ResultSink<'_>) {
    for check in checks {
        tell(CheckResult::of(match check {
            CheckName::Name => DoctorCode::NameSkipped,
            CheckName::PublicPort => DoctorCode::PublicPortSkipped,
            CheckName::Connect => DoctorCode::ConnectSkipped,
            CheckName::Tls => DoctorCode::TlsSkipped,
            CheckName::Redirect => DoctorCode::RedirectSkipped,
            CheckName::Page => DoctorCode::PageSkipped,
            CheckName::Handshake => DoctorCode::HandshakeSkipped,
            _ => DoctorCode::PushSkipped,
        }));
    }
}
