//! Noticing that somebody has edited `config.toml`.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(not(target_os = "linux"))]
mod notify;

#[cfg(target_os = "linux")]
use inotify::InotifyWatch as FolderWatch;
#[cfg(not(target_os = "linux"))]
use notify::NotifyWatch as FolderWatch;

/// Editors write in several steps: this long has to pass without another one.
const QUIET: Duration = Duration::from_millis(100);

/// Follows one file. Dropping it stops and joins.
#[derive(Debug)]
pub struct ConfigWatch {
    folder: Option<FolderWatch>,
    thread: Option<JoinHandle<()>>,
}

impl ConfigWatch {
    /// Calls `changed` after each edit of the file, which need not exist yet; its folder has to.
    pub fn start(file: &Path, changed: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        // Editors put a new file in the old one's place: the folder sees that, a watch on the file does not.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let (edited, edits) = mpsc::sync_channel(1);
        let name = file.file_name().map(ToOwned::to_owned);
        let folder = FolderWatch::start(folder, move |changed| {
            // Without a name it may have been any file: this one is looked at again.
            if changed.is_none_or(|changed| Some(changed) == name.as_deref()) {
                // Full: an edit is reported already and not looked at yet.
                edited.try_send(()).ok();
            }
        })?;
        let thread = std::thread::Builder::new().name("config-watch".to_owned()).spawn(move || {
            while edits.recv().is_ok() && has_settled(&edits) {
                changed();
            }
        })?;
        Ok(Self { folder: Some(folder), thread: Some(thread) })
    }
}

/// Waits until nothing has been edited for a moment. `false`: nobody watches any more.
fn has_settled(edits: &Receiver<()>) -> bool {
    loop {
        match edits.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

impl Drop for ConfigWatch {
    fn drop(&mut self) {
        // Its callback holds the sender: without it the thread ends.
        self.folder = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_in_place_and_a_file_put_in_its_place_are_both_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        let (seen, sees) = mpsc::sync_channel(8);
        let _watch = ConfigWatch::start(&file, move || seen.try_send(()).unwrap()).unwrap();
        let noticed = || sees.recv_timeout(Duration::from_secs(30)).unwrap();
        std::fs::write(&file, "# one").unwrap();
        noticed();
        let beside = directory.path().join("config.toml.new");
        std::fs::write(&beside, "# two").unwrap();
        std::fs::rename(&beside, &file).unwrap();
        noticed();
    }

    #[test]
    fn another_file_is_none_of_its_business() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        let (seen, sees) = mpsc::sync_channel(8);
        let watch = ConfigWatch::start(&file, move || seen.try_send(()).unwrap()).unwrap();
        std::fs::write(directory.path().join("menuscope.db"), "x").unwrap();
        drop(watch);
        assert!(sees.try_recv().is_err());
    }
}
