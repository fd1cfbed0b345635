//! Words for people, in two languages: the files are `assets/locales/*.yml`.

use std::borrow::Cow;

pub mod safe_text;
pub mod user_error;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// Every language, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag that names its file and stands in `config.toml`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Its own name for itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language of a tag such as `zh-Hans-CN` or `en_GB.UTF-8`, if the program speaks it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The language that the system is set to, else English.
    pub fn of_system() -> Self {
        sys_locale::get_locale().and_then(|tag| Self::from_tag(&tag)).unwrap_or(Self::English)
    }

    /// The text of that key; the key itself where no language has it, so that a gap is seen.
    pub fn text(self, key: &str) -> Cow<'static, str> {
        crate::_rust_i18n_try_translate(self.tag(), key).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The text of that key with every `%{name}` filled in. `%{name|event|events}` is the first word where the value of
    /// that name is 1, else the second.
    pub fn filled(self, key: &str, details: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
        let names: Vec<&str> = details.iter().map(|(name, _)| name.as_ref()).collect();
        let values: Vec<String> = details.iter().map(|(_, value)| value.as_ref().to_owned()).collect();
        let is_one = |name: &str| names.iter().position(|other| *other == name).is_some_and(|at| values[at] == "1");
        rust_i18n::replace_patterns(&with_plurals(&self.text(key), is_one), &names, &values)
    }

    /// Tells whether this language itself has that key.
    pub fn has(self, key: &str) -> bool {
        crate::_rust_i18n_try_translate(self.tag(), key).is_some()
    }
}

/// Chooses one of the two words of each `%{name|one|many}`; either may hold a `%{name}` of its own.
fn with_plurals(text: &str, is_one: impl Fn(&str) -> bool) -> String {
    let mut chosen = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("%{") {
        let (before, pattern) = rest.split_at(start);
        chosen.push_str(before);
        let Some(end) = closing_brace(pattern) else { break };
        let (pattern, after) = pattern.split_at(end + 1);
        let mut parts = pattern[2..end].splitn(3, '|');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(one), Some(many)) => chosen.push_str(if is_one(name) { one } else { many }),
            _ => chosen.push_str(pattern),
        }
        rest = after;
    }
    chosen.push_str(rest);
    chosen
}

/// Position of the brace that closes the first one, with those within in between.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => return None,
        }
        (depth == 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_from_many() {
        let filled = |key, count| Language::English.filled(key, &[("count", count), ("filter", "%{count|a|b}")]);
        assert_eq!(filled("removing.restored", "1"), "1 event is back");
        assert_eq!(filled("removing.restored", "39"), "39 events are back");
        assert_eq!(filled("removing.ask.all", "1"), "Remove the one event?");
        assert_eq!(filled("removing.ask.all", "39"), "Remove all 39 events?");
        let found = filled("removing.ask.found", "2");
        assert!(found.ends_with("that the filter finds? %{count|a|b}"), "a value is never a pattern: {found}");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        assert_eq!(Language::from_tag("zh_CN.UTF-8"), Some(Language::Chinese));
        assert_eq!(Language::from_tag("zh-Hans"), Some(Language::Chinese));
        assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
        assert_eq!(Language::from_tag("de"), None);
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(Language::English.text("no.such.key"), "no.such.key");
    }
}
