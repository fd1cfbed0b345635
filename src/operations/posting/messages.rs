//! The messages to post: made by name, read from a file, or stored ones, with what is to be changed in them.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::OperationError;
use crate::account::Account;
use crate::capture::CaptureId;
use crate::config::DataFolder;
use crate::engine::read_pictures;
use crate::inspect::MAX_BODY;
use crate::sample;
use crate::store::Reader;
use crate::wechat::compose::{self, Edit, as_json, edited, images_for};
use crate::wechat::tree::{Format, Tree};

/// Changes that are made to every message.
#[derive(Clone, Debug, Default)]
pub struct MessageChanges {
    /// The `EventKey`.
    pub key: Option<String>,
    /// The user: `FromUserName`.
    pub openid: Option<String>,
    /// Texts of elements by their names.
    pub set: Vec<(String, String)>,
    /// Pictures whose MD5 becomes a `PicMd5Sum`.
    pub images: Vec<PathBuf>,
    /// Adds the image messages that follow an event with pictures.
    pub follow: bool,
    /// Makes JSON of XML.
    pub as_json: bool,
    /// Takes an event that is no name and no number for the path of a file.
    pub files: bool,
}

/// The message of one event, and the image messages that follow it where they are asked for.
pub fn made_messages(
    event: &str,
    changes: &MessageChanges,
    account: &Account,
    folder: &DataFolder,
) -> Result<Vec<Vec<u8>>, OperationError> {
    let (body, mut edits) = beginning(event, changes.files, account, folder)?;
    if (!changes.images.is_empty() || changes.follow) && !has_pictures(&body) {
        return Err(OperationError::Invalid(format!(
            "{event} is no event with pictures, as --image and --follow need it; take pic_weixin or another pic_… event"
        )));
    }
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    if let Some(key) = &changes.key {
        edit("EventKey", key);
    }
    if let Some(openid) = &changes.openid {
        edit("FromUserName", openid);
    }
    for picture in read_pictures(&changes.images).map_err(|error| OperationError::Invalid(error.to_string()))? {
        edit("PicMd5Sum", &picture.md5);
    }
    changes.set.iter().for_each(|(name, value)| edit(name, value));
    let body = if edits.is_empty() {
        body
    } else {
        edited(&body, &edits)
            .map_err(|error| OperationError::Unmade { name: event.to_owned(), source: Box::new(error) })?
    };
    let body = if changes.as_json && Format::of(&body) != Some(Format::Json) {
        as_json(&body)
            .map_err(|error| OperationError::Unmade { name: format!("JSON of {event}"), source: Box::new(error) })?
    } else {
        body
    };
    let images = if changes.follow { images_for(&body, create_time(&body)) } else { Vec::new() };
    Ok([vec![body], images].concat())
}

/// An event by name, made now; of a file, or a stored one, as it is. With the changes that make it one of today.
fn beginning(
    event: &str,
    files: bool,
    account: &Account,
    folder: &DataFolder,
) -> Result<(Vec<u8>, Vec<Edit>), OperationError> {
    if let Some(template) = compose::template(event) {
        return Ok((template.as_bytes().to_vec(), sample::edits_for(template, account)));
    }
    if files && Path::new(event).exists() {
        return Ok((read(event)?, Vec::new()));
    }
    if let Ok(id) = event.parse() {
        let stored = Reader::open(&folder.database())?.capture(CaptureId(id))?;
        let stored = stored.ok_or_else(|| OperationError::NoEvent { id: event.to_owned() })?;
        return Ok((stored.capture.message().to_vec(), Vec::new()));
    }
    let unknown = sample::template(event).err().map_or_else(String::new, |error| error.to_string());
    let file = if files { ", or name a file that exists" } else { "" };
    Err(OperationError::Invalid(format!("{unknown}{file}, or the number of a stored event")))
}

/// A file's message; what is larger than any push is read no further, and cannot be one.
fn read(path: &str) -> Result<Vec<u8>, OperationError> {
    let mut body = Vec::new();
    let file = File::open(path).and_then(|file| file.take(MAX_BODY as u64 + 1).read_to_end(&mut body));
    file.map_err(|source| OperationError::File { what: format!("the message in {path}; check its rights"), source })?;
    if body.len() > MAX_BODY {
        return Err(OperationError::Invalid(format!(
            "{path} has more than {} KiB, the most that a push has; name another file",
            MAX_BODY >> 10
        )));
    }
    Ok(body)
}

fn has_pictures(message: &[u8]) -> bool {
    let tree = Tree::parse(message).ok();
    tree.as_ref().and_then(|tree| tree.root().text_of("Event")).is_some_and(|event| event.starts_with("pic_"))
}

/// The images follow their event at once.
fn create_time(message: &[u8]) -> i64 {
    let tree = Tree::parse(message).ok();
    let created = tree.as_ref().and_then(|tree| tree.root().text_of("CreateTime")?.parse().ok());
    created.unwrap_or_else(|| crate::clock::now().as_second())
}
