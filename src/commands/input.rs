//! Input of commands: the bytes of a file, or of stdin.

use std::io::Read as _;

use anyhow::Context as _;

/// Stands for stdin where a file is named.
const STDIN: &str = "-";

/// Reads a file or stdin, `most` bytes at most: what is longer is cut, and refused by those who read it. `what` names the content
/// in errors.
pub(super) fn read_input(file: &str, what: &str, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == STDIN {
        std::io::stdin()
            .take(most)
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {what} from stdin"))?;
    } else {
        let opened = std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
        opened.with_context(|| format!("cannot read {what} in {file}; check the path"))?;
    }
    Ok(bytes)
}

/// Tells whether text names an input that can be read.
pub(super) fn is_input(text: &str) -> bool {
    text == STDIN || std::path::Path::new(text).is_file()
}

/// The name of an input in messages.
pub(super) fn input_name(file: &str) -> &str {
    if file == STDIN { "stdin" } else { file }
}
