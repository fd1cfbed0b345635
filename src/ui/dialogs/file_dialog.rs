//! The desktop's own dialog for files: asked without waiting, and looked at with each frame.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};

use crate::waker::Waker;

/// What is wanted of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileRequest {
    /// A name for a file or folder that is to be written.
    Save {
        /// What it would be called.
        name: String,
    },
    /// A name for a copy of the database.
    Backup {
        /// What it would be called.
        name: String,
    },
    /// Files to be read in.
    Open,
    /// Pictures to compose with.
    Pictures {
        /// Of which message.
        number: u32,
    },
}

/// What is chosen, once it is.
type Answer = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// The dialog, where one is open.
#[derive(Default)]
pub(crate) struct FileDialog {
    answer: Option<(FileRequest, Answer)>,
}

impl std::fmt::Debug for FileDialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileDialog").field("is_open", &self.is_open()).finish()
    }
}

/// Wakes the window when the desktop has an answer.
struct WindowWake(Waker);

impl Wake for WindowWake {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }
}

impl FileDialog {
    /// Whether one is open: the desktop shows it, and this window goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.answer.is_some()
    }

    /// Opens it, unless one is open.
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

    /// What was chosen and what for, once the dialog is closed; nothing where it was closed without a choice.
    pub(crate) fn chosen(&mut self, waker: &Waker) -> Option<(FileRequest, Vec<PathBuf>)> {
        let (_, answer) = self.answer.as_mut()?;
        let waker = std::task::Waker::from(Arc::new(WindowWake(waker.clone())));
        let Poll::Ready(chosen) = answer.as_mut().poll(&mut Context::from_waker(&waker)) else { return None };
        let (wanted, _) = self.answer.take()?;
        Some((wanted, chosen))
    }
}
