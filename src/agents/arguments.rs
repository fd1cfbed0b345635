//! Arguments of the tools. Their doc comments are the descriptions in the schemas that agents read.
#![expect(clippy::doc_markdown, reason = "agents read these comments as plain text")]

use std::collections::BTreeMap;

use rmcp::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::tool_error::ToolError;

/// Most events that `list_events` gives out at once.
pub(super) const MOST_LISTED: i64 = 200;

/// Events that `list_events` gives out unless told otherwise.
const USUALLY_LISTED: i64 = 20;

/// The longest wait, in seconds: clients give up on a call that takes much longer.
pub(super) const LONGEST_WAIT: f64 = 60.0;

/// The wait unless told otherwise, in seconds.
const USUAL_WAIT: f64 = 30.0;

/// No arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Nothing {}

/// Arguments of list_events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ListEvents {
    /// Events to list, in the filter language of menuscope. Words are looked for in the whole event; name:value narrows:
    /// event:CLICK type:text key:MENU_1 openid:o* sig:invalid reply:default status:500 ms:>1000 has:diagnosis
    /// diagnosis:CODE after:10m. Terms are ANDed, OR binds weaker, -term negates. All events where it is left out.
    pub filter: Option<String>,
    /// Most events to give out, 1 to 200.
    #[serde(default = "usually_listed")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: i64,
    /// Without it, the newest events, the newest first. With the number of an event, those after it, the oldest first.
    #[schemars(range(min = 0))]
    pub after: Option<i64>,
}

fn usually_listed() -> i64 {
    USUALLY_LISTED
}

/// The part of an event that is given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "rmcp::schemars")]
pub(super) enum Part {
    /// Everything, as one object.
    #[default]
    #[serde(alias = "json", alias = "event")]
    All,
    /// The request line, headers and body, to the byte.
    #[serde(alias = "request")]
    Raw,
    /// The message's bytes, decrypted in safe and compat mode.
    #[serde(alias = "message")]
    Body,
    /// The bytes that were answered.
    Reply,
    /// The reply's text, as it is inside an encrypted one.
    #[serde(alias = "decrypted")]
    ReplyDecrypted,
}

/// Arguments of get_event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct GetEvent {
    /// Number of the event.
    pub id: i64,
    /// all: everything as one object; raw: request line, headers and body; body: the message's bytes, decrypted; reply: the
    /// bytes that were answered; reply_decrypted: the reply's text inside an encrypted one.
    #[serde(default)]
    pub part: Part,
}

/// Arguments of wait_for_event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct WaitForEvent {
    /// The event to wait for, in the filter language (see list_events). Any event where it is left out.
    pub filter: Option<String>,
    /// Seconds to wait, 60 at most. When they are over, timed_out is true; call again with after set to next.
    #[serde(default = "usual_wait")]
    #[schemars(range(min = 0, max = 60))]
    pub timeout_s: f64,
    /// Number of an event: those after it count, also if they have arrived already. Without it, only what arrives from now on.
    #[schemars(range(min = 0))]
    pub after: Option<i64>,
}

fn usual_wait() -> f64 {
    USUAL_WAIT
}

/// The number of an event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ExplainEvent {
    /// Number of the event.
    pub id: i64,
}

/// Arguments of lint_reply.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct LintReply {
    /// The body of the reply, as a server would send it: success, XML, or JSON.
    pub body: String,
    /// The event that it answers: the number of a stored one, or the text of a message.
    #[serde(rename = "for")]
    #[schemars(schema_with = "number_or_text")]
    pub answered: Option<Value>,
}

fn number_or_text(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["integer", "string", "null"],
        "description": "The event that it answers: the number of a stored one, or the text of a message."
    })
}

/// Arguments of compare_events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct CompareEvents {
    /// Number of the one event.
    pub a: i64,
    /// Number of the other.
    pub b: i64,
}

