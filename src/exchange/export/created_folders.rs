//! Folders that an export makes around its destination, and removes again where it fails.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exchange::fixture_error::FixtureError;

/// The folders that were made. Dropped, those that are empty are removed.
pub(super) struct CreatedFolders {
    /// The innermost first.
    created: Vec<PathBuf>,
}

impl CreatedFolders {
    /// Makes the folders in which `out` is going to be.
    pub(super) fn around(out: &Path) -> Result<Self, FixtureError> {
        let absolute = std::path::absolute(out).map_err(FixtureError::writing(out))?;
        let missing: Vec<&Path> = absolute.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        let mut created = Self { created: Vec::with_capacity(missing.len()) };
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => created.created.insert(0, folder.to_owned()),
                // Somebody else made it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(source) => return Err(FixtureError::Folder { source, path: folder.to_owned() }),
            }
        }
        match absolute.parent() {
            Some(parent) if !parent.is_dir() => {
                let source = io::ErrorKind::NotADirectory.into();
                Err(FixtureError::Folder { source, path: parent.to_owned() })
            }
            _ => Ok(created),
        }
    }

    /// Keeps the folders if there is an export in them.
    pub(super) fn keep_if(mut self, exported: bool) {
        if exported {
            self.created.clear();
        }
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in &self.created {
            fs::remove_dir(folder).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_go_again_where_nothing_came_into_them() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("a/b/c");
        CreatedFolders::around(&out).unwrap().keep_if(false);
        assert!(!root.path().join("a").exists());
        CreatedFolders::around(&out).unwrap().keep_if(true);
        assert!(root.path().join("a/b").is_dir() && !out.exists());
        CreatedFolders::around(&out).unwrap().keep_if(false);
        assert!(root.path().join("a/b").is_dir(), "what was there stays");
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "mine").unwrap();
        for out in ["a/c", "a/b/c"] {
            let refused = CreatedFolders::around(&root.path().join(out)).map(drop);
            let Err(FixtureError::Folder { path, .. }) = refused else { panic!("{out}: {refused:?}") };
            assert!(path.starts_with(root.path().join("a")), "{path:?}");
        }
    }
}
