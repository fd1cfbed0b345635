//! Captures as files and back: packs, requests in the forms of other tools, test code, and pseudonyms.
//!
//! ```text
//! store ─► Fixture (numbered by arrival) ─► pseudonyms ─► writer of the format ─► files under a temporary name ─► rename
//! files ─► recognised by content ─► FileEvent ─► inspected, or taken as recorded ─► store, unless it is there already
//! ```
//! - `formats`: the table of formats, and a file or folder for each. `formats/request_comments.rs` decides for curl, `.http` and
//!   hurl which headers are exported as headers and which in comments.
//! - `record`: an event as it is exported, its entry in a pack's manifest, and the same as one JSON object.
//! - `export`: reads the store, numbers the events, and hands them to a format's writer.
//! - `import`: walks through files and folders, and hands them to the reader that recognises them.
//! - `single_event`: one event from its JSON object, as a team's relay publishes it.
//! - `importer`: stores what readers find, in batches, and lists what could not be read.
//! - `pseudonyms`: replaces identifiers. `output`: temporary files, folders and zips, and the rename at the end.
//!
//! One event at a time in both directions. What grows with their number is small for each of them: with pseudonyms, the
//! identifiers and texts that were replaced, to look for them in the finished files; of a zip, the offset of each file in it; of
//! lines that come newest first, the offset of each.

mod event_folder;
mod export;
mod fixture_error;
mod formats;
mod import;
mod import_problem;
mod importer;
mod output;
mod pseudonyms;
pub mod published;
mod record;
mod single_event;
mod writer;

pub use export::{ExportOptions, ExportPlan, ExportSummary, Preview, export, preview};
pub use fixture_error::FixtureError;
pub use formats::{Format, ServerUrl, curl_command};
pub use import::{ImportSource, import};
pub use import_problem::{ImportProblem, ImportReason};
pub use importer::ImportSummary;
pub use pseudonyms::{Identifier, Pseudonyms, Replacement, Texts};
pub use record::Fixture;
pub use single_event::{SingleEvent, name_first_attempt};
