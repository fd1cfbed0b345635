//! One run: sends events at their pace, takes answers as they come, and records everything.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::baseline::baseline;
use super::compare::verdict;
use super::pace::Schedule;
use super::request_builder::{BuiltRequest, RequestBuilder, RequestError};
use super::{ComparableAnswer, ReplayError, ReplayPlan, RunContext, RunEvent, signer};
use crate::account::Account;
use crate::capture::{
    Capture, CaptureId, ForwardProblem, Replay, ReplayMode, ReplayObstacle, ReplayRun, RunEnd, SentRequest,
    ServerAnswer, StoredCapture, StoredReplay, StoredRun, VerdictCounts,
};
use crate::delivery::{HttpClient, Target};
use crate::inspect::reply::lint_server_answer;

/// The number of events in a row without a connection after which the target counts as dead.
const DEAD_AFTER: u32 = 3;

/// The most answers recorded in one transaction.
const BATCH: usize = 128;

/// The longest that answers wait to be recorded, so that a watcher sees them come.
const FLUSH_EVERY: Duration = Duration::from_millis(200);

/// The wait for answers in flight after a run was cancelled.
const GRACE: Duration = Duration::from_secs(1);

/// Sends the plan's events and records the answers. Ends early if it is cancelled or the target is dead; what was done until
/// then is on record.
pub async fn replay(
    plan: &ReplayPlan,
    context: RunContext<'_>,
    notify: &mut dyn FnMut(RunEvent<'_>),
) -> Result<StoredRun, ReplayError> {
    let mut run = ActiveRun::begin(plan, context)?;
    notify(RunEvent::Begun(&run.stored));
    let sent = run.send_all(notify).await;
    let end = match sent {
        Ok(end) => run.wait_for_answers(end, notify).await.map(|()| run.final_end(end)),
        Err(error) => Err(error),
    };
    // Answers from before a failure are recorded too.
    run.flush(notify)?;
    let end = end?;
    run.context.additions.end_run(run.stored.id, end)?;
    Ok(StoredRun { end: Some(end), ..run.stored })
}

/// The state of a run in progress.
struct ActiveRun<'a> {
    plan: &'a ReplayPlan,
    context: RunContext<'a>,
    stored: StoredRun,
    request_builder: RequestBuilder<'a>,
    schedule: Schedule,
    in_flight: JoinSet<SentEvent>,
    /// Answers that are not recorded yet.
    waiting: Vec<(Replay, Option<Arc<ComparableAnswer>>)>,
    flushed: Instant,
    /// The number of events in a row without a connection.
    unreachable_in_a_row: u32,
    /// The number of events with a connection.
    reached: u64,
    /// Accounts whose missing token has been logged.
    without_token: HashSet<String>,
}

/// A sent event with its answers.
struct SentEvent {
    event: CaptureId,
    account: Account,
    before: Option<Arc<ComparableAnswer>>,
    request: SentRequest,
    sent_capture: Option<Capture>,
    created: Option<(String, i64)>,
    answers: Vec<AttemptAnswer>,
}

/// The answer to one attempt and copy.
struct AttemptAnswer {
    attempt: u32,
    copy: u32,
    sent_at: Timestamp,
    answer: ServerAnswer,
}

impl<'a> ActiveRun<'a> {
    fn begin(plan: &'a ReplayPlan, context: RunContext<'a>) -> Result<Self, ReplayError> {
        signer(context.accounts, plan.account.as_deref())?;
        let planned = plan.events.len() as u64 * plan.requests_each();
        context.progress.set_total(planned);
        let run = ReplayRun {
            started_at: now(),
            target: plan.target.as_str().to_owned(),
            mode: plan.mode,
            form: plan.form,
            planned,
            against: plan.against,
        };
        let id = context.additions.begin_run(&run)?;
        Ok(Self {
            plan,
            stored: StoredRun { id, run, end: None, tally: VerdictCounts::default() },
            request_builder: RequestBuilder::new(context.reader, context.accounts.own_mark()),
            context,
            schedule: Schedule::new(plan.pace),
            in_flight: JoinSet::new(),
            waiting: Vec::new(),
            flushed: Instant::now(),
            unreachable_in_a_row: 0,
            reached: 0,
            without_token: HashSet::new(),
        })
    }

