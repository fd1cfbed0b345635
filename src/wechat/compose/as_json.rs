//! Converts a message from XML to JSON, the format that accounts may choose.

use serde_json::{Map, Number, Value, json};

use super::super::fields::TEXT;
use super::super::tree::{Element, Format, TextForm, Tree, TreeError, is_all_white};

/// The element of one picture, which is always a list in JSON.
const ITEM: &str = "item";

/// Converts a message to JSON.
///
/// Members are in the order of the elements, siblings of one name become a list, and numbers without CDATA become numbers.
/// A JSON message is returned unchanged.
///
/// # Errors
/// A message that is neither XML nor JSON.
pub fn as_json(message: &[u8]) -> Result<Vec<u8>, TreeError> {
    let tree = Tree::parse(message)?;
    if tree.format() == Format::Json {
        return Ok(message.to_vec());
    }
    Ok(Value::Object(members(tree.root())).to_string().into_bytes())
}

/// The children of an element by name. The depth of a tree is bounded, and with it the recursion.
fn members(element: Element<'_, '_>) -> Map<String, Value> {
    let mut members = Map::new();
    for child in element.children() {
        let (name, value) = (child.name(), value(child));
        match members.get_mut(name) {
            None => {
                let value = if name == ITEM { json!([value]) } else { value };
                members.insert(name.to_owned(), value);
            }
            // Only siblings make a list; a single element does not, except `item`.
            Some(Value::Array(siblings)) => siblings.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    if element.has_children() && !is_all_white(element.text()) {
        members.insert(TEXT.to_owned(), element.text().into());
    }
    members
}

fn value(element: Element<'_, '_>) -> Value {
    if element.has_children() {
        return Value::Object(members(element));
    }
    let text = element.text();
    match number(text).filter(|_| element.form() == TextForm::Bare) {
        Some(number) => Value::Number(number),
        None => text.into(),
    }
}

/// A whole number in canonical notation.
fn number(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    let is_whole = number.is_i64() || number.is_u64();
    (is_whole && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::compose::{Edit, TEMPLATES, edited, template};
    use crate::wechat::message::Message;

    fn json_of(message: &str) -> String {
        String::from_utf8(as_json(message.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn an_event_reads_as_wechat_writes_it_in_json() {
        let xml = "<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n<CreateTime>1714037059</CreateTime>\
                   <MsgType><![CDATA[event]]></MsgType><Event>debug_demo</Event><key><![CDATA[007]]></key></xml>";
        assert_eq!(
            json_of(xml),
            r#"{"ToUserName":"gh_97417a04a28d","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","key":"007"}"#
        );
    }

    #[test]
    fn pictures_are_a_list_however_many_there_are() {
        let event = template("pic_weixin").unwrap();
        assert!(json_of(event).contains(r#""SendPicsInfo":{"Count":1,"PicList":{"item":[{"PicMd5Sum":""#));
        let md5s = ["a", "b"].map(|md5| Edit { name: "PicMd5Sum".to_owned(), value: md5.to_owned() });
        let two = edited(event.as_bytes(), &md5s).unwrap();
        let json = as_json(&two).unwrap();
        assert!(String::from_utf8(json).unwrap().contains(r#"{"item":[{"PicMd5Sum":"a"},{"PicMd5Sum":"b"}]}"#));
    }

    #[test]
    fn every_kind_says_the_same_in_json() {
        for (kind, body) in TEMPLATES {
            let json = as_json(body.as_bytes()).unwrap();
            let (xml, json) = (Tree::parse(body.as_bytes()).unwrap(), Tree::parse(&json).unwrap());
            let (before, after) = (Message::decode(&xml), Message::decode(&json));
            assert_eq!(after.kind(), *kind);
            assert!(after.problems.is_empty(), "{kind}: {:?}", after.problems);
            let fields = |tree: &Tree<'_>| crate::wechat::fields::fields(tree.root());
            assert_eq!(fields(&xml), fields(&json), "{kind}");
            assert_eq!(before.kind(), after.kind());
        }
    }

    #[test]
    fn json_stays_as_it_is_and_what_is_no_message_is_refused() {
        let json = r#"{ "MsgType": "text" , "MsgId": 1.50 }"#;
        assert_eq!(json_of(json), json);
        assert!(as_json(b"neither").is_err());
        assert_eq!(json_of("<xml><n>1.0</n><m>-3</m><l>01</l><big>18446744073709551616</big></xml>"), {
            r#"{"n":"1.0","m":-3,"l":"01","big":"18446744073709551616"}"#
        });
    }
}
