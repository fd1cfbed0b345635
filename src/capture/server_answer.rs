//! The answer of the developer's own server to a forwarded or replayed callback.

use std::time::Duration;

use bytes::Bytes;

use crate::texts::Language;
use crate::wechat::codes::{Severity, worst};
use crate::wechat::lint;

/// The answer to one callback that was sent to the developer's own server, or the reason why none came.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerAnswer {
    /// The full URL of the request, the captured query included.
    pub target: String,
    /// The HTTP status; `None` if no head of an answer came.
    pub status: Option<u16>,
    /// The answer's headers: names in lower case and values to the byte, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as received, nothing decompressed. After a problem that [`ForwardProblem::is_incomplete`] there was more.
    pub body: Bytes,
    /// The time from sending to the head of the answer, if one came.
    pub first_byte: Option<Duration>,
    /// The time from sending to the end, successful or not.
    pub elapsed: Duration,
    pub problem: Option<ForwardProblem>,
    /// True if WeChat got this answer, false if it got the default.
    pub passed_on: bool,
    /// The findings of the lint.
    pub lint: Vec<lint::LintFinding>,
}

impl ServerAnswer {
    /// An answer in place of a request that was given up before anything was sent.
    pub fn unsent(target: String, problem: ForwardProblem) -> Self {
        Self {
            target,
            status: None,
            headers: Vec::new(),
            body: Bytes::new(),
            first_byte: None,
            elapsed: Duration::ZERO,
            problem: Some(problem),
            passed_on: false,
            lint: Vec::new(),
        }
    }

    /// The `Content-Encoding`, where the body is not as it stands.
    pub fn content_encoding(&self) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == "content-encoding")?;
        let encoding = String::from_utf8_lossy(value).trim().to_owned();
        (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
    }

    /// Tells whether WeChat would take it for an answer: complete, in time, with nothing illegal about it.
    pub fn is_legal(&self) -> bool {
        self.status == Some(200)
            && self.problem.is_none()
            && worst(&self.lint) != Some(Severity::Error)
            && self.elapsed.as_millis() <= u128::from(lint::WECHAT_LIMIT_MS)
    }

    /// The state of the forward.
    pub fn state(&self) -> ForwardState {
        let is_late = self.elapsed.as_millis() > u128::from(lint::WECHAT_LIMIT_MS);
        match &self.problem {
            Some(ForwardProblem::TooLate) => ForwardState::Late,
            _ if is_late => ForwardState::Late,
            Some(_) => ForwardState::Failed,
            None => ForwardState::Ok,
        }
    }

    /// Tells whether the server did not take the connection.
    pub fn is_unreachable(&self) -> bool {
        matches!(self.problem, Some(ForwardProblem::Unreachable { .. } | ForwardProblem::Unresolved { .. }))
    }
}

spelled! {
    /// The state of a forward: the developer's own server answered well, too late, or not so that WeChat would take it.
    ForwardState {
        /// It answered in time, with what WeChat takes.
        Ok = "ok",
        /// Its answer was not complete in time.
        Late = "late",
        /// It could not be asked, broke off, or answered what WeChat does not take.
        Failed = "failed",
    }
}

impl ForwardState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Late, Self::Failed];
}

/// The code of a request that could not be made.
const UNMADE: &str = "unmade";

/// The problems with an answer of the developer's own server. A released code never changes its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardProblem {
    /// No connection: refused, no route, no TLS.
    Unreachable { cause: String },
    /// The host's name has no address.
    Unresolved { cause: String },
    /// The connection broke off before the answer's end, or the answer is not HTTP.
    Broken { cause: String },
    /// The answer was not complete in time.
    TooLate,
    /// No target is set.
    NoTarget,
    /// The answer is compressed, which WeChat does not ask for; `encoding` is its `Content-Encoding`.
    Compressed { encoding: String },
    /// A redirect, which is not followed.
    Redirect {
        /// The `Location` header.
        location: String,
    },
    /// The answer is larger than the limit.
    TooLarge,
    /// The target is this program itself; nothing was sent.
    Loop,
    /// There is no URL to post to, or none that carries the captured path and query unaltered; nothing was sent.
    Target,
    /// The status is not 200.
    Status,
    /// The answer is not a legal reply: its lint has errors.
    Illegal,
    /// The answer to a handshake is not its `echostr`, exactly.
    Echo,
    /// The request could not be made as asked for; nothing was sent.
    Unmade { why: ReplayObstacle },
}

spelled! {
    /// The reasons why a stored event cannot be sent again as asked for.
    ReplayObstacle {
        /// Only a part of its body was kept.
        Cut = "cut",
        /// It is encrypted, and no key decrypts it.
        Encrypted = "sealed",
        /// There is no usable EncodingAESKey to encrypt with.
        NoKey = "no-key",
        /// There is no AppID to encrypt for.
        NoAppId = "no-app-id",
        /// The message cannot be parsed, so it cannot be edited.
        Unreadable = "unreadable",
    }
}

