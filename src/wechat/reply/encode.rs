//! Encodes a reply in XML or JSON: the documented elements in the documented order.

use serde_json::{Map, Number, Value};

use super::{Address, Article, PassiveReply};
use crate::wechat::tree::Format;
use crate::wechat::xml;

/// An element: its name and its content.
type Member = (&'static str, Content);

/// The content of an element.
enum Content {
    Text(String),
    Number(Number),
    Group(Vec<Member>),
    /// Articles: `item` elements in XML, a list in JSON.
    Items(Vec<Vec<Member>>),
}

impl PassiveReply {
    /// The bytes of the reply, unencrypted.
    ///
    /// XML has one element per line and every text in CDATA, with a `]]>` split over two sections.
    /// Characters that XML 1.0 cannot represent, such as U+0000, become U+FFFD there. A carriage return is
    /// written as it is, although parsers may turn it into a line feed. JSON represents every character.
    pub fn to_bytes(&self, address: &Address, format: Format) -> Vec<u8> {
        self.to_bytes_as(self.kind().as_str(), address, format)
    }

    /// The bytes of the reply with another `MsgType`.
    pub(in crate::wechat) fn to_bytes_as(&self, msg_type: &str, address: &Address, format: Format) -> Vec<u8> {
        match self {
            Self::Success => return b"success".to_vec(),
            Self::Empty => return Vec::new(),
            Self::Raw(bytes) => return bytes.clone(),
            _ => {}
        }
        let text = |text: &str| Content::Text(text.to_owned());
        let mut members = vec![
            ("ToUserName", text(&address.to_user)),
            ("FromUserName", text(&address.from_user)),
            ("CreateTime", Content::Number(address.create_time.into())),
            ("MsgType", text(msg_type)),
        ];
        members.extend(self.clone().into_members());
        match format {
            Format::Xml => {
                let mut body = "<xml>\n".to_owned();
                write_xml(&mut body, &members);
                body.push_str("</xml>");
                body.into_bytes()
            }
            Format::Json => json(members).to_string().into_bytes(),
        }
    }

    /// The elements behind `MsgType`.
    fn into_members(mut self) -> Vec<Member> {
        if let Self::News { articles } = self {
            let count = Content::Number(articles.len().into());
            let items = articles.into_iter().map(Article::into_members).collect();
            return vec![("ArticleCount", count), ("Articles", Content::Items(items))];
        }
        let group = self.kind().group();
        let texts = self.texts_mut().into_iter();
        let members: Vec<Member> = texts
            .filter(|(name, text)| !(text.is_empty() && is_optional(name)))
            .map(|(name, text)| (name, Content::Text(std::mem::take(text))))
            .collect();
        match group {
            None => members,
            Some(_) if members.is_empty() => Vec::new(),
            Some(name) => vec![(name, Content::Group(members))],
        }
    }
}

impl Article {
    /// All four elements: none of them is documented as optional. An empty link is left out: it would open a blank page.
    fn into_members(mut self) -> Vec<Member> {
        let texts = self.texts_mut().into_iter().filter(|(name, text)| !(*name == "Url" && text.is_empty()));
        texts.map(|(name, text)| (name, Content::Text(std::mem::take(text)))).collect()
    }
}

/// Tells whether an empty text outside articles is left out.
fn is_optional(name: &str) -> bool {
    matches!(name, "Title" | "Description" | "MusicUrl" | "HQMusicUrl" | "ThumbMediaId" | "KfAccount")
}

/// Writes one element per line. The recursion is at most three levels deep.
fn write_xml(body: &mut String, members: &[Member]) {
    for (name, content) in members {
        body.extend(["<", name, ">"]);
        match content {
            Content::Text(text) => body.push_str(&xml::cdata(&carried_by_xml(text))),
            Content::Number(number) => body.push_str(&number.to_string()),
            Content::Group(members) => {
                body.push('\n');
                write_xml(body, members);
            }
            Content::Items(items) => {
                body.push('\n');
                for members in items {
                    body.push_str("<item>\n");
                    write_xml(body, members);
                    body.push_str("</item>\n");
                }
            }
        }
        body.extend(["</", name, ">\n"]);
    }
}

fn json(members: Vec<Member>) -> Value {
    let value = |content| match content {
        Content::Text(text) => Value::from(text),
        Content::Number(number) => Value::Number(number),
        Content::Group(members) => json(members),
        Content::Items(items) => items.into_iter().map(json).collect(),
    };
    let members = members.into_iter().map(|(name, content)| (name.to_owned(), value(content)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Replaces the characters that XML 1.0 cannot represent, not even as references.
fn carried_by_xml(text: &str) -> String {
    text.replace(|c: char| !is_xml_character(c), "\u{FFFD}")
}

fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
