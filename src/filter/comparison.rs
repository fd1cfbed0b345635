//! What a number is compared with: `403`, `>=400`, `10..20`.

use std::fmt;

/// Which numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison<T> {
    /// This one.
    Equal(T),
    /// Smaller ones.
    Below(T),
    /// This and smaller ones.
    AtMost(T),
    /// Greater ones.
    Above(T),
    /// This and greater ones.
    AtLeast(T),
    /// These two and all between.
    Between(T, T),
}

impl<T: PartialOrd> Comparison<T> {
    /// Whether this number is meant.
    pub fn holds(&self, number: &T) -> bool {
        match self {
            Self::Equal(bound) => number == bound,
            Self::Below(bound) => number < bound,
            Self::AtMost(bound) => number <= bound,
            Self::Above(bound) => number > bound,
            Self::AtLeast(bound) => number >= bound,
            Self::Between(low, high) => low <= number && number <= high,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Comparison<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(bound) => write!(f, "{bound}"),
            Self::Below(bound) => write!(f, "<{bound}"),
            Self::AtMost(bound) => write!(f, "<={bound}"),
            Self::Above(bound) => write!(f, ">{bound}"),
            Self::AtLeast(bound) => write!(f, ">={bound}"),
            Self::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}
