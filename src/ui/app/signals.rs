//! SIGINT and SIGTERM close the window in order.

use std::thread::JoinHandle;

use egui::{Context, ViewportCommand, ViewportId};
use tokio::sync::oneshot;

use crate::engine::stop_requested;

/// Guard that listens for signals until it is dropped.
#[derive(Debug)]
pub(crate) struct Signals {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Signals {
    /// Starts to listen. The window's own loop is asked to close, and ends as if the user had closed it.
    pub(crate) fn close(ctx: Context) -> std::io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let signal = runtime.block_on(async { stop_requested() })?;
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = signal => ctx.send_viewport_cmd_to(ViewportId::ROOT, ViewportCommand::Close),
                    // The window closed by itself.
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
