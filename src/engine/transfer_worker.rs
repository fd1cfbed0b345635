//! The thread `transfer`: exports, previews of their pseudonyms, and imports.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::SharedAccounts;
use super::folder_opener::FolderOpener;
use super::long_jobs::LongJobs;
use super::notice::{Notice, TransferNotice};
use super::selection::Selection;
use super::status::Status;
use super::worker::Worker;
use crate::account::Accounts;
use crate::exchange::{self, ExportOptions, ExportPlan, FixtureError, Format, Pseudonyms, Texts};
use crate::progress::Progress;
use crate::store::{BulkWriter, Reader};
use crate::texts::user_error::UserError;

/// A command about files of events.
#[derive(Clone, Debug)]
pub enum TransferCommand {
    /// Find what pseudonyms would replace, without writing anything. Ends an earlier preview. `generation` grows with
    /// each question and comes back with the answer.
    PreviewExport { generation: u64, request: Box<ExportRequest> },
    /// Write files.
    Export { request: Box<ExportRequest> },
    /// Read these files and folders.
    Import { paths: Vec<PathBuf> },
    /// Open the folder of an export in the desktop's file manager.
    OpenFolder { path: PathBuf },
}

/// An export, as the window asks for it.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    pub events: Selection,
    pub format: Format,
    /// The file or folder to write.
    pub out: PathBuf,
    /// Replace identifiers with pseudonyms, and texts as this says; `None`: replace nothing.
    pub pseudonyms: Option<Texts>,
    /// With pseudonyms: leave out events that cannot be decrypted. Else they end the export.
    pub leave_out_encrypted: bool,
}

/// The window's end of the thread.
#[derive(Debug)]
pub(super) struct TransferHandle {
    worker: Worker<TransferCommand>,
    latest_preview: LatestPreview,
}

impl TransferHandle {
    /// Queues a command without waiting; a newer preview cancels the one before. `false`: the queue is full.
    pub(super) fn try_send(&self, command: TransferCommand) -> bool {
        match &command {
            TransferCommand::PreviewExport { generation, .. } => self.latest_preview.replace(*generation),
            TransferCommand::Export { .. } | TransferCommand::Import { .. } | TransferCommand::OpenFolder { .. } => {}
        }
        self.worker.try_send(command)
    }
}

/// The generation and progress of the latest preview asked for. Earlier ones are cancelled.
#[derive(Clone, Debug, Default)]
pub(super) struct LatestPreview(Arc<watch::Sender<(u64, Progress)>>);

impl LatestPreview {
    /// Makes `generation` the latest, unless a later one is known.
    fn replace(&self, generation: u64) {
        self.0.send_if_modified(|(newest, progress)| {
            let is_newer = generation > *newest;
            if is_newer {
                progress.cancel();
                (*newest, *progress) = (generation, Progress::new());
            }
            is_newer
        });
    }

    /// The progress of that preview; `None` if it is not the latest.
    fn current(&self, generation: u64) -> Option<Progress> {
        let newest = self.0.borrow();
        (newest.0 == generation).then(|| newest.1.clone())
    }
}

/// The state of the thread.
pub(super) struct TransferWorker {
    /// The data folder, which keeps the key of the pseudonyms.
    pub(super) folder: PathBuf,
    pub(super) database: PathBuf,
    pub(super) accounts: SharedAccounts,
    pub(super) status: watch::Receiver<Arc<Status>>,
    pub(super) latest_preview: LatestPreview,
    pub(super) opener: FolderOpener,
    pub(super) jobs: LongJobs,
}

impl TransferWorker {
    pub(super) fn start(self) -> std::io::Result<TransferHandle> {
        let latest_preview = self.latest_preview.clone();
        let worker = Worker::start("transfer", move |commands| self.run(&commands))?;
        Ok(TransferHandle { worker, latest_preview })
    }

    fn run(self, commands: &Receiver<TransferCommand>) {
        let progress = |command: &TransferCommand| match command {
            TransferCommand::PreviewExport { generation, .. } => self.latest_preview.current(*generation),
            TransferCommand::Export { .. } | TransferCommand::Import { .. } | TransferCommand::OpenFolder { .. } => {
                Some(Progress::new())
            }
        };
        let job = |command, progress: &Progress| match self.carry_out(command, progress) {
            Ok(notice) => Ok(notice.map(Notice::from)),
            Err(error) => Err(UserError::from(&error)),
        };
        self.jobs.serve(commands, progress, job);
    }

    fn carry_out(&self, command: TransferCommand, progress: &Progress) -> Result<Option<TransferNotice>, FixtureError> {
        let accounts = self.accounts.borrow().clone();
        Ok(match command {
            TransferCommand::PreviewExport { generation, request } => {
                match self.preview(*request, &accounts, progress) {
                    Ok(preview) => {
                        preview.map(|preview| TransferNotice::Previewed { generation, preview: Box::new(preview) })
                    }
                    // Replaced by a later preview: no news.
                    Err(FixtureError::Cancelled { .. }) if self.latest_preview.current(generation).is_none() => None,
                    Err(error) => return Err(error),
                }
            }
            TransferCommand::Export { request } => {
                let exported = self.export(*request, &accounts, progress)?;
                Some(TransferNotice::Exported(Box::new(exported)))
            }
            TransferCommand::Import { paths } => {
                let mut additions = BulkWriter::open(&self.database)?;
                let imported = exchange::import(&paths, &mut additions, &accounts, progress)?;
                Some(TransferNotice::Imported(Box::new(imported)))
            }
            TransferCommand::OpenFolder { path } => {
                self.opener.open(&path).map_err(|source| FixtureError::Open { source, path })?;
                None
            }
        })
    }

    /// The preview of an export; `None` for an export without pseudonyms.
    fn preview(
        &self,
        request: ExportRequest,
        accounts: &Accounts,
        progress: &Progress,
    ) -> Result<Option<exchange::Preview>, FixtureError> {
        let Some(texts) = request.pseudonyms else { return Ok(None) };
        let reader = Reader::open(&self.database)?;
        let ids = request.events.ids(&reader)?;
        let pseudonyms = Pseudonyms::open(&self.folder, texts)?;
        exchange::preview(&reader, &ids, &pseudonyms, accounts, progress).map(Some)
    }

    fn export(
        &self,
        request: ExportRequest,
        accounts: &Accounts,
        progress: &Progress,
    ) -> Result<exchange::ExportSummary, FixtureError> {
        let reader = Reader::open(&self.database)?;
        let ids = request.events.ids(&reader)?;
        let pseudonyms = request.pseudonyms.map(|texts| Pseudonyms::open(&self.folder, texts)).transpose()?;
        let (language, ignored) = {
            let status = self.status.borrow();
            (status.config.look.language(), status.config.replay.ignore.clone())
        };
        let options = ExportOptions { leave_out_encrypted: request.leave_out_encrypted, to: None, ignored };
        let plan = ExportPlan { format: request.format, out: request.out, pseudonyms, language, options };
        exchange::export(&reader, &ids, &plan, accounts, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_preview_ends_the_earlier_one() {
        let previews = LatestPreview::default();
        previews.replace(1);
        let earlier = previews.current(1).unwrap();
        // A preview that found the queue full is asked for again.
        previews.replace(1);
        assert!(!earlier.is_cancelled());
        previews.replace(2);
        assert!(earlier.is_cancelled() && previews.current(1).is_none());
        previews.replace(1);
        assert!(!previews.current(2).unwrap().is_cancelled());
    }
}
