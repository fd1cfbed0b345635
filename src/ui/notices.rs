//! Messages of the window: the one way by which an error reaches the user.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::capture::diagnosis::Severity;
use crate::texts::user_error::UserError;
use crate::ui::look::Look;

/// Maximum number of messages kept, and of past ones.
const KEPT: usize = 20;

/// Time that a message stays, unless the pointer is over it. What was wrong can be read again afterwards.
const STAYS: Duration = Duration::from_secs(6);

/// Time that a button offers to undo something; the key works for longer.
const UNDOABLE: Duration = Duration::from_mins(1);

/// A message of the window.
#[derive(Debug)]
pub(crate) struct Message {
    said: Said,
    pub(crate) severity: Severity,
    /// True if it offers to undo a removal.
    pub(crate) undo: bool,
    pub(crate) at: Timestamp,
    /// Time at which it expires, in seconds of egui's clock; `None` until the next frame.
    until: Option<f64>,
}

#[derive(Debug, PartialEq)]
enum Said {
    /// A good message or a warning, in the language of its moment.
    News(String),
    /// An error: it can be read again later, so it follows the language.
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
pub(crate) struct Notices {
    current: VecDeque<Message>,
    /// Errors and warnings that have expired, to be read again.
    past: VecDeque<Message>,
    /// True while the pointer is over the message that is shown.
    pub(crate) hovered: Cell<bool>,
}

impl Notices {
    /// Shows an error.
    pub(crate) fn error(&mut self, trouble: UserError) {
        let said = Said::UserError(trouble);
        // The same trouble again is no news.
        self.current.retain(|message| message.said != said);
        self.past.retain(|message| message.said != said);
        self.push(said, Severity::Error, false, None);
    }

    /// Shows a good message for a while.
    pub(crate) fn good(&mut self, text: String, now: f64) {
        self.push(Said::News(text), Severity::Note, false, Some(now + STAYS.as_secs_f64()));
    }

    /// Shows a message with an offer to undo, long enough to notice a mistake.
    pub(crate) fn undoable(&mut self, text: String, now: f64) {
        // The earlier one is not what Undo would undo now.
        self.current.retain(|message| !message.undo);
        self.push(Said::News(text), Severity::Note, true, Some(now + UNDOABLE.as_secs_f64()));
    }

    /// Withdraws a good message that holds no more.
    pub(crate) fn withdraw(&mut self, text: &str) {
        self.current.retain(|message| !matches!(&message.said, Said::News(said) if said == text));
    }

    /// Withdraws the offers to undo.
    pub(crate) fn forget_undo(&mut self) {
        self.current.retain(|message| !message.undo);
    }

    /// Shows a warning.
    pub(crate) fn warning(&mut self, text: String, now: f64) {
        self.push(Said::News(text), Severity::Warning, false, Some(now + STAYS.as_secs_f64()));
    }

    fn push(&mut self, said: Said, severity: Severity, undo: bool, until: Option<f64>) {
        add(&mut self.current, Message { said, severity, undo, at: crate::clock::now(), until });
    }

    /// The message to show, and how many wait behind it.
    pub(crate) fn shown(&self) -> Option<(&Message, usize)> {
        self.current.back().map(|message| (message, self.current.len() - 1))
    }

    /// Errors and warnings that have expired, newest first.
    pub(crate) fn past(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.past.iter().rev()
    }

    /// Clears the past messages.
    pub(crate) fn forget_past(&mut self) {
        self.past.clear();
    }

    /// Dismisses the message that is shown; what was wrong can be read again.
    pub(crate) fn dismiss(&mut self) {
        if let Some(message) = self.current.pop_back().filter(|message| message.severity != Severity::Note) {
            add(&mut self.past, message);
        }
    }

    /// Moves expired errors and warnings to the past, and drops other expired messages; returns the time until the next
    /// one expires.
    pub(crate) fn expire(&mut self, now: f64) -> Option<Duration> {
        let stays = now + STAYS.as_secs_f64();
        for message in &mut self.current {
            message.until.get_or_insert(stays);
        }
        if let (true, Some(shown)) = (self.hovered.get(), self.current.back_mut()) {
            shown.until = shown.until.map(|until| until.max(stays));
        }
        let (expired, current) =
            self.current.drain(..).partition(|message: &Message| message.until.is_some_and(|until| until <= now));
        self.current = current;
        let expired: VecDeque<Message> = expired;
        for message in expired.into_iter().filter(|message| message.severity != Severity::Note) {
            add(&mut self.past, message);
        }
        let next = self.current.iter().filter_map(|message| message.until).reduce(f64::min)?;
        Some(Duration::from_secs_f64((next - now).max(0.0)))
    }
}

fn add(messages: &mut VecDeque<Message>, message: Message) {
    if messages.len() == KEPT {
        messages.pop_front();
    }
    messages.push_back(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble() -> UserError {
        UserError::of("user_error.store.full", "bad")
    }

    fn shown(notices: &Notices) -> Option<&Said> {
        notices.shown().map(|(message, _)| &message.said)
    }

    #[test]
    fn every_message_leaves_and_an_error_can_be_read_again() {
        let mut notices = Notices::default();
        notices.error(trouble());
        notices.good("good".to_owned(), 10.0);
        assert_eq!(notices.expire(11.0), Some(Duration::from_secs(5)));
        assert_eq!((shown(&notices), notices.past().len()), (Some(&Said::News("good".to_owned())), 0));
        assert_eq!(notices.expire(16.5), Some(Duration::from_millis(500)));
        assert_eq!(shown(&notices), Some(&Said::UserError(trouble())));
        assert_eq!(notices.expire(17.5), None);
        assert_eq!((shown(&notices), notices.past().len()), (None, 1), "only the error is kept");
        notices.error(trouble());
        assert_eq!((shown(&notices), notices.past().len()), (Some(&Said::UserError(trouble())), 0));
        notices.expire(20.0);
        notices.expire(30.0);
        notices.forget_past();
        assert_eq!(notices.past().len(), 0);
    }

    #[test]
    fn the_pointer_keeps_the_message_that_it_is_over() {
        let mut notices = Notices::default();
        notices.error(trouble());
        notices.expire(0.0);
        notices.hovered.set(true);
        assert_eq!(notices.expire(5.0), Some(Duration::from_secs(6)));
        assert!(notices.expire(10.0).is_some());
        notices.hovered.set(false);
        assert!(notices.expire(15.0).is_some() && notices.expire(16.5).is_none());
    }

    #[test]
    fn what_is_dismissed_can_be_read_again_if_it_was_wrong() {
        let mut notices = Notices::default();
        notices.good("good".to_owned(), 0.0);
        notices.dismiss();
        notices.error(trouble());
        notices.dismiss();
        assert_eq!((shown(&notices), notices.past().len()), (None, 1));
    }

    #[test]
    fn the_same_trouble_is_said_once() {
        let mut notices = Notices::default();
        notices.error(trouble());
        notices.error(trouble());
        assert_eq!(notices.shown().map(|(_, behind)| behind), Some(0));
    }
}
