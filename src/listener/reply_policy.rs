//! Who has a say in what is answered: shared between the handlers and whoever sets it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::held::HeldPushes;
use crate::delivery::{HttpClient, Target};
use crate::rules::{BadAnswer, RuleSet};
use crate::texts::user_error::UserError;
use crate::wechat::fault::Fault;

/// The developer's own server, asked where no rule decides.
#[derive(Clone, Debug)]
pub struct ForwardSetup {
    /// Where it is.
    pub target: Target,
    /// ReplyContent WeChat gets where it answered badly.
    pub bad_answer: BadAnswer,
}

/// ReplyContent a rule has done since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleUsage {
    /// How often it decided an answer.
    pub times: u64,
    /// Why it could not, the last time; `None` once it could again.
    pub failure: Option<UserError>,
}

/// ReplyContent the rules have done, by name.
pub type UsageByRule = BTreeMap<String, RuleUsage>;

/// Everything that has a say.
#[derive(Clone, Debug)]
pub struct ReplyPolicy {
    /// The rules that are in force.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// ReplyContent they have done; written by the handlers.
    pub rule_usage: watch::Sender<UsageByRule>,
    /// The pushes that a person answers.
    pub held: HeldPushes,
    /// Where to forward what no rule decides.
    pub forward: watch::Receiver<Option<Arc<ForwardSetup>>>,
    /// A fault for the next push.
    pub armed_fault: ArmedFault,
    /// The way to the developer's own server, whose connections it keeps.
    pub http_client: HttpClient,
    /// Tells this run's own requests from others', so that a loop is noticed.
    pub instance: Arc<str>,
}

impl ReplyPolicy {
    /// Whether nobody has a say: the default is answered.
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_idle()
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

/// A fault that the next push is to meet. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ArmedFault(Arc<Mutex<Option<Fault>>>);

impl ArmedFault {
    /// Arms the fault, or disarms.
    pub fn set(&self, fault: Option<Fault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// The fault that is armed.
    pub fn fault(&self) -> Option<Fault> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault for this attempt. One that leaves the first attempts unanswered stays armed for those that follow.
    pub(super) fn take(&self, attempt: u32) -> Option<Fault> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *armed {
            Some(Fault::Unanswered { attempts }) if attempt < attempts => *armed,
            _ => armed.take(),
        }
    }
}
