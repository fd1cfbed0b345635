//! `[[rules]]` of `config.toml`, as they are written and read.

use std::fmt;
use std::path::Path;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml_edit::{Document, Item};

use crate::rules::{BadAnswer, Response, Rule, RuleError, is_web_address};
use crate::wechat::fault::Fault;

mod reply_entry;
mod write;

pub(super) use write::to_value;

/// The names of a rule's members, in the order in which they are written.
pub(super) mod member {
    pub(in crate::config) const NAME: &str = "name";
    pub(in crate::config) const MATCH: &str = "match";
    pub(in crate::config) const ENABLED: &str = "enabled";
    pub(in crate::config) const REPLY: &str = "reply";
    pub(in crate::config) const DELAY: &str = "delay_ms";
    pub(in crate::config) const STATUS: &str = "status";
    pub(in crate::config) const FAULT: &str = "fault";
}

/// A rule as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    #[serde(deserialize_with = "name")]
    name: String,
    #[serde(default, rename = "match", deserialize_with = "filter")]
    filter: String,
    #[serde(default = "on", deserialize_with = "enabled")]
    enabled: bool,
    #[serde(default = "unchanged", deserialize_with = "reply_entry::read")]
    reply: Response,
    #[serde(default, deserialize_with = "delay")]
    delay_ms: u32,
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
    #[serde(default, deserialize_with = "fault")]
    fault: Option<Fault>,
}

impl From<RuleEntry> for Rule {
    fn from(written: RuleEntry) -> Self {
        let RuleEntry { name, filter, enabled, reply, delay_ms, status, fault } = written;
        Self { name, filter, enabled, response: reply, delay_ms, status, fault }
    }
}

/// Reads all of them.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    deserializer.deserialize_seq(RulesVisitor)
}

struct RulesVisitor;

impl<'de> Visitor<'de> for RulesVisitor {
    type Value = Vec<Rule>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("each rule under a heading [[rules]]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Rule>, A::Error> {
        let mut rules = Vec::new();
        while let Some(written) = list.next_element::<RuleEntry>()? {
            rules.push(written.into());
        }
        Ok(rules)
    }
}

/// The line of `config.toml` at which the rule stands that this is about; `None` where it is about no single rule.
pub fn line_of_rule(config: &Path, error: &RuleError) -> Option<usize> {
    let text = std::fs::read_to_string(config).ok()?;
    let document = Document::parse(text.as_str()).ok()?;
    let rules = document.get("rules").and_then(Item::as_array_of_tables)?;
    let named = |table: &&toml_edit::Table| table.get(member::NAME).and_then(Item::as_str) == error.rule();
    let table = match error.position() {
        Some(position) => rules.get(position - 1),
        None => error.rule().and_then(|_| rules.iter().find(named)),
    }?;
    // The member is nearer to the mistake than the rule's first line.
    let member = table.get_key_value(error.member()).and_then(|(key, _)| key.span());
    let start = member.or_else(|| table.span())?.start;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

/// Reads a member; what is wrong with it is told with its name and with what it takes.
fn member<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    name: &str,
    takes: &str,
) -> Result<T, D::Error> {
    let told = |error: D::Error| D::Error::custom(format!("{name}: {}; write {takes}", error.to_string().trim_end()));
    T::deserialize(deserializer).map_err(told)
}

const fn on() -> bool {
    true
}

const fn unchanged() -> Response {
    Response::Default
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    member(deserializer, member::NAME, "the rule's name in quotes")
}

fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    member(deserializer, member::MATCH, "a filter in quotes, such as \"event:CLICK key:6\"")
}

fn enabled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    member(deserializer, member::ENABLED, "true or false")
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    member(deserializer, member::DELAY, "a whole number of milliseconds")
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    member(deserializer, member::STATUS, "a number from 200 to 599").map(Some)
}

fn fault<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Fault>, D::Error> {
    let known = || Fault::ALL.map(|fault| format!("\"{}\"", fault.form())).join(", ");
    let takes = "the name of a fault in quotes";
    let text: String = member(deserializer, member::FAULT, takes)?;
    let unknown = || D::Error::custom(format!("fault: unknown \"{text}\"; write one of {}", known()));
    Fault::parse(&text).ok_or_else(unknown).map(Some)
}

/// Reads `forward` of `[listener]`.
pub(super) fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    web_address(deserializer, "forward").map(Some)
}

/// Reads `url` of `[targets.NAME]`.
pub(super) fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    web_address(deserializer, "url")
}

/// Reads `forward_bad_answer` of `[listener]`.
pub(super) fn bad_answer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BadAnswer, D::Error> {
    choice(deserializer, "forward_bad_answer")
}

fn web_address<'de, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<String, D::Error> {
    let takes = "a URL in quotes, \"http://HOST:PORT/PATH\" or \"https://…\"";
    let text: String = member(deserializer, name, takes)?;
    if is_web_address(&text) {
        return Ok(text);
    }
    Err(D::Error::custom(format!("{name}: \"{text}\" is no URL to post to; write {takes}")))
}

fn choice<'de, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<BadAnswer, D::Error> {
    let takes = BadAnswer::ALL.map(|choice| format!("\"{}\"", choice.as_str())).join(" or ");
    let text: String = member(deserializer, name, &takes)?;
    BadAnswer::from_spelling(&text)
        .ok_or_else(|| D::Error::custom(format!("{name}: unknown \"{text}\"; write {takes}")))
}

#[cfg(test)]
mod tests;
