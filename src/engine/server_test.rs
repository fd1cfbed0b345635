//! Test of the developer's own server: the signed handshake that WeChat's console sends when a URL is entered.

use crate::account::Account;
use crate::capture::ServerAnswer;
use crate::delivery::{HttpClient, Target};
use crate::sample;
use crate::wechat::lint::{HttpResponse, Outcome, lint_handshake};

/// The answer to the handshake.
#[derive(Clone, Debug)]
pub struct ServerTest {
    pub url: String,
    pub answer: ServerAnswer,
    /// True if WeChat's console would accept the URL.
    pub is_verified: bool,
    /// False if no token is known to sign the handshake with.
    pub is_signed: bool,
}

impl ServerTest {
    /// Sends the handshake, and waits for the answer as long as WeChat would.
    pub(super) async fn of(url: String, target: &Target, account: &Account, client: &HttpClient) -> Self {
        let (handshake, echostr) = sample::handshake(account, crate::clock::now());
        let answer = client.verify(&handshake, target).await;
        let is_whole = answer.problem.is_none();
        let verified = |status| {
            let elapsed_ms = Some(answer.elapsed.as_millis() as u64);
            let response = HttpResponse { status, body: &answer.body, elapsed_ms };
            lint_handshake(&response, &echostr).outcome == Outcome::Verified
        };
        let is_verified = is_whole && answer.status.is_some_and(verified);
        Self { url, is_verified, is_signed: account.token().is_some(), answer }
    }
}
