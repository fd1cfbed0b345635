//! Headers of a request, kept as the lines in which they are stored and shown.

use std::fmt;

/// Separator of a header's name and its value, and end of a line.
const COLON: &[u8] = b": ";
const LINE_END: &[u8] = b"\r\n";

/// Headers in the order in which they came: names in lower case, values to the byte.
///
/// A request has half a dozen of them. As pairs of strings they would be a dozen allocations, made by one thread and given
/// back by another; as lines they are written once, and the store takes them as they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `name: value` lines.
    lines: Vec<u8>,
    /// The ends of each name and value, so that no character within either is taken for the end.
    ends: Vec<Ends>,
}

/// The positions at which a name and its value end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    name: usize,
    value: usize,
}

impl Headers {
    /// No headers yet, with room for so many, and for so many bytes of names and values.
    pub fn with_capacity(headers: usize, bytes: usize) -> Self {
        let around = headers * (COLON.len() + LINE_END.len());
        Self { lines: Vec::with_capacity(bytes + around), ends: Vec::with_capacity(headers) }
    }

    /// Reads `name: value` lines.
    pub fn from_lines(bytes: &[u8]) -> Self {
        let mut headers = Self { lines: Vec::with_capacity(bytes.len()), ends: Vec::new() };
        let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        for line in lines {
            if let Some(colon) = memchr::memchr(b':', line) {
                let value = line.get(colon + COLON.len()..).unwrap_or_default();
                headers.push(&String::from_utf8_lossy(&line[..colon]), value);
            }
        }
        headers
    }

    /// The headers as `name: value` lines. Neither part can hold a line end: HTTP ended it there, and an import refuses it.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// Adds a header behind all others.
    pub fn push(&mut self, name: &str, value: &[u8]) {
        self.lines.extend_from_slice(name.as_bytes());
        let name = self.lines.len();
        self.lines.extend_from_slice(COLON);
        self.lines.extend_from_slice(value);
        self.ends.push(Ends { name, value: self.lines.len() });
        self.lines.extend_from_slice(LINE_END);
    }

    /// The first value of the header of that name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Names and values one by one, as a request that is sent has them.
    pub fn to_pairs(&self) -> Vec<(String, Vec<u8>)> {
        self.iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect()
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &[u8])> {
        (0..self.ends.len()).map(|at| {
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before].value + LINE_END.len());
            let Ends { name, value } = self.ends[at];
            // Only text was pushed as a name.
            let text = std::str::from_utf8(&self.lines[start..name]).unwrap_or_default();
            (text, &self.lines[name + COLON.len()..value])
        })
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut collected = Self::default();
        collected.extend(headers);
        collected
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, headers: I) {
        headers.into_iter().for_each(|(name, value)| self.push(name.as_ref(), value.as_ref()));
    }
}

impl From<Vec<(String, Vec<u8>)>> for Headers {
    fn from(headers: Vec<(String, Vec<u8>)>) -> Self {
        headers.into_iter().collect()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, value)| (name, value.escape_ascii().to_string()))).finish()
    }
}

/// Names and values of headers that are kept one by one, as [`Headers::iter`] gives them.
pub(crate) fn header_pairs(headers: &[(String, Vec<u8>)]) -> impl Iterator<Item = (&str, &[u8])> {
    headers.iter().map(|(name, value)| (&**name, &**value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_to_the_byte_and_in_order() {
        let pairs: [(&str, &[u8]); 4] =
            [("b", b"\xff: x"), ("a", b""), ("b", b" leading"), ("content-type", b"text/xml")];
        let headers: Headers = pairs.into_iter().collect();
        assert_eq!(headers.iter().collect::<Vec<_>>(), pairs);
        assert_eq!(headers.lines(), b"b: \xff: x\r\na: \r\nb:  leading\r\ncontent-type: text/xml\r\n");
        assert_eq!(Headers::from_lines(headers.lines()), headers);
        assert_eq!((headers.get("b"), headers.get("c"), headers.len()), (Some(&b"\xff: x"[..]), None, 4));
    }

    #[test]
    fn a_line_end_within_a_value_makes_no_second_header() {
        let headers: Headers = [("a", "b\r\nc: d")].into_iter().collect();
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("a", &b"b\r\nc: d"[..])]);
    }
}
