//! Where the readers of texts put each request, good or bad.

use jiff::Timestamp;

use super::{Notes, TextRequest};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::formats::input::callback::{is_callback, refusal};
use crate::exchange::formats::input::undated::Undated;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Intake;

/// Takes the requests of one file.
pub(in crate::exchange) struct Sink<'s, 'i> {
    place: &'s str,
    undated: Undated,
    intake: &'s mut Intake<'i>,
}

impl<'s, 'i> Sink<'s, 'i> {
    pub(in crate::exchange) fn new(place: &'s str, modified: Timestamp, intake: &'s mut Intake<'i>) -> Self {
        Self { place, undated: Undated::since(modified), intake }
    }

    /// Takes what begins on that line.
    pub(in crate::exchange) fn take(
        &mut self,
        line: u64,
        notes: Notes,
        request: Result<TextRequest, ImportReason>,
    ) -> Result<(), FixtureError> {
        let undated = self.undated.next();
        match request.and_then(callback).and_then(|request| notes.found(request, undated)) {
            Ok(found) => self.intake.take(found, || place_of(self.place, line)),
            Err(reason) => {
                self.refuse(line, reason);
                Ok(())
            }
        }
    }

    /// Notes what is wrong with what begins on that line.
    pub(in crate::exchange) fn refuse(&mut self, line: u64, reason: ImportReason) {
        self.intake.refuse(place_of(self.place, line), reason);
    }

    /// Notes what is wrong with the rest of the file.
    pub(in crate::exchange) fn refuse_rest(&mut self, reason: ImportReason) {
        self.intake.refuse(self.place.to_owned(), reason);
    }
}

fn place_of(file: &str, line: u64) -> String {
    format!("{file}, line {line}")
}

/// The request, if it is one that a platform sends.
fn callback(request: TextRequest) -> Result<TextRequest, ImportReason> {
    let TextRequest { method, target, .. } = &request;
    let query = target.split_once('?').map_or("", |(_, query)| query);
    if is_callback(method, query) {
        return Ok(request);
    }
    Err(refusal(method, target))
}
