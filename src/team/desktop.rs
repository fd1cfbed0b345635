//! The desktop's task: one connection after the other, each with its consumer, its questions, and its claims.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::Stream;
use bytes::Bytes;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, sleep, timeout};

use super::claims::{ClaimBucket, ClaimMap, RENEWAL};
use super::messages::{Instance, who_headers};
use super::own_taps::{self, OwnTaps};
use super::presence::{self, PresenceView};
use super::receiver::{self, Receiver, known_position};
use super::relay::{FIRST_PAUSE, LONGEST_PAUSE, blocking, show_presence, views};
use super::session::{Session, is_set, servers};
use super::status_sender::StatusSender;
use super::streams::{self, failed};
use super::taps::Taps;
use super::team_error::TeamError;
use super::team_setup::DesktopSetup;
use super::team_status::{DesktopCommand, TeamRole, TeamStatus};
use crate::capture::CaptureId;
use crate::store::{BulkWriter, OutboxCursor, Reader};

/// Commands that may wait.
const COMMANDS: usize = 64;

/// The time that another process of the same name has to answer.
const TWIN_PATIENCE: Duration = Duration::from_millis(500);

/// The time that a desktop which leaves takes at most.
const LEAVING: Duration = Duration::from_secs(2);

/// A desktop in its team. Dropping it leaves; its claims stay for a day.
#[derive(Debug)]
pub struct Desktop {
    runtime: Arc<Runtime>,
    stop: watch::Sender<bool>,
    commands: mpsc::Sender<DesktopCommand>,
    task: Option<JoinHandle<()>>,
    status: watch::Receiver<Arc<TeamStatus>>,
}

impl Desktop {
    /// Joins the team, as soon as the broker is there.
    pub fn start(mut setup: DesktopSetup, runtime: Arc<Runtime>) -> Result<Self, TeamError> {
        servers(&setup.team.broker)?;
        let status = TeamStatus {
            role: TeamRole::Desktop,
            team: setup.team.name.as_str().to_owned(),
            name: setup.desktop.clone(),
            broker: setup.team.broker.name(),
            claims_next: setup.claims_next,
            ..TeamStatus::default()
        };
        let status = StatusSender::new(status, setup.team.waker.clone());
        let following = status.subscribe();
        let (stop, stopped) = watch::channel(false);
        setup.answering.stopping = stopped.clone();
        let (commands, asked) = mpsc::channel(COMMANDS);
        let task = DesktopTask {
            taps: Arc::new(Mutex::new(Taps::new(setup.claims.clone(), setup.claims_next))),
            claims: watch::Sender::default(),
            armed_after: watch::Sender::default(),
            has_joined: watch::Sender::default(),
            instance: format!("{:016x}", fastrand::u64(..)),
            setup,
            status,
            stopped,
        };
        let task = runtime.spawn(task.run(asked));
        Ok(Self { runtime, stop, commands, task: Some(task), status: following })
    }

    /// The state.
    pub fn status(&self) -> watch::Receiver<Arc<TeamStatus>> {
        self.status.clone()
    }

    /// Queues a command without waiting. `false`: the queue is full.
    pub fn command(&self, command: DesktopCommand) -> bool {
        self.commands.try_send(command).is_ok()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            self.runtime.block_on(async { timeout(LEAVING, task).await.ok() });
        }
    }
}

/// The state of the task.
struct DesktopTask {
    setup: DesktopSetup,
    status: StatusSender,
    stopped: watch::Receiver<bool>,
    taps: Arc<Mutex<Taps>>,
    claims: watch::Sender<Arc<ClaimMap>>,
    armed_after: watch::Sender<u64>,
    has_joined: watch::Sender<bool>,
    instance: String,
}

impl DesktopTask {
    async fn run(self, mut commands: mpsc::Receiver<DesktopCommand>) {
        let mut pause = FIRST_PAUSE;
        let mut stopped = self.stopped.clone();
        loop {
            let attempt = async {
                match Session::open(&self.setup.team.broker, "menuscope desktop").await {
                    Ok(session) => self.serve(session, &mut commands, &mut pause).await,
                    Err(error) => Err(error),
                }
            };
            let ended = tokio::select! {
                ended = attempt => ended,
                () = is_set(&mut stopped) => return,
            };
            self.has_joined.send_replace(false);
            if let Err(error) = ended {
                self.status.away(&error);
            }
            let pausing = sleep(pause);
            tokio::pin!(pausing);
            pause = (pause * 2).min(LONGEST_PAUSE);
            loop {
                tokio::select! {
                    () = &mut pausing => break,
                    command = commands.recv() => match command {
                        Some(command) => self.note(&command).await,
                        None => return,
                    },
                    () = is_set(&mut stopped) => return,
                }
            }
        }
    }

