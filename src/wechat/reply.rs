//! Passive replies as values, with encoding to bytes and decoding.
//!
//! A value has no recipient: the [`Address`] comes from the push. [`super::envelope`] encrypts for safe mode.

mod address;
mod decode;
mod encode;
mod kind;

pub use self::address::Address;
pub use self::kind::ReplyKind;

/// One article of a news reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// `Title`, the headline.
    pub title: String,
    /// `Description`, shown below the title of a single article.
    pub description: String,
    /// `PicUrl`, the picture: JPG or PNG.
    pub pic_url: String,
    /// `Url`, opened by a tap.
    pub url: String,
}

/// A passive reply: the response to a push, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassiveReply {
    /// The seven bytes `success`: received, without a message to the user.
    Success,
    /// An empty body, which means the same.
    Empty,
    Text {
        /// `Content`: the text; `\n` breaks lines, and `<a href>` works.
        content: String,
    },
    Image {
        /// `MediaId` of an uploaded picture of this account.
        media_id: String,
    },
    Voice {
        /// `MediaId` of an uploaded recording of this account.
        media_id: String,
    },
    /// A video. Empty texts are left out.
    Video {
        /// `MediaId` of an uploaded video of this account.
        media_id: String,
        /// `Title`, may be empty.
        title: String,
        /// `Description`, may be empty.
        description: String,
    },
    /// A piece of music. Empty texts are left out.
    Music {
        /// `Title`, may be empty.
        title: String,
        /// `Description`, may be empty.
        description: String,
        /// `MusicUrl`, the URL of the audio; may be empty.
        music_url: String,
        /// `HQMusicUrl`, the URL of the audio over Wi-Fi; may be empty.
        hq_music_url: String,
        /// `ThumbMediaId` of an uploaded thumbnail of this account.
        thumb_media_id: String,
    },
    /// Articles: one in reply to a message, up to eight in reply to an event.
    News {
        /// The articles in order; `ArticleCount` is always their number.
        articles: Vec<Article>,
    },
    /// Hands the user to customer service.
    TransferCustomerService {
        /// `KfAccount`, the agent; empty for any agent.
        kf_account: String,
    },
    /// Bytes as they are: never addressed and never encrypted.
    Raw(Vec<u8>),
}

impl PassiveReply {
    /// The blank value of a kind, as a start for editing: all texts empty, one article.
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

    /// The kind of the reply.
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

    /// Tells whether it is a message to a user, which is encrypted if the push was.
    pub fn needs_address(&self) -> bool {
        !matches!(self, Self::Success | Self::Empty | Self::Raw(_))
    }

    /// The same reply with every text replaced, in the order of the elements.
    ///
    /// `f` gets the name of the text's element (`Content`, `Title` …). A reply without texts stays as it is.
    pub fn map_texts<E>(&self, mut f: impl FnMut(&'static str, &str) -> Result<String, E>) -> Result<Self, E> {
        let mut reply = self.clone();
        for (name, text) in reply.texts_mut() {
            *text = f(name, text)?;
        }
        Ok(reply)
    }

    /// Every text with the name of its element, in the documented order.
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
