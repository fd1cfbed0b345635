//! The state of a tunnel as the window and commands see it, and its publication.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use super::tunnel_error::TunnelError;
use crate::config::{ClientRecord, DataFolder, TunnelRecord};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// The most lines of output that are kept.
const MOST_LINES: usize = 100;

/// The last lines of a client that has ended which are logged.
const LOGGED_LINES: usize = 5;

/// The stage that a tunnel is at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TunnelPhase {
    /// Nobody has started it, or somebody has stopped it.
    #[default]
    Off,
    /// The client runs, and has not told its URL yet.
    Starting,
    /// The client runs, and the URL is known.
    Online,
    /// The client runs, and tells no URL.
    WithoutUrl,
    /// The client has ended, and is started again in a moment.
    Waiting {
        /// The way it ended.
        trouble: UserError,
    },
    /// It cannot be started.
    Failed {
        /// The reason.
        trouble: UserError,
    },
}

impl TunnelPhase {
    /// Tells whether somebody wants it to run.
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Off | Self::Failed { .. })
    }
}

/// The state of a tunnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelState {
    /// The stage that it is at.
    pub phase: TunnelPhase,
    /// The public URL of the client that runs.
    pub url: Option<String>,
    /// The URL that WeChat's console has, where it is another one.
    pub former: Option<String>,
    /// The number of times that the client was started again.
    pub restarts: u32,
    /// The client's last lines of output, the oldest first.
    pub lines: VecDeque<String>,
}

/// Publishes the state: what is told at once, and lines of output now and then.
#[derive(Debug)]
pub(super) struct Reporter {
    state: watch::Sender<Arc<TunnelState>>,
    folder: DataFolder,
    waker: Waker,
    /// Lines that are not published yet.
    unpublished: VecDeque<String>,
    /// The number of lines since the client was started.
    since_start: usize,
}

impl Reporter {
    pub(super) fn new(state: watch::Sender<Arc<TunnelState>>, folder: DataFolder, waker: Waker) -> Self {
        state.send_replace(Arc::default());
        Self { state, folder, waker, unpublished: VecDeque::new(), since_start: 0 }
    }

    /// Tells that the client has been started, for the `restarts`-th time again.
    pub(super) fn started(&mut self, client: Option<ClientRecord>, restarts: u32) {
        self.since_start = 0;
        self.record(&TunnelRecord { url: None, client, ..TunnelRecord::read(&self.folder) });
        self.change(|state| (state.phase, state.restarts) = (TunnelPhase::Starting, restarts));
    }

    /// Tells the URL. One that WeChat's console does not have is told beside the one that it has.
    pub(super) fn online(&self, url: &str) {
        let record = TunnelRecord::read(&self.folder);
        let former = record.known.clone().filter(|known| known != url);
        let known = record.known.clone().or_else(|| Some(url.to_owned()));
        self.record(&TunnelRecord { url: Some(url.to_owned()), known, ..record });
        self.change(|state| {
            (state.phase, state.url, state.former) = (TunnelPhase::Online, Some(url.to_owned()), former);
        });
    }

    /// Tells that the client has had time enough to tell its URL.
    pub(super) fn without_url(&self) {
        self.change(|state| state.phase = TunnelPhase::WithoutUrl);
    }

    /// Tells that the client has ended, and is started again; its last lines are logged, since they say why.
    pub(super) fn waiting(&mut self, status: String, seconds: u64) {
        self.publish_lines();
        let state = Arc::clone(&self.state.borrow());
        let count = self.since_start.min(LOGGED_LINES).min(state.lines.len());
        let error = &match count {
            0 => TunnelError::EndedSilently { status, seconds },
            _ => TunnelError::Ended { status, seconds },
        };
        tracing::warn!("{error}");
        for line in state.lines.range(state.lines.len() - count..) {
            tracing::warn!("the tunnel's client said: {line}");
        }
        self.gone(TunnelPhase::Waiting { trouble: error.into() });
    }

    /// Tells that it cannot be started.
    pub(super) fn failed(&mut self, error: &TunnelError) {
        self.publish_lines();
        self.gone(TunnelPhase::Failed { trouble: error.into() });
    }

    /// Tells that it is stopped.
    pub(super) fn stopped(&mut self) {
        self.publish_lines();
        self.gone(TunnelPhase::Off);
    }

    fn gone(&self, phase: TunnelPhase) {
        let known = TunnelRecord::read(&self.folder).known;
        self.record(&TunnelRecord { known, ..TunnelRecord::default() });
        self.change(|state| (state.phase, state.url, state.former) = (phase, None, None));
    }

    /// Keeps a line of output.
    pub(super) fn line(&mut self, line: String) {
        if self.unpublished.len() == MOST_LINES {
            self.unpublished.pop_front();
        }
        self.unpublished.push_back(line);
        self.since_start += 1;
    }

    /// Publishes the lines that came since the last time.
    pub(super) fn publish_lines(&mut self) {
        let lines = std::mem::take(&mut self.unpublished);
        if lines.is_empty() {
            return;
        }
        self.change(|state| {
            state.lines.extend(lines);
            let beyond = state.lines.len().saturating_sub(MOST_LINES);
            state.lines.drain(..beyond);
        });
    }

    fn change(&self, change: impl FnOnce(&mut TunnelState)) {
        self.state.send_modify(|state| change(Arc::make_mut(state)));
        self.waker.wake();
    }

    fn record(&self, record: &TunnelRecord) {
        if let Err(error) = record.write(&self.folder) {
            tracing::warn!("{error}");
        }
    }
}
