//! Menus, findings, coverage and resolutions as JSON.

use serde_json::{Value, json};

use crate::capture::diagnosis::Severity;
use crate::capture::finding_json;
use crate::coverage::{Coverage, TapCount};
use crate::store::TapOutcome;
use crate::texts::Language;
use crate::wechat::codes::worst;
use crate::wechat::custom_menu::{Button, Menu, MenuFile, MenuFinding, Resolution, RuleOutcome};

pub(super) fn menus(file: &MenuFile) -> Value {
    json!({
        "shape": file.shape.as_str(),
        "is_menu_open": file.is_open,
        "default": file.default.as_ref().map(menu),
        "conditional": file.conditional.iter().map(menu).collect::<Vec<_>>(),
    })
}

fn menu(menu: &Menu) -> Value {
    let numbered = menu.buttons.iter().enumerate();
    json!({
        "menu_id": menu.menu_id,
        "matchrule": menu.rule.as_ref().map(|rule| {
            rule.members.iter().map(|member| (member.name.clone(), json!(member.value))).collect::<serde_json::Map<_, _>>()
        }),
        "buttons": numbered.map(|(index, below)| button(&(index + 1).to_string(), below)).collect::<Vec<_>>(),
    })
}

fn button(path: &str, button: &Button) -> Value {
    let mut object = json!({ "path": path, "name": button.name(), "type": button.value_of("type") });
    for member in button.members.iter().filter(|member| !matches!(&*member.name, "name" | "type")) {
        if !member.value.is_empty() {
            object[&member.name] = json!(member.value);
        }
    }
    let push = button.push();
    object["pushes"] = json!(push.map(|push| push.kind));
    object["event_key"] = json!(push.map(|push| push.key));
    let numbered = button.sub_buttons.iter().enumerate();
    let below: Vec<Value> = numbered.map(|(index, sub)| self::button(&format!("{path}.{}", index + 1), sub)).collect();
    if !below.is_empty() {
        object["sub_buttons"] = Value::from(below);
    }
    object
}

pub(super) fn findings(file: Option<&str>, findings: &[MenuFinding], language: Language) -> Value {
    let listed = findings.iter().map(|finding| {
        let mut object = finding_json(finding, language);
        object["errcode"] = json!(finding.errcode());
        object
    });
    json!({
        "file": file,
        "legal": worst(findings) != Some(Severity::Error),
        "findings": listed.collect::<Vec<_>>(),
    })
}

pub(super) fn coverage(file: &MenuFile, coverage: &Coverage) -> Value {
    let menus: Vec<&Menu> = file.menus().collect();
    let buttons = coverage.buttons.iter().map(|covered| {
        let menu = menus.get(covered.menu);
        let button = menu.and_then(|menu| menu.button_at(&covered.path));
        let push = button.and_then(Button::push);
        let mut object = json!({
            "menu_id": menu.and_then(|menu| menu.menu_id.as_deref()),
            "path": covered.path,
            "address": file.address(covered.menu, &covered.path),
            "name": button.map(Button::name),
            "type": button.and_then(|button| button.value_of("type")),
            "pushes": push.map(|push| push.kind),
            "event_key": push.map(|push| push.key),
            "state": covered.state.as_str(),
        });
        add_taps(&mut object, &covered.taps);
        object
    });
    let stray = coverage.stray.iter().map(|stray| {
        let former = stray
            .former
            .as_ref()
            .map(|button| json!({ "since": button.since.to_string(), "path": button.path, "name": button.name }));
        let mut object = json!({ "kind": stray.kind, "event_key": stray.key, "former": former });
        add_taps(&mut object, &stray.taps);
        object
    });
    json!({
        "complete": coverage.is_complete(),
        "buttons": buttons.collect::<Vec<_>>(),
        "in_no_button": stray.collect::<Vec<_>>(),
    })
}

fn add_taps(object: &mut Value, taps: &TapCount) {
    object["count"] = json!(taps.count);
    object["last"] = json!(taps.last.map(|last| last.to_string()));
    object["last_outcome"] = json!(taps.last_outcome.map(TapOutcome::as_str));
    object["outcomes"] = json!({
        "legal": taps.outcomes.legal,
        "illegal": taps.outcomes.illegal,
        "server_failed": taps.outcomes.server_failed,
        "unanswered": taps.outcomes.unanswered,
    });
}

pub(super) fn resolution(file: &MenuFile, resolution: &Resolution) -> Value {
    let shown = match resolution.chosen {
        Some(index) => file.conditional.get(index),
        None => file.default.as_ref(),
    };
    let steps = resolution.steps.iter().map(|(index, outcome)| {
        let (code, value) = match outcome {
            RuleOutcome::Match => ("match", Value::Null),
            RuleOutcome::OtherTag(tag) => ("other-tag", json!(tag)),
            RuleOutcome::OtherPlatform(platform) => ("other-platform", json!(platform)),
            RuleOutcome::Withdrawn(names) => ("withdrawn", json!(names)),
            RuleOutcome::Empty => ("empty", Value::Null),
            RuleOutcome::Unreached => ("unreached", Value::Null),
        };
        let menu_id = file.conditional.get(*index).and_then(|menu| menu.menu_id.as_deref());
        json!({ "index": index, "menu_id": menu_id, "outcome": code, "rule": value })
    });
    json!({
        "menu": if resolution.chosen.is_some() { "conditional" } else { "default" },
        "index": resolution.chosen,
        "menu_id": shown.and_then(|menu| menu.menu_id.as_deref()),
        "definition": shown.map(menu),
        "tried": steps.collect::<Vec<_>>(),
    })
}
