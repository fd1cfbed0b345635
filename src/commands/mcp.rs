//! `menuscope mcp`: serves an agent on stdin and stdout, where nothing else is printed.

use std::time::Duration;

use anyhow::Context as _;

use super::Outcome;
use crate::agents::{AgentSetup, Permissions, serve};
use crate::cli::Mcp;
use crate::engine::{Setup, runtime, stop_requested};

/// Work that is cancelled at the end gets this long to put down what it has.
const LAST_WORK: Duration = Duration::from_secs(2);

pub(super) fn run(setup: &Setup, asked: &Mcp) -> anyhow::Result<Outcome> {
    let permissions = Permissions { send: asked.allow_send, export_dir: asked.export_dir.clone() };
    let runtime = runtime().context("cannot start the server's threads")?;
    let stop = runtime.block_on(async { stop_requested() }).context("cannot hear SIGINT and SIGTERM")?;
    let ended = runtime.block_on(serve(AgentSetup { setup: setup.clone(), permissions }, stop));
    // Waits for no read of stdin, which ends with the process.
    runtime.shutdown_timeout(LAST_WORK);
    ended?;
    Ok(Outcome::Done)
}