impl ReplayObstacle {
    #[cfg(test)]
    const ALL: [Self; 5] = [Self::Cut, Self::Encrypted, Self::NoKey, Self::NoAppId, Self::Unreadable];

    fn words(self, language: Language) -> String {
        language.text(&format!("forward.unmade.{}", self.as_str())).into()
    }
}

impl ForwardProblem {
    /// The code in the database and in JSON, and the stem of its words.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Unresolved { .. } => "unresolved",
            Self::Broken { .. } => "broken",
            Self::TooLate => "too-late",
            Self::Redirect { .. } => "redirect",
            Self::TooLarge => "too-large",
            Self::Loop => "loop",
            Self::NoTarget => "no-target",
            Self::Compressed { .. } => "compressed",
            Self::Target => "target",
            Self::Status => "status",
            Self::Illegal => "illegal",
            Self::Echo => "echo",
            Self::Unmade { .. } => UNMADE,
        }
    }

    /// The detail that belongs to the code: the cause, a redirect's address, or why a request was not made; else empty.
    pub fn cause(&self) -> &str {
        match self {
            Self::Unreachable { cause } | Self::Unresolved { cause } | Self::Broken { cause } => cause,
            Self::Redirect { location } => location,
            Self::Compressed { encoding } => encoding,
            Self::Unmade { why } => why.as_str(),
            Self::NoTarget
            | Self::TooLate
            | Self::TooLarge
            | Self::Loop
            | Self::Target
            | Self::Status
            | Self::Illegal
            | Self::Echo => "",
        }
    }

    /// The problem of that code and cause, if there is such a code.
    pub fn from_parts(code: &str, cause: &str) -> Option<Self> {
        let unmade = || ReplayObstacle::from_spelling(cause).map(|why| Self::Unmade { why });
        Self::all(cause)
            .into_iter()
            .find(|problem| problem.as_str() == code)
            .or_else(|| unmade().filter(|_| code == UNMADE))
    }

    /// Every problem except [`Self::Unmade`], with this cause if it takes one.
    fn all(cause: &str) -> [Self; 13] {
        let cause = || cause.to_owned();
        [
            Self::Unreachable { cause: cause() },
            Self::Unresolved { cause: cause() },
            Self::Broken { cause: cause() },
            Self::TooLate,
            Self::NoTarget,
            Self::Compressed { encoding: cause() },
            Self::Redirect { location: cause() },
            Self::TooLarge,
            Self::Loop,
            Self::Target,
            Self::Status,
            Self::Illegal,
            Self::Echo,
        ]
    }

    /// Tells whether there is no complete answer to pass on: none came, or only its beginning.
    pub fn is_incomplete(&self) -> bool {
        !matches!(self, Self::Redirect { .. } | Self::Status | Self::Illegal | Self::Compressed { .. } | Self::Echo)
    }

    /// The words for the problem and its remedy.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Unmade { why } => why.words(language),
            _ => language.filled(&format!("forward.problem.{}", self.as_str()), &[("cause", self.cause())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ok_late_or_failed() {
        let state = |problem: Option<ForwardProblem>, ms| {
            let unsent = ServerAnswer::unsent(String::new(), ForwardProblem::Status);
            ServerAnswer { problem, elapsed: Duration::from_millis(ms), ..unsent }.state()
        };
        assert_eq!(state(None, 12), ForwardState::Ok);
        assert_eq!(state(Some(ForwardProblem::TooLate), 3_901), ForwardState::Late);
        assert_eq!(state(Some(ForwardProblem::Illegal), 5_001), ForwardState::Late);
        for problem in ForwardProblem::all("because").into_iter().filter(|problem| *problem != ForwardProblem::TooLate)
        {
            assert_eq!(state(Some(problem.clone()), 12), ForwardState::Failed, "{problem:?}");
        }
        for state in ForwardState::ALL {
            assert_eq!(ForwardState::from_spelling(state.as_str()), Some(state));
        }
    }

    #[test]
    fn every_problem_survives_the_database() {
        for problem in ForwardProblem::all("because") {
            assert_eq!(ForwardProblem::from_parts(problem.as_str(), problem.cause()), Some(problem));
        }
        for why in ReplayObstacle::ALL {
            let problem = ForwardProblem::Unmade { why };
            assert_eq!(ForwardProblem::from_parts(problem.as_str(), problem.cause()), Some(problem));
        }
        assert_eq!(ForwardProblem::from_parts("slow", ""), None);
    }

    #[test]
    fn every_problem_is_explained_in_both_languages_with_its_cause() {
        for problem in ForwardProblem::all("because") {
            for language in Language::ALL {
                assert!(language.has(&format!("forward.problem.{}", problem.as_str())), "{problem:?} {language:?}");
                let words = problem.words(language);
                assert!(!words.contains("%{"), "{words}");
                assert!(words.contains(problem.cause()), "{words}");
            }
        }
        for (why, language) in
            ReplayObstacle::ALL.into_iter().flat_map(|why| Language::ALL.map(|language| (why, language)))
        {
            assert!(language.has(&format!("forward.unmade.{}", why.as_str())), "{why:?} {language:?}");
        }
    }
}
