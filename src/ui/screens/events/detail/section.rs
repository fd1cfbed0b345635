//! Sections of the decoded page: the elements of the kind, the envelope, and all other elements.

use std::collections::HashSet;

use super::field::Field;
use super::meaning::{Note, value_notes};
use crate::texts::Language;
use crate::wechat::message::{MenuEvent, Message, Payload};

/// A titled group of rows.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Set for the elements that all messages share, which are folded.
    pub(super) is_envelope: bool,
    /// Locale key of the title.
    pub(super) title: String,
    pub(super) rows: Vec<SectionRow>,
}

/// A row of a section.
#[derive(Clone, Debug)]
pub(super) enum SectionRow {
    Field {
        /// Index into the message's fields.
        at: usize,
        indent: usize,
        /// Translated meaning of the element's name.
        meaning: Option<String>,
        /// Remarks about the value.
        notes: Vec<Note>,
    },
    /// A documented element that this message lacks.
    Missing { name: &'static str },
}

/// Locale key of the title of the elements that all messages share.
const ENVELOPE_TITLE: &str = "detail.section.envelope";

/// Elements common to all messages.
const ENVELOPE: [&str; 11] = [
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Event",
    "InfoType",
    "AppId",
    "MsgId",
    "MsgDataId",
    "Idx",
    "Encrypt",
];

/// Sorts every element into one of the sections.
pub(super) fn sections(message: &Message<'_>, fields: &[Field], language: Language) -> Vec<Section> {
    let own = own_rows(message, fields, language);
    let envelope: Vec<usize> = positions(fields, |field| field.depth == 1 && is_envelope(field, message)).collect();
    let taken: HashSet<usize> = own.iter().chain(&envelope).copied().collect();
    let mut own: Vec<SectionRow> = own.into_iter().map(|at| field_row(at, 0, message, fields, language)).collect();
    number_pictures(&mut own, fields, language);
    own.extend(missing(message, fields).map(|name| SectionRow::Missing { name }));
    let envelope = envelope.into_iter().map(|at| field_row(at, 0, message, fields, language)).collect();
    let others =
        others(fields, &taken).map(|at| field_row(at, fields[at].depth - 1, message, fields, language)).collect();
    [(own_title(message), own), (ENVELOPE_TITLE.to_owned(), envelope), ("detail.section.others".to_owned(), others)]
        .into_iter()
        .filter(|(_, rows): &(String, Vec<SectionRow>)| !rows.is_empty())
        .map(|(title, rows)| Section { is_envelope: title == ENVELOPE_TITLE, title, rows })
        .collect()
}

/// Adds the picture's number to each MD5.
fn number_pictures(rows: &mut [SectionRow], fields: &[Field], language: Language) {
    let pictures = rows.iter_mut().filter_map(|row| match row {
        SectionRow::Field { at, notes, .. } if fields[*at].name == "PicMd5Sum" => Some(notes),
        _ => None,
    });
    for (before, notes) in pictures.enumerate() {
        let number = (before + 1).to_string();
        notes.push(Note::Words(language.filled("detail.note.picture_number", &[("number", number)])));
    }
}

fn positions<'f>(fields: &'f [Field], wanted: impl Fn(&Field) -> bool + 'f) -> impl Iterator<Item = usize> + 'f {
    fields.iter().enumerate().filter(move |(_, field)| wanted(field)).map(|(at, _)| at)
}

fn is_envelope(field: &Field, message: &Message<'_>) -> bool {
    // The card of a mini program has its own AppId.
    let own_app_id = field.name == "AppId" && message.info_type.is_none();
    ENVELOPE.contains(&&*field.name) && !own_app_id && !field.has_children
}

/// Elements of the kind: those in its own structure, and every other with a known meaning.
fn own_rows(message: &Message<'_>, fields: &[Field], language: Language) -> Vec<usize> {
    let known = |field: &Field| language.has(&format!("detail.field.{}", field.name));
    let holder = holder(message);
    positions(fields, |field| {
        let in_holder = holder.is_some_and(|holder| field.path.split('/').next() == Some(holder));
        let is_place = field.depth == 1 || in_holder;
        is_place && !field.has_children && !is_envelope(field, message) && known(field)
    })
    .collect()
}

/// The element that holds a menu event's result.
fn holder(message: &Message<'_>) -> Option<&'static str> {
    match message.menu_event()? {
        MenuEvent::ScancodePush(_) | MenuEvent::ScancodeWaitmsg(_) => Some("ScanCodeInfo"),
        MenuEvent::PicSysphoto(_) | MenuEvent::PicPhotoOrAlbum(_) | MenuEvent::PicWeixin(_) => Some("SendPicsInfo"),
        MenuEvent::LocationSelect(_) => Some("SendLocationInfo"),
        MenuEvent::Click | MenuEvent::View { .. } | MenuEvent::ViewMiniprogram { .. } => None,
    }
}

/// Documented elements of a menu event that this message lacks; they are listed so that no one searches for them.
fn missing(message: &Message<'_>, fields: &[Field]) -> impl Iterator<Item = &'static str> {
    let expected: &'static [&'static str] = match message.menu_event().map(|_| holder(message)) {
        None => &[],
        Some(None) => &["EventKey"],
        Some(Some("ScanCodeInfo")) => &["EventKey", "ScanType", "ScanResult"],
        Some(Some("SendPicsInfo")) => &["EventKey", "Count"],
        Some(Some(_)) => &["EventKey", "Location_X", "Location_Y", "Scale", "Label", "Poiname"],
    };
    let there: HashSet<String> = fields.iter().map(|field| field.name.clone()).collect();
    expected.iter().copied().filter(move |name| !there.contains(*name))
}

fn own_title(message: &Message<'_>) -> String {
    let group = match (&message.payload, holder(message)) {
        (Payload::Menu(MenuEvent::View { .. }), _) => "view",
        (Payload::Menu(MenuEvent::ViewMiniprogram { .. }), _) => "miniprogram",
        (Payload::Menu(_), Some("ScanCodeInfo")) => "scan",
        (Payload::Menu(_), Some("SendPicsInfo")) => "pictures",
        (Payload::Menu(_), Some(_)) => "location",
        (Payload::Menu(_), None) => "click",
        (Payload::Message(_), _) => "message",
        (Payload::Event(_), _) => "event",
        (Payload::Platform, _) => "platform",
        (Payload::Unknown, _) => "unknown",
    };
    format!("detail.section.{group}")
}

/// Elements that are in no other section, with their ancestors for context.
fn others<'f>(fields: &'f [Field], taken: &'f HashSet<usize>) -> impl Iterator<Item = usize> + 'f {
    let mut shown = vec![false; fields.len()];
    let mut around: Vec<usize> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        around.retain(|outer| fields[*outer].depth < field.depth);
        if field.has_children {
            around.push(at);
            // Mixed content is shown nowhere else.
            shown[at] |= !field.text.is_empty();
        } else if !taken.contains(&at) {
            shown[at] = true;
        }
        if shown[at] {
            for outer in &around {
                shown[*outer] = true;
            }
        }
    }
    (0..fields.len()).filter(move |at| shown[*at])
}

fn field_row(at: usize, indent: usize, message: &Message<'_>, fields: &[Field], language: Language) -> SectionRow {
    let field = &fields[at];
    let key = meaning_key(field, message);
    let meaning = language.has(&key).then(|| language.text(&key).into_owned());
    SectionRow::Field { at, indent, meaning, notes: value_notes(field, message, language) }
}

/// Locale key of an element's meaning; `EventKey` means something else in each menu event.
fn meaning_key(field: &Field, message: &Message<'_>) -> String {
    let special = match (&message.payload, &*field.name) {
        (Payload::Menu(MenuEvent::View { .. }), "EventKey") => Some("EventKey_view"),
        (Payload::Menu(MenuEvent::ViewMiniprogram { .. }), "EventKey") => Some("EventKey_miniprogram"),
        (Payload::Menu(_), "EventKey") => Some("EventKey_menu"),
        _ => None,
    };
    format!("detail.field.{}", special.unwrap_or(&field.name))
}
