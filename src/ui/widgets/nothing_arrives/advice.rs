//! Advice by the stage and by the words of WeChat's console.

use super::stage::ArrivalStage;

/// The words of the console after a URL was saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ConsoleWords {
    /// Nothing was saved yet.
    #[default]
    Nothing,
    /// 请求 URL 超时.
    Timeout,
    /// Token 验证失败.
    TokenFailed,
    /// It was saved.
    Saved,
}

impl ConsoleWords {
    /// All, in the order in which they are shown.
    pub(super) const ALL: [Self; 4] = [Self::Nothing, Self::Timeout, Self::TokenFailed, Self::Saved];

    /// The key of its name.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Nothing => "arrivals.console.nothing",
            Self::Timeout => "arrivals.console.timeout",
            Self::TokenFailed => "arrivals.console.token",
            Self::Saved => "arrivals.console.saved",
        }
    }
}

/// The keys of the advice.
pub(super) fn advice(stage: &ArrivalStage<'_>, says: ConsoleWords) -> &'static [&'static str] {
    use ArrivalStage as Stage;
    use ConsoleWords as Words;
    match (stage, says) {
        (Stage::NotListening, _) => &["arrivals.advice.listen"],
        (Stage::NeverReached, Words::Nothing) => &["arrivals.advice.save", "arrivals.advice.check"],
        (Stage::NeverReached, Words::Timeout) => &["arrivals.advice.lost", "arrivals.advice.check"],
        (Stage::NeverReached, Words::TokenFailed) => &["arrivals.advice.another", "arrivals.advice.check"],
        (Stage::NeverReached, Words::Saved) => {
            &["arrivals.advice.another_saved", "arrivals.advice.enable", "arrivals.advice.check"]
        }
        (Stage::Unproven(_), _) => &["arrivals.advice.again"],
        (Stage::HandshakeRefused(_), _) => &["arrivals.advice.token", "arrivals.advice.again"],
        (Stage::HandshakeSpoiled(_), Words::Timeout) => &["arrivals.advice.slow_here", "arrivals.advice.again"],
        (Stage::HandshakeSpoiled(_), _) => &["arrivals.advice.spoiled", "arrivals.advice.again"],
        (Stage::HandshakeOnly(_), Words::Nothing) => &["arrivals.advice.enable", "arrivals.advice.tap"],
        (Stage::HandshakeOnly(_), Words::Timeout) => &["arrivals.advice.slow_way", "arrivals.advice.check"],
        (Stage::HandshakeOnly(_), Words::TokenFailed) => {
            &["arrivals.advice.changed", "arrivals.advice.older", "arrivals.advice.check"]
        }
        (Stage::HandshakeOnly(_), Words::Saved) => &[
            "arrivals.advice.enable",
            "arrivals.advice.menu_gone",
            "arrivals.advice.account",
            "arrivals.advice.silent_buttons",
            "arrivals.advice.platform",
            "arrivals.advice.pause",
        ],
        (Stage::PushTroubled(_), _) => &["arrivals.advice.push"],
        (Stage::Arriving, _) => &["arrivals.advice.fine"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn whatever_the_console_says_there_is_something_else_to_do() {
        for stage in [ArrivalStage::NotListening, ArrivalStage::NeverReached] {
            for says in ConsoleWords::ALL {
                for key in advice(&stage, says) {
                    assert!(Language::ALL.iter().all(|language| language.has(key)), "{key}");
                }
            }
        }
        let never = ConsoleWords::ALL.map(|says| advice(&ArrivalStage::NeverReached, says)[0]);
        for (at, key) in never.iter().enumerate() {
            assert!(!never[..at].contains(key), "{key} is said twice");
        }
    }
}
