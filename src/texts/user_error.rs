//! An error as the window shows it, in the person's language; its English is the error's own message.

use std::fmt;

use crate::texts::Language;

/// The failure, its cause and its remedy. Each error that can reach the window turns into one, beside where it is made.
///
/// English has one wording, the error's own, in the log, on stderr and in the window. `assets/locales` holds the Chinese
/// one, and English only where the remedy is another one in the window (Settings in place of a flag).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    key: &'static str,
    details: Vec<(&'static str, String)>,
    /// Details that are words themselves: a key and its own detail.
    nested: Vec<(&'static str, String, (&'static str, String))>,
    /// File and line of the mistake, where it is in a file.
    place: Option<(String, usize)>,
    message: String,
}

impl UserError {
    /// Makes one from an error; `key` is the full key of its text in `assets/locales`.
    pub fn of(key: &'static str, error: impl fmt::Display) -> Self {
        Self { key, details: Vec::new(), nested: Vec::new(), place: None, message: error.to_string() }
    }

    /// Fills in the place `%{name}` of the text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// Fills in the place `%{name}` of the text with another text, in the same language.
    #[must_use]
    pub fn with_text(mut self, name: &'static str, key: String, detail: (&'static str, String)) -> Self {
        self.nested.push((name, key, detail));
        self
    }

    /// Adds the file and line of the mistake.
    #[must_use]
    pub fn at_line(mut self, file: impl fmt::Display, line: usize) -> Self {
        self.place = Some((file.to_string(), line));
        self
    }

    /// Tells whether it is the error of that locale key, for which there may be a button that mends it.
    pub fn is(&self, key: &str) -> bool {
        self.key == key
    }

    /// The text in that language, with its place.
    pub fn words(&self, language: Language) -> String {
        let words = if language.has(self.key) {
            let mut details = self.details.clone();
            let texts = self
                .nested
                .iter()
                .map(|(name, key, detail)| (*name, language.filled(key, std::slice::from_ref(detail))));
            details.extend(texts);
            language.filled(self.key, &details)
        } else {
            sentence(&self.message)
        };
        match &self.place {
            None => words,
            Some((file, line)) => {
                let details = [("file", file.clone()), ("line", line.to_string()), ("words", words)];
                language.filled("user_error.at_line", &details)
            }
        }
    }
}

/// The message with a capital letter.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = &self.place {
            write!(f, "{file}, line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

#[cfg(test)]
impl UserError {
    /// Fails unless both languages say it, with nothing left to be filled in.
    pub(crate) fn assert_said(&self) {
        assert!(Language::Chinese.has(self.key), "{} is not there in Chinese", self.key);
        for language in Language::ALL {
            let words = self.words(language);
            assert!(!words.contains("%{"), "{}: {words}", self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_says_what_the_log_says_unless_its_remedy_differs() {
        let error = UserError::of("user_error.store.full", "the disk is full; make room").at_line("a.toml", 3);
        assert_eq!(error.words(Language::English), "a.toml, line 3: The disk is full; make room");
        assert_eq!(error.to_string(), "a.toml, line 3: the disk is full; make room");

        let trouble = UserError::of("user_error.listen.taken", "taken").with("address", "127.0.0.1:1");
        trouble.assert_said();
        assert_eq!(trouble.to_string(), "taken");
        let [english, chinese] = Language::ALL.map(|language| trouble.words(language));
        assert!(english.starts_with("The port of 127.0.0.1:1 is taken"), "{english}");
        assert!(chinese.starts_with("127.0.0.1:1 的端口已被占用"), "{chinese}");
    }
}
