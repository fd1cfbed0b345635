//! Reads text files a line at a time: numbered, of bounded length, and in UTF-8.

use std::borrow::Cow;
use std::io::{BufRead, Read as _};

use crate::exchange::import_problem::ImportReason;
use crate::wechat::tree::BOM;

/// Bytes of a file that one request may take: it is held in memory as a whole.
pub(in crate::exchange) const MOST: usize = 64 << 20;

/// The lines of a file, with their ends.
pub(in crate::exchange) struct Lines<'r> {
    input: &'r mut dyn BufRead,
    number: u64,
    line: Vec<u8>,
    /// Set while a line is longer than [`MOST`], so that its next part keeps its number.
    within: bool,
    /// Set where the first line ends as on Windows.
    windows: bool,
}

impl<'r> Lines<'r> {
    pub(in crate::exchange) fn new(input: &'r mut dyn BufRead) -> Self {
        Self { input, number: 0, line: Vec::new(), within: false, windows: false }
    }

    /// The next line and its number, from 1; of a line that exceeds [`MOST`], the next part. An error ends the file.
    /// Where version control or an editor has made all line ends those of Windows, they are `\n` again.
    pub(in crate::exchange) fn next(&mut self) -> Result<Option<(u64, &[u8])>, ImportReason> {
        let begins = self.number == 0;
        self.number += u64::from(!self.within);
        self.line.clear();
        let mut part = (&mut *self.input).take(MOST as u64);
        let unreadable = |error: std::io::Error| ImportReason::Unreadable { cause: error.to_string() };
        if part.read_until(b'\n', &mut self.line).map_err(unreadable)? == 0 {
            return Ok(None);
        }
        self.within = !self.line.ends_with(b"\n");
        self.windows |= begins && self.line.ends_with(b"\r\n");
        if self.windows && self.line.ends_with(b"\r\n") {
            self.line.truncate(self.line.len() - 2);
            self.line.push(b'\n');
        }
        let mut line = &*self.line;
        if begins {
            line = without_mark(line)?;
        }
        Ok(Some((self.number, line)))
    }
}

/// The beginning of a file without the mark of UTF-8; fails where it has that of another encoding.
pub(in crate::exchange) fn without_mark(head: &[u8]) -> Result<&[u8], ImportReason> {
    match utf_16(head) {
        Some(order) => Err(order.reason()),
        None => Ok(head.strip_prefix(BOM).unwrap_or(head)),
    }
}

/// The line without its end.
pub(in crate::exchange) fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The bytes as text, or a reason that names the encoding they seem to be in.
pub(in crate::exchange) fn utf_8(bytes: Vec<u8>) -> Result<String, ImportReason> {
    String::from_utf8(bytes).map_err(|error| other_encoding(error.as_bytes()))
}

/// The reason not to read bytes that are not UTF-8.
pub(in crate::exchange) fn other_encoding(bytes: &[u8]) -> ImportReason {
    let encoding = if looks_chinese(bytes) { "GB 18030" } else { "Windows-1252" };
    ImportReason::Encoding { encoding: encoding.to_owned() }
}

/// The beginning of a file as text; `None` where it is none. UTF-16 is decoded so that the reader can name it.
pub(in crate::exchange) fn head_text(head: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(order) = utf_16(head) {
        return Some(Cow::Owned(order.text(head)));
    }
    let head = head.strip_prefix(BOM).unwrap_or(head);
    (!head.contains(&0)).then(|| String::from_utf8_lossy(head))
}

/// The byte order of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exchange) enum Utf16 {
    Little,
    Big,
}

/// The byte order of text that begins as UTF-16: with its mark, or with markup or an object.
pub(in crate::exchange) fn utf_16(head: &[u8]) -> Option<Utf16> {
    match head {
        [0xff, 0xfe, ..] | [b'<' | b'{', 0, ..] => Some(Utf16::Little),
        [0xfe, 0xff, ..] | [0, b'<' | b'{', ..] => Some(Utf16::Big),
        _ => None,
    }
}

impl Utf16 {
    /// The reason not to read it.
    pub(in crate::exchange) fn reason(self) -> ImportReason {
        let encoding = match self {
            Self::Little => "UTF-16LE",
            Self::Big => "UTF-16BE",
        };
        ImportReason::Encoding { encoding: encoding.to_owned() }
    }

    /// Decodes it, without its mark.
    fn text(self, bytes: &[u8]) -> String {
        let unit = match self {
            Self::Little => u16::from_le_bytes,
            Self::Big => u16::from_be_bytes,
        };
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let text = String::from_utf16_lossy(&units);
        text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text)
    }
}

/// Tells whether all bytes beyond ASCII come in pairs as in GB 18030 and its predecessors.
fn looks_chinese(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if !byte.is_ascii() {
            let pair = (0x81..=0xfe).contains(byte) && rest.next().is_some_and(|second| (0x30..=0xfe).contains(second));
            if !pair {
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_ends_and_the_mark_of_utf_8_is_none_of_them() {
        let mut input = &b"\xef\xbb\xbfa\nb\r\n\nc"[..];
        let mut lines = Lines::new(&mut input);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, line.to_vec()));
        }
        let line = |number, text: &[u8]| (number, text.to_vec());
        assert_eq!(found, [line(1, b"a\n"), line(2, b"b\r\n"), line(3, b"\n"), line(4, b"c")]);
    }

    #[test]
    fn other_encodings_are_named() {
        let mut input = &b"\xff\xfec\0u\0"[..];
        let encoding = |encoding: &str| ImportReason::Encoding { encoding: encoding.to_owned() };
        assert_eq!(Lines::new(&mut input).next().unwrap_err(), encoding("UTF-16LE"));
        assert_eq!(head_text(b"\xfe\xff\0c\0u").unwrap(), "cu");
        assert_eq!(head_text(b"{\0\"\0").unwrap(), "{\"");
        assert_eq!(utf_8(b"\xb5\xe3\xbb\xf7".to_vec()).unwrap_err(), encoding("GB 18030"));
        assert_eq!(utf_8(b"caf\xe9".to_vec()).unwrap_err(), encoding("Windows-1252"));
        assert_eq!(head_text(b"PK\0"), None);
    }
}
