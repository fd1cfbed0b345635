//! A rule's reply as it is written into `config.toml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use toml_edit::{Array, InlineTable, Value};

use super::reply_entry::{ARTICLES, BAD_ANSWER, FORWARD, MSG_TYPE, OPTIONAL, RAW, RAW_BASE64};
use crate::rules::{ForwardTo, Response};
use crate::wechat::reply::{Article, PassiveReply};

/// The TOML value that stands for the reply.
pub(in crate::config) fn to_value(response: &Response) -> Value {
    match response {
        Response::Default => "default".into(),
        Response::Hold => "hold".into(),
        Response::Forward(ForwardTo { url: None, bad_answer: None }) => "forward".into(),
        Response::Forward(ForwardTo { url, bad_answer }) => {
            let mut table = InlineTable::new();
            table.insert(FORWARD, url.as_ref().map_or(true.into(), Value::from));
            if let Some(choice) = bad_answer {
                table.insert(BAD_ANSWER, choice.as_str().into());
            }
            table.into()
        }
        Response::Reply(reply) => reply_to_value(reply),
    }
}

fn reply_to_value(reply: &PassiveReply) -> Value {
    let mut table = InlineTable::new();
    match reply {
        PassiveReply::Success => return "success".into(),
        PassiveReply::Empty => return "empty".into(),
        PassiveReply::Raw(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => table.insert(RAW, text.into()),
            Err(_) => table.insert(RAW_BASE64, STANDARD.encode(bytes).into()),
        },
        PassiveReply::News { articles } => {
            table.insert(MSG_TYPE, reply.kind().as_str().into());
            table.insert(ARTICLES, articles.iter().map(article_to_value).collect::<Array>().into())
        }
        typed => {
            table.insert(MSG_TYPE, typed.kind().as_str().into());
            table.extend(texts(typed));
            None
        }
    };
    table.into()
}

/// The elements that a typed reply has, without those that it does without.
fn texts(reply: &PassiveReply) -> Vec<(&'static str, Value)> {
    let mut texts = Vec::new();
    let collect = |element: &'static str, text: &str| {
        if !text.is_empty() || !OPTIONAL.contains(&element) {
            texts.push((element, Value::from(text)));
        }
        Ok::<_, std::convert::Infallible>(String::new())
    };
    match reply.map_texts(collect) {
        Ok(_) => texts,
    }
}

fn article_to_value(article: &Article) -> Value {
    let Article { title, description, pic_url, url } = article;
    let texts = [("Title", title), ("Description", description), ("PicUrl", pic_url), ("Url", url)];
    let present = texts.into_iter().filter(|(_, text)| !text.is_empty());
    present.map(|(element, text)| (element, Value::from(text))).collect::<InlineTable>().into()
}
