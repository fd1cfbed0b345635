//! The table of tools: name, twin among the commands, hints, schemas; and the call of one by its name.

use std::sync::Arc;

use rmcp::handler::server::tool::schema_for_input;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use rmcp::schemars::JsonSchema;
use serde_json::Value;

use super::arguments::{
    CompareEvents, ExplainEvent, ExportFixture, GetEvent, LintReply, ListEvents, Nothing, ReplayEvents, SendEvent,
    WaitForEvent, read,
};
use super::tool_error::ToolError;
use super::{AgentSetup, acting, output_schemas, reading};
use crate::progress::Progress;

/// A tool.
#[derive(Clone, Copy, Debug)]
pub struct ToolEntry {
    /// The name that agents call.
    pub name: &'static str,
    /// Its twin among the commands, with the arguments that make it one.
    pub command: &'static str,
    title: &'static str,
    description: &'static str,
    /// Offered with `--allow-send` alone; those tools change something, here or at a server.
    pub acts: bool,
    /// Reaches a server.
    is_open_world: bool,
    input: fn() -> Arc<JsonObject>,
    output: fn() -> Value,
    call: fn(&AgentSetup, Arguments, &Progress) -> Result<Value, ToolError>,
}

type Arguments = Option<JsonObject>;

/// All tools, in the order in which they are listed.
pub const TOOLS: [ToolEntry; 11] = [
    ToolEntry {
        name: "status",
        command: "status",
        title: "State of menuscope",
        description: "Whether a listener runs and where, how many events are stored and the number of the newest, the \
                      accounts (which secrets are set, never a secret), and the targets that events can be sent to. Call it first.",
        acts: false,
        is_open_world: false,
        input: schema::<Nothing>,
        output: output_schemas::status,
        call: |agent, arguments, _| read::<Nothing>("status", arguments).and_then(|_| reading::status(agent)),
    },
    ToolEntry {
        name: "list_events",
        command: "events",
        title: "List captured events",
        description: "Captured WeChat callbacks as rows: kind, key, user, fields, diagnoses, and how they were answered. get_event has \
                      the request and the bodies.",
        acts: false,
        is_open_world: false,
        input: schema::<ListEvents>,
        output: output_schemas::list_events,
        call: |agent, arguments, _| reading::list_events(agent, &read("list_events", arguments)?),
    },
    ToolEntry {
        name: "get_event",
        command: "show",
        title: "Get one event",
        description: "One captured event: everything as one object, or one part of it to the byte.",
        acts: false,
        is_open_world: false,
        input: schema::<GetEvent>,
        output: output_schemas::get_event,
        call: |agent, arguments, _| reading::get_event(agent, &read("get_event", arguments)?),
    },
    ToolEntry {
        name: "wait_for_event",
        command: "wait",
        title: "Wait for an event",
        description: "Waits until a matching event has arrived, 60 seconds at most: ask the person to tap the menu, then call \
                      this. Works before a listener has ever run.",
        acts: false,
        is_open_world: false,
        input: schema::<WaitForEvent>,
        output: output_schemas::wait_for_event,
        call: |agent, arguments, progress| {
            reading::wait_for_event(agent, &read("wait_for_event", arguments)?, progress)
        },
    },
    ToolEntry {
        name: "explain_event",
        command: "show --explain",
        title: "Explain one event",
        description: "Why an event went as it did: diagnoses with remedies, the signature's calculation step by step (the token \
                      masked), what is wrong with the reply, what came from the developer's own server, what the user saw, and \
                      the latest replay.",
        acts: false,
        is_open_world: false,
        input: schema::<ExplainEvent>,
        output: output_schemas::explain_event,
        call: |agent, arguments, _| reading::explain_event(agent, &read("explain_event", arguments)?),
    },
    ToolEntry {
        name: "lint_reply",
        command: "lint",
        title: "Judge a reply",
        description: "Tells whether a passive reply is legal for an event, where it is not and what to do, and what the user would \
                      see. Nothing is sent.",
        acts: false,
        is_open_world: false,
        input: schema::<LintReply>,
        output: output_schemas::lint_reply,
        call: |agent, arguments, _| reading::lint_reply(agent, &read("lint_reply", arguments)?),
    },
    ToolEntry {
        name: "compare_events",
        command: "compare",
        title: "Compare two events",
        description: "The differences between two captured events: elements of their messages, elements of their replies, and facts \
                      such as the signature.",
        acts: false,
        is_open_world: false,
        input: schema::<CompareEvents>,
        output: output_schemas::compare_events,
        call: |agent, arguments, _| reading::compare_events(agent, &read("compare_events", arguments)?),
    },
    ToolEntry {
        name: "doctor",
        command: "doctor",
        title: "Check this computer",
        description: "Whether anything can arrive here, and why not: data folder, database, secrets, clock, port, listener, accounts; \
                      each ok, warn, fail or skipped, with a remedy.",
        acts: false,
        is_open_world: false,
        input: schema::<Nothing>,
        output: output_schemas::doctor,
        call: |agent, arguments, _| read::<Nothing>("doctor", arguments).map(|_| reading::doctor(agent)),
    },
    ToolEntry {
        name: "send_event",
        command: "send",
        title: "Send an event to the developer's server",
        description: "Makes an event and posts it, signed as WeChat would, to a target of config.toml, and judges the answer.",
        acts: true,
        is_open_world: true,
        input: schema::<SendEvent>,
        output: output_schemas::send_event,
        call: |agent, arguments, progress| acting::send_event(agent, &read("send_event", arguments)?, progress),
    },
    ToolEntry {
        name: "replay",
        command: "replay",
        title: "Replay events at the developer's server",
        description: "Sends captured events again to a target of config.toml, judges the answers, and compares them with earlier \
                      ones: new, same, different, fixed or regressed. Use it after a fix.",
        acts: true,
        is_open_world: true,
        input: schema::<ReplayEvents>,
        output: output_schemas::replay,
        call: |agent, arguments, progress| acting::replay_events(agent, &read("replay", arguments)?, progress),
    },
    ToolEntry {
        name: "export_fixture",
        command: "export",
        title: "Export events as a fixture",
        description: "Writes events as a fixture or test code below the folder of --export-dir, with pseudonyms unless that is \
                      switched off. An earlier export at the same place is replaced.",
        acts: true,
        is_open_world: false,
        input: schema::<ExportFixture>,
        output: output_schemas::export_fixture,
        call: |agent, arguments, progress| acting::export_fixture(agent, &read("export_fixture", arguments)?, progress),
    },
];

