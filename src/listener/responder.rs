//! Decides the reply to one push: the desktop's that has claimed the user, a person's, the first matching rule's, the developer's own server's, else the default.
//!
//! ```text
//! committed ─► desktop? ─► held? ─► first rule ─► forward ─► default      each within the budget
//!                  └─────────┴─────────┴────────────┴──────────┴──► ReplyDecision ─► fault of time ─► assembly ─► Answer
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep_until, timeout_at};

use super::connection::{ConnectionEnd, Origin};
use super::held::{HeldDecision, HeldPush, HoldGuard, HoldOutcome, ManualReply};
use super::http_answer::Answer;
use super::reply_policy::ReplyPolicy;
use crate::account::{Account, Accounts};
use crate::capture::{Capture, Placement, ReplyEnd, ReplySource, ServerAnswer};
use crate::filter::Subject;
use crate::inspect::ReplyEncryption;
use crate::rules::{Response, Rule};
use crate::store::StoreHandle;
use crate::wechat::fault::Fault;
use crate::wechat::lint::{LintCode, LintFinding, WECHAT_LIMIT_MS};
use crate::wechat::reply::PassiveReply;
use crate::wechat::tree::Tree;

mod assembly;
mod by_desktop;
mod encryption;
mod forwarding;

/// The end of a silent wait: WeChat closes after 5 s, but many tunnels never pass that on.
const SILENCE: Duration = Duration::from_secs(6);

/// One push with everything that its reply depends on; decides and assembles the answer.
pub(super) struct Responder {
    pub(super) policy: ReplyPolicy,
    pub(super) store: StoreHandle,
    pub(super) accounts: Arc<Accounts>,
    pub(super) capture: Arc<Capture>,
    /// The capture's message, parsed by [`inspect`](crate::inspect::inspect).
    pub(super) tree: Option<Arc<Tree<'static>>>,
    pub(super) placement: Placement,
    pub(super) encryption: Option<ReplyEncryption>,
    /// `None` for a push that a relay has received.
    pub(super) origin: Option<Origin>,
    /// Turns true when the listener stops.
    pub(super) stopping: watch::Receiver<bool>,
    /// The listener's own address, which must not be forwarded to.
    pub(super) own_address: SocketAddr,
    /// The time of the request's first byte.
    pub(super) began: Instant,
    /// The time by which the answer has to leave.
    pub(super) deadline: Instant,
}

/// The decision on a reply, before it is addressed and encrypted and its fault injected.
pub(super) struct ReplyDecision {
    pub(super) content: ReplyContent,
    source: ReplySource,
    /// The status that a rule asks for; else it is 200, or that of the developer's own server.
    pub(super) status: Option<u16>,
    pub(super) fault: Option<Fault>,
    forwarded: Option<Box<ServerAnswer>>,
    /// Findings about the decision itself, such as a rule that failed.
    findings: Vec<LintFinding>,
}

/// The content of a decision.
pub(super) enum ReplyContent {
    /// A reply made here.
    Reply(PassiveReply),
    /// The answer of the developer's own server.
    ServerAnswer(Answer),
    /// No answer: the exchange has ended this way.
    Nothing(ReplyEnd),
}

/// The end of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitEnd {
    Over,
    HungUp,
    Stopping,
}

impl ReplyDecision {
    fn default_answer() -> Self {
        Self::of(ReplyContent::Reply(PassiveReply::Success), ReplySource::Default)
    }

    fn nothing(end: ReplyEnd) -> Self {
        Self::of(ReplyContent::Nothing(end), ReplySource::None)
    }

    fn of(content: ReplyContent, source: ReplySource) -> Self {
        Self { content, source, status: None, fault: None, forwarded: None, findings: Vec::new() }
    }

    fn manual(manual: ManualReply) -> Self {
        let ManualReply { reply, fault } = manual;
        Self { fault, ..Self::of(ReplyContent::Reply(reply), ReplySource::Held) }
    }
}

