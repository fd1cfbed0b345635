//! Every element of a message as JSON: official names, text exactly as received.
//!
//! Siblings of one name become a list in order. `PicList` is always a list of its items, however many
//! lists or items were sent. Attributes are left out.

use serde_json::{Map, Value};

use super::tree::{Element, is_all_white};

/// The member for text beside child elements; no element can have this name.
pub const TEXT: &str = "#text";

const PIC_LIST: &str = "PicList";

/// The element tree below a root; always an object.
pub fn fields(root: Element<'_, '_>) -> Value {
    Value::Object(members(root))
}

/// The children of an element by name. [`super::tree::MAX_DEPTH`] bounds the recursion.
fn members(element: Element<'_, '_>) -> Map<String, Value> {
    let mut members = Map::new();
    for child in element.children() {
        let name = child.name();
        if name == PIC_LIST {
            add_pictures(&mut members, child);
            continue;
        }
        match members.get_mut(name) {
            None => {
                members.insert(name.to_owned(), value(child));
            }
            // No element alone becomes an array, so this one is a list of siblings already.
            Some(Value::Array(siblings)) => siblings.push(value(child)),
            Some(first) => *first = Value::Array(vec![first.take(), value(child)]),
        }
    }
    add_text(&mut members, element);
    if element.name() == "SendPicsInfo" && !members.contains_key(PIC_LIST) {
        members.insert(PIC_LIST.to_owned(), Value::Array(Vec::new()));
    }
    members
}

fn value(element: Element<'_, '_>) -> Value {
    if element.has_children() || element.name() == "SendPicsInfo" {
        Value::Object(members(element))
    } else {
        Value::String(element.text().to_owned())
    }
}

/// Adds the items of one `PicList` to the list of all pictures.
fn add_pictures(members: &mut Map<String, Value>, list: Element<'_, '_>) {
    let pictures = members.entry(PIC_LIST).or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(pictures) = pictures else {
        return;
    };
    let (items, others): (Vec<_>, Vec<_>) = list.children().partition(|child| child.name() == "item");
    pictures.extend(items.into_iter().map(|item| Value::Object(self::members(item))));
    // A JSON array of pictures has no items in between: each of its members is a list to the tree.
    if !others.is_empty() || !is_all_white(list.text()) {
        let mut rest = self::members(list);
        rest.shift_remove("item");
        pictures.push(Value::Object(rest));
    }
}

fn add_text(members: &mut Map<String, Value>, element: Element<'_, '_>) {
    let text = element.text();
    if !is_all_white(text) {
        members.insert(TEXT.to_owned(), Value::String(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wechat::tree::Tree;

    fn fields_of(payload: &str) -> Value {
        fields(Tree::parse(payload.as_bytes()).unwrap().root())
    }

    #[test]
    fn elements_are_strings_and_siblings_a_list() {
        let payload = "<xml><a> 1 </a><b/><c>x</c><c><d>y</d></c><c></c></xml>";
        let expected = json!({"a": " 1 ", "b": "", "c": ["x", {"d": "y"}, ""]});
        assert_eq!(fields_of(payload), expected);
    }

    #[test]
    fn text_beside_elements_is_kept() {
        let payload = "<xml>\n<a>1</a>\nwebwx_msg_cli_ver_0x1\n</xml>";
        let expected = json!({"a": "1", "#text": "\nwebwx_msg_cli_ver_0x1\n"});
        assert_eq!(fields_of(payload), expected);
    }

    #[test]
    fn a_pic_list_is_a_list_whatever_it_holds() {
        let item = |md5: &str| format!("<item><PicMd5Sum>{md5}</PicMd5Sum></item>");
        let list = |inside: &str| {
            let payload = format!("<xml><SendPicsInfo>{inside}</SendPicsInfo></xml>");
            fields_of(&payload)["SendPicsInfo"][PIC_LIST].clone()
        };
        let (a, b) = (item("a"), item("b"));
        assert_eq!(list(""), json!([]));
        assert_eq!(list("<Count>0</Count>"), json!([]));
        assert_eq!(list("<PicList/>"), json!([]));
        assert_eq!(list("<PicList>\n</PicList>"), json!([]));
        let one = json!([{"PicMd5Sum": "a"}]);
        assert_eq!(list(&format!("<PicList>{a}</PicList>")), one);
        let two = json!([{"PicMd5Sum": "a"}, {"PicMd5Sum": "b"}]);
        assert_eq!(list(&format!("<PicList>{a}{b}</PicList>")), two);
        assert_eq!(list(&format!("<PicList>{a}</PicList><PicList>{b}</PicList>")), two);
        let more = json!([{"PicMd5Sum": "a"}, {"New": "x"}]);
        assert_eq!(list(&format!("<PicList>{a}<New>x</New></PicList>")), more);
    }

    #[test]
    fn a_json_body_gives_strings_with_the_literal_text() {
        let payload = r#"{"n":1.50,"big":18446744073709551616,"z":null,"e":[],"l":[1,"2"],
            "SendPicsInfo":{"Count":1,"PicList":[{"PicMd5Sum":"a"},{"PicMd5Sum":"b"}]}}"#;
        let expected = json!({
            "n": "1.50", "big": "18446744073709551616", "z": "", "e": "", "l": ["1", "2"],
            "SendPicsInfo": {"Count": "1", "PicList": [{"PicMd5Sum": "a"}, {"PicMd5Sum": "b"}]},
        });
        assert_eq!(fields_of(payload), expected);
        let wrapped = r#"{"SendPicsInfo":{"PicList":{"item":[{"PicMd5Sum":"a"}]}}}"#;
        let expected = json!({"SendPicsInfo": {"PicList": [{"PicMd5Sum": "a"}]}});
        assert_eq!(fields_of(wrapped), expected);
        let nothing = r#"{"SendPicsInfo":{"PicList":null}}"#;
        assert_eq!(fields_of(nothing), json!({"SendPicsInfo": {"PicList": []}}));
    }
}
