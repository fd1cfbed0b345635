//! Keeps lines that come newest first in a temporary file until the oldest has come.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use crate::exchange::fixture_error::FixtureError;

/// The lines so far. Only their positions are in memory.
pub(super) struct ReversedLines {
    file: BufWriter<File>,
    written: u64,
    lines: Vec<LinePosition>,
}

/// The position of a line.
struct LinePosition {
    /// The number of the event.
    id: u64,
    /// The number of the line in the imported file.
    number: u64,
    start: u64,
    length: usize,
}

/// The error of the temporary file.
fn failed(source: std::io::Error) -> FixtureError {
    FixtureError::PutBy { source, path: std::env::temp_dir() }
}

impl ReversedLines {
    pub(super) fn new() -> Result<Self, FixtureError> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self { file: BufWriter::new(file), written: 0, lines: Vec::new() })
    }

    /// Keeps a line.
    pub(super) fn add(&mut self, number: u64, id: u64, line: &[u8]) -> Result<(), FixtureError> {
        self.file.write_all(line).map_err(failed)?;
        self.lines.push(LinePosition { id, number, start: self.written, length: line.len() });
        self.written += line.len() as u64;
        Ok(())
    }

    /// Hands on every line with its number, the oldest event first.
    pub(super) fn each(self, mut take: impl FnMut(u64, &[u8]) -> Result<(), FixtureError>) -> Result<(), FixtureError> {
        let Self { file, mut lines, .. } = self;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        let mut file = BufReader::new(file);
        lines.sort_by_key(|position| position.id);
        let mut line = Vec::new();
        for position in lines {
            line.resize(position.length, 0);
            file.seek(SeekFrom::Start(position.start)).and_then(|_| file.read_exact(&mut line)).map_err(failed)?;
            take(position.number, &line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::texts::Language;
    use crate::texts::user_error::UserError;

    #[test]
    fn a_full_disk_is_not_said_to_be_that_of_an_export() {
        let error = failed(io::ErrorKind::StorageFull.into());
        let trouble = UserError::from(&error);
        for language in Language::ALL {
            let words = trouble.words(language);
            assert!(!words.contains("user_error.") && !words.contains("%{"), "{words}");
        }
        assert!(trouble.words(Language::English).contains("imported") && !error.to_string().contains("export"));
    }
}
