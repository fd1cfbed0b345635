//! Text with `*` for any characters, as `key:` and `openid:` take it.

/// Exact text, or text with `*` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The text between the asterisks: one part where there is none. Only the first and the last may be empty.
    parts: Vec<String>,
}

impl Pattern {
    /// Matches this text and nothing else.
    pub fn exact(text: impl Into<String>) -> Self {
        Self { parts: vec![text.into()] }
    }

    /// From the text between the asterisks; neighbouring asterisks mean the same as one.
    pub(super) fn from_parts(parts: Vec<String>) -> Self {
        let last = parts.len().saturating_sub(1);
        let mut index = 0;
        let mut parts = parts;
        parts.retain(|part| {
            let kept = !part.is_empty() || index == 0 || index == last;
            index += 1;
            kept
        });
        if parts.is_empty() {
            return Self::exact("");
        }
        Self { parts }
    }

    /// The text between the asterisks, in order; never none.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The text, where there is no asterisk.
    pub fn as_exact(&self) -> Option<&str> {
        match &*self.parts {
            [text] => Some(text),
            _ => None,
        }
    }

    /// Tells whether this text matches.
    pub fn matches(&self, text: &str) -> bool {
        let (Some((first, rest)), last) = (self.parts.split_first(), self.parts.last()) else {
            return text.is_empty();
        };
        let Some(mut text) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some((_, middle)) = rest.split_last() else {
            return text.is_empty();
        };
        for part in middle {
            // The leftmost place leaves the most for what follows.
            let Some((_, after)) = text.split_once(part.as_str()) else {
                return false;
            };
            text = after;
        }
        last.is_some_and(|last| text.ends_with(last.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::from_parts(text.split('*').map(str::to_owned).collect())
    }

    #[test]
    fn an_asterisk_stands_for_any_characters_and_for_none() {
        assert!(pattern("menu_*").matches("menu_"));
        assert!(pattern("menu_*").matches("menu_1"));
        assert!(!pattern("menu_*").matches("a menu_1"));
        assert!(pattern("*").matches(""));
        assert!(pattern("a*b*c").matches("abbc"));
        assert!(!pattern("ab*ba").matches("aba"));
    }

    #[test]
    fn without_an_asterisk_only_the_same_text_matches() {
        assert!(pattern("6").matches("6"));
        assert!(!pattern("6").matches("61"));
        assert!(pattern("").matches(""));
        assert_eq!(pattern("6").as_exact(), Some("6"));
    }

    #[test]
    fn neighbouring_asterisks_are_one() {
        assert_eq!(pattern("a**b"), pattern("a*b"));
        assert_eq!(pattern("***"), pattern("*"));
    }
}
