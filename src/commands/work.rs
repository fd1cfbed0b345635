//! Work that takes a while: a runtime for it, its progress, and Ctrl-C, which ends it in good order.

use std::io::IsTerminal as _;
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
const INTERRUPTED: i32 = 130;

#[expect(clippy::exit, reason = "work that does not listen any more has no other way to end")]
fn end() {
    std::process::exit(INTERRUPTED);
}

impl Work {
    /// Ctrl-C cancels the progress from here on.
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let work = Self { runtime: runtime.context("cannot start working")?, progress: Progress::new() };
        let progress = work.progress.clone();
        work.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
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
