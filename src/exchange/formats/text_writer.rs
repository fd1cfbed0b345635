//! Writes formats that are one text: a heading, and a part for each event.

use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Writer};

/// Writes a text: its heading, also where no event came, and a part for each event.
pub(super) struct TextWriter {
    heading: &'static str,
    part: fn(&Fixture) -> Vec<u8>,
    begun: bool,
}

impl TextWriter {
    pub(super) fn new(heading: &'static str, part: fn(&Fixture) -> Vec<u8>) -> Self {
        Self { heading, part, begun: false }
    }
}

impl Writer for TextWriter {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.finish(files)?;
        files.append(&(self.part)(event))
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        if std::mem::replace(&mut self.begun, true) { Ok(()) } else { files.append(self.heading.as_bytes()) }
    }
}
