//! Composing: a message made from a form or as text, of any kind, from nothing or from a stored event.

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

use parsed::Read;

/// What a message begins with where nothing else is asked for.
const FIRST_KIND: &str = "CLICK";

/// The element that stands for one picture.
const PICTURE: &str = "PicMd5Sum";

/// Where the message comes from, which decides what becomes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made here, or a copy: it is kept as an event of our own.
    #[default]
    New,
    /// A stored event's message: it is sent as a replay of that event.
    Edited(CaptureId),
}

/// The message while it is written: its text counts, and the form follows it.
#[derive(Debug, Default)]
pub(crate) struct Composer {
    origin: Origin,
    text: String,
    /// What is read in the text; `None` where it has not been looked at since it changed.
    read: Option<Read>,
    /// Why the last change of a field was not made, and which field it was.
    refused: Option<(String, ComposeError)>,
    /// What the files of pictures are called, by their MD5.
    names: BTreeMap<String, String>,
    /// The image messages are to follow.
    images_follow: bool,
    /// Goes up with each message that is begun: a field's history of changes is of one message.
    number: u32,
    /// The text itself is to get the caret.
    focus: bool,
}

impl Composer {
    /// Begins a new message, unless one is being written.
    pub(crate) fn begin(&mut self, status: &Status) {
        if self.text.is_empty() {
            self.take_template(FIRST_KIND, status);
        }
    }

    /// Takes the message of a stored event, to be edited or as a copy.
    ///
    /// # Errors
    /// What is no text cannot be edited as text.
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

    /// Begins with the body of that kind, made now, for the account that is the first.
    fn take_template(&mut self, kind: &str, status: &Status) {
        let Some(body) = compose::template(kind) else { return };
        self.set(body.to_owned(), Origin::New);
        let account = status.config.accounts.get(crate::account::DEFAULT_ACCOUNT);
        let account = account.or_else(|| status.config.accounts.values().next());
        if let Some(to_user) = account.and_then(|account| account.to_user.clone()) {
            self.edit("ToUserName", &to_user);
        }
        self.refresh();
    }

    fn set(&mut self, text: String, origin: Origin) {
        (self.text, self.origin) = (text, origin);
        (self.read, self.refused, self.images_follow) = (None, None, false);
        self.number += 1;
    }

    /// The same message as another event: with a time and an id of its own.
    fn refresh(&mut self) {
        let tree = Tree::parse(self.text.as_bytes()).ok();
        let now = jiff::Timestamp::now().as_second();
        for edit in tree.map(|tree| sample::renewed(&tree, now)).unwrap_or_default() {
            self.edit(&edit.name, &edit.value);
        }
    }

    /// Sets the text of one element, by its path.
    fn edit(&mut self, path: &str, value: &str) {
        self.change(path, &[Edit { name: path.to_owned(), value: value.to_owned() }]);
    }

    /// Lists these pictures instead of those that are there.
    fn set_pictures(&mut self, md5s: &[String]) {
        let edits: Vec<Edit> = md5s.iter().map(|md5| Edit { name: PICTURE.to_owned(), value: md5.clone() }).collect();
        self.change(PICTURE, &edits);
    }

    fn change(&mut self, what: &str, edits: &[Edit]) {
        match compose::edited(self.text.as_bytes(), edits) {
            Ok(message) => {
                self.put(message);
                self.refused = None;
            }
            Err(error) => self.refused = Some((what.to_owned(), error)),
        }
    }

    /// Takes a changed message. What was text stays text.
    fn put(&mut self, message: Vec<u8>) {
        if let Ok(text) = String::from_utf8(message) {
            (self.text, self.read) = (text, None);
        }
    }

    /// The number of the message that is written.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Takes pictures that were read: they take the place of those that are listed. Those for a message that is not
    /// written any more are left.
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

    /// Whether the message is one that lists pictures.
    pub(crate) fn lists_pictures(&mut self) -> bool {
        self.read().lists_pictures
    }

    fn read(&mut self) -> &Read {
        let Self { text, read, .. } = self;
        read.get_or_insert_with(|| Read::of(text))
    }

    /// What is sent; `None` where there is nothing.
    pub(crate) fn what(&self) -> Option<ReplayWhat> {
        if self.text.trim().is_empty() {
            return None;
        }
        let message = self.text.clone().into_bytes();
        Some(match self.origin {
            Origin::Edited(id) => ReplayWhat::Edited { id, message },
            Origin::New => {
                let created = self.read.as_ref().and_then(|read| read.create_time).unwrap_or_default();
                let images = if self.images_follow { compose::images_for(&message, created) } else { Vec::new() };
                ReplayWhat::Composed(std::iter::once(message).chain(images).collect())
            }
        })
    }

    /// The title of what is written.
    fn title(&self, look: &Look) -> String {
        match self.origin {
            Origin::New => look.text("composer.title").into_owned(),
            Origin::Edited(id) => look.filled("composer.title_edited", &[("event", &id.to_string())]),
        }
    }
}

#[cfg(test)]
mod tests;
