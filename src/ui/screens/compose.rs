//! Composer of messages: any kind, edited as a form or as text, new or from a stored event.

use std::collections::BTreeMap;

use crate::capture::{CaptureId, StoredCapture};
use crate::engine::{PictureFile, ReplayWhat, Status};
use crate::sample;
use crate::texts::user_error::UserError;
use crate::ui::look::Look;
use crate::wechat::compose::{self, ComposeError, Edit};
use crate::wechat::tree::Tree;

mod compose_ui;
mod flaw;
mod form;
mod parsed;
mod pictures_form;
mod sent_message;

use parsed::ParsedMessage;
use sent_message::SentMessage;

/// Kind of a new message.
const FIRST_KIND: &str = "CLICK";

/// The element of one picture.
const PICTURE: &str = "PicMd5Sum";

/// Origin of the message, which decides how it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A new message or a copy: it is stored as a new event.
    #[default]
    New,
    /// The message of a stored event: it is sent as a replay of that event.
    Edited(CaptureId),
}

/// A message being composed. Its text is authoritative, and the form follows it.
#[derive(Debug, Default)]
pub(crate) struct Composer {
    origin: Origin,
    text: String,
    /// The parsed text; `None` if the text has changed since.
    parsed: Option<ParsedMessage>,
    /// Names and values of the fields while the text was a message last, shown until it is one again; and its kind.
    former: Vec<(String, String)>,
    former_kind: String,
    /// Path and error of the last change that was refused.
    refused: Option<(String, ComposeError)>,
    /// File names of pictures, by MD5.
    names: BTreeMap<String, String>,
    /// Set if image messages are sent after the event.
    images_follow: bool,
    /// Goes up with each message begun, so that no field keeps the undo history of another message.
    number: u32,
    /// Events and keys of the buttons of the menu that is open: a new message has the first key of its kind.
    menu_keys: Vec<(String, String)>,
    /// Makes the text take the focus in the next frame.
    focus: bool,
    /// The message that was sent last, and its text.
    sent: SentMessage,
    sent_text: String,
}

impl Composer {
    /// Begins a new message, unless one is being composed.
    pub(crate) fn begin(&mut self, status: &Status, menu_keys: Vec<(String, String)>) {
        self.menu_keys = menu_keys;
        if self.text.is_empty() {
            self.take_template(FIRST_KIND, status);
        }
    }

    /// Loads the message of a stored event, to be edited or as a copy.
    ///
    /// # Errors
    /// Fails if the message is not UTF-8.
    pub(crate) fn take(&mut self, stored: &StoredCapture, origin: Origin) -> Result<(), UserError> {
        let id = stored.placement.id;
        let text = std::str::from_utf8(stored.capture.message()).map_err(|error| {
            let message = format!("the message of event {id} is no text, so it cannot be edited: {error}");
            UserError::of("composer.not_text", message).with("event", id)
        })?;
        self.set(text.to_owned(), origin);
        self.focus = true;
        Ok(())
    }

    /// Loads the template of a kind, with a current time, for the default account or else the first.
    fn take_template(&mut self, kind: &str, status: &Status) {
        let Some(body) = compose::template(kind) else { return };
        self.set(body.to_owned(), Origin::New);
        let account = status.config.accounts.get(crate::account::DEFAULT_ACCOUNT);
        let account = account.or_else(|| status.config.accounts.values().next());
        let (app_id, to_user) =
            account.map_or((None, None), |account| (account.app_id.as_deref(), account.to_user.as_deref()));
        for edit in sample::addressed(self.text.as_bytes(), app_id, to_user) {
            self.edit(&edit.name, &edit.value);
        }
        let key = self.menu_keys.iter().find(|(pushed, _)| pushed == kind).map(|(_, key)| key.clone());
        if let Some(key) = key {
            self.edit("EventKey", &key);
        }
        self.refresh();
    }

    fn set(&mut self, text: String, origin: Origin) {
        (self.text, self.origin) = (text, origin);
        (self.parsed, self.refused, self.images_follow) = (None, None, false);
        self.sent = SentMessage::None;
        self.number += 1;
    }

    /// Turns the message into another event, with a new time and id.
    fn refresh(&mut self) {
        let tree = Tree::parse(self.text.as_bytes()).ok();
        let now = crate::clock::now().as_second();
        for edit in tree.map(|tree| sample::renewed(&tree, now)).unwrap_or_default() {
            self.edit(&edit.name, &edit.value);
        }
    }

    /// Sets the text of an element by its path.
    fn edit(&mut self, path: &str, value: &str) {
        self.apply(path, &[Edit { name: path.to_owned(), value: value.to_owned() }]);
    }

    /// Replaces the listed pictures.
    fn set_pictures(&mut self, md5s: &[String]) {
        let edits: Vec<Edit> = md5s.iter().map(|md5| Edit { name: PICTURE.to_owned(), value: md5.clone() }).collect();
        self.apply(PICTURE, &edits);
    }

    fn apply(&mut self, path: &str, edits: &[Edit]) {
        match compose::edited(self.text.as_bytes(), edits) {
            Ok(message) => {
                self.set_message(message);
                self.refused = None;
            }
            Err(error) => self.refused = Some((path.to_owned(), error)),
        }
    }

    /// Replaces the text with an edited message.
    fn set_message(&mut self, message: Vec<u8>) {
        if let Ok(text) = String::from_utf8(message) {
            (self.text, self.parsed) = (text, None);
        }
    }

    /// Number of the current message.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Lists pictures that were read from files in place of the current ones, unless they were chosen for an earlier
    /// message.
    pub(crate) fn take_pictures(&mut self, number: u32, pictures: Vec<PictureFile>) {
        if number != self.number {
            return;
        }
        let md5s: Vec<String> = pictures.iter().map(|picture| picture.md5.clone()).collect();
        self.names.extend(pictures.into_iter().map(|picture| (picture.md5, picture.name)));
        if !md5s.is_empty() && self.lists_pictures() {
            self.set_pictures(&md5s);
        }
    }

    /// Returns true if the message lists pictures.
    pub(crate) fn lists_pictures(&mut self) -> bool {
        self.parsed().lists_pictures
    }

    fn parsed(&mut self) -> &ParsedMessage {
        let Self { text, parsed, former, former_kind, .. } = self;
        parsed.get_or_insert_with(|| {
            let parsed = ParsedMessage::of(text);
            if parsed.flaw.is_none() {
                *former = parsed.field_values();
                former_kind.clone_from(&parsed.kind);
            }
            parsed
        })
    }

    /// The kind of the message; of a text that is none, the kind that it had.
    fn kind(&mut self) -> &str {
        self.parsed();
        &self.former_kind
    }

    /// The messages to send; `None` if the text is empty.
    pub(crate) fn to_send(&self) -> Option<ReplayWhat> {
        if self.text.trim().is_empty() {
            return None;
        }
        let message = self.text.clone().into_bytes();
        Some(match self.origin {
            Origin::Edited(id) => ReplayWhat::Edited { id, message },
            Origin::New => {
                let created = self.parsed.as_ref().and_then(|parsed| parsed.create_time).unwrap_or_default();
                let images = if self.images_follow { compose::images_for(&message, created) } else { Vec::new() };
                ReplayWhat::Composed(std::iter::once(message).chain(images).collect())
            }
        })
    }

    /// Title of the form.
    fn title(&self, look: &Look) -> String {
        match self.origin {
            Origin::New => look.text("composer.title").into_owned(),
            Origin::Edited(id) => look.filled("composer.title_edited", &[("event", &id.to_string())]),
        }
    }
}

#[cfg(test)]
mod tests;
