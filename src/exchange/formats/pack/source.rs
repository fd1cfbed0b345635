//! Reads the files of a pack, and nothing outside of it, whatever names and links say.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::exchange::import_problem::ImportReason;
use crate::exchange::record::entry::EntryFiles;
use crate::exchange::record::manifest::MANIFEST;

/// Bytes of one file: a message has 1 MiB at most, and a request little more.
pub(super) const MOST_BYTES: u64 = 16 << 20;

/// The files of one pack.
pub(in crate::exchange) trait Source: EntryFiles {
    /// The manifest from its beginning, unbuffered.
    fn manifest(&mut self) -> Result<Box<dyn Read>, ImportReason>;
}

/// The name of a file below the pack; refused where it leads anywhere else.
pub(super) fn joined(folder: &str, file: &str) -> Result<String, ImportReason> {
    let name = format!("{folder}/{file}");
    if is_plain(folder) && is_plain(file) { Ok(name) } else { Err(ImportReason::Outside { name }) }
}

/// Tells whether it is the name of something in a folder, on any system.
fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', ':', '\0'])
}

/// Tells whether the name of an entry stays in the folder into which a zip would be unpacked.
pub(in crate::exchange) fn stays_inside(name: &str) -> bool {
    name.split('/').all(|part| is_plain(part) || part.is_empty()) && !name.starts_with('/')
}

/// A pack that is a folder.
pub(in crate::exchange) struct FolderSource {
    /// The path without links.
    root: PathBuf,
    /// The folder of an event that is known to be one, and no link.
    known: String,
}

impl FolderSource {
    pub(in crate::exchange) fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { root: fs::canonicalize(folder)?, known: String::new() })
    }

    /// The path of that file; refused where it is no file of this folder, whichever way a link leads out of it.
    fn find(&mut self, folder: &str, file: &str) -> Result<PathBuf, ImportReason> {
        let name = joined(folder, file)?;
        let mut path = self.root.join(folder);
        let mut linked = false;
        if self.known != folder {
            linked = fs::symlink_metadata(&path).map_err(|error| untouched(&error, &name))?.is_symlink();
            if !linked {
                folder.clone_into(&mut self.known);
            }
        }
        path.push(file);
        let (path, length) = file_in(&self.root, path, linked, &name)?;
        if length > MOST_BYTES { Err(ImportReason::TooLarge { limit: MOST_BYTES }) } else { Ok(path) }
    }
}

impl Source for FolderSource {
    fn manifest(&mut self) -> Result<Box<dyn Read>, ImportReason> {
        Ok(Box::new(manifest_in(&self.root)?))
    }
}

impl EntryFiles for FolderSource {
    fn read(&mut self, folder: &str, file: &str) -> Result<Vec<u8>, ImportReason> {
        let path = self.find(folder, file)?;
        let read = File::open(path).map_err(|error| unreadable(&error))?;
        bounded(read, MOST_BYTES)
    }

    fn expect(&mut self, folder: &str, file: &str) -> Result<(), ImportReason> {
        self.find(folder, file).map(drop)
    }
}

/// The manifest of the pack that is this folder, which has no links in its own path; open.
pub(in crate::exchange) fn manifest_in(root: &Path) -> Result<File, ImportReason> {
    let (path, _) = file_in(root, root.join(MANIFEST), false, MANIFEST)?;
    File::open(path).map_err(|error| unreadable(&error))
}

/// The path and length of a file below a folder. A pipe would be waited for, and a file that a link leads to elsewhere is
/// none of the folder's. `linked` says that there may be a link on the way to it.
fn file_in(root: &Path, mut path: PathBuf, linked: bool, name: &str) -> Result<(PathBuf, u64), ImportReason> {
    let trouble = |error: io::Error| untouched(&error, name);
    let mut metadata = fs::symlink_metadata(&path).map_err(trouble)?;
    if linked || metadata.is_symlink() {
        path = fs::canonicalize(&path).map_err(trouble)?;
        if !path.starts_with(root) {
            return Err(ImportReason::Outside { name: name.to_owned() });
        }
        metadata = fs::metadata(&path).map_err(trouble)?;
    }
    if metadata.is_file() {
        return Ok((path, metadata.len()));
    }
    Err(ImportReason::Unreadable { cause: format!("{name}: no file") })
}

fn untouched(error: &io::Error, name: &str) -> ImportReason {
    match error.kind() {
        io::ErrorKind::NotFound => ImportReason::Missing { file: name.to_owned() },
        _ => ImportReason::Unreadable { cause: format!("{name}: {error}") },
    }
}

pub(super) fn unreadable(error: &io::Error) -> ImportReason {
    ImportReason::Unreadable { cause: error.to_string() }
}

/// Reads everything; refused beyond the limit.
fn bounded(input: impl Read, limit: u64) -> Result<Vec<u8>, ImportReason> {
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit { Err(ImportReason::TooLarge { limit }) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_pack() {
        assert_eq!(joined("000001-CLICK", "body.xml").unwrap(), "000001-CLICK/body.xml");
        for (folder, file) in
            [("..", "a"), ("a", ".."), ("", "a"), ("/", "a"), ("a/b", "c"), ("a", "b\\c"), ("C:", "a"), ("a", "")]
        {
            assert!(matches!(joined(folder, file), Err(ImportReason::Outside { .. })), "{folder} {file}");
        }
        assert!(stays_inside("pack/000001-CLICK/body.xml") && stays_inside("pack/"));
        for name in ["../a", "a/../../b", "/etc/passwd", "C:/a", "a\\..\\b"] {
            assert!(!stays_inside(name), "{name}");
        }
    }
}
