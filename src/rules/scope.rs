//! The names that a rule's templates can use: WeChat's elements, and ours beside them.

use minijinja::Value;
use serde_json::Value as Json;

use crate::filter::Subject;
use crate::wechat::decoded::decoded;
use crate::wechat::fields::fields;
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

/// Every child of the message's root by its official name, and our own names, which are always defined.
///
/// One of ours without a value is `none`, which prints as nothing. Ours take precedence over elements.
pub(super) fn scope(subject: &Subject<'_>) -> Value {
    let parsed = match subject.tree {
        Some(_) => None,
        None => Tree::parse_lenient(subject.capture.message()).ok(),
    };
    let (fields, decoded) = message(subject.tree.or(parsed.as_ref()));
    let envelope = &subject.capture.envelope;
    let own = [
        ("fields", Value::from_pairs(fields.clone())),
        ("decoded", decoded),
        ("kind", Value::from(&envelope.kind)),
        ("event_key", Value::from(&envelope.event_key)),
        ("openid", Value::from(&envelope.openid)),
        ("to_user", Value::from(&envelope.to_user)),
        ("create_time", Value::from(envelope.create_time)),
        ("msg_id", Value::from(&envelope.msg_id)),
        ("attempt", Value::from(subject.placement.attempt)),
        ("account", Value::from(&subject.capture.account)),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    // Of two with one name the second counts.
    Value::from_pairs(fields.into_iter().chain(own))
}

/// The elements by name, and the typed view; both empty if the message could not be parsed.
fn message(tree: Option<&Tree<'_>>) -> (Vec<(String, Value)>, Value) {
    let Some(tree) = tree else {
        return (Vec::new(), Value::from_pairs(Vec::<(String, Value)>::new()));
    };
    let fields = match fields(tree.root()) {
        Json::Object(members) => members.into_iter().map(|(name, json)| (name, value(json))).collect(),
        _ => Vec::new(),
    };
    (fields, value(Json::Object(decoded(&Message::decode(tree)))))
}

/// JSON as a template's value. Not by way of serde, which turns numbers of arbitrary precision into maps.
/// [`crate::wechat::tree::MAX_DEPTH`] bounds the recursion.
fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(flag),
        Json::Number(number) => {
            let whole = number.as_i64().map(Value::from);
            let fraction = || number.as_f64().map(Value::from);
            whole.or_else(fraction).unwrap_or_else(|| Value::from(number.to_string()))
        }
        Json::String(text) => Value::from(text),
        Json::Array(items) => items.into_iter().map(value).collect(),
        Json::Object(members) => Value::from_pairs(members.into_iter().map(|(name, json)| (name, value(json)))),
    }
}
