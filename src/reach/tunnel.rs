//! Runs the developer's tunnel client, finds its public URL, and ends it with this program.
//!
//! ```text
//! command line ─► client, in a process group of its own ─► its output ──────────┐
//!                   │ ends: back-off, and again                                  ├─► TunnelState ─► watch
//!                   └─ its own interface, asked every moment ───────────────────┘
//! ```
//! Nothing here runs unless a person starts it. Everything is a task of the runtime; dropping [`Tunnel`] ends the client's
//! whole process group, and waits for that.
//!
//! - `command_line`: the configured command as words; `client`: which client it is, and what its interface tells.
//! - `process_group`: the client with all that it starts. `output_lines`: its output, bounded. `public_url`: the URL in a line.
//! - `local_api`: one GET to an interface on this computer. `supervisor`: the loop that runs, watches and restarts.
//! - `tunnel_state`: the state as the window and commands see it. `leftover`: the client of a process that was killed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::config::{DataFolder, TunnelConfig, TunnelRecord};
use crate::waker::Waker;

mod client;
mod command_line;
mod leftover;
mod local_api;
mod output_lines;
mod process_group;
mod public_url;
mod supervisor;
mod tunnel_error;
mod tunnel_state;

use command_line::CommandLine;
pub use leftover::end_leftover_client;
use supervisor::{Supervisor, Watched};
pub use tunnel_error::TunnelError;
use tunnel_state::Reporter;
pub use tunnel_state::{TunnelPhase, TunnelState};

/// The time that ending may take: the client's own, and some to reap it.
const END_PATIENCE: Duration = Duration::from_secs(2);

/// A tunnel as it is to be run.
#[derive(Clone, Debug)]
pub struct TunnelSetup {
    /// The `[tunnel]` section.
    pub config: TunnelConfig,
    /// The listener's address.
    pub address: SocketAddr,
    /// The data folder, which holds the record of the tunnel.
    pub folder: DataFolder,
}

/// A tunnel that runs, until it is dropped.
#[derive(Debug)]
pub struct Tunnel {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// Closed when the supervisor has ended.
    ended: Receiver<()>,
}

impl Tunnel {
    /// Starts the client on a runtime, and follows it in `state`; the waker is called after each change.
    pub fn start(
        runtime: &Handle,
        setup: TunnelSetup,
        state: watch::Sender<Arc<TunnelState>>,
        waker: Waker,
    ) -> Result<Self, TunnelError> {
        let TunnelSetup { config, address, folder } = setup;
        let command = config.command.as_deref().filter(|command| !command.trim().is_empty());
        let command = CommandLine::parse(command.ok_or(TunnelError::Unset)?, address)?;
        let (stop, stopping) = watch::channel(false);
        let (ending, ended) = mpsc::sync_channel(1);
        let supervisor = Supervisor {
            watched: Watched { command, address },
            fixed_url: config.url,
            reporter: Reporter::new(state, folder, waker),
            stopping,
        };
        runtime.spawn(async move {
            supervisor.run().await;
            // Its end says that the client is gone, also where the task is dropped with its runtime.
            drop(ending);
        });
        Ok(Self { address, stop, ended })
    }

    /// The listener's address that the client was started for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to end the client; dropping waits for its end.
    pub fn begin_stopping(&self) {
        self.stop.send_replace(true);
    }
}

/// Looks for the program of a command, as starting it would; nothing is run.
pub fn find_client(command: &str, address: SocketAddr) -> Result<(), TunnelError> {
    CommandLine::parse(command, address)?.find_program()
}

/// Takes the URL that is shown for the one that WeChat's console has: a person has saved it there.
pub fn acknowledge_url(folder: &DataFolder, state: &watch::Sender<Arc<TunnelState>>) {
    state.send_modify(|state| Arc::make_mut(state).former = None);
    let record = TunnelRecord::read(folder);
    let known = record.url.clone();
    if let Err(error) = (TunnelRecord { known, ..record }).write(folder) {
        tracing::warn!("{error}");
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.begin_stopping();
        if self.ended.recv_timeout(END_PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("the tunnel's client does not end; end it by hand");
        }
    }
}
