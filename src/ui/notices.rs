//! Messages of the window: the one way by which an error reaches the user.

use std::collections::VecDeque;
use std::time::Duration;

use crate::capture::diagnosis::Severity;
use crate::texts::user_error::UserError;
use crate::ui::look::Look;

/// Maximum number of messages kept.
const KEPT: usize = 20;

/// Time that a good message stays; a bad one stays until it is dismissed.
const GOOD_NEWS: Duration = Duration::from_secs(5);

/// Time that a button offers to undo something; the key works for longer.
const UNDOABLE: Duration = Duration::from_mins(1);

/// A message of the window.
#[derive(Debug)]
pub(crate) struct Message {
    said: Said,
    pub(crate) severity: Severity,
    /// True if it offers to undo a removal.
    pub(crate) undo: bool,
    /// Time at which it expires, in seconds of egui's clock.
    until: Option<f64>,
}

#[derive(Debug, PartialEq)]
enum Said {
    /// A good message, in the language of its moment: it soon expires.
    News(String),
    /// An error: it stays, so it follows the language.
    UserError(UserError),
}

impl Message {
    /// The text in the language of the window.
    pub(crate) fn text(&self, look: &Look) -> String {
        match &self.said {
            Said::News(text) => text.clone(),
            Said::UserError(trouble) => look.trouble(trouble),
        }
    }
}

/// The messages, newest last.
#[derive(Debug, Default)]
pub(crate) struct Notices(VecDeque<Message>);

impl Notices {
    /// Shows an error.
    pub(crate) fn error(&mut self, trouble: UserError) {
        let said = Said::UserError(trouble);
        // The same trouble again is no news.
        self.0.retain(|message| message.said != said);
        self.push(Message { said, severity: Severity::Error, undo: false, until: None });
    }

    /// Shows a good message for a while.
    pub(crate) fn good(&mut self, text: String, now: f64) {
        let until = Some(now + GOOD_NEWS.as_secs_f64());
        self.push(Message { said: Said::News(text), severity: Severity::Note, undo: false, until });
    }

    /// Shows a message with an offer to undo, long enough to notice a mistake.
    pub(crate) fn undoable(&mut self, text: String, now: f64) {
        // The earlier one is not what Undo would undo now.
        self.0.retain(|message| !message.undo);
        let until = Some(now + UNDOABLE.as_secs_f64());
        self.push(Message { said: Said::News(text), severity: Severity::Note, undo: true, until });
    }

    /// Withdraws the offers to undo.
    pub(crate) fn forget_undo(&mut self) {
        self.0.retain(|message| !message.undo);
    }

    /// Shows a warning, which stays longer than a good message.
    pub(crate) fn warning(&mut self, text: String, now: f64) {
        let until = Some(now + 3.0 * GOOD_NEWS.as_secs_f64());
        self.push(Message { said: Said::News(text), severity: Severity::Warning, undo: false, until });
    }

    fn push(&mut self, message: Message) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(message);
    }

    /// The message to show, and how many wait behind it.
    pub(crate) fn shown(&self) -> Option<(&Message, usize)> {
        self.0.back().map(|message| (message, self.0.len() - 1))
    }

    /// Dismisses the message that is shown.
    pub(crate) fn dismiss(&mut self) {
        self.0.pop_back();
    }

    /// Drops expired messages; returns the time until the next one expires.
    pub(crate) fn expire(&mut self, now: f64) -> Option<Duration> {
        self.0.retain(|message| message.until.is_none_or(|until| until > now));
        let next = self.0.iter().filter_map(|message| message.until).reduce(f64::min)?;
        Some(Duration::from_secs_f64((next - now).max(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble() -> UserError {
        UserError::of("user_error.store.full", "bad")
    }

    #[test]
    fn good_news_goes_by_itself_and_bad_news_stays() {
        let mut notices = Notices::default();
        notices.error(trouble());
        notices.good("good".to_owned(), 10.0);
        assert_eq!(notices.expire(11.0), Some(Duration::from_secs(4)));
        assert_eq!(
            notices.shown().map(|(message, behind)| (&message.said, behind)),
            Some((&Said::News("good".to_owned()), 1))
        );
        assert_eq!(notices.expire(15.0), None);
        assert_eq!(
            notices.shown().map(|(message, behind)| (&message.said, behind)),
            Some((&Said::UserError(trouble()), 0))
        );
    }

    #[test]
    fn the_same_trouble_is_said_once() {
        let mut notices = Notices::default();
        notices.error(trouble());
        notices.error(trouble());
        assert_eq!(notices.shown().map(|(_, behind)| behind), Some(0));
    }
}
