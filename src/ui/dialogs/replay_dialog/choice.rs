//! Choices of the dialog of replays, kept from one replay to the next.

use std::num::NonZeroU32;

use crate::capture::{Against, ReplayForm, ReplayMode};
use crate::config::TargetConfig;
use crate::engine::{MOST_COPIES, Pace, RATES, ReplayHow, ReplayRequest, ReplayWhat};
use crate::rules::is_web_address;

/// Kinds of pace, in the order in which they are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PaceKind {
    /// As fast as the target answers.
    #[default]
    Fast,
    /// At a fixed rate.
    PerSecond,
    /// At the intervals of their capture.
    Original,
}

/// The choices; numbers as typed.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) target: String,
    pub(super) account: Option<String>,
    pub(super) mode: ReplayMode,
    pub(super) form: ReplayForm,
    pub(super) as_retry: bool,
    pub(super) burst: String,
    pub(super) pace: PaceKind,
    pub(super) rate: String,
    pub(super) speed: String,
    pub(super) against: Against,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            target: String::new(),
            account: None,
            // What a server that checks freshness takes, and what stays the same event.
            mode: ReplayMode::Resign,
            form: ReplayForm::AsCaptured,
            as_retry: false,
            burst: "1".to_owned(),
            pace: PaceKind::Fast,
            rate: "10".to_owned(),
            speed: "1".to_owned(),
            // What was answered last, so that each replay shows what the last change has done.
            against: Against::Last,
        }
    }
}

impl Choice {
    /// The choices of a former request.
    pub(super) fn of(request: &ReplayRequest) -> Self {
        let ReplayRequest { target, account, how, .. } = request;
        let mut choice = Self {
            target: target.clone(),
            account: account.clone(),
            mode: how.mode,
            form: how.form,
            as_retry: how.as_retry,
            burst: how.burst.to_string(),
            against: how.against,
            ..Self::default()
        };
        match how.pace {
            // One after the other is what composed messages are sent as in any case.
            Pace::Fast | Pace::InTurn => {}
            Pace::PerSecond(rate) => (choice.pace, choice.rate) = (PaceKind::PerSecond, rate.to_string()),
            Pace::Original { speed } => (choice.pace, choice.speed) = (PaceKind::Original, speed.to_string()),
        }
        choice
    }

    /// Chooses a target, and the account that it names.
    pub(super) fn take_target(&mut self, target: &TargetConfig) {
        self.target.clone_from(&target.url);
        self.account.clone_from(&target.account);
    }

    /// The request, or the locale key of the reason why there is none.
    pub(super) fn request(&self, what: ReplayWhat) -> Result<ReplayRequest, &'static str> {
        let how = self.how()?;
        Ok(ReplayRequest { what, target: self.target.trim().to_owned(), account: self.account.clone(), how })
    }

    /// The plan of a run, or the locale key of the reason why there is none.
    pub(super) fn how(&self) -> Result<ReplayHow, &'static str> {
        let target = self.target.trim();
        if target.is_empty() {
            return Err("replay.flaw.no_target");
        }
        if !is_web_address(target) {
            return Err("replay.flaw.target");
        }
        Ok(ReplayHow {
            mode: self.mode,
            form: self.form,
            as_retry: self.as_retry,
            burst: self.burst().ok_or("replay.flaw.burst")?,
            pace: self.pace()?,
            against: self.against,
        })
    }

    fn burst(&self) -> Option<NonZeroU32> {
        self.burst.trim().parse().ok().filter(|burst: &NonZeroU32| burst.get() <= MOST_COPIES)
    }

    fn pace(&self) -> Result<Pace, &'static str> {
        match self.pace {
            PaceKind::Fast => Ok(Pace::Fast),
            PaceKind::PerSecond => rate(&self.rate).map(Pace::PerSecond).ok_or("replay.flaw.rate"),
            PaceKind::Original => rate(&self.speed).map(|speed| Pace::Original { speed }).ok_or("replay.flaw.speed"),
        }
    }
}

/// A number of [`RATES`], as typed; a comma is taken for the point.
fn rate(text: &str) -> Option<f64> {
    let number = text.trim().replace(',', ".").parse().ok()?;
    RATES.contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::RunId;
    use crate::engine::Selection;
    use crate::texts::Language;

    fn what() -> ReplayWhat {
        ReplayWhat::Stored(Selection::Ids(Vec::new()))
    }

    fn sound() -> Choice {
        Choice { target: " http://127.0.0.1:8000/wx ".to_owned(), ..Choice::default() }
    }

    #[test]
    fn what_cannot_be_sent_says_why_in_both_languages() {
        let flawed = [
            Choice::default(),
            Choice { target: "127.0.0.1:8000".to_owned(), ..Choice::default() },
            Choice { burst: "0".to_owned(), ..sound() },
            Choice { burst: (MOST_COPIES + 1).to_string(), ..sound() },
            Choice { pace: PaceKind::PerSecond, rate: "0.0001".to_owned(), ..sound() },
            Choice { pace: PaceKind::Original, speed: "1e9".to_owned(), ..sound() },
            Choice { pace: PaceKind::PerSecond, rate: "-1".to_owned(), ..sound() },
            Choice { pace: PaceKind::Original, speed: "inf".to_owned(), ..sound() },
        ];
        for choice in flawed {
            let key = choice.request(what()).unwrap_err();
            assert!(Language::ALL.iter().all(|language| language.has(key)), "{key}");
        }
    }

    #[test]
    fn the_limits_that_are_named_are_those_that_hold() {
        let most = Choice { burst: MOST_COPIES.to_string(), ..sound() };
        assert!(most.how().is_ok());
        for language in Language::ALL {
            assert!(language.text("replay.flaw.burst").ends_with(&format!(" {MOST_COPIES}")));
            for key in ["replay.flaw.rate", "replay.flaw.speed"] {
                let words = language.text(key);
                assert!([RATES.start(), RATES.end()].iter().all(|limit| words.contains(&limit.to_string())), "{words}");
            }
        }
    }

    #[test]
    fn a_request_is_chosen_again_as_it_was() {
        let choice = Choice {
            mode: ReplayMode::Fresh,
            form: ReplayForm::Encrypted,
            as_retry: true,
            burst: "3".to_owned(),
            pace: PaceKind::PerSecond,
            rate: "2,5".to_owned(),
            against: Against::Run(RunId(7)),
            ..sound()
        };
        let request = choice.request(what()).unwrap();
        assert_eq!(request.target, "http://127.0.0.1:8000/wx");
        assert_eq!(request.how.pace, Pace::PerSecond(2.5));
        let again = Choice::of(&request).request(what()).unwrap();
        assert_eq!(again.how, request.how);
    }
}
