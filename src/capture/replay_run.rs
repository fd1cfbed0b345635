//! A stored event that was sent again: what was sent, what came back, and how that compares.

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
    /// How much of what was captured is sent again.
    ReplayMode {
        /// The bytes and the query as captured.
        Verbatim = "verbatim",
        /// The same message; timestamp, nonce, signatures and encryption are made anew.
        Resign = "resign",
        /// Besides, with a CreateTime and a MsgId of its own, so that no receiver takes it for a duplicate.
        Fresh = "fresh",
    }
}

spelled! {
    /// How the message travels when it is sent again.
    ReplayForm {
        /// As it was captured.
        AsCaptured = "as-captured",
        /// 明文: the message itself.
        Plain = "plain",
        /// 安全: sealed with the account's key.
        Encrypted = "encrypted",
    }
}

spelled! {
    /// How an answer compares with an earlier one.
    Verdict {
        /// There is nothing to compare it with.
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
    /// How a run ended.
    RunEnd {
        /// Everything was sent.
        Finished = "finished",
        /// Somebody ended it.
        Cancelled = "cancelled",
        /// The target did not answer any more.
        Dead = "dead",
    }
}

/// What answers are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// With what the developer's own server answered when the event was forwarded to it.
    #[default]
    Forward,
    /// With the event's latest replay of an earlier run.
    Last,
    /// With the event's replay of that run.
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

/// Events that are sent again at one target together, as decided before the first of them is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayRun {
    /// When it began.
    pub started_at: Timestamp,
    /// The URL, as typed.
    pub target: String,
    /// How much is sent again.
    pub mode: ReplayMode,
    /// How the messages travel.
    pub form: ReplayForm,
    /// How many requests are to be sent.
    pub planned: u64,
    /// What the answers are compared with.
    pub against: Against,
}

/// A run as it stands in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its number.
    pub id: RunId,
    /// What was decided.
    pub run: ReplayRun,
    /// How it ended; `None` while it runs, or where the process ended in between.
    pub end: Option<RunEnd>,
    /// What came of it.
    pub tally: VerdictCounts,
}

/// How many replays came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictCounts {
    /// How many there are.
    pub sent: u64,
    /// Of these, how many have an answer that WeChat would not take: illegal, late, or none.
    pub failed: u64,
    /// [`Verdict::New`].
    pub new: u64,
    /// [`Verdict::Same`].
    pub same: u64,
    /// [`Verdict::Different`].
    pub different: u64,
    /// [`Verdict::Fixed`].
    pub fixed: u64,
    /// [`Verdict::Regressed`].
    pub regressed: u64,
}

impl VerdictCounts {
    /// Counts so many more.
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

    /// Whether every answer is one that WeChat would take, and none is worse than before.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.regressed == 0
    }
}

/// A request as it was sent, to the byte.
#[derive(Clone, Debug, PartialEq)]
pub struct SentRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Bytes,
}

/// What an answer is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// With what came when the event was forwarded.
    Forward,
    /// With that replay.
    Replay(ReplayId),
}

/// One event sent once more, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The run it belongs to.
    pub run: RunId,
    /// The event that was sent.
    pub event: CaptureId,
    /// Which attempt at the same push it is, from 1; WeChat makes three at most.
    pub attempt: u32,
    /// Which of the copies that were sent at once it is, from 1.
    pub copy: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What was sent.
    pub request: SentRequest,
    /// What came back; [`ServerAnswer::target`] is the full URL, [`ServerAnswer::passed_on`] false.
    pub answer: ServerAnswer,
    /// The answer's body decrypted, where it came encrypted and could be opened.
    pub message: Option<Vec<u8>>,
    /// How it compares with [`Self::baseline`].
    pub verdict: Verdict,
    /// What it was compared with; `None` where there was nothing.
    pub baseline: Option<Baseline>,
    /// The user and the CreateTime that the message was given, where that was made anew: the next one gets a later time.
    pub created: Option<(String, i64)>,
}

impl Replay {
    /// The answer in plaintext.
    pub fn reply(&self) -> &[u8] {
        self.message.as_deref().unwrap_or(&self.answer.body)
    }

    /// Whether WeChat would have taken the answer: in time, with nothing illegal about it.
    pub fn is_legal(&self) -> bool {
        self.answer.is_legal()
    }
}

/// One replay as it stands in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredReplay {
    /// Its number.
    pub id: ReplayId,
    /// What was sent and what came of it.
    pub replayed: Replay,
}

/// What a row shows of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplaySummary {
    /// Its number.
    pub id: ReplayId,
    /// The event that was sent.
    pub event: CaptureId,
    /// The event's kind; empty where it has gone.
    pub kind: String,
    /// The event's EventKey.
    pub event_key: Option<String>,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Which copy, from 1.
    pub copy: u32,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// From sending to the end of the answer.
    pub elapsed: std::time::Duration,
    /// How it compares.
    pub verdict: Verdict,
    /// Whether WeChat would have taken the answer.
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
