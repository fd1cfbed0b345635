//! Errors of parsing a payload, and places in it.

use super::{BOM, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS};

/// A place in a payload, as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it, a byte order mark included.
    pub offset: usize,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1. A byte order mark is not counted.
    pub column: u32,
}

impl Place {
    /// The place of the byte at `offset`. In bytes that are not UTF-8 the column is approximate.
    pub fn at(payload: &[u8], offset: usize) -> Self {
        let before = payload.get(..offset).unwrap_or(payload);
        let lines = before.split(|byte| *byte == b'\n');
        let (number, line) = lines.enumerate().last().unwrap_or_default();
        let line = line.strip_prefix(BOM).unwrap_or(line);
        // Every byte of UTF-8 that does not continue a character begins one.
        let characters = line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        Self { offset: before.len(), line: number as u32 + 1, column: characters as u32 + 1 }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// A payload that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Empty, or only white space.
    #[error("the body is empty")]
    Empty,
    /// GBK, UTF-16, or damage.
    #[error("the body is not UTF-8: {place}")]
    NotUtf8 {
        /// The first invalid byte.
        place: Place,
    },
    /// The first character is neither `<` nor `{`.
    #[error("the body is neither XML nor a JSON object: {place}")]
    NotXmlOrJson {
        /// The first byte after white space.
        place: Place,
    },
    /// A document type. They allow entity attacks, and WeChat sends none.
    #[error("the body declares a document type, which is never read: {place}")]
    Doctype { place: Place },
    /// Only `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;` and character references exist.
    #[error("the body uses the unknown entity `&{name};`: {place}")]
    UnknownEntity {
        /// The name between `&` and `;`.
        name: String,
        /// The place of the `&`.
        place: Place,
    },
    /// XML or JSON, but broken.
    #[error("the body is not well-formed: {reason}: {place}")]
    NotWellFormed {
        /// The reason, in English.
        reason: String,
        /// The place where the parser noticed it.
        place: Place,
    },
    /// More levels than [`MAX_DEPTH`].
    #[error("the body nests more than {MAX_DEPTH} levels deep: {place}")]
    TooDeep {
        /// The first element or array that is too deep.
        place: Place,
    },
    /// More elements than [`MAX_ELEMENTS`].
    #[error("the body has more than {MAX_ELEMENTS} elements: {place}")]
    TooManyElements {
        /// The first element that is too many.
        place: Place,
    },
    /// Longer than [`MAX_BYTES`].
    #[error("the body has {bytes} bytes, more than the {MAX_BYTES} that are read")]
    TooLarge { bytes: usize },
}

impl TreeError {
    /// The place in the payload, if there is one.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Empty | Self::TooLarge { .. } => None,
            Self::NotUtf8 { place }
            | Self::NotXmlOrJson { place }
            | Self::Doctype { place }
            | Self::UnknownEntity { place, .. }
            | Self::NotWellFormed { place, .. }
            | Self::TooDeep { place }
            | Self::TooManyElements { place } => Some(*place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters_and_not_bytes() {
        let payload = "一\n二三x".as_bytes();
        let place = Place::at(payload, payload.len() - 1);
        assert_eq!((place.line, place.column), (2, 3));
        assert_eq!(place.to_string(), "line 2, column 3");
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        assert_eq!(Place::at(b"ab", 99).offset, 2);
        assert_eq!(Place::at(b"", 0).column, 1);
    }
}
