//! Whether a passive reply is legal for the push it answers, and what the user will see of it.
//!
//! ```text
//! status, time, size ─► body: `success`, XML, JSON, or what? ─► sealed? opened ─► address, elements ─► outcome
//! ```
//! Places are those of the body; of a sealed one that could be opened, those of the message inside for what is in it.

mod address;
mod body;
mod code;
mod elements;
mod findings;
mod names;
mod news;
mod outcome;
mod page;
mod sealed;
mod strict;
mod trace;
mod transport;

use body::Body;
pub use code::Code;
pub use elements::MAX_TEXT_BYTES;
use findings::Findings;
pub use outcome::Outcome;

use super::codes::{self, Severity, worst};
use super::envelope::AesKey;
use super::kind::{self, Answer, Class, KnownKind};
use super::message::Message;
use super::reply::PassiveReply;
use super::tree::{Format, Tree};

/// One finding about one reply.
pub type Finding = codes::Finding<Code>;

/// So long WeChat waits for an answer, in milliseconds; then it closes and asks again.
pub const WECHAT_LIMIT_MS: u64 = 5_000;

/// What was answered, or is about to be.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body as it is on the wire.
    pub body: &'a [u8],
    /// From the first byte of the request to the answer, in milliseconds; `None` where it is not sent yet.
    pub elapsed_ms: Option<u64>,
}

/// How the push travelled that is answered.
#[derive(Clone, Copy, Debug)]
pub enum Sealing<'a> {
    /// Not known, or of no matter: the body is the plaintext that is going to be sealed.
    NotJudged,
    /// In plain: the answer has to be plain, too.
    Plain,
    /// Both ways: either answer is accepted. Without keys a sealed one stays shut.
    Compat(Option<Keys<'a>>),
    /// Sealed: the answer has to be. Without keys it stays shut.
    Safe(Option<Keys<'a>>),
}

/// What a sealed answer is opened and checked with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The account's token.
    pub token: &'a str,
    /// The key that opened the push, and so the one to seal the answer with.
    pub key: &'a AesKey,
    /// The account's other key, to tell a mistaken key from damage.
    pub other: Option<&'a AesKey>,
    /// The AppID that has to stand at the end; `None` where that is not compared.
    pub app_id: Option<&'a str>,
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What is known of the push that is answered.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The message, decrypted.
    pub message: Option<&'a Message<'a>>,
    /// How it is written: the answer has to be written alike. `None` counts as XML.
    pub format: Option<Format>,
    /// How it travelled.
    pub sealing: Sealing<'a>,
}

impl Question<'static> {
    /// Nothing is known of the push.
    pub const UNKNOWN: Self = Self { message: None, format: None, sealing: Sealing::NotJudged };
}

impl Question<'_> {
    fn known_kind(&self) -> Option<&'static KnownKind> {
        let message = self.message?;
        let is_event = message.msg_type.is_some_and(|name| name.eq_ignore_ascii_case("event"));
        if is_event { kind::lookup_event(message.kind()) } else { kind::lookup(message.kind()) }
    }

    /// What becomes of an answer; what is not known is taken for a conversation.
    fn fate(&self) -> Answer {
        self.known_kind().map_or(Answer::Seen, |known| known.answer)
    }

    /// How many articles are shown in answer to it: one to what a user sent, eight to events.
    fn article_limit(&self) -> usize {
        match self.known_kind().map(|known| known.class) {
            Some(Class::Message) => elements::MAX_ARTICLES_TO_MESSAGE,
            _ => elements::MAX_ARTICLES,
        }
    }
}

/// A reply, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was found, in the order of the places: first the answer as a whole, then its body, then what it held sealed.
    pub findings: Vec<Finding>,
    /// What the user will see.
    pub outcome: Outcome,
    /// The reply as it was understood, opened where it was sealed.
    pub reply: Option<PassiveReply>,
}

impl Report {
    /// How bad the worst finding is.
    pub fn severity(&self) -> Option<Severity> {
        worst(&self.findings)
    }

    /// Whether WeChat takes it: no finding is an error.
    pub fn is_legal(&self) -> bool {
        self.severity() != Some(Severity::Error)
    }

    /// Where nothing is answered at all.
    pub fn unanswered(question: &Question<'_>) -> Self {
        let outcome = if question.fate() == Answer::Never { Outcome::NoConversation } else { Outcome::Unanswered };
        Self { findings: Vec::new(), outcome, reply: None }
    }
}

/// Judges what was answered to a push.
pub fn lint(answered: &Answered<'_>, question: &Question<'_>) -> Report {
    let mut outer = Findings::over(answered.body);
    transport::check(answered, &mut outer);
    let mut inside = Vec::new();
    let reply = read(answered.body, question, &mut outer, &mut inside);
    let outcome = Outcome::of(answered, question, &outer, &inside, reply.as_ref());
    let mut findings = outer.into_sorted();
    findings.append(&mut inside);
    Report { findings, outcome, reply }
}

/// Reads the body, sealed or not; what stands in a sealed one is found apart, since its places are others.
fn read(
    body: &[u8],
    question: &Question<'_>,
    outer: &mut Findings<'_>,
    inside: &mut Vec<Finding>,
) -> Option<PassiveReply> {
    let (tree, text) = match body::read(body, question, outer) {
        Body::Quiet(reply) => return Some(reply),
        Body::Refused => return None,
        Body::Tree(tree, text) => (tree, text),
    };
    if !sealed::is_sealed(tree.root()) {
        if matches!(question.sealing, Sealing::Safe(_)) {
            outer.add_at(Finding::new(Code::PlainInSafe), elements::tag_of(tree.root()));
        }
        return plain(&tree, text, question, outer);
    }
    let message = sealed::open(tree.root(), question, outer)?;
    let mut findings = Findings::over(&message);
    let reply = match body::read(&message, question, &mut findings) {
        Body::Quiet(reply) => Some(reply),
        Body::Refused => None,
        Body::Tree(tree, _) if sealed::is_sealed(tree.root()) => {
            findings.add_at(Finding::new(Code::SealedTwice), elements::tag_of(tree.root()));
            None
        }
        Body::Tree(tree, text) => plain(&tree, text, question, &mut findings),
    };
    *inside = findings.into_sorted();
    reply
}

/// Judges the elements of a reply, and reads it as far as it can be.
fn plain(tree: &Tree<'_>, text: &[u8], question: &Question<'_>, findings: &mut Findings<'_>) -> Option<PassiveReply> {
    elements::check(tree, question, findings);
    let unheard = match question.fate() {
        Answer::Seen => None,
        Answer::Unseen => Some(Code::ReplyUnseen),
        Answer::Never => Some(Code::ReplyWithoutConversation),
    };
    if let (Some(code), Some(message)) = (unheard, question.message) {
        findings.add(Finding::new(code).with("kind", message.kind()));
    }
    PassiveReply::read(text)
}