/// Arguments of send_event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SendEvent {
    /// A kind of event by its name, such as CLICK, VIEW, scancode_waitmsg, location_select or text, made now; or the number
    /// of a stored event.
    #[schemars(schema_with = "name_or_number")]
    pub event: Value,
    /// Name of a target in config.toml (status lists them); never a URL.
    pub to: String,
    /// EventKey of the event.
    pub key: Option<String>,
    /// OpenID of the user (FromUserName).
    pub openid: Option<String>,
    /// Texts of elements by their official names, such as {"ScanResult": "EAN_13,6901234567892"}.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Encrypts as in safe mode; needs key and AppID.
    #[serde(default)]
    pub encrypt: bool,
    /// Keeps the event and its answer in the database.
    #[serde(default)]
    pub record: bool,
}

fn name_or_number(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "integer"],
        "description": "A kind of event by its name, such as CLICK, VIEW, scancode_waitmsg, location_select or text, made now; or the number of a stored event."
    })
}

/// The parts of a stored request that are made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "rmcp::schemars")]
pub(super) enum Resending {
    /// Body and query as captured.
    #[default]
    Verbatim,
    /// The same message; timestamp, nonce, signatures and encryption anew.
    Resign,
    /// Besides, with a CreateTime and a MsgId of its own.
    Fresh,
}

/// Arguments of replay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ReplayEvents {
    /// Numbers of the events to send again. Either these or a filter.
    #[serde(default)]
    pub ids: Vec<i64>,
    /// Events to send again, in the filter language (see list_events); 200 at most.
    pub filter: Option<String>,
    /// Name of a target in config.toml (status lists them); never a URL.
    pub to: String,
    /// verbatim: body and query as captured; resign: the same message with new timestamp, nonce, signatures and encryption;
    /// fresh: besides with a CreateTime and MsgId of its own, so that no server takes it for a duplicate.
    #[serde(default)]
    pub mode: Resending,
    /// Answers to compare with: forward (when the event arrived), last (the replay before, else the forward), or the number of
    /// a run.
    #[schemars(schema_with = "run_or_name")]
    pub against: Option<Value>,
}

fn run_or_name(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "integer", "null"],
        "description": "Answers to compare with: forward (when the event arrived; the default), last (the replay before), or the number of a run."
    })
}

/// Arguments of export_fixture.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ExportFixture {
    /// Events to export, in the filter language (see list_events), such as id:17. An empty filter is every event.
    pub filter: String,
    /// The form: pack, raw, json, curl, http, har, hurl, pytest, node, phpunit, junit, go or rust.
    pub format: String,
    /// File or folder to write, below the folder that --export-dir names: a relative path without "..".
    pub out: String,
    /// Replaces what identifies people and accounts, and what people wrote. On unless it is false.
    #[serde(default = "yes")]
    pub pseudonymise: bool,
}

fn yes() -> bool {
    true
}

/// Reads the arguments of a tool.
pub(super) fn read<T: serde::de::DeserializeOwned>(
    tool: &'static str,
    arguments: Option<serde_json::Map<String, Value>>,
) -> Result<T, ToolError> {
    let arguments = arguments.unwrap_or_default();
    serde_json::from_value(Value::Object(arguments.clone())).map_err(|error| {
        let error = error.to_string();
        let reason = match at_fault::<T>(&arguments, &error) {
            Some(name) => format!("{name}: {error}"),
            None => error,
        };
        ToolError::Arguments { tool, reason }
    })
}

/// The argument that an error is about: without it, there is none, or another one.
fn at_fault<T: serde::de::DeserializeOwned>(arguments: &serde_json::Map<String, Value>, error: &str) -> Option<String> {
    let is_about = |name: &&String| {
        let mut others = arguments.clone();
        others.shift_remove(*name);
        serde_json::from_value::<T>(Value::Object(others)).err().is_none_or(|other| other.to_string() != error)
    };
    arguments.keys().find(is_about).cloned()
}
