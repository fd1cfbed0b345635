//! The relay's task: one connection after the other, the outbox over each, and the claims for the listener.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::asker::{self, AskingSession};
use super::claims::{ClaimBucket, ClaimMap};
use super::messages::Member;
use super::outbox::{Batch, Outbox};
use super::presence::{self, PresenceView};
use super::publisher::{PublishEnd, Publisher};
use super::session::{Session, is_set, servers};
use super::status_sender::StatusSender;
use super::stream_position::{Position, position};
use super::streams;
use super::team_error::TeamError;
use super::team_setup::RelaySetup;
use super::team_status::{ClaimView, TeamRole, TeamStatus};
use crate::capture::CaptureId;
use crate::listener::{Claims, DesktopAsker};
use crate::store::OutboxCursor;

/// Questions that may wait for the asker; beyond that the listener decides by itself.
const QUESTIONS: usize = 1_024;

/// The pause before the next attempt to connect: the first, and the longest.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The interval of reading where nothing announces events: other programs write as well.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The interval of reading while an answer is open, whose record is announced, unless it never comes.
const LOOK_FOR_ANSWER: Duration = Duration::from_millis(250);

/// The pause after the stream has refused an event.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// The time that a relay which is stopped takes to publish the last events.
const LAST_EVENTS: Duration = Duration::from_secs(1);

/// A running relay. Dropping it publishes the last events, within a second, and ends it.
#[derive(Debug)]
pub struct Relay {
    runtime: Arc<Runtime>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    status: watch::Receiver<Arc<TeamStatus>>,
    setup: RelaySetup,
}

impl Relay {
    /// Starts the relay; a broker that cannot be reached is tried again and again.
    pub fn start(setup: RelaySetup, runtime: Arc<Runtime>) -> Result<Self, TeamError> {
        servers(&setup.team.broker)?;
        let status = TeamStatus {
            role: TeamRole::Relay,
            team: setup.team.name.as_str().to_owned(),
            broker: setup.team.broker.name(),
            ..TeamStatus::default()
        };
        let status = StatusSender::new(status, setup.team.waker.clone());
        let (stop, stopped) = watch::channel(false);
        let following = status.subscribe();
        let task = runtime.spawn(RelayTask::new(setup.clone(), status, stopped, &runtime).run());
        Ok(Self { runtime, stop, task: Some(task), status: following, setup })
    }

    /// The state.
    pub fn status(&self) -> watch::Receiver<Arc<TeamStatus>> {
        self.status.clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.setup.desktops.set(None);
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            self.runtime.block_on(async { timeout(2 * LAST_EVENTS, task).await.ok() });
        }
    }
}

/// The state of the task.
struct RelayTask {
    setup: RelaySetup,
    status: StatusSender,
    stopped: watch::Receiver<bool>,
    claims: watch::Sender<Arc<ClaimMap>>,
    asking: watch::Sender<Option<AskingSession>>,
    instance: String,
}

impl RelayTask {
    fn new(setup: RelaySetup, status: StatusSender, stopped: watch::Receiver<bool>, runtime: &Runtime) -> Self {
        let claims = watch::Sender::<Arc<ClaimMap>>::default();
        let asking = watch::Sender::default();
        let (questions, asked) = mpsc::channel(QUESTIONS);
        let (refused, mut refusals) = watch::channel(None);
        runtime.spawn(asker::run(setup.team.name.clone(), asking.subscribe(), asked, refused));
        let named = watch::Sender::<Arc<Claims>>::default();
        setup.desktops.set(Some(DesktopAsker { claims: named.subscribe(), questions }));
        let (mut changed, told) = (claims.subscribe(), status.clone());
        runtime.spawn(async move {
            while changed.changed().await.is_ok() {
                let claims = changed.borrow_and_update().clone();
                named.send_replace(Arc::new(by_openid(&claims)));
                told.change(|status| status.claims = views(&claims, None));
            }
        });
        let told = status.clone();
        runtime.spawn(async move {
            while refusals.changed().await.is_ok() {
                let refused = refusals.borrow_and_update().clone();
                told.change(|status| status.refused = refused);
            }
        });
        let instance = format!("{:016x}", fastrand::u64(..));
        Self { setup, status, stopped, claims, asking, instance }
    }

