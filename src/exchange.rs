//! Captures as files and back: packs, requests in the forms of other tools, test code, and pseudonyms.
//!
//! ```text
//! store ─► Fixture (numbered by arrival) ─► pseudonyms ─► writer of the format ─► files under a temporary name ─► rename
//! files ─► recognised by content ─► Found ─► inspected, or taken as recorded ─► store, unless it is there already
//! ```
//! One event at a time in both directions. What grows with their number is small for each of them: with pseudonyms, the
//! identifiers and texts that were replaced, to look for them in the finished files; of a zip, where each file stands in it; of
//! lines that come newest first, where each begins.

use std::io;
use std::path::{Path, PathBuf};

use crate::capture::{CaptureId, StoredCapture};
use crate::store::StoreError;
use crate::texts::user_error::UserError;

mod annotation;
mod callback;
mod export;
mod import;
mod intake;
mod json_head;
mod lines;
mod manifest;
mod output;
mod paced;
mod pseudonyms;
pub mod published;
mod snippets;
#[cfg(test)]
mod specimens;
mod undated;
mod variables;
mod writer;

mod curl;
mod har;
mod http_file;
mod hurl;
mod json_lines;
mod pack;
mod raw;

#[cfg(test)]
mod there_and_back;

pub use export::{ExportPlan, Exported, Preview, export, preview};
pub use import::import;
pub use intake::{ImportProblem, ImportReason, Imported};
pub use pseudonyms::{Identifier, Pseudonyms, Replacement, Texts};

/// The forms in which events are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A folder, or a `.zip`, with a sub-folder for each event: the whole record.
    Pack,
    /// The messages alone, a file each.
    Raw,
    /// JSON Lines: the object of `menuscope events --json`.
    Json,
    /// A shell script of curl commands.
    Curl,
    /// A file for the HTTP clients of editors.
    Http,
    /// HTTP Archive 1.2.
    Har,
    /// A file for hurl.
    Hurl,
    /// A pack and a test of it for pytest, with wechatpy.
    Pytest,
    /// A pack and a test of it for node:test and Jest, with co-wechat.
    Node,
    /// A pack and a test of it for `PHPUnit`, with `EasyWeChat`.
    Phpunit,
    /// A pack and a test of it for `JUnit` 5, with `WxJava`.
    Junit,
    /// A pack and a test of it for Go, with nothing but its standard library.
    Go,
    /// A pack and a test of it for Rust.
    Rust,
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Self; 13] = [
        Self::Pack,
        Self::Raw,
        Self::Json,
        Self::Curl,
        Self::Http,
        Self::Har,
        Self::Hurl,
        Self::Pytest,
        Self::Node,
        Self::Phpunit,
        Self::Junit,
        Self::Go,
        Self::Rust,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Raw => "raw",
            Self::Json => "json",
            Self::Curl => "curl",
            Self::Http => "http",
            Self::Har => "har",
            Self::Hurl => "hurl",
            Self::Pytest => "pytest",
            Self::Node => "node",
            Self::Phpunit => "phpunit",
            Self::Junit => "junit",
            Self::Go => "go",
            Self::Rust => "rust",
        }
    }

    /// Whether it is test code beside a pack.
    pub fn is_test_code(self) -> bool {
        matches!(self, Self::Pytest | Self::Node | Self::Phpunit | Self::Junit | Self::Go | Self::Rust)
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

/// An event on its way to a file. Numbers of the database are replaced by those of the export: 1 is the first to arrive.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The event; its placement holds numbers of the export. Its group is its own number where the first attempt is not
    /// exported.
    pub stored: StoredCapture,
    /// For an event with pictures: the numbers of the exported image messages that belong to it.
    pub images: Vec<CaptureId>,
    /// The AppID that an encrypted message was sealed for anew, where it has pseudonyms.
    pub app_id: Option<String>,
}

/// Why files could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// A file or folder cannot be written.
    #[error("cannot write the export ({source}); check the folder's rights and the room on the disk: {}", path.display())]
    Write {
        /// Why not.
        source: io::Error,
        /// Which.
        path: PathBuf,
    },
    /// Something else stands where the export would go.
    #[error("{} is there already and was not written by an export; choose another name, or remove it", path.display())]
    InTheWay {
        /// Where.
        path: PathBuf,
    },
    /// A file or folder cannot be read at all.
    #[error("cannot read what is to be imported ({source}); check the path and its rights: {}", path.display())]
    Read {
        /// Why not.
        source: io::Error,
        /// Which.
        path: PathBuf,
    },
    /// What an import has to put by, since it comes newest first, cannot be.
    #[error(
        "cannot put aside what is to be imported ({source}); make room on the disk of the folder for temporary files: {}",
        path.display()
    )]
    PutBy {
        /// Why not.
        source: io::Error,
        /// The folder for temporary files.
        path: PathBuf,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody ended it.
    #[error("cancelled; {}", if *.exporting { "nothing was written" } else { "what was read until then is kept" })]
    Cancelled {
        /// Whether it was an export.
        exporting: bool,
    },
    /// After pseudonyms were put in, something of the original was found in the files.
    #[error(
        "the export was thrown away, since it still held {} in {file}; keep fewer texts, or report this",
        leaked(what, *number)
    )]
    Leak {
        /// What kind of thing, never the thing itself.
        what: &'static str,
        /// The number of the event; 0 where it is of none, as a secret of an account.
        number: u64,
        /// In which file.
        file: String,
    },
    /// An encrypted event cannot be given a pseudonym without its key.
    #[error(
        "event {id} is encrypted and its key is not known, so nothing in it can be replaced; give the key with --aes-key, or leave it out"
    )]
    Sealed {
        /// Its number in the database.
        id: i64,
    },
    /// The key of the pseudonyms cannot be kept.
    #[error("cannot keep the key of the pseudonyms ({source}); check the data folder's rights: {}", path.display())]
    Key {
        /// Why not.
        source: io::Error,
        /// Where it would be.
        path: PathBuf,
    },
}

impl FixtureError {
    /// Says of an I/O error which file could not be written.
    fn writing(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Write { source, path: path.to_owned() }
    }
}

/// What was found, and of which event.
fn leaked(what: &str, number: u64) -> String {
    if number == 0 { what.to_owned() } else { format!("{what} of event {number}") }
}

impl From<&FixtureError> for UserError {
    fn from(error: &FixtureError) -> Self {
        match error {
            FixtureError::Write { source, path } => {
                Self::of("user_error.fixtures.write", error).with("cause", source).with("path", path.display())
            }
            FixtureError::InTheWay { path } => {
                Self::of("user_error.fixtures.in_the_way", error).with("path", path.display())
            }
            FixtureError::Read { source, path } => {
                Self::of("user_error.fixtures.read", error).with("cause", source).with("path", path.display())
            }
            FixtureError::PutBy { source, path } => {
                Self::of("user_error.fixtures.put_by", error).with("cause", source).with("path", path.display())
            }
            FixtureError::Store(error) => error.into(),
            FixtureError::Cancelled { exporting: true } => Self::of("user_error.fixtures.export_cancelled", error),
            FixtureError::Cancelled { exporting: false } => Self::of("user_error.fixtures.import_cancelled", error),
            FixtureError::Leak { what, number, file } => {
                Self::of("user_error.fixtures.leak", error).with("what", leaked(what, *number)).with("file", file)
            }
            FixtureError::Sealed { id } => Self::of("user_error.fixtures.sealed", error).with("id", id),
            FixtureError::Key { source, path } => {
                Self::of("user_error.fixtures.key", error).with("cause", source).with("path", path.display())
            }
        }
    }
}