fn schema<T: JsonSchema + 'static>() -> Arc<JsonObject> {
    // Only a type that is no object has no schema, and arguments are objects.
    schema_for_input::<T>().unwrap_or_default()
}

impl ToolEntry {
    /// The tool of that name, among those that are offered.
    pub(super) fn named(name: &str, agent: &AgentSetup) -> Option<&'static Self> {
        Self::offered(agent).find(|tool| tool.name == name)
    }

    /// The tools that an agent with these permissions is offered.
    pub(super) fn offered(agent: &AgentSetup) -> impl Iterator<Item = &'static Self> {
        let may_act = agent.permissions.send;
        TOOLS.iter().filter(move |tool| may_act || !tool.acts)
    }

    /// The description that the client gets.
    pub(super) fn description(&self) -> Tool {
        let hints = ToolAnnotations::with_title(self.title)
            .read_only(!self.acts)
            // A server may do anything with an event, and an export replaces an earlier one.
            .destructive(self.acts)
            .idempotent(!self.is_open_world)
            .open_world(self.is_open_world);
        let output = match (self.output)() {
            Value::Object(schema) => schema,
            _ => JsonObject::default(),
        };
        Tool::new(self.name, self.description, (self.input)())
            .with_title(self.title)
            .with_annotations(hints)
            .with_raw_output_schema(Arc::new(output))
    }

    /// Carries it out; this may take long.
    pub(super) fn call(
        &self,
        agent: &AgentSetup,
        arguments: Arguments,
        progress: &Progress,
    ) -> Result<Value, ToolError> {
        (self.call)(agent, arguments, progress)
    }
}
