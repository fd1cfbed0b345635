//! Names available to the templates of a rule, taken from an example event.

use std::collections::HashSet;

use egui::accesskit::Role;
use egui::{Label, RichText, Ui};
use serde_json::Value;

use crate::capture::Capture;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, TEXT_SMALL};
use crate::ui::widgets::controls::{named, small_button, weak};
use crate::wechat::decoded::decoded;
use crate::wechat::fields::fields;
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

/// Maximum number of names listed.
const MOST: usize = 24;

/// Names that exist for every event.
const ALWAYS: [&str; 3] = ["openid", "kind", "attempt"];

/// Names of menu events, listed if there is no example event.
const EXAMPLES: [&str; 3] = ["EventKey", "decoded.scan.content", "decoded.location.label"];

/// Names as they are written between braces.
pub(super) fn in_scope(event: Option<&Capture>) -> Vec<String> {
    let mut names: Vec<String> = ALWAYS.map(str::to_owned).into();
    match event.and_then(|capture| Tree::parse_lenient(capture.message()).ok()) {
        None => names.extend(EXAMPLES.map(str::to_owned)),
        Some(tree) => {
            let typed = Value::Object(decoded(&Message::decode(&tree)));
            gather(&typed, "decoded", &mut names);
            gather(&fields(tree.root()), "", &mut names);
        }
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.truncate(MOST);
    names
}

/// Collects the paths of all texts and numbers. Lists are left out: a name cannot choose one of their items.
fn gather(value: &Value, path: &str, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| is_name(name)) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                gather(member, &path, names);
            }
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => names.push(path.to_owned()),
        Value::Null | Value::Array(_) => {}
    }
}

/// Returns true for an identifier that templates can use without quoting.
fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(is_part) && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// Draws the names as chips; returns the one that was chosen, in its braces.
pub(super) fn names_ui(ui: &mut Ui, names: &[String], look: &Look) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    ui.add(Label::new(weak(look, look.text("editor.template.names"))).wrap());
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::splat(GAP_SMALL);
        for name in names {
            let text = RichText::new(name).monospace().size(TEXT_SMALL).color(look.palette.text);
            let response = ui.add(small_button(text));
            let said = look.filled("editor.template.insert", &[("name", name)]);
            if named(response, Role::Button, &said).on_hover_text(format!("{{{{ {name} }}}}")).clicked() {
                chosen = Some(format!("{{{{ {name} }}}}"));
            }
        }
    });
    chosen
}
