//! Edits of the rules in `config.toml`: what did not change stays to the character, and a rule that moves takes its comments along.

use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use super::edit::edit;
use super::rule_entries::{member, to_value};
use super::{Config, ConfigError, DataFolder};
use crate::rules::Rule;

mod layout;

use layout::Layout;

/// The name of the array of tables.
const RULES: &str = "rules";

/// Writes the rules in this order. Those of the file that have gone are removed; a rule at the same place under another
/// name is the same rule, renamed.
pub fn save_rules(folder: &DataFolder, config: &Path, rules: &[Rule]) -> Result<(), ConfigError> {
    folder.create()?;
    let former = Config::load(config)?.rules;
    if former == rules {
        return Ok(());
    }
    edit(config, |document| write(document, &former, rules))
}

fn write(document: &mut DocumentMut, former: &[Rule], rules: &[Rule]) {
    let tables = match document.remove(RULES).map(Item::into_array_of_tables) {
        Some(Ok(tables)) => tables,
        Some(Err(_)) | None => ArrayOfTables::new(),
    };
    let origins = origins(former, rules);
    let layout = Layout::of(document, &tables);
    let places = layout.places(&origins);
    let mut old: Vec<Option<Table>> = tables.into_iter().map(Some).collect();
    let mut new = ArrayOfTables::new();
    for ((rule, origin), place) in rules.iter().zip(origins).zip(places) {
        let found = origin.and_then(|origin| Some((former.get(origin)?, old.get_mut(origin)?.take()?)));
        let (before, mut table) = found.map_or_else(|| (None, Table::new()), |(before, table)| (Some(before), table));
        update(&mut table, rule, before);
        layout.put(&mut table, &place);
        new.push(table);
    }
    if !new.is_empty() {
        document.insert(RULES, Item::ArrayOfTables(new));
    }
    layout.restore_heading(document);
}

/// For each rule the former one that it was: of the same name, else, where that is left over, at the same place.
fn origins(former: &[Rule], rules: &[Rule]) -> Vec<Option<usize>> {
    let mut left: Vec<Option<&Rule>> = former.iter().map(Some).collect();
    let mut origins: Vec<Option<usize>> = rules
        .iter()
        .map(|rule| {
            let origin = left.iter().position(|left| left.is_some_and(|left| left.name == rule.name))?;
            left.get_mut(origin)?.take()?;
            Some(origin)
        })
        .collect();
    for (index, origin) in origins.iter_mut().enumerate() {
        if origin.is_none() && left.get(index).copied().flatten().is_some() {
            *origin = Some(index);
        }
    }
    origins
}

/// Writes those members that are not as they were; `before` is what the table says now.
fn update(table: &mut Table, rule: &Rule, before: Option<&Rule>) {
    let Rule { name, filter, enabled, response, delay_ms, status, fault } = rule;
    // What is at its default is left out, unless it stands there already.
    let differs = |same: fn(&Rule, &Rule) -> bool, default: bool| before.map_or(!default, |before| !same(before, rule));
    if differs(|a, b| a.name == b.name, false) {
        put(table, member::NAME, name.into());
    }
    if differs(|a, b| a.filter == b.filter, filter.is_empty()) {
        put(table, member::MATCH, filter.into());
    }
    if differs(|a, b| a.enabled == b.enabled, *enabled) {
        put(table, member::ENABLED, (*enabled).into());
    }
    if differs(|a, b| a.response == b.response, false) {
        put(table, member::REPLY, to_value(response));
    }
    if differs(|a, b| a.delay_ms == b.delay_ms, *delay_ms == 0) {
        put(table, member::DELAY, i64::from(*delay_ms).into());
    }
    if differs(|a, b| a.status == b.status, status.is_none()) {
        put_or_remove(table, member::STATUS, status.map(|status| i64::from(status).into()));
    }
    if differs(|a, b| a.fault == b.fault, fault.is_none()) {
        put_or_remove(table, member::FAULT, fault.map(|fault| fault.to_string().into()));
    }
}

fn put_or_remove(table: &mut Table, name: &str, value: Option<Value>) {
    match value {
        Some(value) => put(table, name, value),
        None => drop(table.remove(name)),
    }
}

fn put(table: &mut Table, name: &str, value: Value) {
    match table.get_mut(name) {
        Some(item) => merge(item, value),
        None => drop(table.insert(name, Item::Value(value))),
    }
}

/// Makes the item say this, and leaves alone what of it says so already.
fn merge(item: &mut Item, value: Value) {
    if is_same(item, &value) {
        return;
    }
    match (&mut *item, value) {
        (Item::Value(Value::InlineTable(old)), Value::InlineTable(new)) if has_same_members(old, &new) => {
            for (name, value) in new {
                if let Some(old) = old.get_mut(&name) {
                    merge_value(old, value);
                }
            }
        }
        (Item::Value(Value::Array(old)), Value::Array(new)) if old.len() == new.len() => {
            old.iter_mut().zip(new).for_each(|(old, new)| merge_value(old, new));
        }
        (Item::Table(old), Value::InlineTable(new)) => merge_table(old, new),
        // Of no tables nothing would be written.
        (Item::ArrayOfTables(old), Value::Array(new)) if !new.is_empty() => merge_tables(old, new),
        (Item::Value(old), new) => replace(old, new),
        (item, new) => *item = Item::Value(new),
    }
}

fn merge_table(old: &mut Table, new: InlineTable) {
    let stale = |name: &&str| !new.contains_key(name);
    let gone: Vec<String> = old.iter().map(|(name, _)| name).filter(stale).map(str::to_owned).collect();
    for name in gone {
        old.remove(&name);
    }
    for (name, value) in new {
        put(old, &name, value);
    }
}

fn merge_tables(old: &mut ArrayOfTables, new: Array) {
    while old.len() > new.len() {
        old.remove(old.len() - 1);
    }
    for (index, value) in new.into_iter().enumerate() {
        let Value::InlineTable(value) = value else { continue };
        match old.get_mut(index) {
            Some(table) => merge_table(table, value),
            None => old.push(value.into_table()),
        }
    }
}

/// An inline table with other members is written anew: its commas and blanks are not worth keeping.
fn has_same_members(old: &InlineTable, new: &InlineTable) -> bool {
    old.len() == new.len() && new.iter().all(|(name, _)| old.contains_key(name))
}

fn merge_value(old: &mut Value, new: Value) {
    let mut item = Item::Value(std::mem::replace(old, Value::from(false)));
    merge(&mut item, new);
    if let Item::Value(merged) = item {
        *old = merged;
    }
}

/// Keeps the blanks and the comment around the value.
fn replace(old: &mut Value, new: Value) {
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

/// Tells whether a simple value is written there already, in any spelling.
fn is_same(item: &Item, value: &Value) -> bool {
    match value {
        Value::String(text) => item.as_str() == Some(text.value()),
        Value::Integer(number) => item.as_integer() == Some(*number.value()),
        Value::Boolean(flag) => item.as_bool() == Some(*flag.value()),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
