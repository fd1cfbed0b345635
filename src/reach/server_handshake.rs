//! The handshake with the developer's own server, as WeChat's console makes it when a URL is saved.

use crate::account::Account;
use crate::capture::{ForwardProblem, ServerAnswer};
use crate::delivery::{HttpClient, Target};
use crate::sample;
use crate::wechat::lint::{HttpResponse, Outcome, Report, echo_late, lint_handshake};

/// The answer to one handshake, and its lint.
#[derive(Clone, Debug)]
pub struct ServerHandshake {
    pub answer: ServerAnswer,
    /// The text that should have come back.
    pub echostr: String,
    pub report: Report,
    /// True if the console would accept the URL.
    pub is_verified: bool,
    /// False if no token is known to sign with.
    pub is_signed: bool,
}

impl ServerHandshake {
    /// Sends it, and waits for the answer as long as WeChat would.
    pub async fn send(target: &Target, account: &Account, client: &HttpClient) -> Self {
        let (handshake, echostr) = sample::handshake(account, crate::clock::now());
        let mut answer = client.verify(&handshake, target).await;
        if answer.status == Some(200) && answer.body != echostr.as_bytes() {
            let encoding = answer.content_encoding().filter(|_| answer.problem.is_none());
            answer.problem = encoding.map(|encoding| ForwardProblem::Compressed { encoding }).or(answer.problem);
        }
        let report = report(&answer, &echostr);
        let is_verified = answer.status.is_some() && report.outcome == Outcome::Verified;
        Self { answer, echostr, report, is_verified, is_signed: account.token().is_some() }
    }
}

fn report(answer: &ServerAnswer, echostr: &str) -> Report {
    let elapsed = answer.elapsed.as_millis() as u64;
    match (answer.status, &answer.problem) {
        (_, Some(ForwardProblem::TooLate)) => {
            Report { findings: vec![echo_late(elapsed)], outcome: Outcome::NotVerified, reply: None }
        }
        // Its bytes are no text that could be judged.
        (_, Some(ForwardProblem::Compressed { .. })) => {
            Report { findings: Vec::new(), outcome: Outcome::NotVerified, reply: None }
        }
        (Some(status), problem) if !problem.as_ref().is_some_and(ForwardProblem::is_incomplete) => {
            lint_handshake(&HttpResponse { status, body: &answer.body, elapsed_ms: Some(elapsed) }, echostr)
        }
        _ => Report { findings: Vec::new(), outcome: Outcome::NotVerified, reply: None },
    }
}
