//! Faults that keep a file from being the JSON object of a menu, in words of JSON: a menu is never XML.

use crate::wechat::tree::{MAX_DEPTH, MAX_ELEMENTS, Place, TreeError};

/// The characters of a file's beginning that an error quotes.
const QUOTED: usize = 12;

/// The beginnings of comments, which JSON does not have.
const COMMENTS: [&[u8]; 3] = [b"//", b"/*", b"#"];

/// The fault that keeps a file from being a JSON object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Nothing, or only white space.
    #[error("it is empty")]
    Empty,
    /// GBK, UTF-16, or damage.
    #[error("it is not UTF-8: {place}")]
    NotUtf8 {
        /// The first invalid byte.
        place: Place,
    },
    /// A list, a number, text.
    #[error("it begins with {found} in place of a brace: {place}")]
    NotAnObject {
        /// The beginning.
        found: String,
        /// Its place.
        place: Place,
    },
    /// A comment.
    #[error("there is a comment, which JSON does not have: {place}")]
    Comment {
        /// Its place.
        place: Place,
    },
    /// The end comes too early.
    #[error("it ends before its object does: {place}")]
    Unfinished {
        /// The end.
        place: Place,
    },
    /// Broken.
    #[error("{reason}: {place}")]
    Malformed {
        /// The reason, in English.
        reason: String,
        /// The place where the parser noticed it.
        place: Place,
    },
    /// More levels than are read.
    #[error("its values nest more than {MAX_DEPTH} levels deep: {place}")]
    TooDeep {
        /// The first value that is too deep.
        place: Place,
    },
    /// More values than are read.
    #[error("it has more than {MAX_ELEMENTS} values: {place}")]
    TooManyValues {
        /// The first value that is too many.
        place: Place,
    },
}

impl JsonFault {
    /// The fault behind an error of the parser, which reads other payloads as well.
    pub(super) fn of(error: TreeError, payload: &[u8]) -> Self {
        let rest = |place: Place| payload.get(place.offset..).unwrap_or_default();
        let is_comment = |place: Place| COMMENTS.iter().any(|comment| rest(place).starts_with(comment));
        match error {
            TreeError::Empty | TreeError::TooLarge { .. } => Self::Empty,
            TreeError::NotUtf8 { place } => Self::NotUtf8 { place },
            TreeError::TooDeep { place } => Self::TooDeep { place },
            TreeError::TooManyElements { place } => Self::TooManyValues { place },
            TreeError::NotXmlOrJson { place } | TreeError::NotWellFormed { place, .. } if is_comment(place) => {
                Self::Comment { place }
            }
            TreeError::NotXmlOrJson { place } => Self::NotAnObject { found: beginning(rest(place)), place },
            TreeError::NotWellFormed { place, .. } if rest(place).is_empty() => Self::Unfinished { place },
            TreeError::NotWellFormed { reason, place } => Self::Malformed { reason, place },
            // Of XML alone, which is told apart before.
            TreeError::Doctype { place } | TreeError::UnknownEntity { place, .. } => {
                Self::NotAnObject { found: beginning(rest(place)), place }
            }
        }
    }

    /// The place, if there is one.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Empty => None,
            Self::NotUtf8 { place }
            | Self::NotAnObject { place, .. }
            | Self::Comment { place }
            | Self::Unfinished { place }
            | Self::Malformed { place, .. }
            | Self::TooDeep { place }
            | Self::TooManyValues { place } => Some(*place),
        }
    }

    /// The spelling in the keys of its texts.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NotAnObject { .. } => "not_object",
            Self::Comment { .. } => "comment",
            Self::Unfinished { .. } => "unfinished",
            Self::Malformed { .. } => "malformed",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyValues { .. } => "too_many",
        }
    }
}

/// The first word of a file, or as much of it as an error quotes.
fn beginning(rest: &[u8]) -> String {
    let text = String::from_utf8_lossy(rest.get(..QUOTED * 4).unwrap_or(rest)).into_owned();
    let is_end = |character: char| character.is_whitespace() || character == ',';
    let word: String = text.chars().take_while(|character| !is_end(*character)).take(QUOTED).collect();
    match word.chars().next() {
        // What is in the list does not matter.
        Some('[') => "[".to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MenuError, MenuFile};

    #[test]
    fn faults_are_told_in_words_of_json() {
        let said = |payload: &[u8]| match MenuFile::read(payload) {
            Err(MenuError::Json(fault)) => (fault.as_str(), fault.to_string()),
            other => panic!("{other:?}"),
        };
        for (payload, name, words) in [
            (&b" "[..], "empty", "it is empty"),
            (b"{\"button\":\"\xB2\xCB\"}", "not_utf8", "it is not UTF-8: line 1, column 12"),
            (b"[]", "not_object", "it begins with [ in place of a brace: line 1, column 1"),
            (b"[{\"name\":1}]", "not_object", "it begins with [ in place of a brace: line 1, column 1"),
            (b"\n null", "not_object", "it begins with null in place of a brace: line 2, column 2"),
            (b"menu.json", "not_object", "it begins with menu.json in place of a brace: line 1, column 1"),
            (b"// menu\n{}", "comment", "there is a comment, which JSON does not have: line 1, column 1"),
            (b"{\n/* x */}", "comment", "there is a comment, which JSON does not have: line 2, column 1"),
            (b"{\"button\":[# x\n]}", "comment", "there is a comment, which JSON does not have: line 1, column 12"),
            (b"{\"button\":[", "unfinished", "it ends before its object does: line 1, column 12"),
            (b"{\"button\":[],}", "malformed", "expected a name in double quotes: line 1, column 14"),
        ] {
            assert_eq!(said(payload), (name, words.to_owned()), "{}", String::from_utf8_lossy(payload));
        }
    }
}
