//! Content of a row: what was in an event and what was answered, read from the bytes once with the page of rows.
//!
//! Values stay as they came; [`row_words`](super::row_words) makes words of them.

use super::diagnosis::Severity;
use super::finding_record::{FindingRecord, read_findings};
use super::stored_capture::{HANDSHAKE, UNREADABLE};
use crate::wechat::lint::{LintCode, LintFinding};
use crate::wechat::message::{MenuEvent, Message, OtherEvent, Payload, UserMessage};
use crate::wechat::reply::{PassiveReply, ReplyKind};
use crate::wechat::tree::Tree;

/// Maximum number of characters kept of a value: more than fit into a row or its tooltip.
const LONGEST: usize = 300;

/// The content of an event beside its key.
#[derive(Clone, Debug, PartialEq)]
pub enum EventContent {
    /// The words that a person wrote or said.
    Words(String),
    /// A scanned code, an address, a link or the state of a job, as it came.
    Value(String),
    /// So many pictures.
    Pictures(usize),
    /// A medium: its format, and the words that were recognised in it.
    Medium {
        /// `Format`, such as `amr`.
        format: String,
        /// `Recognition`, if there is any.
        words: String,
    },
    /// Method and path of what could not be read, or is no message.
    Request {
        /// The method of the request.
        method: String,
        /// The path with its query.
        target: String,
    },
}

/// The content of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyContent {
    /// A reply of that kind, with its text or title if it has one.
    Passive(ReplyKind, String),
    /// Anything else, by its beginning: the echo of a handshake, or what is no reply.
    Bytes(String),
}

impl EventContent {
    /// Reads the content of a message; `None` where its kind has none beside the key.
    pub fn read(kind: &str, message: &[u8], (method, target): (&str, &str)) -> Option<Self> {
        match kind {
            UNREADABLE | HANDSHAKE => {
                let path = target.split('?').next().unwrap_or_default();
                Some(Self::Request { method: method.to_owned(), target: beginning(path) })
            }
            // Their key says it all: most taps need no look into the message.
            "CLICK" | "VIEW" | "view_miniprogram" | "unsubscribe" => None,
            _ => Self::of_tree(&Tree::parse(message).ok()?),
        }
    }

    fn of_tree(tree: &Tree<'_>) -> Option<Self> {
        let message = Message::decode(tree);
        match &message.payload {
            Payload::Menu(MenuEvent::ScancodePush(scan) | MenuEvent::ScancodeWaitmsg(scan)) => value(scan.content?),
            Payload::Menu(
                MenuEvent::PicSysphoto(pictures)
                | MenuEvent::PicPhotoOrAlbum(pictures)
                | MenuEvent::PicWeixin(pictures),
            ) => Some(Self::Pictures(pictures.md5s.len())),
            Payload::Menu(MenuEvent::LocationSelect(place)) | Payload::Message(UserMessage::Location(place)) => {
                let name =
                    [place.label, place.poiname].into_iter().flatten().map(str::trim).find(|name| !name.is_empty());
                match name {
                    Some(name) => value(name),
                    None => value(&format!("{}, {}", place.latitude_text?.trim(), place.longitude_text?.trim())),
                }
            }
            Payload::Event(OtherEvent::Location(position)) => {
                value(&format!("{}, {}", position.latitude_text?.trim(), position.longitude_text?.trim()))
            }
            Payload::Message(UserMessage::Text { content }) => {
                Some(Self::Words(beginning(content.unwrap_or_default())))
            }
            Payload::Menu(_) => None,
            Payload::Message(UserMessage::Link { .. } | UserMessage::Other)
            | Payload::Event(OtherEvent::Other)
            | Payload::Platform
            | Payload::Unknown => Self::of_elements(message.kind(), tree),
        }
    }

    /// Reads what has no type of its own: the element that says most of the kind.
    fn of_elements(kind: &str, tree: &Tree<'_>) -> Option<Self> {
        let root = tree.root();
        let text = |name: &str| root.text_of(name).map(str::trim).filter(|text| !text.is_empty());
        match kind {
            "voice" => Some(Self::Medium {
                format: text("Format").map(beginning).unwrap_or_default(),
                words: text("Recognition").map(beginning).unwrap_or_default(),
            }),
            "image" => value(text("PicUrl")?),
            "link" => match (text("Title"), text("Url")) {
                (Some(title), Some(url)) => value(&format!("{title} · {url}")),
                (title, url) => value(title.or(url)?),
            },
            _ => ["Title", "Status", "SessionFrom", "KfAccount", "CardId", "Reason", "reason", "MediaId"]
                .into_iter()
                .find_map(text)
                .and_then(value),
        }
    }
}

fn value(text: &str) -> Option<EventContent> {
    (!text.is_empty()).then(|| EventContent::Value(beginning(text)))
}

