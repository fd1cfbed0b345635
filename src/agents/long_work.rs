//! Work beside the protocol: on a thread of its own, with progress for the client, ended when the client cancels or goes.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;

use super::tool_error::ToolError;
use crate::progress::Progress;

/// Interval of progress notifications.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Carries out `work`, and tells the client of its progress where it has asked for that. It is cancelled when the client
/// cancels the request, or `closing` is cancelled.
pub(super) async fn carry_out<T: Send + 'static>(
    context: &RequestContext<RoleServer>,
    closing: &Progress,
    work: impl FnOnce(&Progress) -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    let progress = Progress::new();
    let theirs = progress.clone();
    let mut working = tokio::task::spawn_blocking(move || work(&theirs));
    let mut teller = ProgressTeller { context, told: None };
    let mut ticks = tokio::time::interval(TELL_EVERY);
    let mut is_cancelled = false;
    loop {
        tokio::select! {
            finished = &mut working => {
                // A panic is the work's own; the server goes on.
                return finished.unwrap_or_else(|error| Err(ToolError::Broken(error.to_string())));
            }
            () = context.ct.cancelled(), if !is_cancelled => {
                is_cancelled = true;
                progress.cancel();
            }
            () = closing.cancelled(), if !is_cancelled => {
                is_cancelled = true;
                progress.cancel();
            }
            _ = ticks.tick() => teller.tell(&progress).await,
        }
    }
}

/// Sends progress notifications, each only if there is something new.
struct ProgressTeller<'a> {
    context: &'a RequestContext<RoleServer>,
    told: Option<u64>,
}

impl ProgressTeller<'_> {
    async fn tell(&mut self, progress: &Progress) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        let (done, total) = (progress.done(), progress.total());
        let has_begun = done > 0 || total > 0;
        if !has_begun || self.told.is_some_and(|told| told >= done) {
            return;
        }
        self.told = Some(done);
        let told = ProgressNotificationParam::new(token, done as f64);
        let told = if total > 0 { told.with_total(total as f64) } else { told };
        // A client that is gone is noticed at its input.
        self.context.peer.notify_progress(told).await.ok();
    }
}
