//! Work that takes a while: a runtime for it, its progress, and Ctrl-C, which ends it in good order.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Runtime;

use crate::progress::Progress;

/// Interval at which a progress bar is redrawn.
const REDRAW: Duration = Duration::from_millis(100);

/// The surroundings of a command that takes a while.
pub(super) struct Work {
    pub(super) runtime: Runtime,
    pub(super) progress: Progress,
}

/// Exit status of a program that Ctrl-C ended, as shells report it.
pub(super) const INTERRUPTED: u8 = 130;

/// Raised once Ctrl-C has cancelled the progress of a [`Work`].
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// Tells whether Ctrl-C has ended the work, whatever the command then made of it.
pub(super) fn is_cancelled() -> bool {
    CANCELLED.load(Ordering::Relaxed)
}

/// The end of a command by Ctrl-C, with what was done until then.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Interrupted(pub(super) String);

#[expect(clippy::exit, reason = "work that does not listen any more has no other way to end")]
fn end() {
    std::process::exit(INTERRUPTED.into());
}

/// Ends the process at Ctrl-C, for a command that leaves nothing half done.
pub(super) fn end_on_interrupt() -> anyhow::Result<()> {
    on_interrupt(|| {
        super::complain("interrupted; what was printed until then is done, and nothing else");
        end();
    })
}

/// Raises a flag at Ctrl-C, for a command that looks at it again and again.
pub(super) fn flag_on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    on_interrupt(move || raised.store(true, Ordering::Relaxed))?;
    Ok(flag)
}

/// Waits for Ctrl-C on a thread of its own, which ends with the process.
fn on_interrupt(act: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot hear Ctrl-C")?;
    let listening = runtime.block_on(async { interrupts() }).context("cannot hear Ctrl-C")?;
    let wait = move || {
        if runtime.block_on(listening).is_ok() {
            act();
        }
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(wait).context("cannot hear Ctrl-C")?;
    Ok(())
}

/// Hears Ctrl-C from the moment of the call, not of the first wait.
#[cfg(unix)]
fn interrupts() -> std::io::Result<impl Future<Output = std::io::Result<()>> + Send> {
    let mut signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    Ok(async move { signals.recv().await.ok_or_else(|| std::io::ErrorKind::BrokenPipe.into()) })
}

#[cfg(not(unix))]
fn interrupts() -> std::io::Result<impl Future<Output = std::io::Result<()>> + Send> {
    Ok(tokio::signal::ctrl_c())
}

impl Work {
    /// Ctrl-C cancels the progress from here on.
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let work = Self { runtime: runtime.context("cannot start working")?, progress: Progress::new() };
        let progress = work.progress.clone();
        work.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                CANCELLED.store(true, Ordering::Relaxed);
                progress.cancel();
            }
            // Whoever asks twice does not want to wait.
            if tokio::signal::ctrl_c().await.is_ok() {
                end();
            }
        });
        Ok(work)
    }

    /// Shows on stderr how far it is, where that is a terminal, while `carry_out` runs.
    pub(super) fn shown<T>(&self, carry_out: impl FnOnce(&Progress) -> T) -> T {
        if !std::io::stderr().is_terminal() {
            return carry_out(&self.progress);
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {eta}") {
            bar.set_style(style);
        }
        let (drawn, progress) = (bar.clone(), self.progress.clone());
        let drawing = self.runtime.spawn(async move {
            loop {
                drawn.set_length(progress.total());
                drawn.set_position(progress.done());
                tokio::time::sleep(REDRAW).await;
            }
        });
        let outcome = carry_out(&self.progress);
        drawing.abort();
        bar.finish_and_clear();
        outcome
    }
}
