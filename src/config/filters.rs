//! `[filters.NAME]`: filters that were kept under a name, with the colour of what they find.

use serde::Deserialize;

/// A filter that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterConfig {
    /// The filter; one with a mistake says so where it is shown, and keeps nothing else from working.
    #[serde(rename = "match")]
    pub filter: String,
    /// The colour that marks its rows; `None` for no mark.
    #[serde(default)]
    pub colour: Option<Hue>,
}

/// A colour that marks rows; which one exactly is the theme's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each says itself")]
pub enum Hue {
    Red,
    Orange,
    Yellow,
    Green,
    Blue,
    Purple,
}

impl Hue {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Red, Self::Orange, Self::Yellow, Self::Green, Self::Blue, Self::Purple];

    /// The spelling in `config.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Purple => "purple",
        }
    }
}
