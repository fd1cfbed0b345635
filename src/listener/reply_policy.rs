//! The policy that decides replies: rules, held pushes, forwarding and an armed fault, shared by the handlers and the engine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::desktops::TeamDesktops;
use super::held::HeldPushes;
use crate::delivery::{HttpClient, Target};
use crate::rules::{BadAnswer, RuleSet};
use crate::texts::user_error::UserError;
use crate::wechat::fault::Fault;

/// The settings for forwarding to the developer's own server where no rule decides.
#[derive(Clone, Debug)]
pub struct ForwardSetup {
    pub target: Target,
    /// The answer to WeChat if the server answered badly.
    pub bad_answer: BadAnswer,
}

/// The use of a rule since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleUsage {
    /// The number of replies it decided.
    pub times: u64,
    /// The reason if it failed the last time.
    pub failure: Option<UserError>,
}

/// The use of all rules, by name.
pub type UsageByRule = BTreeMap<String, RuleUsage>;

/// Everything that decides the reply to a push.
#[derive(Clone, Debug)]
pub struct ReplyPolicy {
    /// The rules in force.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// The use of the rules; written by the handlers.
    pub rule_usage: watch::Sender<UsageByRule>,
    /// The pushes that wait for a person.
    pub held: HeldPushes,
    /// The server that gets what no rule decides.
    pub forward: watch::Receiver<Option<Arc<ForwardSetup>>>,
    /// The desktops of a team, which are asked first.
    pub desktops: TeamDesktops,
    /// A fault for the next push.
    pub armed_fault: ArmedFault,
    /// The client for the developer's own server; keeps connections open.
    pub http_client: HttpClient,
    /// The mark of this run on forwarded requests, by which a loop is noticed.
    pub instance: Arc<str>,
}

impl ReplyPolicy {
    /// Tells whether nothing is set, so that the default is answered.
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_idle()
            && self.desktops.is_idle()
            && self.forward.borrow().is_none()
            && self.rules.borrow().rules().is_empty()
            && self.armed_fault.fault().is_none()
    }

    pub(super) fn record_usage(&self, rule: &str, failure: Option<UserError>) {
        self.rule_usage.send_modify(|fired| {
            let fired = fired.entry(rule.to_owned()).or_default();
            fired.times += 1;
            fired.failure = failure;
        });
    }
}

/// A fault to inject into the reply to the next push. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ArmedFault(Arc<Mutex<Option<Fault>>>);

impl ArmedFault {
    /// Arms the fault, or disarms.
    pub fn set(&self, fault: Option<Fault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// The fault, if one is armed.
    pub fn fault(&self) -> Option<Fault> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault for this attempt, which disarms it; one that leaves the first attempts unanswered stays armed for those.
    pub(super) fn take(&self, attempt: u32) -> Option<Fault> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *armed {
            Some(Fault::Unanswered { attempts }) if attempt < attempts => *armed,
            _ => armed.take(),
        }
    }
}
