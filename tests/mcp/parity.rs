//! Each tool is the twin of a command: both lists are walked, and both give the same.

use clap::CommandFactory as _;
use menuscope::agents::TOOLS;
use menuscope::cli::Cli;
use serde_json::{Value, json};

use crate::command::{run, stdout};
use crate::common::{TestListener, sample};
use crate::listener;
use crate::session::Session;
use crate::target::TargetServer;

/// Commands without a twin, each with the reason.
const WITHOUT_TWIN: &[(&str, &str)] = &[
    ("listen", "runs until it is stopped; an agent follows along with wait_for_event"),
    ("import", "would let text from anywhere pass for captures"),
    ("db", "removes and rewrites what the person keeps"),
    ("account", "deals with secrets"),
    ("completions", "is for shells"),
    ("pin", "marks events for the person"),
    ("note", "is the person's own word on an event"),
    ("menu", "is about a file that the agent has itself"),
    ("alarm", "is about a text that the agent has itself"),
    ("join", "runs until it is stopped"),
    ("mcp", "is the server itself"),
];

#[test]
fn every_tool_is_the_twin_of_a_command_and_every_command_has_one_or_a_reason() {
    let mut cli = Cli::command();
    cli.build();
    let commands: Vec<&str> =
        cli.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help").collect();
    for tool in &TOOLS {
        let (command, flags) = tool.command.split_once(' ').unwrap_or((tool.command, ""));
        assert!(commands.contains(&command), "{} has no command {command}", tool.name);
        let arguments = cli.find_subcommand(command).unwrap().get_arguments();
        let known: Vec<String> = arguments.filter_map(clap::Arg::get_long).map(|long| format!("--{long}")).collect();
        assert!(flags.is_empty() || known.iter().any(|known| known == flags), "{}: {known:?}", tool.command);
    }
    for command in commands {
        let twins = TOOLS.iter().filter(|tool| tool.command.split(' ').next() == Some(command)).count();
        let reason = WITHOUT_TWIN.iter().find(|(name, _)| *name == command);
        assert_eq!(twins == 0, reason.is_some(), "{command}: a tool, or a reason why not");
    }
}

/// What a command prints as JSON.
fn printed(listener: &TestListener, arguments: &[&str]) -> Value {
    let output = run(listener.folder.path(), arguments);
    let text = stdout(&output);
    serde_json::from_str(text)
        .unwrap_or_else(|_| panic!("{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn looking_gives_what_the_commands_print() {
    let listener = listener();
    let mut session = Session::start(listener.folder.path(), &[]);
    session.initialize("2025-11-25");
    let whole = printed(&listener, &["show", "2", "--json"]);
    assert_eq!(session.call("get_event", json!({ "id": 2 }))["event"], whole);
    for (part, flag) in [("raw", "--raw"), ("body", "--body"), ("reply", "--reply")] {
        let content = session.call("get_event", json!({ "id": 2, "part": part }))["content"].clone();
        assert_eq!(content, stdout(&run(listener.folder.path(), &["show", "2", flag])), "{part}");
    }
    let rows = session.call("list_events", json!({ "filter": "event:scancode_waitmsg" }))["events"].clone();
    let line = printed(&listener, &["events", "event:scancode_waitmsg", "--json"]);
    for (name, member) in rows[0].as_object().unwrap().iter().filter(|(name, _)| *name != "reply") {
        assert_eq!(member, &line[name], "{name}");
    }
    let found = session.call("wait_for_event", json!({ "after": 1, "filter": "event:scancode_waitmsg" }));
    let waited = printed(&listener, &["wait", "event:scancode_waitmsg", "--since", "1", "--json"]);
    assert_eq!(found["event"], waited);
    let reply = "<xml><ToUserName>x</ToUserName></xml>";
    let file = listener.folder.path().join("reply.xml");
    std::fs::write(&file, reply).unwrap();
    let linted = session.call("lint_reply", json!({ "body": reply, "for": 1 }));
    assert_eq!(linted["legal"], false);
    assert_twins(&linted, &printed(&listener, &["lint", file.to_str().unwrap(), "--for", "1", "--json"]), &["file"]);
    let twins = [
        ("explain_event", json!({ "id": 1 }), vec!["show", "1", "--explain"]),
        ("compare_events", json!({ "a": 1, "b": 2 }), vec!["compare", "1", "2", "--json"]),
        ("status", json!({}), vec!["status", "--json"]),
        ("doctor", json!({}), vec!["doctor", "--json"]),
    ];
    for (tool, arguments, command) in twins {
        assert_twins(&session.call(tool, arguments), &printed(&listener, &command), &[]);
    }
}

/// Everything that the command prints is in the answer, but for what it alone knows.
fn assert_twins(answer: &Value, printed: &Value, alone: &[&str]) {
    for (name, member) in printed.as_object().unwrap().iter().filter(|(name, _)| !alone.contains(&name.as_str())) {
        assert_eq!(&answer[name], member, "{name}");
    }
}

#[test]
fn sending_gives_what_the_commands_print() {
    let target = TargetServer::start(|_| Some("<xml><Content>no reply</Content></xml>".to_owned()));
    let listener = TestListener::with(&format!("[targets.dev]\nurl = \"{}\"\n", target.url("/wx")), "");
    listener.post("/wx", &sample("CLICK"));
    listener.newest();
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    let sent = session.call("send_event", json!({ "event": 1, "to": "dev" }))["answers"][0].clone();
    let printed_line = printed(&listener, &["send", "1", "--to", "dev", "--json"]);
    assert_eq!(steady(sent), steady(printed_line));
    let answer = session.call("replay", json!({ "ids": [1], "to": "dev" }))["answers"][0].clone();
    let printed_line = printed(&listener, &["replay", "1", "--to", "dev", "--json"]);
    assert_eq!(steady(answer), steady(printed_line));
    let runs = stdout(&run(listener.folder.path(), &["replay", "--runs", "--json"])).lines().count();
    assert_eq!(runs, 2, "both are on record");
}

/// The object without what differs each time.
fn steady(mut object: Value) -> Value {
    if let Some(headers) = object.pointer_mut("/request/headers").and_then(Value::as_array_mut) {
        headers.retain(|header| header[0] != "x-menuscope");
    }
    for changing in ["elapsed_ms", "first_byte_ms", "run", "replay", "sent_at"] {
        object.as_object_mut().unwrap().remove(changing);
    }
    object
}
