//! The outcome of a reply for the user, as one of a few cases with a sentence each.

use super::elements::{MAX_ARTICLES, MAX_TEXT_BYTES};
use super::findings::Findings;
use super::{HttpResponse, LintCode, LintFinding, PushInfo, WECHAT_LIMIT_MS};
use crate::wechat::codes::{Severity, worst};
use crate::wechat::kind::Answer;
use crate::wechat::reply::PassiveReply;

/// The outcome for the user. Each has a sentence, `outcome.KEY` in `assets/locales/lint.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user sees nothing, which is legal: `success`, or an empty body.
    Nothing,
    Text,
    /// A text beyond the length that is known to be shown.
    LongText {
        bytes: usize,
    },
    Image,
    Voice,
    Video,
    Music,
    /// Articles, all of them.
    News {
        articles: usize,
    },
    /// The first articles; the rest is dropped.
    NewsCut {
        shown: usize,
        dropped: usize,
    },
    /// Customer service takes over.
    CustomerService,
    /// WeChat's error notice, because the reply is not legal.
    Notice,
    /// The reply is late: WeChat tries again, and finally shows the error notice unless a later reply is in time.
    Late,
    /// There is no reply: WeChat tries again, and finally shows the error notice.
    Unanswered,
    /// The user sees nothing, having left the chat.
    Left,
    /// Nobody sees the reply, because the push belongs to no conversation.
    NoConversation,
    /// The user sees nothing, because only customer service can answer in this channel.
    OnlyTransfer,
    /// Unknown: the reply is encrypted, and the key is missing.
    Encrypted,
    /// The console accepts the URL: its handshake is answered as it should be.
    Verified,
    /// The console refuses the URL.
    NotVerified,
}

impl Outcome {
    /// The name, which is the last part of its locale key.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text => "text",
            Self::LongText { .. } => "long-text",
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
            Self::OnlyTransfer => "only-transfer",
            Self::Encrypted => "sealed",
            Self::Verified => "verified",
            Self::NotVerified => "not-verified",
        }
    }

    /// The placeholders of its sentence, by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::LongText { bytes } => {
                vec![("bytes", bytes.to_string()), ("limit", MAX_TEXT_BYTES.to_string())]
            }
            Self::News { articles } => vec![("articles", articles.to_string())],
            Self::NewsCut { shown, dropped } => vec![("shown", shown.to_string()), ("dropped", dropped.to_string())],
            _ => Vec::new(),
        }
    }

    /// The outcome of a checked reply. Without a conversation nothing shows. A late reply is not read, an illegal one causes
    /// the notice, and only a legal one in time is shown.
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
            () if matches!(fate, Answer::Never | Answer::Refused) => Self::NoConversation,
            () if response.elapsed_ms.is_some_and(|elapsed| elapsed > WECHAT_LIMIT_MS) => Self::Late,
            () if is_illegal => Self::Notice,
            () if quiet => Self::Nothing,
            () if fate == Answer::Unseen => Self::Left,
            () if outer.has(LintCode::EncryptedUnchecked) => Self::Encrypted,
            () if outer.has(LintCode::OnlyTransferSeen) || has(inside, LintCode::OnlyTransferSeen) => {
                Self::OnlyTransfer
            }
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

    /// The outcome of a legal reply that is shown in full.
    pub fn as_written(reply: &PassiveReply) -> Self {
        match reply {
            PassiveReply::Success | PassiveReply::Empty => Self::Nothing,
            PassiveReply::Text { content } if content.len() > MAX_TEXT_BYTES => Self::LongText { bytes: content.len() },
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

fn has(findings: &[LintFinding], code: LintCode) -> bool {
    findings.iter().any(|finding| finding.code == code)
}
