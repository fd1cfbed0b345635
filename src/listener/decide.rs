//! Which answer a push gets: a person's, the first rule's that matches, the developer's own server's, else the default.
//!
//! ```text
//! committed ─► held? ─► first rule ─► forward ─► default      each within the budget
//!                                        │
//!                                        └─► address, seal, spoil on purpose, lint ─► Answer
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout_at};

use super::answer::Answer;
use super::connection::{End, Origin};
use super::crafting::Crafting;
use super::held::{Crafted, HeldPush, HeldReply, Holding, Verdict};
use super::seal::sealed;
use crate::account::{Account, Accounts};
use crate::capture::{Capture, Forwarded, Placement, ReplyEnd, ReplySource};
use crate::filter::Subject;
use crate::inspect::Sealing;
use crate::judge::judge;
use crate::rules::{Response, Rule};
use crate::store::StoreHandle;
use crate::wechat::fault::Fault;
use crate::wechat::lint::{Answered, Code, Finding, WECHAT_LIMIT_MS};
use crate::wechat::message::Message;
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::{Format, Tree};

/// WeChat closes after 5 s; many tunnels never pass that on, so that a silent wait is ended here.
const SILENCE: Duration = Duration::from_secs(6);

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// One push, and all that its answer depends on.
#[derive(Clone)]
pub(super) struct Push {
    pub(super) crafting: Crafting,
    pub(super) store: StoreHandle,
    pub(super) accounts: Arc<Accounts>,
    pub(super) capture: Arc<Capture>,
    pub(super) placement: Placement,
    pub(super) sealing: Option<Sealing>,
    pub(super) origin: Origin,
    /// Turns true when the listener stops.
    pub(super) stopping: watch::Receiver<bool>,
    /// Where the listener is, which must not be forwarded to.
    pub(super) listens_at: SocketAddr,
    /// When its first byte came.
    pub(super) began: Instant,
    /// When the answer has to leave.
    pub(super) deadline: Instant,
}

/// What is to be answered, before it is addressed, sealed and spoiled.
pub(super) struct Choice {
    pub(super) what: What,
    pub(super) source: ReplySource,
    pub(super) fault: Option<Fault>,
    pub(super) forwarded: Option<Box<Forwarded>>,
    /// What went wrong on the way.
    pub(super) findings: Vec<Finding>,
}

/// The substance of a choice.
pub(super) enum What {
    /// A reply of our own, with this status.
    Reply(PassiveReply, Option<u16>),
    /// What the developer's own server answered.
    PassedOn(Answer),
    /// Nothing: the exchange has ended so.
    Nothing(ReplyEnd),
}

/// How waiting came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    Over,
    HungUp,
    Stopping,
}

impl Choice {
    pub(super) fn default_answer() -> Self {
        Self::of(What::Reply(PassiveReply::Success, None), ReplySource::Default)
    }

    pub(super) fn nothing(end: ReplyEnd) -> Self {
        Self::of(What::Nothing(end), ReplySource::None)
    }

    pub(super) fn of(what: What, source: ReplySource) -> Self {
        Self { what, source, fault: None, forwarded: None, findings: Vec::new() }
    }

    fn crafted(crafted: Crafted) -> Self {
        let Crafted { reply, fault } = crafted;
        Self { fault, ..Self::of(What::Reply(reply, None), ReplySource::Held) }
    }
}

impl Push {
    /// Decides, and makes the answer ready to be handed over.
    pub(super) async fn answer(mut self) -> Answer {
        let mut choice = self.choose().await;
        if !matches!(choice.what, What::Nothing(_))
            && let Some(fault) = self.crafting.armed.take(self.placement.attempt)
        {
            (choice.fault, choice.source) = (Some(fault), ReplySource::Held);
        }
        let end = match choice.fault {
            Some(Fault::Unanswered { attempts }) if self.placement.attempt <= attempts => {
                choice = self.silence().await;
                ReplyEnd::Silent
            }
            Some(Fault::Late { ms }) => self.be_late(ms, &mut choice).await,
            Some(Fault::Cut) => ReplyEnd::Cut,
            Some(Fault::Reset) => {
                self.origin.end(End::Reset);
                ReplyEnd::Reset
            }
            _ => ReplyEnd::Answered,
        };
        let mut answer = self.made(choice);
        if answer.end == ReplyEnd::Answered && answer.status.is_some() {
            answer.end = end;
        }
        answer
    }

