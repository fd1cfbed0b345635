//! Writes and reads HTTP Archives, version 1.2, also those of other tools.
//!
//! The member `_menuscope` of each entry has the rest of the record, so that an event comes back as it was.

use super::input::json_members::members;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Writer};

pub(super) mod archived_reply;
mod archived_request;
mod entries;
mod entry_json;
#[cfg(test)]
mod tests;

pub(super) use entries::read;

/// The member of an entry with its record; the specification leaves names with an underscore to programs.
const RECORD: &str = "_menuscope";

/// The encoding of bytes that are not UTF-8.
const BASE64: &str = "base64";

/// The heading of every exported archive, up to the version.
pub(super) const HEADING: &str = r#"{"log":{"version":"1.2","creator":{"name":"menuscope","#;

/// Writes an entry a line.
#[derive(Debug, Default)]
pub(super) struct Har {
    has_begun: bool,
}

impl Har {
    /// The text before an entry: the heading, or a separator.
    fn lead(&mut self) -> String {
        if std::mem::replace(&mut self.has_begun, true) {
            return ",\n".to_owned();
        }
        let version = env!("CARGO_PKG_VERSION");
        // Firefox does without most, but not without pages.
        format!("{HEADING}\"version\":\"{version}\"}},\"pages\":[],\"entries\":[\n")
    }
}

impl Writer for Har {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        let mut text = self.lead();
        text.push_str(&entry_json::entry(event).to_string());
        files.append(text.as_bytes())
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        if !self.has_begun {
            files.append(self.lead().as_bytes())?;
        }
        files.append(b"\n]}}\n")
    }
}

/// Tells by its first bytes whether a file is in this format.
pub(super) fn recognises(head: &[u8]) -> bool {
    members(head).iter().any(|name| name == "log")
}
