//! Parsed form of the composed text: kind, fields and pictures, or the parse error.

use super::PICTURE;
use crate::wechat::message::Message;
use crate::wechat::tree::{Format, Tree, TreeError};

/// Maximum number of fields in the form; the others are edited as text.
const MOST_FIELDS: usize = 200;

/// The composed text, parsed.
#[derive(Debug, Default)]
pub(super) struct ParsedMessage {
    /// The parse error, if the text is not a message.
    pub(super) flaw: Option<TreeError>,
    pub(super) kind: String,
    pub(super) format: Option<Format>,
    /// Elements without children in document order, except pictures.
    pub(super) fields: Vec<FormField>,
    /// Number of fields beyond the maximum.
    pub(super) left_out: usize,
    pub(super) lists_pictures: bool,
    /// MD5 sums of the pictures.
    pub(super) pictures: Vec<String>,
    /// `CreateTime`, in seconds since the epoch.
    pub(super) create_time: Option<i64>,
}

/// A field of the form: an element without children.
#[derive(Debug)]
pub(super) struct FormField {
    /// Path in the form of [`compose::edited`](crate::wechat::compose::edited).
    pub(super) path: String,
    pub(super) name: String,
    pub(super) value: String,
}

impl ParsedMessage {
    /// Names and values of the fields.
    pub(super) fn field_values(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect()
    }

    /// Parses a text; a text that is not a message has only its flaw.
    pub(super) fn of(text: &str) -> Self {
        let tree = match Tree::parse(text.as_bytes()) {
            Ok(tree) => tree,
            Err(flaw) => return Self { flaw: Some(flaw), ..Self::default() },
        };
        let message = Message::decode(&tree);
        let leaves = || tree.elements().skip(1).filter(|element| !element.has_children());
        let (pictures, others): (Vec<_>, Vec<_>) = leaves().partition(|element| element.name() == PICTURE);
        let fields = others.iter().take(MOST_FIELDS).map(|element| FormField {
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
