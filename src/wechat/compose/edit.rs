//! Edits a body by element name; all other bytes stay as they are.

use std::ops::Range;

use super::super::tree::{Element, Format, TextForm, Tree, TreeError};
use super::super::xml;
use super::pic_list;

/// A new text for an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// An official name (`EventKey`, `Label`) or a path (`SendLocationInfo/Label`, `a/item[2]/b`).
    ///
    /// `PicMd5Sum` replaces the list: one picture per edit of this name, with a matching `Count`.
    pub name: String,
    /// The text, unescaped.
    pub value: String,
}

/// The reason why an edit failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The body is not a message.
    #[error("the body cannot be read: {0}")]
    Unreadable(#[from] TreeError),
    /// The name is not an element name.
    #[error("{name:?} is no element name")]
    Name { name: String },
    /// The parent of a new element is missing.
    #[error("{name} has no element to stand in")]
    NoSuchElement {
        /// The path of the new element.
        name: String,
    },
    /// The element has child elements, so it has no text to set.
    #[error("{name} holds other elements, so it has no text to set")]
    NotText {
        /// The name of the element.
        name: String,
    },
    /// XML cannot represent a character of the text.
    #[error("the text for {name} holds {character:?}, which XML cannot carry")]
    NotXmlText {
        /// The name of the element.
        name: String,
        /// The first such character.
        character: char,
    },
}

/// A range of the body, and its replacement.
pub(super) type Splice = (Range<usize>, String);

/// Elements of the envelope. An element of the same name further down is a different one.
const ENVELOPE: [&str; 8] =
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "MenuId"];

/// Elements that WeChat writes without CDATA if the text is a number.
const NUMBERS: [&str; 4] = ["CreateTime", "MsgId", "MenuId", "Count"];

/// Applies edits in order.
///
/// A name is looked up at the top and then further down. A missing element is added, in its documented
/// parent or else at the end. A new text keeps the notation (CDATA, bare) of the old one.
pub fn edited(body: &[u8], edits: &[Edit]) -> Result<Vec<u8>, ComposeError> {
    // Pictures come first, so that a later edit can set a wrong `Count`.
    let (md5s, others): (Vec<_>, Vec<_>) = edits.iter().partition(|edit| edit.name == pic_list::MD5);
    let mut body = body.to_vec();
    if !md5s.is_empty() {
        let md5s: Vec<_> = md5s.iter().map(|edit| edit.value.as_str()).collect();
        body = pic_list::replaced(&body, &md5s)?;
    }
    for Edit { name, value } in others {
        body = set(&body, name, value)?;
    }
    Tree::parse(&body)?;
    Ok(body)
}

/// Replaces the texts of all elements without children; `None` leaves a text unchanged.
///
/// `tree` is the parsed body.
pub fn rewritten(
    body: &[u8],
    tree: &Tree<'_>,
    mut text_for: impl FnMut(Element<'_, '_>) -> Option<String>,
) -> Result<Vec<u8>, ComposeError> {
    let mut splices = Vec::new();
    for element in tree.elements().filter(|element| !element.has_children()) {
        if let Some(text) = text_for(element) {
            splices.push(replacement(body, tree.format(), element, &text)?);
        }
    }
    Ok(spliced(body, splices))
}

/// Sets the text of one element.
pub(super) fn set(body: &[u8], name: &str, value: &str) -> Result<Vec<u8>, ComposeError> {
    let tree = Tree::parse(body)?;
    let splice = match found(&tree, name) {
        Some(element) => replacement(body, tree.format(), element, value)?,
        None => addition(body, &tree, name, value)?,
    };
    Ok(spliced(body, vec![splice]))
}

/// The body with ranges replaced; they must not overlap.
pub(super) fn spliced(body: &[u8], mut splices: Vec<Splice>) -> Vec<u8> {
    splices.sort_by_key(|(range, _)| range.start);
    let mut changed = Vec::with_capacity(body.len() + 64);
    let mut done = 0;
    for (range, text) in splices {
        changed.extend_from_slice(&body[done..range.start]);
        changed.extend_from_slice(text.as_bytes());
        done = range.end;
    }
    changed.extend_from_slice(&body[done..]);
    changed
}

fn found<'t, 'a>(tree: &'t Tree<'a>, name: &str) -> Option<Element<'t, 'a>> {
    let root = tree.root();
    if name.contains('/') || name.contains('[') {
        return walked(root, name);
    }
    let below = || tree.elements().skip(1).find(|element| element.name() == name);
    root.child(name).or_else(|| if ENVELOPE.contains(&name) { None } else { below() })
}

/// Follows a path as [`Element::path`] writes it; without a number it takes the first.
fn walked<'t, 'a>(root: Element<'t, 'a>, path: &str) -> Option<Element<'t, 'a>> {
    path.split('/').try_fold(root, |element, step| {
        let (name, number) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
            Some((name, number)) => (name, number.parse::<usize>().ok()?),
            None => (step, 1),
        };
        element.children_named(name).nth(number.checked_sub(1)?)
    })
}

