//! The thread `arrivals`: reads time lines of arrivals, and finds the events that alarms speak of.
//!
//! A thread of its own: a time line is made of up to 200 000 rows, and the list waits for none of them.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use jiff::SignedDuration;

use super::notice::{ArrivalsNotice, Notice};
use super::notice_sender::NoticeSender;
use super::worker::Worker;
use crate::reach::matched_alarms;
use crate::store::{Reader, StoreError};

/// A question about what arrived, and what did not.
#[derive(Clone, Debug)]
pub enum ArrivalsCommand {
    /// Read the time line of the span that ends now, in so many pieces.
    ReadTimeline {
        /// The length of the span.
        span: SignedDuration,
        pieces: usize,
    },
    /// Find the events that the alarms in this text speak of. `number` comes back with the answer.
    MatchAlarms { number: u64, text: String },
}

/// Starts the thread.
pub(super) fn start(database: PathBuf, notices: NoticeSender) -> std::io::Result<Worker<ArrivalsCommand>> {
    Worker::start("arrivals", move |commands| ArrivalsWorker { database, notices, reader: None }.run(&commands))
}

/// The state of the thread.
struct ArrivalsWorker {
    database: PathBuf,
    notices: NoticeSender,
    /// `None` until there is a database.
    reader: Option<Reader>,
}

impl ArrivalsWorker {
    fn run(mut self, commands: &Receiver<ArrivalsCommand>) {
        while let Ok(command) = commands.recv() {
            let notice = match self.answer(command) {
                Ok(Some(notice)) => notice.into(),
                Ok(None) => continue,
                Err(error) => Notice::Failed { trouble: (&error).into() },
            };
            if !self.notices.send(notice) {
                return;
            }
        }
    }

    /// The answer to a question; `None` for a time line where there is no database.
    fn answer(&mut self, command: ArrivalsCommand) -> Result<Option<ArrivalsNotice>, StoreError> {
        let reader = match self.reader() {
            Ok(reader) => Some(reader),
            // The settings thread creates and migrates the database, and reports its failures.
            Err(StoreError::Absent { .. } | StoreError::Older { .. }) => None,
            Err(error) => return Err(error),
        };
        match command {
            ArrivalsCommand::ReadTimeline { span, pieces } => {
                let now = crate::clock::now();
                let from = now.checked_sub(span).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                let timeline = reader.map(|reader| reader.timeline((from, now), pieces)).transpose()?;
                Ok(timeline.map(|timeline| ArrivalsNotice::Timeline(Box::new(timeline))))
            }
            ArrivalsCommand::MatchAlarms { number, text } => {
                let alarms = matched_alarms(reader, &text)?;
                Ok(Some(ArrivalsNotice::Alarms { number, alarms }))
            }
        }
    }

    /// The reader of the current database file; opened anew after the file has been exchanged.
    fn reader(&mut self) -> Result<&Reader, StoreError> {
        self.reader.take_if(|reader| !reader.is_current());
        if self.reader.is_none() {
            self.reader = Some(Reader::open(&self.database)?);
        }
        self.reader.as_ref().ok_or(StoreError::Closing)
    }
}
