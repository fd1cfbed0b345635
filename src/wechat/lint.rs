//! Checks a passive reply against the push it answers, and tells what the user will see.
//!
//! ```text
//! status, time, size ─► body: `success`, XML or JSON ─► decrypt, if encrypted ─► address, elements ─► outcome
//! ```
//! Places in findings are offsets in the body. Inside an encrypted reply they are offsets in the decrypted message.

mod address;
mod body;
mod children;
mod echo;
mod elements;
mod encryption;
mod error_output;
mod findings;
mod html_page;
mod lint_code;
mod news;
mod outcome;
mod strict;
mod transport;

use body::Body;
pub use echo::{echo_late, lint_handshake};
pub use elements::MAX_TEXT_BYTES;
use findings::Findings;
pub use lint_code::LintCode;
pub use outcome::Outcome;

use super::codes::{self, Severity, worst};
use super::envelope::AesKey;
use super::kind::{self, Answer, Class, KnownKind};
use super::message::Message;
use super::reply::PassiveReply;
use super::tree::{Format, Tree};

/// One finding about one reply.
pub type LintFinding = codes::Finding<LintCode>;

/// WeChat's limit for a reply, in milliseconds; then it closes the connection and tries again.
pub const WECHAT_LIMIT_MS: u64 = 5_000;

/// The HTTP response to a push, sent or about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct HttpResponse<'a> {
    pub status: u16,
    /// The body as it is on the wire.
    pub body: &'a [u8],
    /// From the first byte of the request to the response, in milliseconds; `None` if it is not sent yet.
    pub elapsed_ms: Option<u64>,
}

/// The encryption of the push, which decides whether the reply has to be encrypted.
#[derive(Clone, Copy, Debug)]
pub enum Encryption<'a> {
    /// Not checked: unknown, or the body is plaintext that is encrypted afterwards.
    Unchecked,
    /// A plain push: the reply has to be plain as well.
    Plain,
    /// Compat mode: plain and encrypted replies are accepted. Without keys an encrypted reply is not decrypted.
    Compat(Option<Keys<'a>>),
    /// Safe mode: the reply has to be encrypted. Without keys it is not decrypted.
    Safe(Option<Keys<'a>>),
}

/// The secrets that decrypt and verify an encrypted reply.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub token: &'a str,
    /// The key that decrypted the push; the reply has to be encrypted with the same one.
    pub key: &'a AesKey,
    /// The account's other key, to tell a mistaken key from damage.
    pub other: Option<&'a AesKey>,
    /// The AppID that has to end the plaintext; `None` if it is not compared.
    pub app_id: Option<&'a str>,
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// The facts about a push that its reply is checked against.
#[derive(Clone, Copy, Debug)]
pub struct PushInfo<'a> {
    /// The kind, as in [`Message::kind`]; `None` if it is unknown.
    pub kind: Option<&'a str>,
    pub msg_type: Option<&'a str>,
    /// `FromUserName`: the user's OpenID.
    pub from_user: Option<&'a str>,
    /// `ToUserName`: the account's `gh_…`.
    pub to_user: Option<&'a str>,
    /// The format of the push, which the reply has to share; `None` counts as XML.
    pub format: Option<Format>,
    /// The encryption of the push.
    pub encryption: Encryption<'a>,
    /// True if the account is a mini program's: messages to it are answered by customer service alone.
    pub is_mini_program: bool,
}

impl PushInfo<'static> {
    /// A push of which nothing is known.
    pub const UNKNOWN: Self = Self {
        kind: None,
        msg_type: None,
        from_user: None,
        to_user: None,
        format: None,
        encryption: Encryption::Unchecked,
        is_mini_program: false,
    };
}

impl<'a> PushInfo<'a> {
    /// The facts in a decoded message.
    pub fn of(message: &Message<'a>, format: Format, encryption: Encryption<'a>) -> Self {
        let &Message { msg_type, from_user, to_user, .. } = message;
        let kind = Some(message.kind()).filter(|kind| !kind.is_empty());
        Self { kind, msg_type, from_user, to_user, format: Some(format), encryption, is_mini_program: false }
    }

