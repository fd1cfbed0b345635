//! Stable codes for what can be wrong, and one finding of it: what requests and replies are both judged with.

use serde::{Deserialize, Serialize};

use super::tree::Place;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works today, and is likely to bite.
    Warning,
    /// Something was refused, or could not be read.
    Error,
}

impl Severity {
    /// The spelling in JSON, and the stem of the words shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A table of codes. A code that has been released never changes its meaning.
pub trait Coded: Copy + Sized + 'static {
    /// What its texts begin with: `STEM.CODE.message` and `STEM.CODE.remedy` in `assets/locales`.
    const STEM: &'static str;

    /// The spelling in JSON, in the database and in filters.
    fn as_str(self) -> &'static str;

    /// How much it matters.
    fn severity(self) -> Severity;

    /// The code of that spelling, if there is one.
    fn from_spelling(text: &str) -> Option<Self>;
}

/// Writes a table of codes: variant, spelling, severity.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident $stem:literal { $($(#[$doc:meta])* $variant:ident $text:literal $severity:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling in JSON, in the database and in filters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// How much it matters.
            pub fn severity(self) -> $crate::wechat::codes::Severity {
                match self { $(Self::$variant => $crate::wechat::codes::Severity::$severity),+ }
            }

            /// The code of that spelling, if there is one.
            pub fn from_spelling(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl $crate::wechat::codes::Coded for $name {
            const STEM: &'static str = $stem;

            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn severity(self) -> $crate::wechat::codes::Severity {
                self.severity()
            }

            fn from_spelling(text: &str) -> Option<Self> {
                Self::from_spelling(text)
            }
        }
    };
}
pub(crate) use codes;

/// One finding about one request or one reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<C> {
    /// What was found.
    pub code: C,
    /// What the texts fill in, by name.
    pub details: Vec<(String, String)>,
    /// Where in the message, if it has a place there.
    pub place: Option<Place>,
    /// How many bytes from there on it is about; 0 where that is not known.
    pub length: usize,
}

impl<C: Coded> Finding<C> {
    /// A finding with nothing to fill in.
    pub fn new(code: C) -> Self {
        Self { code, details: Vec::new(), place: None, length: 0 }
    }

    /// Fills in one detail.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references alike, without a reference to a reference"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Says where it is, from its first byte to behind its last.
    #[must_use]
    pub fn over(mut self, payload: &[u8], bytes: std::ops::Range<usize>) -> Self {
        self.place = Some(Place::at(payload, bytes.start));
        self.length = bytes.len();
        self
    }
}

/// The worst of them.
pub fn worst<C: Coded>(findings: &[Finding<C>]) -> Option<Severity> {
    findings.iter().map(|finding| finding.code.severity()).max()
}