    fn subject(&self) -> Subject<'_> {
        Subject::arriving(&self.capture, self.placement)
    }

    pub(super) fn account(&self) -> &Account {
        self.accounts.named(&self.capture.account).unwrap_or_else(|| self.accounts.default_account())
    }

    async fn choose(&mut self) -> Choice {
        let push = HeldPush { placement: self.placement, began: self.began, deadline: self.deadline };
        match self.crafting.held.hold(&self.subject(), push) {
            Holding::Prepared(crafted) => return Choice::crafted(crafted),
            Holding::Waits(reply) => return self.held(reply).await,
            Holding::No => {}
        }
        let rules = self.crafting.rules.borrow().clone();
        match rules.first_match(&self.subject()) {
            Some(rule) => self.by_rule(rule).await,
            None => self.forward_by_default().await,
        }
    }

    async fn held(&mut self, mut reply: HeldReply) -> Choice {
        self.store.record_held(self.placement.id);
        let verdict = tokio::select! {
            verdict = reply.verdict() => verdict,
            () = sleep_until(self.deadline.into()) => Verdict::Default,
            () = self.origin.hung_up() => return self.hung_up(),
        };
        drop(reply);
        match verdict {
            Verdict::Send(crafted) => Choice::crafted(crafted),
            Verdict::Default => Choice::default_answer(),
            Verdict::LetRetry => self.silence().await,
        }
    }

    async fn by_rule(&mut self, rule: &Rule) -> Choice {
        let mut choice = match &rule.response {
            Response::Default => Choice::of(What::Reply(PassiveReply::Success, None), rule_source(rule)),
            Response::Hold => {
                let push = HeldPush { placement: self.placement, began: self.began, deadline: self.deadline };
                match self.crafting.held.hold_by_rule(push) {
                    Holding::Waits(reply) => self.held(reply).await,
                    Holding::No | Holding::Prepared(_) => Choice::default_answer(),
                }
            }
            Response::Forward(to) => self.forward(Some(to)).await,
            Response::Reply(_) => self.rendered(rule).await,
        };
        if !choice.findings.iter().any(|finding| finding.code == Code::RuleFailed) {
            self.crafting.note_fired(&rule.name, None);
        }
        if let What::Reply(_, status) = &mut choice.what {
            *status = rule.status;
        }
        choice.fault = choice.fault.or(rule.fault);
        if rule.delay_ms > 0 && !matches!(choice.what, What::Nothing(_)) {
            let until = (Instant::now() + Duration::from_millis(rule.delay_ms.into())).min(self.deadline);
            if self.wait(until).await == Waited::HungUp {
                return self.hung_up();
            }
        }
        choice
    }

    /// The rule's reply with its templates filled in, or the default with the reason.
    async fn rendered(&self, rule: &Rule) -> Choice {
        let (rules, capture) = (self.crafting.rules.borrow().clone(), Arc::clone(&self.capture));
        let (rule_again, placement) = (rule.clone(), self.placement);
        let rendering =
            tokio::task::spawn_blocking(move || rules.render(&rule_again, &Subject::arriving(&capture, placement)));
        let (reason, failure) = match timeout_at(self.deadline.into(), rendering).await {
            Ok(Ok(Ok(reply))) if reply.needs_address() && self.address().is_none() => {
                ("the push does not say whom to answer".to_owned(), None)
            }
            Ok(Ok(Ok(reply))) => return Choice::of(What::Reply(reply, None), rule_source(rule)),
            Ok(Ok(Err(error))) => (error.to_string(), Some((&error).into())),
            Ok(Err(_)) | Err(_) => ("its template took too long".to_owned(), None),
        };
        tracing::error!("the rule \"{}\" could not answer event {}: {reason}", rule.name, self.placement.id);
        self.crafting.note_fired(&rule.name, failure);
        let failed = Finding::new(Code::RuleFailed).with("rule", &rule.name).with("reason", reason);
        Choice { findings: vec![failed], ..Choice::default_answer() }
    }

    /// Leaves this attempt unanswered, until WeChat or we close.
    async fn silence(&mut self) -> Choice {
        match self.wait(self.began + SILENCE).await {
            Waited::HungUp => self.hung_up(),
            Waited::Over => {
                self.origin.end(End::Closed);
                Choice::nothing(ReplyEnd::Silent)
            }
            Waited::Stopping => Choice::default_answer(),
        }
    }

    /// Waits until WeChat has given up, and a little more.
    async fn be_late(&mut self, ms: u32, choice: &mut Choice) -> ReplyEnd {
        let late = self.began + Duration::from_millis(WECHAT_LIMIT_MS + u64::from(ms));
        if self.wait(late).await == Waited::HungUp {
            *choice = self.hung_up();
        }
        ReplyEnd::Answered
    }

    pub(super) fn hung_up(&self) -> Choice {
        // Whoever closed only its sending half would otherwise take for an answer what is not recorded as one.
        self.origin.end(End::Closed);
        Choice::nothing(ReplyEnd::HungUp)
    }

    async fn wait(&mut self, until: Instant) -> Waited {
        tokio::select! {
            () = sleep_until(until.into()) => Waited::Over,
            () = self.origin.hung_up() => Waited::HungUp,
            // A sender that is gone means the same.
            _ = self.stopping.wait_for(|stopping| *stopping) => Waited::Stopping,
        }
    }

    /// Whom the answer goes to, if the push says so.
    fn address(&self) -> Option<Address> {
        let tree = Tree::parse(self.capture.message()).ok()?;
        Address::answering(&Message::decode(&tree), Timestamp::now().as_second())
    }

    fn made(&self, choice: Choice) -> Answer {
        let Choice { what, source, fault, forwarded, findings } = choice;
        let mut answer = match what {
            What::Nothing(end) => Answer::none(end),
            What::PassedOn(answer) => match fault {
                Some(fault) => self.written(&read_back(&answer.body), answer.status, Some(fault)),
                None => answer,
            },
            What::Reply(reply, status) => {
                let status = status.and_then(|status| StatusCode::from_u16(status).ok());
                self.written(&reply, status.or(Some(StatusCode::OK)), fault)
            }
        };
        (answer.source, answer.forwarded) = (source, forwarded);
        answer.lint.extend(findings);
        self.judge(&mut answer);
        answer
    }

    /// The reply in bytes: addressed, spoiled where asked for, sealed where the push was.
    fn written(&self, reply: &PassiveReply, status: Option<StatusCode>, fault: Option<Fault>) -> Answer {
        let format = self.capture.format();
        let address = self.address().unwrap_or(Address {
            to_user: String::new(),
            from_user: String::new(),
            create_time: Timestamp::now().as_second(),
        });
        let is_message = fault.map_or(reply.needs_address(), |fault| fault.carrier(reply).needs_address());
        let sealing = self.sealing.as_ref().filter(|_| is_message);
        let body = match fault {
            // What stands before a sealed reply stands before its envelope.
            Some(Fault::Bom) if sealing.is_some() => reply.to_bytes(&address, format),
            Some(fault) => fault.spoil(reply, &address, format),
            None => reply.to_bytes(&address, format),
        };
        let sealed = sealing.and_then(|sealing| sealed(&body, self.account(), sealing, format, fault));
        let content_type = match format {
            _ if !is_message => TEXT,
            Format::Xml => XML,
            Format::Json => JSON,
        };
        Answer { status, body: body.into(), sealed: sealed.map(Bytes::from), content_type, ..Answer::success() }
    }

    /// What WeChat will make of it. The default is known to be legal.
    fn judge(&self, answer: &mut Answer) {
        let Some(status) = answer.status else { return };
        let elapsed = self.began.elapsed();
        let elapsed_ms = elapsed.as_millis() as u64;
        if answer.source == ReplySource::Default && elapsed_ms <= WECHAT_LIMIT_MS {
            return;
        }
        let answered = Answered { status: status.as_u16(), body: answer.wire(), elapsed_ms: Some(elapsed_ms) };
        let report = judge(&answered, &self.capture, Some(self.account()));
        answer.lint.splice(0..0, report.findings);
    }
}

fn rule_source(rule: &Rule) -> ReplySource {
    ReplySource::Rule(rule.name.clone())
}

fn read_back(body: &Bytes) -> PassiveReply {
    PassiveReply::read(body).unwrap_or_else(|| PassiveReply::Raw(body.to_vec()))
}
