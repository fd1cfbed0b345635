//! The desktop's own file dialog: opened without waiting, and polled in each frame.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};

use crate::waker::Waker;

/// A file dialog, by its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileRequest {
    /// Choose the file or folder to write.
    Save {
        /// The proposed name.
        name: String,
    },
    /// Choose the file for a copy of the database.
    Backup {
        /// The proposed name.
        name: String,
    },
    /// Choose files to import.
    Open,
    /// Choose pictures for a composed message.
    Pictures {
        /// Number of the composed message.
        number: u32,
    },
}

/// The paths, once they are chosen.
type Answer = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// The open dialog, if there is one.
#[derive(Default)]
pub(crate) struct FileDialog {
    answer: Option<(FileRequest, Answer)>,
}

impl std::fmt::Debug for FileDialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileDialog").field("is_open", &self.is_open()).finish()
    }
}

/// Wakes the window when the desktop answers.
struct WindowWake(Waker);

impl Wake for WindowWake {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }
}

impl FileDialog {
    /// Returns true while a dialog is open: the desktop shows it, and this window goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.answer.is_some()
    }

    /// Opens a dialog, unless one is open.
    pub(crate) fn ask(&mut self, wanted: FileRequest) {
        if self.is_open() {
            return;
        }
        let dialog = rfd::AsyncFileDialog::new();
        let answer: Answer = match &wanted {
            FileRequest::Save { name } | FileRequest::Backup { name } => {
                let chosen = dialog.set_file_name(name).save_file();
                Box::pin(async { chosen.await.map(|file| file.path().to_owned()).into_iter().collect() })
            }
            FileRequest::Open | FileRequest::Pictures { .. } => {
                let chosen = dialog.pick_files();
                let path = |file: rfd::FileHandle| file.path().to_owned();
                Box::pin(async move { chosen.await.unwrap_or_default().into_iter().map(path).collect() })
            }
        };
        self.answer = Some((wanted, answer));
    }

    /// The request and the chosen paths, once the dialog is closed; no paths if it was cancelled.
    pub(crate) fn chosen(&mut self, waker: &Waker) -> Option<(FileRequest, Vec<PathBuf>)> {
        let (_, answer) = self.answer.as_mut()?;
        let waker = std::task::Waker::from(Arc::new(WindowWake(waker.clone())));
        let Poll::Ready(chosen) = answer.as_mut().poll(&mut Context::from_waker(&waker)) else { return None };
        let (wanted, _) = self.answer.take()?;
        Some((wanted, chosen))
    }
}