    async fn run(self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut stopped = self.stopped.clone();
            let opened = tokio::select! {
                opened = Session::open(&self.setup.team.broker, "menuscope relay") => opened,
                () = is_set(&mut stopped) => return,
            };
            match opened {
                Ok(session) => {
                    pause = FIRST_PAUSE;
                    let ended = self.serve(session).await;
                    self.asking.send_replace(None);
                    if *self.stopped.borrow() {
                        return;
                    }
                    if let Err(error) = ended {
                        self.status.away(&error);
                    }
                }
                Err(error) => self.status.away(&error),
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = is_set(&mut stopped) => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Works over one connection until it ends.
    async fn serve(&self, session: Session) -> Result<(), TeamError> {
        let setup = self.setup.clone();
        let broker = setup.team.broker.name();
        let lost = || TeamError::Unreachable { broker: broker.clone(), cause: "the connection has ended".to_owned() };
        let stream = streams::stream(&session, &setup.team, true).await?;
        let bucket = ClaimBucket::new(streams::bucket(&session, &setup.team).await?);
        let (outbox, cursor) = self.begin(&session, &stream).await?;
        self.status.change(|status| cursor.relay.clone_into(&mut status.name));
        self.status.connected(&session.version);
        tracing::info!("relays to team \"{}\" as \"{}\"", setup.team.name.as_str(), cursor.relay);
        let own = watch::Sender::new(presence::member(TeamRole::Relay, &cursor.relay, &self.instance, 0));
        let (here, there) = watch::channel(PresenceView::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(bucket.follow(self.claims.clone()));
        tasks.spawn(presence::run(session.clone(), setup.team.name.clone(), own.subscribe(), here));
        tasks.spawn(show_presence(there, self.status.clone(), None));
        self.asking.send_replace(Some(AskingSession { session: session.clone(), relay: cursor.relay.clone() }));
        tokio::select! {
            ended = self.publish(&session, outbox, cursor, own) => ended,
            failed = tasks.join_next() => Err(failed.and_then(Result::ok).unwrap_or_else(lost)),
            () = session.ended() => Err(lost()),
        }
    }

    /// Opens the outbox and finds out from where on the stream lacks our events.
    async fn begin(
        &self,
        session: &Session,
        stream: &async_nats::jetstream::stream::Stream,
    ) -> Result<(Outbox, OutboxCursor), TeamError> {
        let (database, name) = (self.setup.team.database.clone(), self.setup.team.name.stream());
        let left_open = CaptureId(self.setup.head.borrow().opened_at);
        let outbox = blocking(move || Outbox::open(database, name, left_open)).await?;
        let (outbox, found, last_given) = blocking(move || {
            let (found, last_given) = (outbox.cursor()?, outbox.last_given()?);
            Ok((outbox, found, last_given))
        })
        .await?;
        let age = self.setup.team.limits.age;
        let info = stream.cached_info();
        let created = info.created.unix_timestamp_nanos().to_string();
        let beginning = |outbox: Outbox| blocking(move || outbox.beginning(age).map(|upto| (outbox, upto)));
        let new_name = || format!("{}-{:06x}", self.setup.relay, fastrand::u32(..1 << 24));
        let (outbox, cursor) = match found {
            None => {
                let (outbox, upto) = beginning(outbox).await?;
                (outbox, OutboxCursor { relay: new_name(), upto, sequence: info.state.last_sequence, created })
            }
            Some(known) if known.created != created => {
                tracing::warn!("the broker has none of the events that were published; publishing again what it keeps");
                let (outbox, upto) = beginning(outbox).await?;
                (outbox, OutboxCursor { upto, sequence: 0, created, ..known })
            }
            Some(known) => match position(session, stream, &known).await? {
                // The database was set back, and gives numbers again that others know already.
                Position { id, .. } if id > last_given.0 => {
                    tracing::warn!(
                        "the database is older than what was published from it; publishing under a new name"
                    );
                    let upto = known.upto.min(last_given);
                    (outbox, OutboxCursor { relay: new_name(), upto, sequence: info.state.last_sequence, created })
                }
                Position { id, sequence } => (outbox, OutboxCursor { upto: CaptureId(id), sequence, ..known }),
            },
        };
        let saved = cursor.clone();
        let outbox = blocking(move || {
            let mut outbox = outbox;
            outbox.save(&saved).map(|()| outbox)
        })
        .await?;
        Ok((outbox, cursor))
    }

    /// Publishes what the database has, as it comes.
    async fn publish(
        &self,
        session: &Session,
        mut outbox: Outbox,
        mut cursor: OutboxCursor,
        own: watch::Sender<Member>,
    ) -> Result<(), TeamError> {
        let mut publisher = Publisher::new(session.clone(), self.setup.team.name.clone());
        let mut head = self.setup.head.clone();
        loop {
            head.borrow_and_update();
            let is_last = *self.stopped.borrow();
            let (at, max_payload) = (cursor.clone(), session.client.server_info().max_payload);
            let (read, batch) = blocking(move || {
                if !outbox.is_current() {
                    return Err(TeamError::Store { cause: "the database was replaced".to_owned() });
                }
                outbox.next(&at, max_payload).map(|batch| (outbox, batch))
            })
            .await?;
            outbox = read;
            self.note_lag(&own, batch.behind + batch.messages.len() as u64);
            let published = publisher.publish(&batch.messages).await;
            if let Some(last) = published.count.checked_sub(1).and_then(|last| batch.messages.get(last)) {
                (cursor.upto, cursor.sequence) = (last.id, published.sequence);
                let saved = cursor.clone();
                outbox = blocking(move || outbox.save(&saved).map(|()| outbox)).await?;
                let left = batch.messages.len() - published.count;
                self.note_lag(&own, batch.behind + left as u64);
            }
            match published.end {
                PublishEnd::Done => {
                    self.status.trouble(None);
                    if is_last {
                        return Ok(());
                    }
                    self.wait(&mut head, &batch).await;
                }
                PublishEnd::Interleaved => {}
                PublishEnd::NoStream => {
                    let cause = "it is gone".to_owned();
                    return Err(TeamError::Broker { doing: "find the stream of the team", cause });
                }
                PublishEnd::Failed(_) if is_last || session.has_ended() => return Ok(()),
                PublishEnd::Failed(cause) => {
                    self.status.trouble(Some(TeamError::Broker { doing: "store an event", cause }));
                    sleep(REFUSED_PAUSE).await;
                }
            }
        }
    }

    fn note_lag(&self, own: &watch::Sender<Member>, lag: u64) {
        own.send_modify(|member| member.lag = lag);
        self.status.change(|status| status.lag = lag);
    }

    /// Waits for something to publish.
    async fn wait(&self, head: &mut watch::Receiver<crate::store::StoreHead>, batch: &Batch) {
        if batch.is_full && !batch.waits {
            return;
        }
        let mut stopped = self.stopped.clone();
        tokio::select! {
            changed = head.changed() => if changed.is_err() {
                // The store is closing: what it wrote last is there.
                sleep(Duration::from_millis(20)).await;
            },
            () = sleep(if batch.waits { LOOK_FOR_ANSWER } else { LOOK_AGAIN }) => {}
            () = is_set(&mut stopped) => {}
        }
    }
}

/// Carries out what blocks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TeamError> + Send + 'static,
) -> Result<T, TeamError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(TeamError::Store { cause: error.to_string() }))
}

/// The claims as the listener asks for them.
fn by_openid(claims: &ClaimMap) -> Claims {
    claims.iter().map(|(openid, claim)| (openid.clone(), claim.desktop.clone())).collect()
}

/// The claims as the window shows them.
pub(super) fn views(claims: &ClaimMap, own: Option<&str>) -> std::collections::BTreeMap<String, ClaimView> {
    let view = |desktop: &String| ClaimView { desktop: desktop.clone(), is_ours: own == Some(desktop) };
    claims.iter().map(|(openid, claim)| (openid.clone(), view(&claim.desktop))).collect()
}

/// Shows who is there; never returns while the other side is there.
pub(super) async fn show_presence(
    mut there: watch::Receiver<PresenceView>,
    status: StatusSender,
    twin: Option<TeamError>,
) -> TeamError {
    while there.changed().await.is_ok() {
        let view = there.borrow_and_update().clone();
        if view.has_twin && twin.is_some() {
            status.trouble(twin.clone());
        }
        status.change(|status| status.members = view.members);
    }
    // The task that said who is there has ended, and says why.
    std::future::pending().await
}
