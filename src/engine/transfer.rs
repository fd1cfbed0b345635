//! The thread that writes and reads files: exports, their previews, and imports.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::worker::Worker;
use super::{Command, ExportRequest, Known, LongJobs, Notice, Status, accounts_of};
use crate::account::Accounts;
use crate::exchange::{self, ExportPlan, FixtureError, Pseudonyms};
use crate::progress::Progress;
use crate::store::{Additions, Reader};
use crate::texts::user_error::UserError;

/// The preview that was asked for last: nobody looks at an earlier one any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Previews(Arc<watch::Sender<(u64, Progress)>>);

impl Previews {
    /// Another one is asked for: what is made of an earlier one ends.
    pub(super) fn ask(&self, generation: u64) {
        self.0.send_if_modified(|(newest, progress)| {
            let is_newer = generation > *newest;
            if is_newer {
                progress.cancel();
                (*newest, *progress) = (generation, Progress::new());
            }
            is_newer
        });
    }

    /// How far that one is; `None` where a later one was asked for.
    fn current(&self, generation: u64) -> Option<Progress> {
        let newest = self.0.borrow();
        (newest.0 == generation).then(|| newest.1.clone())
    }
}

/// What the thread works with.
pub(super) struct Transfer {
    /// Where the key of the pseudonyms is kept.
    pub(super) folder: PathBuf,
    pub(super) database: PathBuf,
    pub(super) known: Known,
    pub(super) status: watch::Receiver<Status>,
    pub(super) jobs: LongJobs,
    pub(super) previews: Previews,
}

impl Transfer {
    pub(super) fn start(self) -> std::io::Result<Worker<Command>> {
        Worker::start("transfer", move |commands| self.run(&commands))
    }

    fn run(self, commands: &Receiver<Command>) {
        let progress = |command: &Command| match command {
            Command::PreviewExport { generation, .. } => self.previews.current(*generation),
            _ => Some(Progress::new()),
        };
        let job =
            |command, progress: &Progress| self.carry_out(command, progress).map_err(|error| UserError::from(&error));
        self.jobs.serve(commands, progress, job);
    }

    fn carry_out(&self, command: Command, progress: &Progress) -> Result<Option<Notice>, FixtureError> {
        let accounts = accounts_of(&self.known);
        Ok(match command {
            Command::PreviewExport { generation, request } => match self.preview(*request, &accounts, progress) {
                Ok(preview) => {
                    preview.map(|preview| Notice::ExportPreviewed { generation, preview: Box::new(preview) })
                }
                // A later one has taken its place, so there is nothing to be told.
                Err(FixtureError::Cancelled { .. }) if self.previews.current(generation).is_none() => None,
                Err(error) => return Err(error),
            },
            Command::Export { request } => {
                let exported = Box::new(self.export(*request, &accounts, progress)?);
                Some(Notice::Exported { exported })
            }
            Command::Import { paths } => {
                let mut additions = Additions::open(&self.database)?;
                let imported = Box::new(exchange::import(&paths, &mut additions, &accounts, progress)?);
                Some(Notice::Imported { imported })
            }
            _ => None,
        })
    }

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
        let language = self.status.borrow().config.look.language();
        let plan = ExportPlan { format: request.format, out: request.out, pseudonyms, language };
        exchange::export(&reader, &ids, &plan, accounts, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_preview_ends_the_earlier_one() {
        let previews = Previews::default();
        previews.ask(1);
        let earlier = previews.current(1).unwrap();
        // What found the queue full is asked for again.
        previews.ask(1);
        assert!(!earlier.is_cancelled());
        previews.ask(2);
        assert!(earlier.is_cancelled() && previews.current(1).is_none());
        previews.ask(1);
        assert!(!previews.current(2).unwrap().is_cancelled());
    }
}
