//! Writes formats that are one text: a heading, and a part for each event.

use std::marker::PhantomData;

use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Writer};

/// A format in which an export is one text.
pub(in crate::exchange) trait TextFormat {
    /// The heading of every file.
    const HEADING: &'static str;

    /// The lines of one event.
    fn part(event: &Fixture) -> Vec<u8>;
}

/// Writes a text: its heading, also where no event came, and a part for each event.
#[derive(Debug, Default)]
pub(in crate::exchange) struct TextWriter<T> {
    begun: bool,
    text: PhantomData<T>,
}

impl<T: TextFormat> Writer for TextWriter<T> {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.finish(files)?;
        files.append(&T::part(event))
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        if std::mem::replace(&mut self.begun, true) { Ok(()) } else { files.append(T::HEADING.as_bytes()) }
    }
}
