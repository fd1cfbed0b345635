//! Errors that end an export or an import.

use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;
use crate::texts::user_error::UserError;

/// An error that ends an export or an import.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// A file or folder cannot be written.
    #[error("cannot write the export ({source}); check the folder's rights and the room on the disk: {}", path.display())]
    Write { source: io::Error, path: PathBuf },
    /// A folder around the destination cannot be made.
    #[error(
        "cannot make the folder for the export ({source}); choose another one, or make it yourself: {}",
        path.display()
    )]
    Folder { source: io::Error, path: PathBuf },
    /// A file or folder that no export wrote is at the destination.
    #[error("{} is there already and was not written by an export; choose another name, or remove it", path.display())]
    InTheWay { path: PathBuf },
    /// A file or folder cannot be read at all.
    #[error("cannot read what is to be imported ({source}); check the path and its rights: {}", path.display())]
    Read { source: io::Error, path: PathBuf },
    /// The temporary file fails that holds events which come newest first.
    #[error(
        "cannot put aside what is to be imported ({source}); make room on the disk of the folder for temporary files: {}",
        path.display()
    )]
    PutBy {
        source: io::Error,
        /// The folder for temporary files.
        path: PathBuf,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A person cancelled it.
    #[error("cancelled; {}", if *.exporting { "nothing was written" } else { "what was read until then is kept" })]
    Cancelled {
        /// `false` for an import.
        exporting: bool,
    },
    /// The finished files still held an original identifier or text.
    #[error(
        "the export was thrown away, since it still held {} in {file}; keep fewer texts, or report this",
        leaked(what, *number)
    )]
    Leak {
        /// The kind of identifier, never the identifier itself.
        what: &'static str,
        /// The number of the event; 0 for a secret of an account.
        number: u64,
        file: String,
    },
    /// An encrypted event cannot be pseudonymised without its key.
    #[error(
        "event {id} is encrypted and its key is not known, so nothing in it can be replaced; give the key with --aes-key, or leave such events out (--skip-unreadable)"
    )]
    Sealed {
        /// The number in the database.
        id: i64,
    },
    /// The folder of an export cannot be shown.
    #[error("cannot open the folder in a file manager ({source}); open it yourself: {}", path.display())]
    Open { source: io::Error, path: PathBuf },
    /// The key of the pseudonyms cannot be stored.
    #[error("cannot keep the key of the pseudonyms ({source}); check the data folder's rights: {}", path.display())]
    Key { source: io::Error, path: PathBuf },
}

impl FixtureError {
    /// Adds the file to an I/O error of writing.
    pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Write { source, path: path.to_owned() }
    }
}

/// The kind of identifier, and the event that it is of.
fn leaked(what: &str, number: u64) -> String {
    if number == 0 { what.to_owned() } else { format!("{what} of event {number}") }
}

impl From<&FixtureError> for UserError {
    fn from(error: &FixtureError) -> Self {
        match error {
            FixtureError::Write { source, path } => {
                Self::of("user_error.fixtures.write", error).with("cause", source).with("path", path.display())
            }
            FixtureError::Folder { source, path } => {
                Self::of("user_error.fixtures.folder", error).with("cause", source).with("path", path.display())
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
            FixtureError::Open { source, path } => {
                Self::of("user_error.fixtures.open", error).with("cause", source).with("path", path.display())
            }
            FixtureError::Key { source, path } => {
                Self::of("user_error.fixtures.key", error).with("cause", source).with("path", path.display())
            }
        }
    }
}
