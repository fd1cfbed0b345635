//! The output of a client as lines: whatever the bytes are, a line is text, short, and without a terminal's commands.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;

use super::public_url::without_passwords;

/// Bytes that are read at a time.
const PIECE: usize = 8 << 10;

/// The longest line that is kept, in bytes; the rest of it is dropped.
const LONGEST: usize = 2 << 10;

/// Splits pieces of output into lines.
#[derive(Debug, Default)]
struct LineSplitter {
    /// The beginning of the line that is not at its end yet.
    open: Vec<u8>,
}

impl LineSplitter {
    /// The lines that end within this piece.
    fn lines(&mut self, piece: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in piece {
            // A progress bar draws over its line again and again.
            if matches!(byte, b'\n' | b'\r') {
                lines.extend(self.end());
            } else if self.open.len() < LONGEST {
                self.open.push(*byte);
            }
        }
        lines
    }

    /// The line so far, if there is anything in it.
    fn end(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.open);
        let line = plain(&String::from_utf8_lossy(&bytes));
        (!line.is_empty()).then(|| without_passwords(&line))
    }
}

/// The text without escape sequences and control characters.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' if characters.next_if_eq(&'[').is_some() => {
                // A command for a terminal ends with a letter.
                while characters.next().is_some_and(|part| !('@'..='~').contains(&part)) {}
            }
            '\t' => shown.push(' '),
            character if character.is_control() => {}
            character => shown.push(character),
        }
    }
    shown.trim().to_owned()
}

/// Reads output to its end and sends its lines; a receiver that is gone does not keep the client from writing.
pub(super) async fn read_lines(mut output: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let mut splitter = LineSplitter::default();
    let mut piece = [0; PIECE];
    loop {
        let read = match output.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        for line in splitter.lines(piece.get(..read).unwrap_or_default()) {
            lines.send(line).await.ok();
        }
    }
    if let Some(line) = splitter.end() {
        lines.send(line).await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = LineSplitter::default();
        let mut lines: Vec<String> = pieces.iter().flat_map(|piece| splitter.lines(piece)).collect();
        lines.extend(splitter.end());
        lines
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        assert_eq!(split(&[b"one\ntw", b"o\r\n\n", b"three"]), ["one", "two", "three"]);
    }

    #[test]
    fn a_line_is_text_without_a_terminals_commands() {
        assert_eq!(split(&[b"\x1b[32mgreen\x1b[0m \xff\xfe\x07\tx"]), ["green \u{fffd}\u{fffd} x"]);
        assert_eq!(split(&[b"\x1b[2K\x1b"]), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_an_end_takes_no_more_room_than_others() {
        let long = vec![b'x'; 1 << 20];
        let lines = split(&[&long, b"\nnext"]);
        assert_eq!((lines[0].len(), &*lines[1]), (LONGEST, "next"));
    }
}
