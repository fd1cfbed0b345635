//! A push that a relay has received, decided here as if its URL were this listener's: held pushes, rules and forwarding.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::http::header;
use tokio::sync::watch;

use super::desktops::{DesktopAnswer, DesktopContent};
use super::http_answer::Answer;
use super::reply_policy::ReplyPolicy;
use super::responder::{ReplyContent, ReplyDecision, Responder};
use crate::account::Accounts;
use crate::capture::{Capture, Mode, Placement, Reply, ReplySource};
use crate::store::StoreHandle;
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::Tree;

/// An address that nothing is forwarded to: there is no listener of the push's own here.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Everything that a desktop decides with.
#[derive(Clone, Debug)]
pub struct RemoteContext {
    pub accounts: watch::Receiver<Arc<Accounts>>,
    pub store: StoreHandle,
    pub policy: ReplyPolicy,
    /// Turns true when the desktop leaves its team.
    pub stopping: watch::Receiver<bool>,
}

/// A push of a relay's, stored here.
#[derive(Debug)]
pub struct RemotePush {
    pub capture: Capture,
    pub placement: Placement,
    /// The time at which the question arrived.
    pub began: Instant,
    /// The time by which the answer has to leave.
    pub deadline: Instant,
}

/// Decides the reply; returns the answer for the relay, and its record here until the relay's own arrives. `desktop` is this one.
pub async fn answer_remotely(context: RemoteContext, push: RemotePush, desktop: &str) -> (DesktopAnswer, Reply) {
    let RemotePush { capture, placement, began, deadline } = push;
    let accounts = context.accounts.borrow().clone();
    let capture = readable(capture, &accounts);
    let tree = Tree::parse(capture.message()).ok().map(Tree::into_owned);
    let mut responder = Responder {
        policy: context.policy,
        store: context.store,
        accounts,
        capture: Arc::new(capture),
        tree: tree.map(Arc::new),
        placement,
        encryption: None,
        origin: None,
        stopping: context.stopping,
        own_address: NOWHERE,
        began,
        deadline,
    };
    let mut decision = responder.decide().await;
    if !matches!(decision.content, ReplyContent::Nothing(_)) {
        decision.fault = responder.policy.armed_fault.take(placement.attempt).or(decision.fault);
    }
    let answer = responder.for_relay(&decision);
    let mut recorded = responder.assemble(decision);
    recorded.source = ReplySource::Desktop(desktop.to_owned());
    (answer, recorded.record(began.elapsed()))
}

/// The push as this desktop can read it: to the byte where its own key decrypts the message, else as a push in plaintext of
/// what the relay decrypted.
fn readable(capture: Capture, accounts: &Accounts) -> Capture {
    let Some(message) = capture.message.clone().filter(|_| capture.mode != Mode::Plain) else { return capture };
    if accounts.owner(&capture.account).decrypt_reply(&capture.request.body).is_some() {
        return capture;
    }
    let mut request = capture.request;
    request.target = without_encryption(&request.target);
    (request.body_length, request.body) = (message.len() as u64, message.into());
    Capture { request, mode: Mode::Plain, message: None, ..capture }
}

/// The target without the parameters that say that the body is encrypted.
fn without_encryption(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let is_kept =
        |parameter: &&str| !parameter.starts_with("encrypt_type=") && !parameter.starts_with("msg_signature=");
    format!("{path}?{}", query.split('&').filter(is_kept).collect::<Vec<_>>().join("&"))
}

impl Responder {
    /// The decision as the relay gets it, before faults.
    fn for_relay(&self, decision: &ReplyDecision) -> DesktopAnswer {
        let content = match &decision.content {
            ReplyContent::Nothing(_) => DesktopContent::Silent,
            ReplyContent::Reply(reply) => DesktopContent::Reply(self.plain(reply).into()),
            ReplyContent::ServerAnswer(answer) => server_content(answer),
        };
        DesktopAnswer { content, status: decision.status, fault: decision.fault }
    }

    fn plain(&self, reply: &PassiveReply) -> Vec<u8> {
        let now = crate::clock::now().as_second();
        let address = self.capture.reply_address(now).unwrap_or_else(|| Address::nobody(now));
        reply.to_bytes(&address, self.capture.format())
    }
}

fn server_content(answer: &Answer) -> DesktopContent {
    let typed = [(header::CONTENT_TYPE, answer.content_type.clone())];
    let headers = typed.into_iter().chain(answer.passed_on.iter().cloned());
    let text = |(name, value): (axum::http::HeaderName, axum::http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    DesktopContent::Server {
        status: answer.status.map_or(200, |status| status.as_u16()),
        headers: headers.filter_map(text).collect(),
        // To the byte as the server sent it.
        body: answer.wire().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_in_plaintext_does_not_say_that_it_is_encrypted() {
        let target = "/wx?signature=a&timestamp=1&encrypt_type=aes&nonce=2&msg_signature=b&openid=o";
        assert_eq!(without_encryption(target), "/wx?signature=a&timestamp=1&nonce=2&openid=o");
        assert_eq!(without_encryption("/wx"), "/wx");
    }
}
