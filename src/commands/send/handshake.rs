//! `menuscope send handshake`: verifies the developer's own server as WeChat's console does.

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::super::output::{answered_words, finding_lines, print_line, printable, quoted};
use super::super::{Outcome, complain, language};
use crate::account::Account;
use crate::capture::{ForwardProblem, HANDSHAKE, finding_json};
use crate::cli::{BodyFormat, Send};
use crate::delivery::{HttpClient, Target};
use crate::engine::Setup;
use crate::reach::ServerHandshake;
use crate::texts::Language;

/// Tells whether a handshake is asked for. It goes alone: the other arguments are about messages.
pub(super) fn is_wanted(send: &Send) -> anyhow::Result<bool> {
    if !send.events.iter().any(|event| event == HANDSHAKE) {
        return Ok(false);
    }
    if send.events.len() > 1 {
        bail!("a handshake is no event; send it by itself: menuscope send handshake --to URL");
    }
    let idle = [
        ("--key", send.key.is_some()),
        ("--openid", send.openid.is_some()),
        ("--set", !send.set.is_empty()),
        ("--image", !send.image.is_empty()),
        ("--follow", send.follow),
        ("--body", send.body != BodyFormat::Xml),
        ("--encrypt", send.encrypt),
        ("--record", send.record),
    ];
    if let Some((flag, _)) = idle.iter().find(|(_, given)| *given) {
        bail!("{flag} is for events, and a handshake has no message; leave it out");
    }
    Ok(true)
}

/// Sends the handshake and tells whether the console would accept the URL.
pub(super) fn run(setup: &Setup, target: &Target, account: &Account, as_json: bool) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start sending")?;
    let sent = runtime.block_on(ServerHandshake::send(target, account, &HttpClient::new()));
    let answer = &sent.answer;
    let language = language(setup);
    if answer.is_unreachable() {
        let words = answer.problem.as_ref().map_or_else(String::new, |problem| problem.words(language));
        bail!("{words}: {}", target.as_str());
    }
    if account.token().is_none() {
        complain(
            "no token is known here, so that the handshake is signed with an empty one; give it with --token or \
             MENUSCOPE_TOKEN, or enter it in Settings",
        );
    }
    let told = PrintedHandshake { sent: &sent, language };
    if as_json {
        told.as_object()?;
    } else {
        told.as_lines()?;
    }
    Ok(if sent.is_verified { Outcome::Done } else { Outcome::No(None) })
}

/// The answer to a handshake, for a person or as an object.
struct PrintedHandshake<'a> {
    sent: &'a ServerHandshake,
    language: Language,
}

impl PrintedHandshake<'_> {
    fn elapsed_ms(&self) -> f64 {
        self.sent.answer.elapsed.as_micros() as f64 / 1000.0
    }

    /// The reason why no whole answer came, or none that can be read.
    fn failure(&self) -> Option<String> {
        let is_told =
            |problem: &&ForwardProblem| problem.is_incomplete() || matches!(problem, ForwardProblem::Compressed { .. });
        let problem = self.sent.answer.problem.as_ref().filter(is_told);
        problem.map(|problem| problem.words(self.language))
    }

    fn as_object(&self) -> anyhow::Result<()> {
        let ServerHandshake { answer, report, .. } = self.sent;
        let language = self.language;
        let mut line = json!({
            "event": HANDSHAKE,
            "status": answer.status,
            "elapsed_ms": self.elapsed_ms(),
            "echostr": self.sent.echostr,
            "body": String::from_utf8_lossy(&answer.body),
            "verified": self.sent.is_verified,
        });
        line["lint"] = report.findings.iter().map(|finding| finding_json(finding, language)).collect();
        if let Some(failure) = self.failure() {
            line["error"] = Value::from(failure);
        }
        Ok(print_line(&line.to_string())?)
    }

    fn as_lines(&self) -> anyhow::Result<()> {
        let ServerHandshake { answer, report, .. } = self.sent;
        let language = self.language;
        let shown = match (self.failure(), &answer.problem) {
            (Some(failure), _) => quoted(&failure),
            (None, Some(ForwardProblem::Redirect { location })) => format!("→ {}", quoted(location)),
            (None, _) => printable(&answer.body),
        };
        let status = answer.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        print_line(&format!("{HANDSHAKE}  {}  {shown}", answered_words(&status, self.elapsed_ms(), language)))?;
        for line in report.findings.iter().flat_map(|finding| finding_lines(finding, language)) {
            print_line(&line)?;
        }
        Ok(print_line(&format!("  {}", quoted(&report.outcome.sentence(language))))?)
    }
}
