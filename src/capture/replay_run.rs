//! Stored events sent again: runs, the requests and answers in them, and how the answers compare.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;

use super::server_answer::ServerAnswer;
use super::stored_capture::CaptureId;

/// The number of a run of replays in its database; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of one replay in its database; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayId(pub i64);

spelled! {
    /// The part of a captured request that is sent again.
    ReplayMode {
        /// The bytes and the query as captured.
        Verbatim = "verbatim",
        /// The same message; timestamp, nonce, signatures and encryption are made anew.
        Resign = "resign",
        /// As [`Self::Resign`], with a new CreateTime and MsgId, so that no receiver takes it for a duplicate.
        Fresh = "fresh",
    }
}

spelled! {
    /// The mode in which the message is sent again.
    ReplayForm {
        /// As it was captured.
        AsCaptured = "as-captured",
        /// 明文: the message itself.
        Plain = "plain",
        /// 安全: encrypted with the account's key.
        Encrypted = "encrypted",
    }
}

spelled! {
    /// The comparison of an answer with an earlier one.
    Verdict {
        /// No earlier answer to compare with.
        New = "new",
        /// The same answer, legal or not.
        Same = "same",
        /// Another answer, as legal as the earlier one.
        Different = "different",
        /// Legal now, and not before.
        Fixed = "fixed",
        /// Legal before, and not now.
        Regressed = "regressed",
    }
}

spelled! {
    /// The end of a run.
    RunEnd {
        Finished = "finished",
        Cancelled = "cancelled",
        /// The target did not answer any more.
        Dead = "dead",
    }
}

/// The earlier answers that a run's answers are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// The answer of the developer's own server when the event was forwarded to it.
    #[default]
    Forward,
    /// The event's latest replay in an earlier run; where there is none, the answer to the forward.
    Last,
    /// The event's replay in that run.
    Run(RunId),
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forward => f.write_str("forward"),
            Self::Last => f.write_str("last"),
            Self::Run(run) => run.fmt(f),
        }
    }
}

impl std::str::FromStr for Against {
    type Err = std::num::ParseIntError;

    /// Reads what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forward" => Ok(Self::Forward),
            "last" => Ok(Self::Last),
            number => number.parse().map(|run| Self::Run(RunId(run))),
        }
    }
}

/// The settings of a run, decided before its first event is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayRun {
    pub started_at: Timestamp,
    /// The URL, as typed.
    pub target: String,
    pub mode: ReplayMode,
    pub form: ReplayForm,
    /// The number of requests to send.
    pub planned: u64,
    pub against: Against,
}

/// A run in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    pub id: RunId,
    pub run: ReplayRun,
    /// `None` while it runs, or if the process ended in between.
    pub end: Option<RunEnd>,
    pub tally: VerdictCounts,
}

/// The number of replays by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictCounts {
    pub sent: u64,
    /// Those with an answer that WeChat would not accept: illegal, late, or none.
    pub failed: u64,
    pub new: u64,
    pub same: u64,
    pub different: u64,
    pub fixed: u64,
    pub regressed: u64,
}

impl VerdictCounts {
    /// Adds so many replays with that verdict.
    pub fn count(&mut self, verdict: Verdict, is_legal: bool, replays: u64) {
        self.sent += replays;
        self.failed += if is_legal { 0 } else { replays };
        *match verdict {
            Verdict::New => &mut self.new,
            Verdict::Same => &mut self.same,
            Verdict::Different => &mut self.different,
            Verdict::Fixed => &mut self.fixed,
            Verdict::Regressed => &mut self.regressed,
        } += replays;
    }

    /// Tells whether WeChat would accept every answer, and none is worse than before.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.regressed == 0
    }
}

/// A request as it was sent, to the byte.
#[derive(Clone, Debug, PartialEq)]
pub struct SentRequest {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
}

/// The earlier answer that a replay's answer was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The answer when the event was forwarded.
    Forward,
    Replay(ReplayId),
}

/// One event sent again, with the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The run it belongs to.
    pub run: RunId,
    /// The event that was sent.
    pub event: CaptureId,
    /// The attempt at the same push, from 1; WeChat makes three at most.
    pub attempt: u32,
    /// The copy among those sent at once, from 1.
    pub copy: u32,
    pub sent_at: Timestamp,
    pub request: SentRequest,
    /// [`ServerAnswer::target`] is the full URL, [`ServerAnswer::passed_on`] false.
    pub answer: ServerAnswer,
    /// The answer's body decrypted, if it was encrypted and a key decrypts it.
    pub message: Option<Vec<u8>>,
    /// The comparison with [`Self::baseline`].
    pub verdict: Verdict,
    /// `None` if there was nothing to compare with.
    pub baseline: Option<Baseline>,
    /// The user and the new CreateTime of a fresh message: the next one of that user gets a later time.
    pub created: Option<(String, i64)>,
}

impl Replay {
    /// The answer in plaintext.
    pub fn reply(&self) -> &[u8] {
        self.message.as_deref().unwrap_or(&self.answer.body)
    }

    /// Tells whether WeChat would have accepted the answer: in time, with nothing illegal about it.
    pub fn is_legal(&self) -> bool {
        self.answer.is_legal()
    }
}

/// One replay in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredReplay {
    pub id: ReplayId,
    pub replayed: Replay,
}

/// The columns of a replay's row.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplaySummary {
    pub id: ReplayId,
    /// The event that was sent.
    pub event: CaptureId,
    /// The event's kind; empty if the event was removed.
    pub kind: String,
    pub event_key: Option<String>,
    /// From 1.
    pub attempt: u32,
    /// From 1.
    pub copy: u32,
    /// `None` if no answer came.
    pub status: Option<u16>,
    /// From sending to the end of the answer.
    pub elapsed: std::time::Duration,
    pub verdict: Verdict,
    /// True if WeChat would have accepted the answer.
    pub is_legal: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_compare_with_is_read_as_it_is_written() {
        for against in [Against::Forward, Against::Last, Against::Run(RunId(12))] {
            assert_eq!(against.to_string().parse(), Ok(against));
        }
        assert!("first".parse::<Against>().is_err());
    }

    #[test]
    fn a_tally_is_good_without_failures_and_regressions() {
        let mut tally = VerdictCounts::default();
        tally.count(Verdict::New, true, 1);
        tally.count(Verdict::Different, true, 1);
        assert!(tally.is_good());
        tally.count(Verdict::Same, false, 1);
        assert!(!tally.is_good());
        assert_eq!((tally.sent, tally.failed, tally.new, tally.same, tally.different), (3, 1, 1, 1, 1));
    }
}
