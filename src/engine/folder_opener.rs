//! Opens the folder of exported files in the desktop's file manager.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The program that hands a folder to the desktop.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else if cfg!(windows) {
    "explorer"
} else {
    "xdg-open"
};

/// Programs that were started and may still run: some stay until the file manager is closed, so nobody waits for them.
#[derive(Debug, Default)]
pub(super) struct FolderOpener(Mutex<Vec<Child>>);

impl FolderOpener {
    /// Opens that folder, or the folder of that file.
    pub(super) fn open(&self, path: &Path) -> io::Result<()> {
        self.start(OPENER, folder_of(path))
    }

    fn start(&self, opener: &str, folder: &Path) -> io::Result<()> {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that have ended are taken off the system's table of processes.
        started.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        let mut command = Command::new(opener);
        command.arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        started.push(command.spawn()?);
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_file_is_opened_and_a_missing_program_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.jsonl");
        std::fs::write(&file, b"").unwrap();
        assert_eq!(folder_of(&file), directory.path());
        assert_eq!(folder_of(directory.path()), directory.path());
        let opener = FolderOpener::default();
        let error = opener.start("no such program as this", directory.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
