//! The tunnel of `menuscope listen`: started with it, its public URL printed whenever it is another one.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::super::output::{print_line, quoted};
use crate::reach::{Tunnel, TunnelPhase, TunnelSetup, TunnelState};
use crate::waker::Waker;

/// The form in which the public URL is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TunnelLines {
    /// `tunnel at URL`.
    Text,
    /// `{"tunnel": URL}`.
    Json,
    /// Nobody reads what is printed.
    Unread,
}

impl TunnelLines {
    pub(super) fn printed(as_json: bool) -> Self {
        if as_json { Self::Json } else { Self::Text }
    }

    /// Starts the tunnel. A client that cannot be started at all is an error; what becomes of it later is logged.
    pub(super) fn start(self, setup: TunnelSetup, runtime: &Handle) -> anyhow::Result<Tunnel> {
        let (publish, mut state) = watch::channel(Arc::default());
        let tunnel = Tunnel::start(runtime, setup, publish, Waker::silent())?;
        let begun = runtime.block_on(state.wait_for(|state: &Arc<TunnelState>| state.phase != TunnelPhase::Off));
        if let Ok(TunnelPhase::Failed { trouble }) = begun.as_ref().map(|state| &state.phase) {
            bail!("{trouble}");
        }
        drop(begun);
        let runtime = runtime.clone();
        // A pipe that nobody reads must not keep the runtime's threads; this one ends with the tunnel or the process.
        std::thread::Builder::new()
            .name("tunnel-out".to_owned())
            .spawn(move || self.print(state, &runtime))
            .context("cannot start printing the tunnel's URL")?;
        Ok(tunnel)
    }

    fn print(self, mut state: watch::Receiver<Arc<TunnelState>>, runtime: &Handle) {
        let (mut printed, mut is_told) = (None, false);
        loop {
            let (url, former, phase) = {
                let state = state.borrow_and_update();
                (state.url.clone(), state.former.clone(), state.phase.clone())
            };
            match phase {
                TunnelPhase::Failed { trouble } => tracing::error!("{trouble}"),
                TunnelPhase::WithoutUrl if !is_told => {
                    is_told = true;
                    tracing::warn!(
                        "the tunnel's client runs, and tells no public URL; write it as [tunnel] url in config.toml"
                    );
                }
                _ => {}
            }
            if let Some(url) = url.filter(|url| printed.as_ref() != Some(url)) {
                if self != Self::Unread && print_line(&self.line(&url, former.as_deref())).is_err() {
                    return;
                }
                if let Some(former) = &former {
                    tracing::warn!("the public URL was {former} and is {url} now: save it in WeChat's console again");
                }
                printed = Some(url);
            }
            if runtime.block_on(state.changed()).is_err() {
                return;
            }
        }
    }

    fn line(self, url: &str, former: Option<&str>) -> String {
        match (self, former) {
            (Self::Json, None) => json!({ "tunnel": url }).to_string(),
            (Self::Json, Some(former)) => json!({ "tunnel": url, "former": former }).to_string(),
            (Self::Text | Self::Unread, _) => format!("tunnel at {}", quoted(url)),
        }
    }
}
