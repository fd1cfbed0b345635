//! `menuscope listen`: the same listener with no window.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::event_printer::EventPrinter;
use super::output::print_line;
use super::{Outcome, language};
use crate::account::Accounts;
use crate::capture::CaptureId;
use crate::cli::{self, Listen};
use crate::config::{Config, parse_address};
use crate::delivery::Target;
use crate::engine::{
    ForwardSetup, Rulebook, Service, Setup, TeamChoice, exposure, open_feed, runtime, start_relay, stop_requested,
};
use crate::feed::Feed;
use crate::progress::Progress;
use crate::reach::TunnelSetup;
use crate::rules::BadAnswer;
use crate::store::{StoreError, StoreHead, bring_up_to_date, is_older};
use crate::team::Relay;
use crate::waker::Waker;

mod tunnel_lines;

use tunnel_lines::TunnelLines;

pub(super) fn run(setup: &Setup, listen: &Listen) -> anyhow::Result<Outcome> {
    let config = Config::load(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    for account in accounts.iter() {
        if let Some(Err(error)) = account.key() {
            bail!(
                "cannot use the EncodingAESKey of account \"{}\": {error}; give the 43 characters of WeChat's console",
                account.name
            );
        }
    }
    let address = parse_address(setup.overrides.addr.as_deref().unwrap_or(&config.listener.addr))?;
    let runtime = Arc::new(runtime().context("cannot start the listener's threads")?);
    let stopping = runtime.block_on(async { stop_requested() }).context("cannot hear SIGINT and SIGTERM")?;
    let upgrade = Progress::new();
    let ending = upgrade.clone();
    let stopping = runtime.spawn(async move {
        stopping.await;
        ending.cancel();
    });
    if !is_up_to_date(&setup.folder.database(), &upgrade)? {
        return Ok(Outcome::Done);
    }
    let (head, following) = watch::channel(StoreHead::default());
    // One wake-up in store is enough: what it announces is read from the head.
    let (ring, bell) = mpsc::sync_channel(1);
    let waker = waker(ring.clone());
    let mut rulebook = Rulebook::new(
        setup.config_file.clone(),
        forward(listen.forward.as_deref(), listen.bad_answer)?,
        Waker::silent(),
    );
    rulebook.apply(&config)?;
    let crafting = rulebook.policy().clone();
    let mut service =
        Service::open(Arc::clone(&runtime), &setup.folder, &config, accounts.clone(), crafting, head, waker.clone())?;
    rulebook.follow();
    let announced = following.clone();
    let after = CaptureId(following.borrow().last_id);
    let printer = EventPrinter {
        json: listen.json,
        language: language(setup),
        database: setup.folder.database(),
        head: following,
        waker,
        open: BTreeMap::new(),
        patience: None,
        // Only what arrives from now on is printed.
        after,
    };
    let relay = relay(setup, &config, listen, &runtime, (announced.clone(), &rulebook))?;
    let address = service.listen(address)?;
    let feed = open_feed(setup, &config, announced)?;
    warn_of_exposure(address, &accounts);
    let first = first_lines(address, feed.as_ref().map(Feed::address), listen.json);
    // A closed stdout does not stop the listener.
    let readable = print_line(&first).is_ok();
    let lines = if readable { TunnelLines::printed(listen.json) } else { TunnelLines::Unread };
    let to_start = setup.overrides.tunnel.then(|| config.tunnel.clone());
    let to_start = to_start.map(|config| TunnelSetup { config, address, folder: setup.folder.clone() });
    let tunnel = to_start.map(|setup| lines.start(setup, runtime.handle())).transpose()?;
    let printing = printer.start(bell, readable)?;
    runtime.block_on(stopping).context("cannot hear SIGINT and SIGTERM")?;
    drop(service);
    // After the last answer is recorded.
    drop(relay);
    drop(ring);
    if let Some(feed) = &feed {
        // The last events go out beside the last lines.
        feed.begin_stopping();
    }
    // After the listener, so that the last answers reach WeChat.
    drop(tunnel);
    printing.finish();
    Ok(Outcome::Done)
}

/// Starts the relay, where one is asked for.
fn relay(
    setup: &Setup,
    config: &Config,
    listen: &Listen,
    runtime: &Arc<Runtime>,
    (head, rulebook): (watch::Receiver<StoreHead>, &Rulebook),
) -> anyhow::Result<Option<Relay>> {
    let Some(url) = &listen.team.relay else { return Ok(None) };
    let choice = TeamChoice { url: Some(url.clone()), name: listen.team.name.clone(), ..TeamChoice::default() };
    Ok(Some(start_relay(setup, config, &choice, Arc::clone(runtime), (head, rulebook.policy()))?))
}

/// Warns where other computers reach the listener and an account has no token to tell WeChat by.
fn warn_of_exposure(address: SocketAddr, accounts: &Accounts) {
    let without_token = accounts.iter().filter(|account| account.token().is_none());
    if let Some(warning) = exposure(address, without_token.map(|account| &*account.name)) {
        tracing::warn!("{warning}");
    }
}

/// The words that say where everything is.
fn first_lines(listener: SocketAddr, feed: Option<SocketAddr>, as_json: bool) -> String {
    let url = |address: SocketAddr| format!("http://{address}");
    match (feed.map(url), as_json) {
        (None, true) => json!({ "listening": url(listener) }).to_string(),
        (Some(feed), true) => json!({ "listening": url(listener), "feed": feed }).to_string(),
        (None, false) => format!("listening on {}", url(listener)),
        (Some(feed), false) => format!("listening on {}\nfeed on {feed}", url(listener)),
    }
}

/// Brings a database of an earlier version up to date. `false`: that was stopped, and nobody is to listen any more.
pub(super) fn is_up_to_date(database: &Path, progress: &Progress) -> anyhow::Result<bool> {
    if !is_older(database) {
        return Ok(true);
    }
    match bring_up_to_date(database, progress) {
        Err(error @ StoreError::UpgradeStopped { .. }) => {
            tracing::warn!("{error}");
            Ok(false)
        }
        outcome => Ok(outcome.map(|()| true)?),
    }
}

/// The setting of `--forward`; it outranks `config.toml`.
pub(super) fn forward(url: Option<&str>, bad_answer: Option<cli::BadAnswer>) -> anyhow::Result<Option<ForwardSetup>> {
    let Some(url) = url else { return Ok(None) };
    let bad_answer = match bad_answer {
        Some(cli::BadAnswer::Default) => BadAnswer::Default,
        Some(cli::BadAnswer::Pass) | None => BadAnswer::Pass,
    };
    Ok(Some(ForwardSetup { target: Target::parse(url)?, bad_answer }))
}

pub(super) fn waker(ring: SyncSender<()>) -> Waker {
    Waker::new(move || {
        ring.try_send(()).ok();
    })
}
