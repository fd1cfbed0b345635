//! `reply = …` of a rule: a word, or a table with the official names of its elements.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{choice, member, web_address};
use crate::rules::{BadAnswer, ForwardTo, Response};
use crate::wechat::reply::{Article, PassiveReply, ReplyKind};

pub(super) const MSG_TYPE: &str = "MsgType";
pub(super) const ARTICLES: &str = "Articles";
pub(super) const RAW: &str = "raw";
/// Raw bytes that are no text.
pub(super) const RAW_BASE64: &str = "raw_base64";
pub(super) const FORWARD: &str = "forward";
pub(super) const BAD_ANSWER: &str = "bad_answer";

/// The replies that are written as one word.
const WORDS: [&str; 5] = ["success", "empty", "default", "hold", "forward"];

/// The kinds that have a `MsgType`.
const TYPED: [ReplyKind; 7] = [
    ReplyKind::Text,
    ReplyKind::Image,
    ReplyKind::Voice,
    ReplyKind::Video,
    ReplyKind::Music,
    ReplyKind::News,
    ReplyKind::TransferCustomerService,
];

/// The elements that WeChat does without.
pub(super) const OPTIONAL: [&str; 6] = ["Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId", "KfAccount"];

/// Every member that a table may have.
const MEMBERS: [&str; 14] = [
    MSG_TYPE,
    "Content",
    "MediaId",
    "Title",
    "Description",
    "MusicUrl",
    "HQMusicUrl",
    "ThumbMediaId",
    "KfAccount",
    ARTICLES,
    RAW,
    RAW_BASE64,
    FORWARD,
    BAD_ANSWER,
];

/// Reads a reply from TOML.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Response, D::Error> {
    deserializer.deserialize_any(ReplyVisitor)
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = Response;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reply as {}, or as a table such as {{ MsgType = \"text\", Content = \"…\" }}", quoted(&WORDS))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Response, E> {
        Ok(match word {
            "success" => Response::Reply(PassiveReply::Success),
            "empty" => Response::Reply(PassiveReply::Empty),
            "default" => Response::Default,
            "hold" => Response::Hold,
            "forward" => Response::Forward(ForwardTo::default()),
            _ => return Err(E::custom(format!("unknown \"{word}\", expected {}", &self as &dyn serde::de::Expected))),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Response, A::Error> {
        let mut table = Table::default();
        while let Some(Member(name)) = map.next_key()? {
            match name {
                MSG_TYPE => table.kind = Some(map.next_value::<Kind>()?.0),
                ARTICLES => table.articles = Some(map.next_value::<Articles>()?.0),
                RAW_BASE64 => table.raw = Some(map.next_value::<Base64>()?.0),
                RAW => table.raw = Some(map.next_value::<Text>()?.0.into_bytes()),
                FORWARD => table.forward = Some(map.next_value::<Target>()?.0),
                BAD_ANSWER => table.bad_answer = Some(map.next_value::<Choice>()?.0),
                element => drop(table.texts.insert(element, map.next_value::<Text>()?.0)),
            }
        }
        table.response().map_err(A::Error::custom)
    }
}

/// The members of a table, before it is known whether they belong together.
#[derive(Default)]
struct Table {
    kind: Option<ReplyKind>,
    texts: BTreeMap<&'static str, String>,
    articles: Option<Vec<Article>>,
    raw: Option<Vec<u8>>,
    /// Without what [`BAD_ANSWER`] says.
    forward: Option<ForwardTo>,
    bad_answer: Option<BadAnswer>,
}

impl Table {
    fn response(mut self) -> Result<Response, String> {
        let response = if let Some(kind) = self.kind.take() {
            Response::Reply(self.typed(kind)?)
        } else if let Some(bytes) = self.raw.take() {
            Response::Reply(PassiveReply::Raw(bytes))
        } else if let Some(to) = self.forward.take() {
            Response::Forward(ForwardTo { bad_answer: self.bad_answer.take(), ..to })
        } else {
            return Err(format!("reply: no {MSG_TYPE}; write one of {}", quoted(&TYPED.map(ReplyKind::as_str))));
        };
        match self.rest() {
            Some(stray) => Err(format!("reply: {stray} does not belong here; remove it")),
            None => Ok(response),
        }
    }

    fn typed(&mut self, kind: ReplyKind) -> Result<PassiveReply, String> {
        let missing = |name: &str| format!("reply: {MSG_TYPE} \"{}\" needs {name}; add it", kind.as_str());
        if kind == ReplyKind::News {
            let articles = self.articles.take().ok_or_else(|| missing(ARTICLES))?;
            return Ok(PassiveReply::News { articles });
        }
        PassiveReply::blank(kind).map_texts(|element, _| match self.texts.remove(element) {
            Some(text) => Ok(text),
            None if OPTIONAL.contains(&element) => Ok(String::new()),
            None => Err(missing(element)),
        })
    }

    /// The first member that nothing has asked for.
    fn rest(&self) -> Option<&'static str> {
        let text = self.texts.keys().next().copied();
        text.or_else(|| self.articles.is_some().then_some(ARTICLES))
            .or_else(|| self.raw.is_some().then_some(RAW))
            .or_else(|| self.forward.is_some().then_some(FORWARD))
            .or_else(|| self.bad_answer.is_some().then_some(BAD_ANSWER))
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The name of a member.
struct Member(&'static str);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("reply: unknown member \"{name}\"; known: {}", MEMBERS.join(", ")));
        MEMBERS.into_iter().find(|known| *known == name).map(Self).ok_or_else(unknown)
    }
}

/// Text that is sent, or that makes what is sent.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        member(deserializer, "reply", "text in quotes").map(Self)
    }
}

struct Kind(ReplyKind);

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let takes = format!("one of {}", quoted(&TYPED.map(ReplyKind::as_str)));
        let name: String = member(deserializer, MSG_TYPE, &takes)?;
        let unknown = || D::Error::custom(format!("{MSG_TYPE}: unknown \"{name}\"; write {takes}"));
        TYPED.into_iter().find(|kind| kind.as_str() == name).map(Self).ok_or_else(unknown)
    }
}

struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: String = member(deserializer, RAW_BASE64, "bytes as base64 in quotes")?;
        let flaw = |error| D::Error::custom(format!("{RAW_BASE64}: {error}; write bytes as base64 with its padding"));
        STANDARD.decode(text).map(Self).map_err(flaw)
    }
}

/// An address, or `true` for the listener's own.
struct Target(ForwardTo);

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TargetVisitor;
        impl Visitor<'_> for TargetVisitor {
            type Value = ForwardTo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("forward as a URL in quotes, or as true for the listener's own target")
            }

            fn visit_bool<E: Error>(self, own: bool) -> Result<Self::Value, E> {
                if own {
                    Ok(ForwardTo::default())
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Bool(own), &self))
                }
            }

            fn visit_str<E: Error>(self, url: &str) -> Result<Self::Value, E> {
                let url = web_address(serde::de::value::StrDeserializer::new(url), FORWARD)?;
                Ok(ForwardTo { url: Some(url), bad_answer: None })
            }
        }
        deserializer.deserialize_any(TargetVisitor).map(Self)
    }
}

struct Choice(BadAnswer);

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        choice(deserializer, BAD_ANSWER).map(Self)
    }
}

/// The articles of news.
struct Articles(Vec<Article>);

/// One article as it is written down.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
struct ArticleEntry {
    title: String,
    description: String,
    pic_url: String,
    url: String,
}

impl<'de> Deserialize<'de> for Articles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Vec::<ArticleEntry>::deserialize(deserializer)?;
        let article = |ArticleEntry { title, description, pic_url, url }| Article { title, description, pic_url, url };
        Ok(Self(written.into_iter().map(article).collect()))
    }
}