impl Responder {
    /// Decides the reply and assembles the answer.
    pub(super) async fn answer(mut self) -> Answer {
        let mut decision = self.decide().await;
        if matches!(decision.content, ReplyContent::Nothing(_)) {
            // Nothing is left to inject a fault into.
            decision.fault = None;
            return self.assemble(decision);
        }
        decision.fault = self.policy.armed_fault.take(self.placement.attempt).or(decision.fault);
        self.inject_before_assembly(&mut decision).await;
        self.assemble(decision)
    }

    /// Injects the fault of a decision if it is one of time or connection. Its source stays what decided.
    async fn inject_before_assembly(&mut self, decision: &mut ReplyDecision) {
        match decision.fault {
            Some(Fault::Unanswered { attempts }) if self.placement.attempt <= attempts => {
                let ReplyDecision { content, source, .. } = self.silence().await;
                let is_silent = matches!(content, ReplyContent::Nothing(_));
                decision.content = content;
                if !is_silent {
                    // The listener stops: the default goes out.
                    (decision.source, decision.fault) = (source, None);
                }
            }
            // This attempt is answered.
            Some(Fault::Unanswered { .. }) => decision.fault = None,
            Some(Fault::Late { ms }) => match self.wait_past_limit(ms).await {
                WaitEnd::Over => {}
                WaitEnd::HungUp => decision.content = self.hung_up().content,
                // Not late after all.
                WaitEnd::Stopping => decision.fault = None,
            },
            Some(Fault::Reset) => {
                self.end(ConnectionEnd::Reset);
                decision.content = ReplyContent::Nothing(ReplyEnd::Reset);
            }
            _ => {}
        }
    }

