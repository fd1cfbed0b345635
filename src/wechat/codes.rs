//! Tables of stable codes with a severity, and findings: used for requests (diagnoses) and replies (lint).

use serde::{Deserialize, Serialize};

use super::tree::Place;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    /// Works today, and is likely to fail.
    Warning,
    /// Refused, or impossible to read.
    Error,
}

impl Severity {
    /// The spelling in JSON, and the stem of its locale key.
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
    /// The first part of its locale keys: `STEM.CODE.message` and `STEM.CODE.remedy` in `assets/locales`.
    const STEM: &'static str;

    /// The spelling in JSON, in the database and in filters.
    fn as_str(self) -> &'static str;

    /// The severity of every finding with this code.
    fn severity(self) -> Severity;

    /// The code of that spelling, if there is one.
    fn from_spelling(text: &str) -> Option<Self>;
}

/// Defines an enum of codes from a table: variant, spelling, severity.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident $stem:literal { $($(#[$doc:meta])* $variant:ident $text:literal $severity:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every code of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling in JSON, in the database and in filters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The severity of every finding with this code.
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
    /// The code, which decides severity and texts.
    pub code: C,
    /// The placeholders of the texts, by name.
    pub details: Vec<(String, String)>,
    /// The place in the payload, if there is one.
    pub place: Option<Place>,
    /// The length in bytes from there on; 0 if unknown.
    pub length: usize,
}

impl<C: Coded> Finding<C> {
    /// A finding without details.
    pub fn new(code: C) -> Self {
        Self { code, details: Vec::new(), place: None, length: 0 }
    }

    /// Adds a placeholder with its value.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references alike, without a reference to a reference"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets the place, or removes it.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// Sets the place and the length to a range of bytes of the payload.
    #[must_use]
    pub fn over(mut self, payload: &[u8], bytes: std::ops::Range<usize>) -> Self {
        self.place = Some(Place::at(payload, bytes.start));
        self.length = bytes.len();
        self
    }
}

/// The severity of the worst finding.
pub fn worst<C: Coded>(findings: &[Finding<C>]) -> Option<Severity> {
    findings.iter().map(|finding| finding.code.severity()).max()
}