    async fn send_all(&mut self, notify: &mut dyn FnMut(RunEvent<'_>)) -> Result<RunEnd, ReplayError> {
        let plan = self.plan;
        for id in &plan.events {
            let Some(event) = self.context.reader.capture(*id)? else {
                tracing::warn!("event {id} has gone since it was chosen, and is left out of the replay");
                self.context.progress.advance(plan.requests_each());
                continue;
            };
            let captured = event.capture.request.received_at;
            let due = self.schedule.due(captured, Instant::now());
            if let Some(end) = self.wait_for_turn(due, notify).await? {
                return Ok(end);
            }
            self.schedule.sent(due.max(self.schedule.due(captured, Instant::now())), captured);
            self.send(&event, notify)?;
        }
        Ok(RunEnd::Finished)
    }

    /// Waits until the next event is due, and takes answers meanwhile. Returns the run's end if it is not to be sent.
    async fn wait_for_turn(
        &mut self,
        due: Instant,
        notify: &mut dyn FnMut(RunEvent<'_>),
    ) -> Result<Option<RunEnd>, ReplayError> {
        let progress = self.context.progress;
        loop {
            if self.unreachable_in_a_row >= DEAD_AFTER {
                return Ok(Some(RunEnd::Dead));
            }
            let has_room = self.in_flight.len() < self.plan.in_flight();
            let flush = self.flushed + FLUSH_EVERY;
            let turn = async {
                tokio::time::sleep_until(due).await;
                progress.may_go_on().await
            };
            tokio::select! {
                biased;
                () = progress.cancelled() => return Ok(Some(RunEnd::Cancelled)),
                Some(sent) = self.in_flight.join_next() => {
                    // A task that was aborted or has panicked has no answer.
                    if let Ok(sent) = sent {
                        self.take(sent, notify)?;
                    }
                }
                () = tokio::time::sleep_until(flush), if !self.waiting.is_empty() => self.flush(notify)?,
                goes_on = turn, if has_room => {
                    return Ok((!goes_on).then_some(RunEnd::Cancelled));
                }
            }
        }
    }

    fn send(&mut self, event: &StoredCapture, notify: &mut dyn FnMut(RunEvent<'_>)) -> Result<(), ReplayError> {
        let plan = self.plan;
        let account = self.account(event);
        let accounts = self.context.accounts;
        let before = baseline(self.context.reader, plan.against, event, self.stored.id, accounts)?.map(Arc::new);
        let id = event.placement.id;
        match self.request_builder.build(event, plan, &account, crate::clock::now()) {
            Ok(BuiltRequest { request, sent_capture, created }) => {
                let (client, target) = (self.context.http_client.clone(), plan.target.clone());
                let (attempts, copies) = (plan.attempts(), plan.burst.get());
                self.in_flight.spawn(async move {
                    let answers = exchange(&client, &request, &target, attempts, copies).await;
                    SentEvent {
                        event: id,
                        account,
                        before,
                        request,
                        sent_capture: Some(sent_capture),
                        created,
                        answers,
                    }
                });
                Ok(())
            }
            Err(RequestError::Store(error)) => Err(error.into()),
            Err(RequestError::Event(why)) => self.take(unmade(event, plan, account, before, why), notify),
        }
    }

    /// The account that the event is signed and encrypted for.
    fn account(&mut self, event: &StoredCapture) -> Account {
        let accounts = self.context.accounts;
        let name = self.plan.account.as_deref().unwrap_or(&event.capture.account);
        let account = accounts.owner(name);
        let signs = self.plan.mode != ReplayMode::Verbatim;
        if signs && account.token().is_none() && self.without_token.insert(account.name.clone()) {
            tracing::warn!(
                "account \"{}\" has no token, so replays are signed with an empty one; give it with --token or in Settings",
                account.name
            );
        }
        account.clone()
    }

    /// Lints and compares the answers to an event.
    fn take(&mut self, sent: SentEvent, notify: &mut dyn FnMut(RunEvent<'_>)) -> Result<(), ReplayError> {
        let SentEvent { event, account, before, request, sent_capture, created, answers } = sent;
        // An event that was not sent says nothing about the target.
        if sent_capture.is_some() {
            let is_unreachable = answers.iter().all(|answer| answer.answer.is_unreachable());
            (self.unreachable_in_a_row, self.reached) =
                if is_unreachable { (self.unreachable_in_a_row + 1, self.reached) } else { (0, self.reached + 1) };
        }
        for AttemptAnswer { attempt, copy, sent_at, mut answer } in answers {
            if let Some(sent_capture) = &sent_capture {
                let elapsed = answer.elapsed;
                lint_server_answer(&mut answer, sent_capture, Some(&account), elapsed);
            }
            let message = account.decrypt_reply(&answer.body);
            let after = ComparableAnswer {
                which: None,
                status: answer.status,
                body: message.clone().unwrap_or_else(|| answer.body.to_vec()),
                is_legal: answer.is_legal(),
            };
            let verdict = verdict(before.as_deref(), &after, &self.plan.ignored);
            let baseline = before.as_ref().and_then(|before| before.which);
            let (run, request, created) = (self.stored.id, request.clone(), created.clone());
            let replayed =
                Replay { run, event, attempt, copy, sent_at, request, answer, message, verdict, baseline, created };
            self.waiting.push((replayed, before.clone()));
        }
        let is_time = self.waiting.len() >= BATCH || self.flushed.elapsed() >= FLUSH_EVERY;
        if is_time { self.flush(notify) } else { Ok(()) }
    }

    /// Records the answers that wait.
    fn flush(&mut self, notify: &mut dyn FnMut(RunEvent<'_>)) -> Result<(), ReplayError> {
        self.flushed = Instant::now();
        let (replays, befores): (Vec<_>, Vec<_>) = self.waiting.drain(..).unzip();
        if replays.is_empty() {
            return Ok(());
        }
        let ids = self.context.additions.record(&replays)?;
        self.context.progress.advance(replays.len() as u64);
        for ((id, replayed), before) in ids.into_iter().zip(replays).zip(befores) {
            self.stored.tally.count(replayed.verdict, replayed.is_legal(), 1);
            let Some(id) = id else {
                tracing::warn!("event {} was removed while it was sent again", replayed.event);
                continue;
            };
            notify(RunEvent::Answered { stored: &StoredReplay { id, replayed }, before: before.as_deref() });
        }
        Ok(())
    }

    /// Waits for the answers in flight, but only for [`GRACE`] if the run ends early.
    async fn wait_for_answers(&mut self, end: RunEnd, notify: &mut dyn FnMut(RunEvent<'_>)) -> Result<(), ReplayError> {
        let progress = self.context.progress;
        let mut deadline = (end != RunEnd::Finished).then(|| Instant::now() + GRACE);
        loop {
            let up = deadline.unwrap_or_else(Instant::now);
            let flush = self.flushed + FLUSH_EVERY;
            tokio::select! {
                biased;
                sent = self.in_flight.join_next() => match sent {
                    Some(Ok(sent)) => self.take(sent, notify)?,
                    Some(Err(_)) => {}
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(flush), if !self.waiting.is_empty() => self.flush(notify)?,
                () = tokio::time::sleep_until(up), if deadline.is_some() => return Ok(()),
                () = progress.cancelled(), if deadline.is_none() => deadline = Some(Instant::now() + GRACE),
            }
        }
    }

    /// Tells whether no event got a connection, or the last ones did not.
    fn is_dead(&self) -> bool {
        self.unreachable_in_a_row >= DEAD_AFTER || (self.unreachable_in_a_row > 0 && self.reached == 0)
    }

    /// The end of the run, which is [`RunEnd::Dead`] also if fewer than [`DEAD_AFTER`] events were sent and none got a connection.
    fn final_end(&self, end: RunEnd) -> RunEnd {
        match end {
            RunEnd::Finished
                if self.stored.tally.sent + self.waiting.len() as u64 == self.stored.run.planned && !self.is_dead() =>
            {
                end
            }
            RunEnd::Finished if self.context.progress.is_cancelled() => RunEnd::Cancelled,
            RunEnd::Finished if self.is_dead() => RunEnd::Dead,
            end => end,
        }
    }
}

/// The time to the microsecond, as it is recorded.
fn now() -> Timestamp {
    let now = crate::clock::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// Sends one attempt after the other, and the copies of each at once.
async fn exchange(
    client: &HttpClient,
    request: &SentRequest,
    target: &Target,
    attempts: u32,
    copies: u32,
) -> Vec<AttemptAnswer> {
    let mut answers = Vec::new();
    for attempt in 1..=attempts {
        let mut burst = JoinSet::new();
        for copy in 1..=copies {
            let (client, request, target) = (client.clone(), request.clone(), target.clone());
            burst.spawn(async move {
                let sent_at = now();
                AttemptAnswer { attempt, copy, sent_at, answer: client.resend(&request, &target).await }
            });
        }
        let mut burst = burst.join_all().await;
        burst.sort_by_key(|answer| answer.copy);
        answers.extend(burst);
    }
    answers
}

/// The record of an event whose request cannot be built: no chosen event is dropped silently.
fn unmade(
    event: &StoredCapture,
    plan: &ReplayPlan,
    account: Account,
    before: Option<Arc<ComparableAnswer>>,
    why: ReplayObstacle,
) -> SentEvent {
    let captured = &event.capture.request;
    let url = plan.target.url(captured.path(), captured.query());
    let request = SentRequest {
        method: captured.method.clone(),
        target: captured.target.clone(),
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    let answer = |attempt: u32, copy: u32| AttemptAnswer {
        attempt,
        copy,
        sent_at: now(),
        answer: ServerAnswer::unsent(url.clone(), ForwardProblem::Unmade { why }),
    };
    let answers = (1..=plan.attempts()).flat_map(|attempt| (1..=plan.burst.get()).map(move |copy| (attempt, copy)));
    let answers = answers.map(|(attempt, copy)| answer(attempt, copy)).collect();
    SentEvent { event: event.placement.id, account, before, request, sent_capture: None, created: None, answers }
}