    fn subject(&self) -> Subject<'_> {
        Subject::arriving(&self.capture, self.placement).with_tree(self.tree.as_deref())
    }

    fn account(&self) -> &Account {
        self.accounts.owner(&self.capture.account)
    }

    pub(super) async fn decide(&mut self) -> ReplyDecision {
        if let Some(decision) = self.by_desktop().await {
            return decision;
        }
        // Without time left, only what needs no waiting can be answered.
        if Instant::now() < self.deadline {
            let push = HeldPush { placement: self.placement, began: self.began, deadline: self.deadline };
            match self.policy.held.hold(&self.subject(), push) {
                HoldOutcome::Prepared(reply) => return ReplyDecision::manual(reply),
                HoldOutcome::Waits(guard) => return self.held(guard).await,
                HoldOutcome::No => {}
            }
        }
        let rules = self.policy.rules.borrow().clone();
        match rules.first_match(&self.subject()) {
            Some(rule) => self.by_rule(rule).await,
            None => self.forward_by_default().await,
        }
    }

    async fn held(&mut self, mut guard: HoldGuard) -> ReplyDecision {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.store.record_held(self.placement.id, crate::clock::now() + left);
        let held_decision = tokio::select! {
            held_decision = guard.decision() => held_decision,
            () = sleep_until(self.deadline.into()) => self.policy.held.expire(self.placement.id),
            () = client_hung_up(self.origin.as_ref()) => return self.hung_up(),
        };
        drop(guard);
        match held_decision {
            HeldDecision::Send(reply) => ReplyDecision::manual(reply),
            HeldDecision::Default => ReplyDecision::default_answer(),
            HeldDecision::LetRetry => self.silence().await,
        }
    }

    /// The rule's response. A default with the rule's status counts as the rule's.
    async fn by_rule(&mut self, rule: &Rule) -> ReplyDecision {
        let mut decision = match &rule.response {
            Response::Default => ReplyDecision::of(ReplyContent::Reply(PassiveReply::Success), rule_source(rule)),
            Response::Hold => {
                let push = HeldPush { placement: self.placement, began: self.began, deadline: self.deadline };
                match self.policy.held.hold_by_rule(push) {
                    HoldOutcome::Waits(guard) => self.held(guard).await,
                    HoldOutcome::No | HoldOutcome::Prepared(_) => ReplyDecision::default_answer(),
                }
            }
            Response::Forward(to) => self.forward(Some(to)).await,
            Response::Reply(_) => self.rendered(rule).await,
        };
        if !decision.findings.iter().any(|finding| finding.code == LintCode::RuleFailed) {
            self.policy.record_usage(&rule.name, None);
        }
        decision.status = rule.status;
        if rule.status.is_some() && decision.source == ReplySource::Default {
            decision.source = rule_source(rule);
        }
        decision.fault = decision.fault.or(rule.fault);
        if rule.delay_ms > 0 && !matches!(decision.content, ReplyContent::Nothing(_)) {
            self.delay(Duration::from_millis(rule.delay_ms.into())).await;
        }
        decision
    }

    /// Waits within the budget, also for a client that has closed its sending half: it may still read the answer.
    async fn delay(&mut self, delay: Duration) {
        let until = (Instant::now() + delay).min(self.deadline);
        tokio::select! {
            () = sleep_until(until.into()) => {}
            // A dropped sender means the same.
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    /// The rule's reply with its templates rendered, or the default and a finding with the reason.
    async fn rendered(&self, rule: &Rule) -> ReplyDecision {
        let rules = self.policy.rules.borrow().clone();
        let (own_rule, placement) = (rule.clone(), self.placement);
        let (capture, tree) = (Arc::clone(&self.capture), self.tree.clone());
        let rendering = tokio::task::spawn_blocking(move || {
            let subject = Subject::arriving(&capture, placement).with_tree(tree.as_deref());
            rules.render(&own_rule, &subject)
        });
        let (reason, failure) = match timeout_at(self.deadline.into(), rendering).await {
            Ok(Ok(Ok(reply))) if reply.needs_address() && self.capture.reply_address(0).is_none() => {
                ("the push does not say whom to answer".to_owned(), None)
            }
            Ok(Ok(Ok(reply))) => return ReplyDecision::of(ReplyContent::Reply(reply), rule_source(rule)),
            Ok(Ok(Err(error))) => (error.to_string(), Some((&error).into())),
            Ok(Err(_)) | Err(_) => ("its template took too long".to_owned(), None),
        };
        tracing::error!("the rule \"{}\" could not answer event {}: {reason}", rule.name, self.placement.id);
        self.policy.record_usage(&rule.name, failure);
        let failed = LintFinding::new(LintCode::RuleFailed).with("rule", &rule.name).with("reason", reason);
        ReplyDecision { findings: vec![failed], ..ReplyDecision::default_answer() }
    }

    /// Leaves this attempt unanswered until WeChat closes, or [`SILENCE`] is over.
    async fn silence(&mut self) -> ReplyDecision {
        if self.origin.is_none() {
            // The relay has the connection.
            return ReplyDecision::nothing(ReplyEnd::Silent);
        }
        match self.wait(self.began + SILENCE).await {
            WaitEnd::HungUp => self.hung_up(),
            WaitEnd::Over => {
                self.end(ConnectionEnd::Closed);
                ReplyDecision::nothing(ReplyEnd::Silent)
            }
            WaitEnd::Stopping => ReplyDecision::default_answer(),
        }
    }

    /// Waits until so long after WeChat's limit.
    async fn wait_past_limit(&mut self, ms: u32) -> WaitEnd {
        self.wait(self.began + Duration::from_millis(WECHAT_LIMIT_MS + u64::from(ms))).await
    }

    fn hung_up(&self) -> ReplyDecision {
        // A client that closed only its sending half would otherwise get an answer that is not in the record.
        self.end(ConnectionEnd::Closed);
        ReplyDecision::nothing(ReplyEnd::HungUp)
    }

    fn end(&self, how: ConnectionEnd) {
        if let Some(origin) = &self.origin {
            origin.end(how);
        }
    }

    async fn wait(&mut self, until: Instant) -> WaitEnd {
        tokio::select! {
            () = sleep_until(until.into()) => WaitEnd::Over,
            () = client_hung_up(self.origin.as_ref()) => WaitEnd::HungUp,
            // A dropped sender means the same.
            _ = self.stopping.wait_for(|stopping| *stopping) => WaitEnd::Stopping,
        }
    }
}

/// Resolves once the client has closed the connection; never for a push that a relay has received.
async fn client_hung_up(origin: Option<&Origin>) {
    match origin {
        Some(origin) => origin.hung_up().await,
        None => std::future::pending().await,
    }
}

fn rule_source(rule: &Rule) -> ReplySource {
    ReplySource::Rule(rule.name.clone())
}
