//! The forms of the tools' answers, as JSON Schema. They name what can be relied on; answers may have more.

use serde_json::{Value, json};

/// An object with these members; those in `required` are always there.
fn object(properties: Value, required: &[&str]) -> Value {
    let mut schema = json!({ "type": "object", "required": required });
    schema["properties"] = properties;
    schema
}

/// An object with these members beside the mark of what came from outside.
fn marked(mut properties: Value, required: &[&str]) -> Value {
    properties["from_outside"] = object(
        json!({
            "fields": { "type": "array", "items": { "type": "string" },
                "description": "The members beside this one that hold what came from outside." },
            "note": { "type": "string" },
        }),
        &["fields", "note"],
    );
    object(properties, &[&["from_outside"], required].concat())
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn integer() -> Value {
    json!({ "type": "integer" })
}

fn boolean() -> Value {
    json!({ "type": "boolean" })
}

fn list_of(items: Value) -> Value {
    let mut list = json!({ "type": "array" });
    list["items"] = items;
    list
}

fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// A row of a list, or a whole event.
fn event() -> Value {
    object(
        json!({
            "id": integer(), "received_at": text(), "account": text(), "kind": text(),
            "event_key": text_or_null(), "openid": text_or_null(), "msg_id": text_or_null(),
            "group": integer(), "attempt": integer(),
            "mode": { "enum": ["plain", "compat", "safe"] },
            "signature": { "enum": ["valid", "invalid", "missing", "unchecked"] },
            "fields": { "type": "object", "description": "The message's elements by their official names, to the character." },
            "decoded": { "type": "object" },
            "diagnoses": list_of(finding()),
            "request": { "type": "object" },
            "reply": { "type": ["object", "null"] },
        }),
        &["id", "received_at", "account", "kind", "signature", "diagnoses", "reply"],
    )
}

fn finding() -> Value {
    object(
        json!({
            "code": text(), "severity": { "enum": ["error", "warning", "note"] }, "message": text(), "remedy": text(),
            "place": { "type": ["object", "null"] },
        }),
        &["code", "severity", "message", "remedy"],
    )
}

fn change() -> Value {
    object(json!({ "path": text(), "before": text_or_null(), "after": text_or_null() }), &["path", "before", "after"])
}

fn outcome() -> Value {
    object(json!({ "code": text(), "message": text() }), &["code", "message"])
}

pub(super) fn status() -> Value {
    let database = object(
        json!({ "events": integer(), "last_id": integer(), "last_received_at": text_or_null() }),
        &["events", "last_id"],
    );
    let account = object(
        json!({
            "account": text(), "default": boolean(), "token": boolean(), "aes_key": boolean(), "app_secret": boolean(),
            "app_id": text_or_null(), "to_user": text_or_null(), "path": text_or_null(), "mode": text_or_null(),
            "kind": text(),
        }),
        &["account", "default", "token", "aes_key", "app_secret"],
    );
    let target = object(json!({ "name": text(), "url": text() }), &["name", "url"]);
    let team = object(
        json!({
            "role": text(), "team": text(), "name": text(), "connected": boolean(), "problem": text_or_null(),
        }),
        &["role", "team", "name", "connected"],
    );
    object(
        json!({
            "version": text(), "listening": boolean(), "address": text(), "team": or_null(team), "database": or_null(database),
            "accounts": list_of(account), "secrets_problem": text_or_null(), "targets": list_of(target),
            "forward": text_or_null(), "public_url": text_or_null(), "sending_allowed": boolean(), "export_dir": text_or_null(),
        }),
        &["version", "listening", "address", "database", "accounts", "targets", "sending_allowed"],
    )
}

pub(super) fn list_events() -> Value {
    let next = json!({ "type": "integer", "description": "The value of after that goes on from here." });
    let more = json!({ "type": "boolean", "description": "Tells whether more events match." });
    marked(json!({ "events": list_of(event()), "next": next, "more": more }), &["events", "next", "more"])
}

pub(super) fn get_event() -> Value {
    marked(
        json!({
            "id": integer(), "part": text(), "event": event(), "content": text(), "content_base64": text(),
            "cut": boolean(),
        }),
        &["id", "part"],
    )
}

pub(super) fn wait_for_event() -> Value {
    marked(
        json!({ "timed_out": boolean(), "event": or_null(event()), "next": integer() }),
        &["timed_out", "event", "next"],
    )
}

pub(super) fn explain_event() -> Value {
    let signature =
        object(json!({ "verdict": text(), "steps": { "type": ["object", "null"] } }), &["verdict", "steps"]);
    let attempt = object(json!({ "id": integer(), "attempt": integer() }), &["id", "attempt"]);
    let reply = object(
        json!({
            "status": { "type": ["integer", "null"] }, "source": text(), "legal": boolean(), "lint": list_of(finding()),
            "forward": { "type": ["object", "null"] },
        }),
        &["status", "source", "legal", "lint"],
    );
    let well =
        json!({ "type": "boolean", "description": "Tells whether nothing is wrong with the event and its reply." });
    marked(
        json!({
            "id": integer(), "well": well, "diagnoses": list_of(finding()), "signature": signature,
            "reply": or_null(reply), "user_saw": or_null(outcome()), "attempts": list_of(attempt),
            "replay": { "type": ["object", "null"] }, "event": event(), "secrets_problem": text(),
        }),
        &["id", "well", "diagnoses", "signature", "reply", "user_saw", "attempts", "replay", "event"],
    )
}

pub(super) fn lint_reply() -> Value {
    let opened = json!({ "type": "boolean", "description": "False where no key opens an encrypted reply." });
    marked(
        json!({ "legal": boolean(), "outcome": outcome(), "findings": list_of(finding()), "opened": opened }),
        &["legal", "outcome", "findings", "opened"],
    )
}

pub(super) fn compare_events() -> Value {
    marked(
        json!({
            "a": integer(), "b": integer(), "same": boolean(), "facts": list_of(change()),
            "message": list_of(change()), "reply": or_null(list_of(change())),
        }),
        &["a", "b", "same", "facts", "message", "reply"],
    )
}

pub(super) fn doctor() -> Value {
    let check = object(
        json!({
            "check": text(), "verdict": { "enum": ["ok", "warn", "fail", "skipped"] }, "code": text(),
            "message": text(), "remedy": text(),
        }),
        &["check", "verdict", "code", "message", "remedy"],
    );
    object(json!({ "checks": list_of(check) }), &["checks"])
}

pub(super) fn send_event() -> Value {
    let answer = object(
        json!({
            "event": text(), "id": integer(), "status": { "type": ["integer", "null"] }, "body": text(),
            "error": text(), "lint": list_of(finding()),
        }),
        &["event", "status", "lint"],
    );
    let well = json!({ "type": "boolean", "description": "Tells whether every answer is legal and 2xx." });
    let hint = json!({ "type": "string", "description": "Remedy where no token is known to sign with and an answer is not well." });
    marked(json!({ "well": well, "answers": list_of(answer), "hint": hint }), &["well", "answers"])
}

pub(super) fn replay() -> Value {
    let answer = object(
        json!({
            "event": integer(), "status": { "type": ["integer", "null"] }, "legal": boolean(),
            "verdict": { "enum": ["new", "same", "different", "fixed", "regressed"] }, "body": text(),
            "lint": list_of(finding()), "changes": or_null(list_of(change())),
        }),
        &["event", "status", "legal", "verdict", "lint", "changes"],
    );
    let run = object(
        json!({ "run": integer(), "planned": integer(), "sent": integer(), "failed": integer(), "verdicts": { "type": "object" } }),
        &["run", "planned", "sent", "failed", "verdicts"],
    );
    let well =
        json!({ "type": "boolean", "description": "Tells whether every answer is legal and none has regressed." });
    let more = json!({ "type": "integer", "description": "Number of answers that are not given out here." });
    marked(
        json!({ "well": well, "run": run, "answers": list_of(answer), "more": more }),
        &["well", "run", "answers", "more"],
    )
}

pub(super) fn export_fixture() -> Value {
    object(
        json!({
            "out": text(), "events": integer(), "files": integer(), "bytes": integer(), "replaced": integer(),
            "pseudonymised": boolean(),
        }),
        &["out", "events", "files", "pseudonymised"],
    )
}