/// The replacement of an element's text.
pub(super) fn replacement(
    body: &[u8],
    format: Format,
    element: Element<'_, '_>,
    value: &str,
) -> Result<Splice, ComposeError> {
    let name = element.name();
    if element.has_children() {
        return Err(ComposeError::NotText { name: name.to_owned() });
    }
    match format {
        Format::Json => Ok((element.content_span(), json_value(name, element.form(), value))),
        Format::Xml => {
            let text = xml_text(name, element.form(), value)?;
            Ok(filled(body, element, &text))
        }
    }
}

/// Puts content between an element's tags; `<a/>` gets a closing tag.
pub(super) fn filled(body: &[u8], element: Element<'_, '_>, content: &str) -> Splice {
    if !element.is_self_closing() {
        return (element.content_span(), content.to_owned());
    }
    let end = element.span().end;
    let slash = body[..end].iter().rposition(|byte| *byte == b'/').unwrap_or(end);
    (slash..end, format!(">{content}</{}>", element.name()))
}

fn addition(body: &[u8], tree: &Tree<'_>, path: &str, value: &str) -> Result<Splice, ComposeError> {
    let nowhere = || ComposeError::NoSuchElement { name: path.to_owned() };
    let (parent, name) = if let Some((parent, name)) = path.rsplit_once('/') {
        (walked(tree.root(), parent).ok_or_else(nowhere)?, name)
    } else {
        let home = container(path).and_then(|container| tree.root().child(container));
        (home.unwrap_or_else(|| tree.root()), path)
    };
    check_name(name)?;
    let child = match tree.format() {
        Format::Xml => format!("<{name}>{}</{name}>", xml_text(name, TextForm::Empty, value)?),
        Format::Json => format!("\"{name}\":{}", json_value(name, TextForm::Empty, value)),
    };
    appended(body, tree.format(), parent, &child).ok_or_else(nowhere)
}

/// Appends a child to an element; `None` if the element has text.
pub(super) fn appended(body: &[u8], format: Format, parent: Element<'_, '_>, child: &str) -> Option<Splice> {
    let content = parent.content_span();
    match format {
        Format::Json => {
            let inside = body.get(content)?.strip_suffix(b"}")?;
            let end = parent.content_span().start + inside.trim_ascii_end().len();
            let comma = if parent.has_children() { "," } else { "" };
            Some((end..end, format!("{comma}{child}")))
        }
        Format::Xml if parent.has_children() => {
            let (end, gap) = last_child(body, parent)?;
            Some((end..end, format!("{gap}{child}")))
        }
        Format::Xml => parent.text().trim().is_empty().then(|| filled(body, parent, child)),
    }
}

/// The end of the last child, and the white space before it.
fn last_child<'b>(body: &'b [u8], parent: Element<'_, '_>) -> Option<(usize, &'b str)> {
    let mut children: Vec<_> = parent.children().map(|child| child.span()).collect();
    let last = children.pop()?;
    let gap = match children.last() {
        Some(before) => before.end..last.start,
        None => last.end..parent.content_span().end,
    };
    let gap = std::str::from_utf8(body.get(gap)?).ok()?;
    let white = gap.chars().all(|c| c.is_ascii_whitespace());
    Some((last.end, if white { gap } else { "" }))
}

/// The parent of an official name in an event.
fn container(name: &str) -> Option<&'static str> {
    match name {
        "ScanType" | "ScanResult" => Some("ScanCodeInfo"),
        "Count" | "PicList" => Some("SendPicsInfo"),
        "Location_X" | "Location_Y" | "Scale" | "Label" | "Poiname" => Some("SendLocationInfo"),
        _ => None,
    }
}

/// Refuses a text that cannot be an element name.
pub(super) fn check_name(name: &str) -> Result<(), ComposeError> {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        Ok(())
    } else {
        Err(ComposeError::Name { name: name.to_owned() })
    }
}

fn is_bare_number(name: &str, value: &str) -> bool {
    NUMBERS.contains(&name) && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Writes a text in XML: bare or in CDATA, depending on the form.
pub(super) fn xml_text(name: &str, form: TextForm, value: &str) -> Result<String, ComposeError> {
    let unwritable =
        |c: &char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(character) = value.chars().find(unwritable) {
        return Err(ComposeError::NotXmlText { name: name.to_owned(), character });
    }
    let bare = form == TextForm::Bare || form == TextForm::Empty && is_bare_number(name, value);
    Ok(if bare { xml::escape_text(value).into_owned() } else { xml::cdata(value) })
}

fn json_value(name: &str, form: TextForm, value: &str) -> String {
    // A number or a boolean stays one if the new text is one.
    let literal = form == TextForm::JsonLiteral
        && matches!(serde_json::from_str(value), Ok(serde_json::Value::Number(_) | serde_json::Value::Bool(_)))
        && !value.contains(|c: char| c.is_ascii_whitespace());
    let leading_zero = value.len() > 1 && value.starts_with('0');
    if literal || form == TextForm::Empty && is_bare_number(name, value) && !leading_zero {
        value.to_owned()
    } else {
        serde_json::Value::from(value).to_string()
    }
}

#[cfg(test)]
mod tests;
