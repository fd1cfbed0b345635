//! The thread `notifier`: desktop notifications about events that match `[notify] match`. A click opens the event.
//!
//! - `arrivals`: the events that have newly matched. `pace`: one notification a second at most, the rest counted in it.
//! - `desktop`: the notification itself; nothing but kind, key and what was in it leaves the program.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::notice::Notice;
use super::notice_sender::NoticeSender;
use super::status::Status;
use crate::capture::CaptureId;
use crate::filter::Filter;
use crate::progress::Progress;
use crate::store::StoreError;
use crate::texts::user_error::UserError;

mod arrivals;
mod desktop;
mod pace;

use arrivals::Arrivals;
use pace::NotificationPace;

/// Interval of looking for new events while notifications are on. Off, nothing is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A session bus that does not answer within this time counts as missing.
const BUS_PATIENCE: Duration = Duration::from_secs(3);

/// Notifications whose click is waited for; an older one has long left the screen.
const MOST_AWAITED: usize = 16;

/// The thread's handle; dropping it joins the thread, which ends once the engine is closing.
#[derive(Debug)]
pub(super) struct NotifierHandle(Option<JoinHandle<()>>);

impl NotifierHandle {
    /// Starts the thread.
    pub(super) fn start(
        database: PathBuf,
        notices: NoticeSender,
        status: watch::Sender<Arc<Status>>,
        closing: Progress,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = move || {
            let changes = status.subscribe();
            let notifier = Notifier {
                database,
                notices,
                status,
                changes,
                asked: None,
                arrivals: None,
                pace: NotificationPace::default(),
                awaited: JoinSet::new(),
            };
            runtime.block_on(notifier.run(&closing));
            // A call of the bus that hangs must not keep the window from closing.
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("notifier".to_owned()).spawn(work)?;
        Ok(Self(Some(thread)))
    }
}

impl Drop for NotifierHandle {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            thread.join().ok();
        }
    }
}

/// The state of the thread.
struct Notifier {
    database: PathBuf,
    notices: NoticeSender,
    status: watch::Sender<Arc<Status>>,
    changes: watch::Receiver<Arc<Status>>,
    /// The filter as the configuration had it at the last look.
    asked: Option<String>,
    /// `None` while notifications are off, or their filter cannot be read.
    arrivals: Option<Arrivals>,
    pace: NotificationPace,
    /// The shown notifications, each until it is clicked or closed.
    awaited: JoinSet<Option<CaptureId>>,
}

impl Notifier {
    async fn run(mut self, closing: &Progress) {
        self.take_configuration().await;
        loop {
            let is_on = self.arrivals.is_some();
            tokio::select! {
                () = closing.cancelled() => return,
                changed = self.changes.changed() => match changed {
                    Ok(()) => self.take_configuration().await,
                    Err(_) => return,
                },
                () = tokio::time::sleep(LOOK_EVERY), if is_on => {}
                Some(ended) = self.awaited.join_next(), if !self.awaited.is_empty() => {
                    if let Ok(Some(id)) = ended
                        && !self.notices.send(Notice::EventWanted { id })
                    {
                        return;
                    }
                }
            }
            self.look();
            self.show_due().await;
        }
    }

    /// Follows `[notify]`, and says in the status what keeps notifications from being shown.
    async fn take_configuration(&mut self) {
        let asked = self.changes.borrow_and_update().config.notify.filter.clone();
        if asked == self.asked {
            return;
        }
        self.asked.clone_from(&asked);
        self.pace = NotificationPace::default();
        self.arrivals = None;
        let Some(text) = asked else { return self.say(None) };
        match Filter::parse(&text, &crate::clock::local_now()) {
            Ok(filter) => {
                self.arrivals = Some(Arrivals::from_now_on(self.database.clone(), filter));
                let trouble = desktop::check(BUS_PATIENCE).await.err();
                self.say(trouble.map(|cause| missing(&cause)));
            }
            Err(error) => {
                let text = format!("cannot notify of events: the filter is mistaken ({error}); correct it here");
                self.say(Some(UserError::of("user_error.notify.filter", text).with("cause", error)));
            }
        }
    }

    /// Notes the events that have newly matched.
    fn look(&mut self) {
        let Some(arrivals) = &mut self.arrivals else { return };
        match arrivals.look() {
            Ok(ids) => self.pace.note(&ids),
            // The settings thread creates and migrates the database, and reports its failures.
            Err(StoreError::Absent { .. } | StoreError::Older { .. } | StoreError::Locked { .. }) => {}
            Err(error) => tracing::warn!("no notification of new events: {error}"),
        }
    }

    async fn show_due(&mut self) {
        let Some((id, count)) = self.pace.due(Instant::now()) else { return };
        let Some(stored) = self.arrivals.as_ref().and_then(|arrivals| arrivals.event(id)) else { return };
        let language = self.changes.borrow().config.look.language();
        let text = desktop::NotificationText::of(&stored.capture, count, language);
        match tokio::time::timeout(BUS_PATIENCE, desktop::show(&text)).await {
            Ok(Ok(shown)) => {
                self.say(None);
                while self.awaited.len() >= MOST_AWAITED {
                    // Which one does not matter: they all have left the screen but the last few.
                    self.awaited.abort_all();
                    while self.awaited.join_next().await.is_some() {}
                }
                self.awaited.spawn(async move { shown.is_clicked().await.then_some(id) });
            }
            Ok(Err(cause)) => self.say(Some(missing(&cause))),
            Err(_) => self.say(Some(missing("it did not answer"))),
        }
    }

    /// Sets what keeps notifications from being shown; the window looks only where that changes.
    fn say(&self, trouble: Option<UserError>) {
        let is_new = self.status.send_if_modified(|status| {
            let is_new = status.notifications != trouble;
            if is_new {
                Arc::make_mut(status).notifications = trouble;
            }
            is_new
        });
        if is_new {
            self.notices.waker.wake();
        }
    }
}

/// The note that the desktop takes no notifications.
fn missing(cause: &str) -> UserError {
    let text = format!(
        "the desktop takes no notifications ({cause}); they appear once its session bus and notification service run"
    );
    UserError::of("user_error.notify.missing", text).with("cause", cause)
}
