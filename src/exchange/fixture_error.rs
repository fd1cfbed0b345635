//! Errors that end an export or an import.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;
use crate::texts::user_error::UserError;

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
    pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> Self {
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
