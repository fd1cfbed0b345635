//! What is read in the text while it is written: its kind, its fields, or what is wrong with it.

use super::PICTURE;
use crate::wechat::message::Message;
use crate::wechat::tree::{Format, Tree, TreeError};

/// More fields than these are edited as text.
const MOST_FIELDS: usize = 200;

/// The text looked at once.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Why it is no message.
    pub(super) flaw: Option<TreeError>,
    pub(super) kind: String,
    pub(super) format: Option<Format>,
    /// Elements with a text, in their order, but for pictures.
    pub(super) fields: Vec<Field>,
    /// How many more there are.
    pub(super) left_out: usize,
    pub(super) lists_pictures: bool,
    /// The MD5 of each picture.
    pub(super) pictures: Vec<String>,
    /// In seconds.
    pub(super) create_time: Option<i64>,
}

/// An element with a text.
#[derive(Debug)]
pub(super) struct Field {
    /// As [`compose::edited`](crate::wechat::compose::edited) finds it.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) value: String,
}

impl Read {
    pub(super) fn of(text: &str) -> Self {
        let tree = match Tree::parse(text.as_bytes()) {
            Ok(tree) => tree,
            Err(flaw) => return Self { flaw: Some(flaw), ..Self::default() },
        };
        let message = Message::decode(&tree);
        let leaves = || tree.elements().skip(1).filter(|element| !element.has_children());
        let (pictures, others): (Vec<_>, Vec<_>) = leaves().partition(|element| element.name() == PICTURE);
        let fields = others.iter().take(MOST_FIELDS).map(|element| Field {
            path: element.path(),
            name: element.name().to_owned(),
            value: element.text().to_owned(),
        });
        let kind = message.kind().to_owned();
        let info = tree.root().child("SendPicsInfo");
        Self {
            flaw: None,
            format: Some(tree.format()),
            fields: fields.collect(),
            left_out: others.len().saturating_sub(MOST_FIELDS),
            lists_pictures: info.is_some() || kind.starts_with("pic_"),
            pictures: pictures.iter().map(|element| element.text().to_owned()).collect(),
            create_time: tree.root().text_of("CreateTime").and_then(|text| text.trim().parse().ok()),
            kind,
        }
    }
}
