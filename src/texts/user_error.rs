//! An error as the window says it: a text of its own in each language, looked up when it is drawn.

use std::fmt;

use crate::texts::Language;

/// The failure, its cause and its remedy. Each error that can reach the window turns into one, beside where it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    key: &'static str,
    details: Vec<(&'static str, String)>,
    /// The file and the line that it is in, where it is in one.
    place: Option<(String, usize)>,
    /// As the log and the commands have it.
    message: String,
}

impl UserError {
    /// The trouble whose text has that key, a full key of a file in `assets/locales`; `error` is what the log says.
    pub fn of(key: &'static str, error: impl fmt::Display) -> Self {
        Self { key, details: Vec::new(), place: None, message: error.to_string() }
    }

    /// Fills in the place `%{name}` of the text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// Says in which line of which file it is.
    #[must_use]
    pub fn at_line(mut self, file: impl fmt::Display, line: usize) -> Self {
        self.message = format!("{file}, line {line}: {}", self.message);
        self.place = Some((file.to_string(), line));
        self
    }

    /// The whole of it in that language.
    pub fn words(&self, language: Language) -> String {
        let words = language.filled(self.key, &self.details);
        match &self.place {
            None => words,
            Some((file, line)) => {
                let details = [("file", file.clone()), ("line", line.to_string()), ("words", words)];
                language.filled("user_error.at_line", &details)
            }
        }
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
impl UserError {
    /// Fails unless both languages say it, with nothing left to be filled in.
    pub(crate) fn assert_said(&self) {
        for language in Language::ALL {
            assert!(language.has(self.key), "{} is not there in {}", self.key, language.tag());
            let words = self.words(language);
            assert!(!words.contains("%{"), "{}: {words}", self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_and_the_log_each_have_their_words() {
        let trouble = UserError::of("user_error.listen.taken", "taken").with("address", "127.0.0.1:1");
        trouble.assert_said();
        assert_eq!(trouble.to_string(), "taken");
        let [english, chinese] = Language::ALL.map(|language| trouble.words(language));
        assert!(english.starts_with("The port of 127.0.0.1:1 is taken"), "{english}");
        assert!(chinese.starts_with("127.0.0.1:1 的端口已被占用"), "{chinese}");
    }
}
