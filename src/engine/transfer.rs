//! The thread that writes and reads files: exports, their previews, imports, and pictures to compose with.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use tokio::sync::watch;

use super::worker::Worker;
use super::{Command, Desk, ExportRequest, Known, Notice, Status, accounts_of, pictures};
use crate::account::Accounts;
use crate::fixtures::{self, ExportPlan, FixtureError, Pseudonyms};
use crate::progress::Progress;
use crate::store::{Additions, Reader};
use crate::trouble::Trouble;

/// What the thread works with.
pub(super) struct Transfer {
    /// Where the key of the pseudonyms is kept.
    pub(super) folder: PathBuf,
    pub(super) database: PathBuf,
    pub(super) desk: Desk,
    pub(super) known: Known,
    pub(super) status: watch::Receiver<Status>,
    /// The work that is under way.
    pub(super) running: watch::Sender<Option<Progress>>,
    /// Cancelled when the program closes: what waits for its turn is not begun any more.
    pub(super) closing: Progress,
}

impl Transfer {
    pub(super) fn start(self) -> std::io::Result<Worker<Command>> {
        Worker::start("transfer", move |commands| self.run(&commands))
    }

    fn run(self, commands: &Receiver<Command>) {
        while let Ok(command) = commands.recv() {
            if self.closing.is_cancelled() {
                return;
            }
            let progress = Progress::new();
            self.running.send_replace(Some(progress.clone()));
            let outcome = match command {
                Command::ReadPictures { paths } => read_pictures(&paths),
                other => self.carry_out(other, &progress).map_err(|error| Trouble::from(&error)),
            };
            self.running.send_replace(None);
            let heard = match outcome {
                Ok(Some(notice)) => self.desk.put(notice),
                Ok(None) => true,
                Err(trouble) => self.desk.fail(trouble),
            };
            if !heard {
                return;
            }
        }
    }

    fn carry_out(&self, command: Command, progress: &Progress) -> Result<Option<Notice>, FixtureError> {
        let accounts = accounts_of(&self.known);
        Ok(match command {
            Command::PreviewExport { request } => {
                let Some(texts) = request.pseudonyms else { return Ok(None) };
                let reader = Reader::open(&self.database)?;
                let ids = request.events.ids(&reader)?;
                let pseudonyms = Pseudonyms::open(&self.folder, texts)?;
                let preview = fixtures::preview(&reader, &ids, &pseudonyms, &accounts, progress)?;
                Some(Notice::ExportPreviewed { preview: Box::new(preview) })
            }
            Command::Export { request } => {
                let exported = Box::new(self.export(*request, &accounts, progress)?);
                Some(Notice::Exported { exported })
            }
            Command::Import { paths } => {
                let mut additions = Additions::open(&self.database)?;
                let imported = Box::new(fixtures::import(&paths, &mut additions, &accounts, progress)?);
                Some(Notice::Imported { imported })
            }
            _ => None,
        })
    }

    fn export(
        &self,
        request: ExportRequest,
        accounts: &Accounts,
        progress: &Progress,
    ) -> Result<fixtures::Exported, FixtureError> {
        let reader = Reader::open(&self.database)?;
        let ids = request.events.ids(&reader)?;
        let pseudonyms = request.pseudonyms.map(|texts| Pseudonyms::open(&self.folder, texts)).transpose()?;
        let language = self.status.borrow().config.look.language();
        let plan = ExportPlan { format: request.format, out: request.out, pseudonyms, language };
        fixtures::export(&reader, &ids, &plan, accounts, progress)
    }
}

fn read_pictures(paths: &[PathBuf]) -> Result<Option<Notice>, Trouble> {
    let pictures = pictures::read(paths).map_err(|error| Trouble::from(&error))?;
    Ok(Some(Notice::Pictures { pictures }))
}
