//! `menuscope join`: a desktop of a team without a window.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use tokio::sync::watch;

use super::event_printer::EventPrinter;
use super::listen::{forward, is_up_to_date, waker};
use super::output::print_line;
use super::{Outcome, language};
use crate::capture::CaptureId;
use crate::cli::Join;
use crate::config::Config;
use crate::engine::{Rulebook, Service, Setup, TeamChoice, runtime, start_desktop, stop_requested};
use crate::progress::Progress;
use crate::store::StoreHead;
use crate::team::{BrokerState, TeamError, TeamStatus};
use crate::waker::Waker;

/// The word of `--claim` for the user who taps next.
const NEXT: &str = "next";

/// The time after which an event is printed whose answer the relay never recorded, since it was killed.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) fn run(setup: &Setup, join: &Join) -> anyhow::Result<Outcome> {
    let config = Config::load(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let runtime = Arc::new(runtime().context("cannot start the desktop's threads")?);
    let stopping = runtime.block_on(async { stop_requested() }).context("cannot hear SIGINT and SIGTERM")?;
    let upgrade = Progress::new();
    let (ending, (stop, mut stopped)) = (upgrade.clone(), watch::channel(false));
    runtime.spawn(async move {
        stopping.await;
        ending.cancel();
        stop.send_replace(true);
    });
    if !is_up_to_date(&setup.folder.database(), &upgrade)? {
        return Ok(Outcome::Done);
    }
    let (head, following) = watch::channel(StoreHead::default());
    // One wake-up in store is enough: what it announces is read from the head.
    let (ring, bell) = mpsc::sync_channel(1);
    let waker = waker(ring.clone());
    let forward = forward(join.forward.as_deref(), join.bad_answer)?;
    let mut rulebook = Rulebook::new(setup.config_file.clone(), forward, Waker::silent());
    rulebook.apply(&config)?;
    let policy = rulebook.policy().clone();
    let service =
        Service::open(Arc::clone(&runtime), &setup.folder, &config, accounts, policy.clone(), head, waker.clone())?;
    rulebook.follow();
    let after = CaptureId(following.borrow().last_id);
    let printer = EventPrinter {
        json: join.json,
        language: language(setup),
        database: setup.folder.database(),
        // Only what arrives from now on is printed.
        after,
        head: following,
        waker,
        open: BTreeMap::new(),
        patience: Some(PATIENCE),
    };
    let parts = (&service, &policy, Waker::silent());
    let desktop = start_desktop(setup, &config, choice(join), Arc::clone(&runtime), parts)?;
    let mut status = desktop.status();
    let joined = runtime.block_on(async {
        tokio::select! {
            joined = first_joined(&mut status) => joined.map(Some),
            _ = stopped.wait_for(|stopped| *stopped) => Ok(None),
        }
    });
    let Some(joined) = joined? else { return Ok(Outcome::Done) };
    // A closed stdout does not end the desktop.
    let readable = print_line(&first_line(&joined, join.json)).is_ok();
    let printing = printer.start(bell, readable)?;
    runtime.block_on(async { stopped.wait_for(|stopped| *stopped).await.map(drop) }).ok();
    policy.held.release_all();
    drop(desktop);
    drop(service);
    drop(ring);
    printing.finish();
    Ok(Outcome::Done)
}

fn choice(join: &Join) -> TeamChoice {
    let (next, claims): (Vec<&String>, Vec<&String>) = join.claim.iter().partition(|claim| *claim == NEXT);
    TeamChoice {
        url: join.url.clone(),
        name: join.name.clone(),
        desktop: join.desktop.clone(),
        claims: claims.into_iter().cloned().collect(),
        claims_next: !next.is_empty(),
    }
}

/// Waits until the team was joined for the first time. An error that does not go away by itself ends the command.
async fn first_joined(status: &mut watch::Receiver<Arc<TeamStatus>>) -> Result<Arc<TeamStatus>, TeamError> {
    loop {
        let now = status.borrow_and_update().clone();
        match &now.state {
            BrokerState::Connected { .. } => return Ok(now),
            BrokerState::Away { error } if error.is_lasting() => return Err(error.clone()),
            BrokerState::Away { .. } | BrokerState::Connecting => {}
        }
        if status.changed().await.is_err() {
            return Err(TeamError::NotBuilt);
        }
    }
}

/// The words that say what was joined.
fn first_line(status: &TeamStatus, as_json: bool) -> String {
    let TeamStatus { team, name, .. } = status;
    if as_json { json!({ "joined": team, "desktop": name }).to_string() } else { format!("joined {team} as {name}") }
}
