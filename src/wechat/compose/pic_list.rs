//! Replaces the pictures of a `pic_*` event, in the layout of genuine events.

use serde_json::{Value, json};

use super::super::tree::{Element, Format, Tree};
use super::super::xml;
use super::edit::{ComposeError, Splice, appended, replacement, set, spliced};

/// The element of one picture.
pub(super) const MD5: &str = "PicMd5Sum";
const INFO: &str = "SendPicsInfo";
const LIST: &str = "PicList";
const COUNT: &str = "SendPicsInfo/Count";

/// The body with these pictures and a matching `Count`.
pub(super) fn replaced(body: &[u8], md5s: &[&str]) -> Result<Vec<u8>, ComposeError> {
    let tree = Tree::parse(body)?;
    let present: Vec<_> = tree.elements().filter(is_picture).collect();
    let splices = if present.len() == md5s.len() {
        let pairs = present.iter().zip(md5s);
        pairs.map(|(element, md5)| replacement(body, tree.format(), *element, md5)).collect::<Result<_, _>>()?
    } else {
        match tree.format() {
            Format::Xml => xml_rebuilt(body, &tree, md5s)?,
            Format::Json => json_rebuilt(body, &tree, md5s)?,
        }
    };
    set(&spliced(body, splices), COUNT, &md5s.len().to_string())
}

/// Tells whether an element is a `PicMd5Sum` inside a `PicList`.
pub(super) fn is_picture(element: &Element<'_, '_>) -> bool {
    let mut around = std::iter::successors(element.parent(), |element| element.parent());
    element.name() == MD5 && around.any(|ancestor| ancestor.name() == LIST)
}

/// Replaces the first list, and removes further ones, which some clients send.
fn xml_rebuilt(body: &[u8], tree: &Tree<'_>, md5s: &[&str]) -> Result<Vec<Splice>, ComposeError> {
    let item = |md5: &&str| format!("<item><PicMd5Sum>{}</PicMd5Sum>\n</item>\n", xml::cdata(md5));
    let items = md5s.iter().map(item).collect::<Vec<_>>().concat();
    let list = format!("<PicList>{items}</PicList>");
    let Some(info) = tree.root().child(INFO) else {
        // `Count` comes first in genuine events; its number is set afterwards.
        let info = format!("<SendPicsInfo><Count>0</Count>\n{list}\n</SendPicsInfo>");
        return added(body, tree.format(), tree.root(), &info);
    };
    let mut lists = info.children_named(LIST);
    let Some(first) = lists.next() else {
        return added(body, tree.format(), info, &list);
    };
    let mut splices = vec![(first.span(), list)];
    splices.extend(lists.map(|list| {
        let mut range = list.span();
        range.end += usize::from(body.get(range.end) == Some(&b'\n'));
        (range, String::new())
    }));
    Ok(splices)
}

/// Rewrites `SendPicsInfo` as a whole, because an array has no element of its own in the tree.
fn json_rebuilt(body: &[u8], tree: &Tree<'_>, md5s: &[&str]) -> Result<Vec<Splice>, ComposeError> {
    let items: Vec<_> = md5s.iter().map(|md5| json!({ MD5: md5 })).collect();
    let Some(info) = tree.root().child(INFO) else {
        let info = json!({ "Count": 0, LIST: { "item": items } });
        return added(body, tree.format(), tree.root(), &format!("\"{INFO}\":{info}"));
    };
    let span = info.content_span();
    let mut value = serde_json::from_slice(&body[span.clone()]).unwrap_or(Value::Null);
    if !value.is_object() {
        value = json!({ "Count": 0 });
    }
    let list = if value[LIST].is_array() { json!(items) } else { json!({ "item": items }) };
    value[LIST] = list;
    Ok(vec![(span, value.to_string())])
}

fn added(body: &[u8], format: Format, parent: Element<'_, '_>, child: &str) -> Result<Vec<Splice>, ComposeError> {
    let name = parent.name().to_owned();
    let splice = appended(body, format, parent, child);
    splice.map(|splice| vec![splice]).ok_or(ComposeError::NoSuchElement { name })
}
