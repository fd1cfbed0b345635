//! `menuscope compare`: what is different between two events.

use super::Outcome;
use super::output::{print_line, quoted};
use crate::capture::CaptureId;
use crate::cli::Compare;
use crate::config::Config;
use crate::engine::Setup;
use crate::operations::{Comparison, compare};
use crate::replay::Change;
use crate::store::Reader;
use crate::texts::safe_text::shortened;

/// Texts that differ are cut to so many characters.
const CELL: usize = 60;

pub(super) fn run(setup: &Setup, asked: &Compare) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let reader = Reader::open(&setup.folder.database())?;
    let comparison = compare(&reader, CaptureId(asked.a), CaptureId(asked.b), &config.replay.ignore)?;
    if asked.json {
        print_line(&comparison.json().to_string())?;
    } else {
        lines(&comparison).iter().try_for_each(|line| print_line(line))?;
    }
    Ok(if comparison.is_same() { Outcome::Done } else { Outcome::No(None) })
}

fn lines(comparison: &Comparison) -> Vec<String> {
    if comparison.is_same() {
        return vec!["nothing is different".to_owned()];
    }
    let pair = |name: &str, a: &str, b: &str| {
        format!("{}: \"{}\" → \"{}\"", quoted(name), shortened(a, CELL), shortened(b, CELL))
    };
    let change = |of: &str, change: &Change| {
        let path = if change.path.is_empty() { "body" } else { &change.path };
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
        pair(&format!("{of} {path}"), &text(&change.before), &text(&change.after))
    };
    let facts = comparison.facts.iter().map(|(name, a, b)| pair(name, a, b));
    let message = comparison.message.iter().map(|found| change("message", found));
    let reply = comparison.reply.iter().flatten().map(|found| change("reply", found));
    facts.chain(message).chain(reply).collect()
}
