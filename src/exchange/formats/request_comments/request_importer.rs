//! Imports the requests of one text, and lists those that cannot be read.

use jiff::Timestamp;

use super::{RequestComments, TextRequest};
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::formats::input::callback::{is_callback, refusal};
use crate::exchange::formats::input::undated::UndatedTimes;
use crate::exchange::import_problem::ImportReason;
use crate::exchange::importer::Importer;

/// The import of one text.
pub(in crate::exchange) struct RequestImporter<'s, 'i> {
    place: &'s str,
    undated: UndatedTimes,
    importer: &'s mut Importer<'i>,
}

impl<'s, 'i> RequestImporter<'s, 'i> {
    pub(in crate::exchange) fn new(
        place: &'s str,
        modified: Timestamp,
        importer: &'s mut Importer<'i>,
    ) -> Result<Self, FixtureError> {
        importer.begin_file()?;
        Ok(Self { place, undated: UndatedTimes::since(modified), importer })
    }

    /// Takes the request that begins on that line.
    pub(in crate::exchange) fn take(
        &mut self,
        line: u64,
        comments: RequestComments,
        request: Result<TextRequest, ImportReason>,
    ) -> Result<(), FixtureError> {
        let undated = self.undated.next();
        match request.and_then(callback).and_then(|request| comments.event(request, undated)) {
            Ok(event) => self.importer.take(event, || place_of(self.place, line)),
            Err(reason) => {
                self.refuse(line, reason);
                Ok(())
            }
        }
    }

    /// Notes why the request that begins on that line cannot be read.
    pub(in crate::exchange) fn refuse(&mut self, line: u64, reason: ImportReason) {
        self.importer.refuse(place_of(self.place, line), reason);
    }

    /// Notes why the rest of the file cannot be read.
    pub(in crate::exchange) fn refuse_rest(&mut self, reason: ImportReason) {
        self.importer.refuse(self.place.to_owned(), reason);
    }
}

fn place_of(file: &str, line: u64) -> String {
    format!("{file}, line {line}")
}

/// The request, if a platform may send such a one.
fn callback(request: TextRequest) -> Result<TextRequest, ImportReason> {
    let TextRequest { method, target, .. } = &request;
    let query = target.split_once('?').map_or("", |(_, query)| query);
    if is_callback(method, query) {
        return Ok(request);
    }
    Err(refusal(method, target))
}
