//! Writes formats that are one text: a heading, a part for each event, and an end.

use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Writer};

/// The texts of a format.
pub(super) trait TextFormat {
    /// The heading, which also an export without events has.
    fn heading(&mut self, first: Option<&Fixture>) -> String;

    /// The part of an event.
    fn part(&self, event: &Fixture) -> Vec<u8>;

    /// The last lines.
    fn end(&self) -> &'static str {
        ""
    }
}

/// Writes a text of such a format.
pub(super) struct TextWriter {
    format: Box<dyn TextFormat>,
    begun: bool,
}

impl TextWriter {
    pub(super) fn new(format: impl TextFormat + 'static) -> Self {
        Self { format: Box::new(format), begun: false }
    }

    fn begin(&mut self, first: Option<&Fixture>, files: &mut dyn Files) -> Result<(), FixtureError> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        files.append(self.format.heading(first).as_bytes())
    }
}

impl Writer for TextWriter {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.begin(Some(event), files)?;
        files.append(&self.format.part(event))
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.begin(None, files)?;
        files.append(self.format.end().as_bytes())
    }
}
