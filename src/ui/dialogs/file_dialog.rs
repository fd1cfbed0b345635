//! The desktop's own file dialog: opened without waiting, and polled in each frame.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::time::{Duration, Instant};

use crate::ui::action::FileRequest;
use crate::waker::Waker;

/// Time in which nobody can have seen a dialog and closed it.
const TOO_SOON: Duration = Duration::from_millis(700);

/// End of a dialog.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DialogAnswer {
    Chosen(Vec<PathBuf>),
    Cancelled,
    /// The desktop has no dialog: it came to an end before anybody could see it.
    NotShown,
}

impl DialogAnswer {
    fn of(paths: Vec<PathBuf>, after: Duration) -> Self {
        match paths {
            paths if !paths.is_empty() => Self::Chosen(paths),
            _ if after < TOO_SOON => Self::NotShown,
            _ => Self::Cancelled,
        }
    }
}

/// The paths, once they are chosen.
type Answer = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// The open dialog, if there is one.
#[derive(Default)]
pub(crate) struct FileDialog {
    answer: Option<(FileRequest, Instant, Answer)>,
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
            FileRequest::Save { name } | FileRequest::Backup { name } | FileRequest::SaveMenu { name } => {
                let chosen = dialog.set_file_name(name).save_file();
                Box::pin(async { chosen.await.map(|file| file.path().to_owned()).into_iter().collect() })
            }
            FileRequest::Menu => {
                let chosen = dialog.pick_file();
                Box::pin(async { chosen.await.map(|file| file.path().to_owned()).into_iter().collect() })
            }
            FileRequest::Open | FileRequest::Pictures { .. } => {
                let chosen = dialog.pick_files();
                let path = |file: rfd::FileHandle| file.path().to_owned();
                Box::pin(async move { chosen.await.unwrap_or_default().into_iter().map(path).collect() })
            }
        };
        self.answer = Some((wanted, Instant::now(), answer));
    }

    /// Waits for the dialog no more; returns its request.
    pub(crate) fn give_up(&mut self) -> Option<FileRequest> {
        self.answer.take().map(|(wanted, ..)| wanted)
    }

    /// The request and the end of the dialog, once it is closed.
    pub(crate) fn chosen(&mut self, waker: &Waker) -> Option<(FileRequest, DialogAnswer)> {
        let (_, _, answer) = self.answer.as_mut()?;
        let waker = std::task::Waker::from(Arc::new(WindowWake(waker.clone())));
        let Poll::Ready(chosen) = answer.as_mut().poll(&mut Context::from_waker(&waker)) else { return None };
        let (wanted, since, _) = self.answer.take()?;
        Some((wanted, DialogAnswer::of(chosen, since.elapsed())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_is_given_up_leaves_its_request() {
        let pending: Answer = Box::pin(std::future::pending());
        let mut dialog = FileDialog { answer: Some((FileRequest::Open, Instant::now(), pending)) };
        assert!(dialog.is_open());
        assert_eq!(dialog.give_up(), Some(FileRequest::Open));
        assert!(!dialog.is_open() && dialog.give_up().is_none());
    }

    #[test]
    fn a_dialog_that_ends_at_once_was_never_shown() {
        let at_once = Duration::from_millis(5);
        assert_eq!(DialogAnswer::of(Vec::new(), at_once), DialogAnswer::NotShown);
        assert_eq!(DialogAnswer::of(Vec::new(), TOO_SOON), DialogAnswer::Cancelled);
        assert_eq!(DialogAnswer::of(vec!["a".into()], at_once), DialogAnswer::Chosen(vec!["a".into()]));
    }
}