impl ReplyContent {
    /// Reads a reply's plaintext.
    pub fn read(body: &[u8]) -> Self {
        if let Some(reply) = PassiveReply::read(body) {
            let words = match &reply {
                PassiveReply::Text { content } => content,
                PassiveReply::Video { title, .. } | PassiveReply::Music { title, .. } => title,
                PassiveReply::News { articles } => articles.first().map_or("", |article| &article.title),
                _ => "",
            };
            Self::Passive(reply.kind(), beginning(words))
        } else {
            let start = &body[..body.len().min(LONGEST)];
            Self::Bytes(beginning(String::from_utf8_lossy(start).trim()))
        }
    }

    /// The first of the findings about a reply that make it illegal, from their JSON.
    pub fn illegality(findings: &str) -> Option<LintCode> {
        let findings: Vec<FindingRecord> = serde_json::from_str(findings).ok()?;
        let findings: Vec<LintFinding> = read_findings(findings);
        findings.into_iter().map(|finding| finding.code).find(|code| code.severity() == Severity::Error)
    }
}

fn beginning(text: impl AsRef<str>) -> String {
    text.as_ref().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(kind: &str, inside: &str) -> Option<EventContent> {
        let head = match kind {
            "text" | "voice" | "image" | "link" | "location" => format!("<MsgType>{kind}</MsgType>"),
            event => format!("<MsgType>event</MsgType><Event>{event}</Event>"),
        };
        EventContent::read(kind, format!("<xml>{head}{inside}</xml>").as_bytes(), ("POST", "/cb?signature=1"))
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with what is read")]
    fn plain(text: &str) -> Option<EventContent> {
        Some(EventContent::Value(text.to_owned()))
    }

    #[test]
    fn each_kind_has_its_content() {
        let scan = "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult><![CDATA[https://e.com/?a=1&b=2]]></ScanResult></ScanCodeInfo>";
        assert_eq!(content("scancode_waitmsg", scan), plain("https://e.com/?a=1&b=2"));
        let item = "<item><PicMd5Sum>5a75aaca956d97be686719218f275c6b</PicMd5Sum></item>";
        let pictures = format!("<SendPicsInfo><Count>2</Count><PicList>{item}{item}</PicList></SendPicsInfo>");
        assert_eq!(content("pic_weixin", &pictures), Some(EventContent::Pictures(2)));
        let place = "<SendLocationInfo><Location_X>23.1</Location_X><Location_Y>113.3</Location_Y><Label> 广州市</Label></SendLocationInfo>";
        assert_eq!(content("location_select", place), plain("广州市"));
        assert_eq!(content("LOCATION", "<Latitude>23.1</Latitude><Longitude>113.3</Longitude>"), plain("23.1, 113.3"));
        assert_eq!(
            content("text", "<Content>你好 &lt;b&gt;</Content>"),
            Some(EventContent::Words("你好 <b>".to_owned()))
        );
        assert_eq!(content("link", "<Title>t</Title><Url>http://h/</Url>"), plain("t · http://h/"));
        let voice = EventContent::Medium { format: "amr".to_owned(), words: "喂".to_owned() };
        assert_eq!(content("voice", "<Format>amr</Format><Recognition>喂</Recognition>"), Some(voice));
        assert_eq!(content("TEMPLATESENDJOBFINISH", "<Status>success</Status>"), plain("success"));
        assert_eq!(content("CLICK", "<EventKey>K</EventKey>"), None);
    }

    #[test]
    fn what_is_unreadable_is_told_by_its_request() {
        let request = EventContent::Request { method: "POST".to_owned(), target: "/cb".to_owned() };
        assert_eq!(content(UNREADABLE, "<"), Some(request));
        assert_eq!(content("scancode_push", "<"), None, "no content is made up");
    }

    #[test]
    fn a_long_value_is_kept_to_its_beginning() {
        let Some(EventContent::Words(words)) = content("text", &format!("<Content>{}</Content>", "长".repeat(20_000)))
        else {
            panic!("no words");
        };
        assert_eq!(words.chars().count(), LONGEST);
    }

    #[test]
    fn a_reply_is_told_by_its_kind_and_text() {
        let text = b"<xml><MsgType>text</MsgType><Content><![CDATA[hi]]></Content></xml>";
        assert_eq!(ReplyContent::read(text), ReplyContent::Passive(ReplyKind::Text, "hi".to_owned()));
        assert_eq!(ReplyContent::read(b"success"), ReplyContent::Passive(ReplyKind::Success, String::new()));
        assert_eq!(ReplyContent::read(b""), ReplyContent::Passive(ReplyKind::Empty, String::new()));
        assert_eq!(ReplyContent::read(b"{\"ok\":1}"), ReplyContent::Bytes("{\"ok\":1}".to_owned()));
        let findings = r#"[{"code":"white-around"},{"code":"json-body"}]"#;
        assert_eq!(ReplyContent::illegality(findings), Some(LintCode::JsonBody));
        assert_eq!(ReplyContent::illegality(r#"[{"code":"white-around"}]"#), None);
    }
}
