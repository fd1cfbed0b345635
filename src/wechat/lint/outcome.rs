//! What the user will see of an answer, as one of a few cases with a sentence each.

use super::elements::MAX_ARTICLES;
use super::findings::Findings;
use super::{HttpResponse, LintCode, LintFinding, PushInfo, WECHAT_LIMIT_MS};
use crate::wechat::codes::{Severity, worst};
use crate::wechat::kind::Answer;
use crate::wechat::reply::PassiveReply;

/// What the user will see; each has one sentence, `outcome.KEY` in `assets/locales/lint.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing, and that is legal: `success`, or an empty body.
    Nothing,
    /// A text.
    Text,
    /// An image.
    Image,
    /// A voice message.
    Voice,
    /// A video.
    Video,
    /// Music.
    Music,
    /// Articles, all of them.
    News {
        /// How many.
        articles: usize,
    },
    /// The first articles; the rest is dropped.
    NewsCut {
        /// How many are shown.
        shown: usize,
        /// How many are not.
        dropped: usize,
    },
    /// Customer service takes over.
    CustomerService,
    /// The error notice, since the answer is not legal.
    Notice,
    /// WeChat has closed, and asks again: at last the error notice, unless a later attempt is answered in time.
    Late,
    /// There is no answer at all: WeChat asks again, and at last there is the error notice.
    Unanswered,
    /// Nothing, since the user has left the chat.
    Left,
    /// Nothing, since the push is no conversation.
    NoConversation,
    /// Nobody can tell: the answer is encrypted, and the key to it is not here.
    Encrypted,
}

impl Outcome {
    /// Its name, which ends the key of its sentence.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text => "text",
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Music => "music",
            Self::News { .. } => "news",
            Self::NewsCut { .. } => "news-cut",
            Self::CustomerService => "customer-service",
            Self::Notice => "notice",
            Self::Late => "late",
            Self::Unanswered => "unanswered",
            Self::Left => "left",
            Self::NoConversation => "no-conversation",
            Self::Encrypted => "sealed",
        }
    }

    /// What its sentence fills in, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::News { articles } => vec![("articles", articles.to_string())],
            Self::NewsCut { shown, dropped } => vec![("shown", shown.to_string()), ("dropped", dropped.to_string())],
            _ => Vec::new(),
        }
    }

    /// Where a push is no conversation, nothing shows whatever is response. A late answer is not read any more, an illegal
    /// one brings the notice, and only a legal one in time is what it says.
    pub(super) fn of(
        response: &HttpResponse<'_>,
        push: &PushInfo<'_>,
        outer: &Findings<'_>,
        inside: &[LintFinding],
        reply: Option<&PassiveReply>,
    ) -> Self {
        let fate = push.fate();
        let is_illegal = outer.has_error() || worst(inside) == Some(Severity::Error);
        let quiet = matches!(reply, Some(PassiveReply::Success | PassiveReply::Empty));
        match () {
            () if fate == Answer::Never => Self::NoConversation,
            () if response.elapsed_ms.is_some_and(|elapsed| elapsed > WECHAT_LIMIT_MS) => Self::Late,
            () if is_illegal => Self::Notice,
            () if quiet => Self::Nothing,
            () if fate == Answer::Unseen => Self::Left,
            () if outer.has(LintCode::EncryptedUnchecked) => Self::Encrypted,
            () => reply.map_or(Self::Notice, |reply| Self::shown(reply, push)),
        }
    }

    fn shown(reply: &PassiveReply, push: &PushInfo<'_>) -> Self {
        let limit = push.article_limit().min(MAX_ARTICLES);
        match Self::as_written(reply) {
            Self::News { articles } if articles > limit => Self::NewsCut { shown: limit, dropped: articles - limit },
            other => other,
        }
    }

    /// What comes of a reply that turns out well, all of it.
    pub fn as_written(reply: &PassiveReply) -> Self {
        match reply {
            PassiveReply::Success | PassiveReply::Empty => Self::Nothing,
            PassiveReply::Text { .. } => Self::Text,
            PassiveReply::Image { .. } => Self::Image,
            PassiveReply::Voice { .. } => Self::Voice,
            PassiveReply::Video { .. } => Self::Video,
            PassiveReply::Music { .. } => Self::Music,
            PassiveReply::News { articles } => Self::News { articles: articles.len() },
            PassiveReply::TransferCustomerService { .. } => Self::CustomerService,
            PassiveReply::Raw(_) => Self::Notice,
        }
    }
}
