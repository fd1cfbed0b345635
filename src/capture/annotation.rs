//! The mark and the words that a person leaves on an event: a pin, and a note.

/// Characters of a note at most; more is a document, and belongs elsewhere.
pub const LONGEST_NOTE: usize = 2_000;

/// A person's pin and note on an event; empty for most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    pub pinned: bool,
    /// Never empty, and without white space around it.
    pub note: Option<String>,
}

impl Annotation {
    /// Tells whether there is neither a pin nor a note.
    pub fn is_empty(&self) -> bool {
        !self.pinned && self.note.is_none()
    }

    /// The annotation of these parts; a note of white space alone is none.
    pub fn of(pinned: bool, note: Option<&str>) -> Self {
        Self { pinned, note: note.and_then(tidy_note) }
    }
}

/// A note as it is kept: without white space around it, and cut; `None` where nothing is left.
pub fn tidy_note(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.char_indices().nth(LONGEST_NOTE).map_or(text.len(), |(at, _)| at);
    let note = text[..end].trim_end();
    (!note.is_empty()).then(|| note.to_owned())
}

/// A change to the annotations of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnotationChange {
    Pin(bool),
    /// An empty text removes the note.
    Note(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_trimmed_and_cut_and_never_empty() {
        assert_eq!(tidy_note(" \n"), None);
        assert_eq!(tidy_note(" 二维码\n扫了两次 ").as_deref(), Some("二维码\n扫了两次"));
        assert_eq!(tidy_note(&"码".repeat(LONGEST_NOTE + 1)).unwrap().chars().count(), LONGEST_NOTE);
        assert!(Annotation::of(false, Some("")).is_empty());
    }
}
