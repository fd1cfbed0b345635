//! The messages that users send: everything with a `MsgId`.

use crate::wechat::kind::{self, Class};
use crate::wechat::tree::Element;

use super::menu::Location;
use super::problem::Problem;

/// A message that a user sent; `MsgId`, `MsgDataId` and `Idx` are the envelope's.
#[derive(Clone, Debug, PartialEq)]
pub enum UserMessage<'t> {
    /// `text`.
    Text {
        /// `Content`.
        content: Option<&'t str>,
        /// `bizmsgmenuid`, where an item of a message menu was tapped.
        menu_id: Option<&'t str>,
    },
    /// `image`.
    Image {
        /// `PicUrl`.
        pic_url: Option<&'t str>,
        /// `MediaId`.
        media_id: Option<&'t str>,
    },
    /// `voice`.
    Voice {
        /// `MediaId`.
        media_id: Option<&'t str>,
        /// `Format`: `amr`, `speex`.
        format: Option<&'t str>,
        /// `Recognition`: what was understood, often empty.
        recognition: Option<&'t str>,
        /// `MediaId16K`.
        media_id_16k: Option<&'t str>,
    },
    /// `video`.
    Video {
        /// `MediaId`.
        media_id: Option<&'t str>,
        /// `ThumbMediaId`.
        thumb_media_id: Option<&'t str>,
    },
    /// `shortvideo`.
    ShortVideo {
        /// `MediaId`.
        media_id: Option<&'t str>,
        /// `ThumbMediaId`.
        thumb_media_id: Option<&'t str>,
    },
    /// `location`.
    Location(Location<'t>),
    /// `link`.
    Link {
        /// `Title`.
        title: Option<&'t str>,
        /// `Description`.
        description: Option<&'t str>,
        /// `Url`.
        url: Option<&'t str>,
    },
    /// `miniprogrampage`: a mini program's card.
    MiniProgramPage {
        /// `Title`.
        title: Option<&'t str>,
        /// `AppId`.
        app_id: Option<&'t str>,
        /// `PagePath`.
        page_path: Option<&'t str>,
        /// `ThumbUrl`.
        thumb_url: Option<&'t str>,
        /// `ThumbMediaId`.
        thumb_media_id: Option<&'t str>,
    },
    /// A message that is known by name, whose elements no documentation lists.
    Other,
}

impl<'t> UserMessage<'t> {
    pub(super) fn decode(msg_type: &str, root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let known = kind::lookup(msg_type).filter(|known| known.class == Class::Message)?;
        let text = |name: &str| root.text_of(name);
        Some(match known.name {
            "text" => Self::Text { content: text("Content"), menu_id: text("bizmsgmenuid") },
            "image" => Self::Image { pic_url: text("PicUrl"), media_id: text("MediaId") },
            "voice" => Self::Voice {
                media_id: text("MediaId"),
                format: text("Format"),
                recognition: text("Recognition"),
                media_id_16k: text("MediaId16K"),
            },
            "video" => Self::Video { media_id: text("MediaId"), thumb_media_id: text("ThumbMediaId") },
            "shortvideo" => Self::ShortVideo { media_id: text("MediaId"), thumb_media_id: text("ThumbMediaId") },
            "location" => Self::Location(Location::decode(root, problems)),
            "link" => Self::Link { title: text("Title"), description: text("Description"), url: text("Url") },
            "miniprogrampage" => Self::MiniProgramPage {
                title: text("Title"),
                app_id: text("AppId"),
                page_path: text("PagePath"),
                thumb_url: text("ThumbUrl"),
                thumb_media_id: text("ThumbMediaId"),
            },
            _ => Self::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::{Message, Payload};
    use crate::wechat::tree::Tree;

    #[test]
    fn a_voice_message_may_carry_an_empty_recognition() {
        let payload = b"<xml><MsgType>voice</MsgType><Recognition><![CDATA[]]></Recognition></xml>";
        let tree = Tree::parse(payload).unwrap();
        let Payload::Message(UserMessage::Voice { recognition, format, .. }) = Message::decode(&tree).payload else {
            panic!("no voice message");
        };
        assert_eq!((recognition, format), (Some(""), None));
    }
}