    fn known_kind(&self) -> Option<&'static KnownKind> {
        kind::known(self.msg_type, self.kind?)
    }

    /// The fate of a reply; an unknown kind counts as a conversation.
    fn fate(&self) -> Answer {
        match self.known_kind() {
            Some(known) if self.is_mini_program && known.class == Class::Message => Answer::TransferOnly,
            known => known.map_or(Answer::Seen, |known| known.answer),
        }
    }

    /// The number of articles that WeChat shows: one in reply to a user's message, eight in reply to an event.
    fn article_limit(&self) -> usize {
        match self.known_kind().map(|known| known.class) {
            Some(Class::Message) => elements::MAX_ARTICLES_TO_MESSAGE,
            _ => elements::MAX_ARTICLES,
        }
    }
}

/// The result of a lint.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Findings in order of their places: the response as a whole, then its body, then the message decrypted from it.
    pub findings: Vec<LintFinding>,
    pub outcome: Outcome,
    /// The reply as far as it could be read, decrypted if it was encrypted.
    pub reply: Option<PassiveReply>,
}

impl Report {
    /// The severity of the worst finding.
    pub fn severity(&self) -> Option<Severity> {
        worst(&self.findings)
    }

    /// Tells whether WeChat accepts the reply: no finding is an error.
    pub fn is_legal(&self) -> bool {
        self.severity() != Some(Severity::Error)
    }

    /// The report on a push without any response.
    pub fn unanswered(push: &PushInfo<'_>) -> Self {
        let outcome = match push.fate() {
            Answer::Never | Answer::Refused => Outcome::NoConversation,
            Answer::Seen | Answer::Unseen | Answer::TransferOnly => Outcome::Unanswered,
        };
        Self { findings: Vec::new(), outcome, reply: None }
    }
}

/// Checks the response to a push.
pub fn lint(response: &HttpResponse<'_>, push: &PushInfo<'_>) -> Report {
    let mut outer = Findings::over(response.body);
    transport::check(response, &mut outer);
    let mut inside = Vec::new();
    let reply = read(response.body, push, &mut outer, &mut inside);
    let outcome = Outcome::of(response, push, &outer, &inside, reply.as_ref());
    let mut findings = outer.into_sorted();
    findings.append(&mut inside);
    Report { findings, outcome, reply }
}

/// Reads the body. Findings inside an encrypted reply are collected apart: their places are in another payload.
fn read(
    body: &[u8],
    push: &PushInfo<'_>,
    outer: &mut Findings<'_>,
    inside: &mut Vec<LintFinding>,
) -> Option<PassiveReply> {
    let tree = match body::read(body, push, outer) {
        Body::Silent(reply) => return Some(reply),
        Body::Refused => return None,
        Body::Tree(tree) => tree,
    };
    if !encryption::is_encrypted(tree.root()) {
        if matches!(push.encryption, Encryption::Safe(_)) {
            outer.add_at(LintFinding::new(LintCode::PlainInSafe), elements::tag_of(tree.root()));
        }
        return plain(&tree, push, outer);
    }
    let message = encryption::decrypted(tree.root(), push, outer)?;
    let mut findings = Findings::over(&message);
    let reply = match body::read(&message, push, &mut findings) {
        Body::Silent(reply) => {
            outer.add_at(LintFinding::new(LintCode::EncryptedSuccess), elements::tag_of(tree.root()));
            Some(reply)
        }
        Body::Refused => None,
        Body::Tree(tree) if encryption::is_encrypted(tree.root()) => {
            findings.add_at(LintFinding::new(LintCode::EncryptedTwice), elements::tag_of(tree.root()));
            None
        }
        Body::Tree(tree) => plain(&tree, push, &mut findings),
    };
    *inside = findings.into_sorted();
    reply
}

/// Checks the elements of a reply, and reads it as far as possible.
fn plain(tree: &Tree<'_>, push: &PushInfo<'_>, findings: &mut Findings<'_>) -> Option<PassiveReply> {
    elements::check(tree, push, findings);
    let reply = PassiveReply::of_tree(tree);
    let is_transfer = matches!(reply, Some(PassiveReply::TransferCustomerService { .. }));
    let unseen = match push.fate() {
        Answer::Seen => None,
        Answer::Unseen => Some(LintCode::ReplyUnseen),
        Answer::TransferOnly => (!is_transfer).then_some(LintCode::OnlyTransferSeen),
        Answer::Never => Some(LintCode::ReplyWithoutConversation),
        Answer::Refused => Some(LintCode::ReplyToUnsubscribe),
    };
    if let (Some(code), Some(kind)) = (unseen, push.kind) {
        findings.add(LintFinding::new(code).with("kind", kind));
    }
    reply
}
