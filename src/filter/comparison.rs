//! Comparisons with a number: `403`, `>=400`, `10..20`.

use std::fmt;

/// A set of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison<T> {
    Equal(T),
    Below(T),
    /// This and smaller ones.
    AtMost(T),
    Above(T),
    /// This and greater ones.
    AtLeast(T),
    /// These two and all between.
    Between(T, T),
}

impl<T: PartialOrd> Comparison<T> {
    /// Tells whether the number is in the set.
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