    /// Works over one connection until it ends.
    async fn serve(
        &self,
        session: Session,
        commands: &mut mpsc::Receiver<DesktopCommand>,
        pause: &mut Duration,
    ) -> Result<(), TeamError> {
        let DesktopSetup { team, desktop, store, answering, .. } = self.setup.clone();
        let lost =
            || TeamError::Unreachable { broker: team.broker.name(), cause: "the connection has ended".to_owned() };
        let questions = session.client.subscribe(team.name.answer(&desktop)).await;
        let questions = questions.map_err(|error| failed("hear questions")(&error))?;
        let own_taps = Arc::new(OwnTaps {
            desktop: desktop.clone(),
            instance: self.instance.clone(),
            has_joined: self.has_joined.subscribe(),
            context: answering,
            taps: Arc::clone(&self.taps),
            status: self.status.clone(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(own_taps::run(own_taps, session.clone(), questions));
        self.refuse_twin(&session).await?;
        let stream = streams::stream(&session, &team, false).await?;
        let bucket = ClaimBucket::new(streams::bucket(&session, &team).await?);
        self.agree(&bucket).await?;
        self.arm(&stream).await;
        let key = format!("{}/desktop", team.name.stream());
        let position = known_position(&stream, position(team.database.clone(), key.clone()).await?);
        let consumer = receiver::consumer(&stream, &team, &desktop, &position).await?;
        let own = watch::Sender::new(presence::member(TeamRole::Desktop, &desktop, &self.instance, 0));
        let (here, there) = watch::channel(PresenceView::default());
        let twin = TeamError::NameTaken { team: team.name.as_str().to_owned(), desktop: desktop.clone() };
        tasks.spawn(bucket.clone().follow(self.claims.clone()));
        tasks.spawn(presence::run(session.clone(), team.name.clone(), own.subscribe(), here));
        tasks.spawn(show_presence(there, self.status.clone(), Some(twin)));
        let receiver = Receiver {
            store,
            status: self.status.clone(),
            desktop: desktop.clone(),
            bucket: bucket.clone(),
            claims: self.claims.subscribe(),
            taps: Arc::clone(&self.taps),
            armed_after: self.armed_after.subscribe(),
            own,
            stream: key,
            position,
        };
        receiver.note_missing(&stream);
        tasks.spawn(receiver.run(session.clone(), consumer));
        self.has_joined.send_replace(true);
        *pause = FIRST_PAUSE;
        self.status.connected(&session.version);
        tracing::info!("joined team \"{}\" as \"{desktop}\"", team.name.as_str());
        let mut claims = self.claims.subscribe();
        let mut renewal = interval(RENEWAL);
        renewal.reset();
        loop {
            tokio::select! {
                failed = tasks.join_next() => return Err(failed.and_then(Result::ok).unwrap_or_else(lost)),
                () = session.ended() => return Err(lost()),
                _ = claims.changed() => {
                    let claims = Arc::clone(&claims.borrow_and_update());
                    self.note_claims(&claims).await;
                }
                _ = renewal.tick() => self.renew(&bucket).await,
                command = commands.recv() => match command {
                    Some(command) => self.carry_out(command, &bucket, &stream).await,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Fails where another process has this desktop's name.
    async fn refuse_twin(&self, session: &Session) -> Result<(), TeamError> {
        let subject = self.setup.team.name.answer(&self.setup.desktop);
        let ask = async {
            let inbox = session.client.new_inbox();
            let mut answers = session.client.subscribe(inbox.clone()).await.ok()?;
            let headers = who_headers(&self.instance);
            session.client.publish_with_reply_and_headers(subject, inbox, headers, Bytes::new()).await.ok()?;
            loop {
                use futures_util::StreamExt as _;
                let message = answers.next().await?;
                let Ok(other) = serde_json::from_slice::<Instance>(&message.payload) else { continue };
                // Of two that come at once, one goes on.
                if other.has_joined || other.instance < self.instance {
                    return Some(());
                }
            }
        };
        match timeout(TWIN_PATIENCE, ask).await {
            Ok(Some(())) => Err(TeamError::NameTaken {
                team: self.setup.team.name.as_str().to_owned(),
                desktop: self.setup.desktop.clone(),
            }),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// Brings the bucket and what is wanted here to agree.
    async fn agree(&self, bucket: &ClaimBucket) -> Result<(), TeamError> {
        let claims = bucket.load().await?;
        let mut taps = self.taps.lock().await;
        let changes = taps.agree(&claims, &self.setup.desktop);
        for openid in &changes.claim {
            let revision = bucket.claim(openid, &self.setup.desktop).await?;
            taps.note_claimed(openid, revision);
        }
        for openid in &changes.release {
            bucket.release(openid).await?;
            taps.note_released(openid);
        }
        drop(taps);
        self.tell_taken(changes.taken);
        Ok(())
    }

    /// Lets the next tap count from here on, where one is waited for.
    async fn arm(&self, stream: &Stream) {
        if self.taps.lock().await.claims_next {
            let last = stream
                .get_info()
                .await
                .map_or(stream.cached_info().state.last_sequence, |info| info.state.last_sequence);
            self.armed_after.send_replace(last);
        }
    }

    async fn note_claims(&self, claims: &ClaimMap) {
        let taken = self.taps.lock().await.note(claims, &self.setup.desktop);
        self.tell_taken(taken);
        let views = views(claims, Some(&self.setup.desktop));
        self.status.change(|status| status.claims = views);
    }

    fn tell_taken(&self, taken: Vec<(String, String)>) {
        for (openid, desktop) in taken {
            tracing::warn!("desktop \"{desktop}\" has claimed {openid}, which was this desktop's");
            self.status.change(|status| status.taken = Some((openid, desktop)));
        }
    }

    async fn renew(&self, bucket: &ClaimBucket) {
        let claims = self.claims.borrow().clone();
        for (openid, claim) in claims.iter().filter(|(_, claim)| claim.desktop == self.setup.desktop) {
            bucket.renew(openid, claim).await;
        }
    }

    /// Notes a command while the broker is away.
    async fn note(&self, command: &DesktopCommand) {
        let mut taps = self.taps.lock().await;
        match command {
            DesktopCommand::Claim { openid } => taps.claim(openid),
            DesktopCommand::Release { openid } => taps.release(openid),
            DesktopCommand::ClaimNext { is_on } => taps.claims_next = *is_on,
        }
        let claims_next = taps.claims_next;
        self.status.change(|status| status.claims_next = claims_next);
    }

    async fn carry_out(&self, command: DesktopCommand, bucket: &ClaimBucket, stream: &Stream) {
        if let DesktopCommand::ClaimNext { is_on: true } = command {
            self.taps.lock().await.claims_next = true;
            self.arm(stream).await;
        }
        self.note(&command).await;
        let done = match &command {
            DesktopCommand::Claim { openid } => match bucket.claim(openid, &self.setup.desktop).await {
                Ok(revision) => {
                    self.taps.lock().await.note_claimed(openid, revision);
                    Ok(())
                }
                Err(error) => Err(error),
            },
            DesktopCommand::Release { openid } => {
                let released = bucket.release(openid).await;
                if released.is_ok() {
                    self.taps.lock().await.note_released(openid);
                }
                released
            }
            DesktopCommand::ClaimNext { .. } => Ok(()),
        };
        if let Err(error) = done {
            self.status.trouble(Some(error));
        }
    }
}

/// The position up to which this database has received the stream, and the name of its consumer, which it keeps.
async fn position(database: PathBuf, key: String) -> Result<OutboxCursor, TeamError> {
    blocking(move || {
        if let Some(known) = Reader::open(&database)?.outbox(&key)? {
            return Ok(known);
        }
        let relay = format!("{:08x}", fastrand::u32(..));
        let cursor = OutboxCursor { relay, upto: CaptureId(0), sequence: 0, created: String::new() };
        BulkWriter::open(&database)?.set_outbox(&key, &cursor)?;
        Ok(cursor)
    })
    .await
}
