//! Passive replies as values: what an account may answer to a push, written and read back.
//!
//! A value knows nothing of whom it goes to: [`Address`] comes from the push that is being answered.
//! Sealing for safe mode is [`super::envelope`]'s.

mod address;
mod decode;
mod encode;
mod kind;

pub use self::address::Address;
pub use self::kind::ReplyKind;

/// One article of a news reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// `Title`, the line that the user sees.
    pub title: String,
    /// `Description`, shown below the title of an article that stands alone.
    pub description: String,
    /// `PicUrl`, the picture: JPG or PNG.
    pub pic_url: String,
    /// `Url`, where a tap leads.
    pub url: String,
}

/// A passive reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassiveReply {
    /// The seven bytes `success`: received, and nothing to say.
    Success,
    /// No body at all, which says the same.
    Empty,
    /// A text.
    Text {
        /// `Content`: the text; `\n` breaks lines, and `<a href>` works.
        content: String,
    },
    /// A picture.
    Image {
        /// `MediaId` of an uploaded picture of this account.
        media_id: String,
    },
    /// A voice recording.
    Voice {
        /// `MediaId` of an uploaded recording of this account.
        media_id: String,
    },
    /// A video. What is empty of the texts is left out.
    Video {
        /// `MediaId` of an uploaded video of this account.
        media_id: String,
        /// `Title`, may be empty.
        title: String,
        /// `Description`, may be empty.
        description: String,
    },
    /// A piece of music. What is empty of the texts is left out.
    Music {
        /// `Title`, may be empty.
        title: String,
        /// `Description`, may be empty.
        description: String,
        /// `MusicUrl`, where it is played from; may be empty.
        music_url: String,
        /// `HQMusicUrl`, played over Wi-Fi instead; may be empty.
        hq_music_url: String,
        /// `ThumbMediaId` of an uploaded thumbnail of this account.
        thumb_media_id: String,
    },
    /// Articles: one in answer to a message, up to eight in answer to an event.
    News {
        /// The articles in their order; `ArticleCount` is always their number.
        articles: Vec<Article>,
    },
    /// Hands the user to customer service.
    TransferCustomerService {
        /// `KfAccount`, whose turn it is; empty for anybody's.
        kf_account: String,
    },
    /// These bytes and no others: never addressed and never sealed.
    Raw(Vec<u8>),
}

impl PassiveReply {
    /// The smallest value of a kind, to begin editing with: all texts empty, one article.
    pub fn blank(kind: ReplyKind) -> Self {
        let empty = String::new;
        match kind {
            ReplyKind::Success => Self::Success,
            ReplyKind::Empty => Self::Empty,
            ReplyKind::Text => Self::Text { content: empty() },
            ReplyKind::Image => Self::Image { media_id: empty() },
            ReplyKind::Voice => Self::Voice { media_id: empty() },
            ReplyKind::Video => Self::Video { media_id: empty(), title: empty(), description: empty() },
            ReplyKind::Music => Self::Music {
                title: empty(),
                description: empty(),
                music_url: empty(),
                hq_music_url: empty(),
                thumb_media_id: empty(),
            },
            ReplyKind::News => Self::News { articles: vec![Article::default()] },
            ReplyKind::TransferCustomerService => Self::TransferCustomerService { kf_account: empty() },
            ReplyKind::Raw => Self::Raw(Vec::new()),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ReplyKind {
        match self {
            Self::Success => ReplyKind::Success,
            Self::Empty => ReplyKind::Empty,
            Self::Text { .. } => ReplyKind::Text,
            Self::Image { .. } => ReplyKind::Image,
            Self::Voice { .. } => ReplyKind::Voice,
            Self::Video { .. } => ReplyKind::Video,
            Self::Music { .. } => ReplyKind::Music,
            Self::News { .. } => ReplyKind::News,
            Self::TransferCustomerService { .. } => ReplyKind::TransferCustomerService,
            Self::Raw(_) => ReplyKind::Raw,
        }
    }

    /// Whether it is a message to somebody, and so is sealed where the push was.
    pub fn needs_address(&self) -> bool {
        !matches!(self, Self::Success | Self::Empty | Self::Raw(_))
    }

    /// The same reply with every text replaced, in the order of the elements.
    ///
    /// `f` gets the name of the text's element (`Content`, `Title` …). What has no texts stays as it is.
    pub fn map_texts<E>(&self, mut f: impl FnMut(&'static str, &str) -> Result<String, E>) -> Result<Self, E> {
        let mut reply = self.clone();
        for (name, text) in reply.texts_mut() {
            *text = f(name, text)?;
        }
        Ok(reply)
    }

    /// Every text under the name of its element, in the documented order.
    fn texts_mut(&mut self) -> Vec<(&'static str, &mut String)> {
        match self {
            Self::Success | Self::Empty | Self::Raw(_) => Vec::new(),
            Self::Text { content } => vec![("Content", content)],
            Self::Image { media_id } | Self::Voice { media_id } => vec![("MediaId", media_id)],
            Self::Video { media_id, title, description } => {
                vec![("MediaId", media_id), ("Title", title), ("Description", description)]
            }
            Self::Music { title, description, music_url, hq_music_url, thumb_media_id } => vec![
                ("Title", title),
                ("Description", description),
                ("MusicUrl", music_url),
                ("HQMusicUrl", hq_music_url),
                ("ThumbMediaId", thumb_media_id),
            ],
            Self::News { articles } => articles.iter_mut().flat_map(Article::texts_mut).collect(),
            Self::TransferCustomerService { kf_account } => vec![("KfAccount", kf_account)],
        }
    }
}

impl Article {
    fn texts_mut(&mut self) -> [(&'static str, &mut String); 4] {
        let Self { title, description, pic_url, url } = self;
        [("Title", title), ("Description", description), ("PicUrl", pic_url), ("Url", url)]
    }
}

#[cfg(test)]
mod tests;
