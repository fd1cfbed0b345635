//! The messages that `menuscope send` posts: made by name, read from a file, or stored ones, with what the flags change.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::account::Account;
use crate::capture::CaptureId;
use crate::cli::{BodyFormat, Send};
use crate::config::DataFolder;
use crate::engine::read_pictures;
use crate::inspect::MAX_BODY;
use crate::sample;
use crate::store::Reader;
use crate::wechat::compose::{self, Edit, as_json, edited, images_for};
use crate::wechat::tree::{Format, Tree};

/// The message of one event, and the image messages that follow it where they are asked for; `None` for the number of an
/// event that is not there.
pub(super) fn messages(
    event: &str,
    send: &Send,
    account: &Account,
    folder: &DataFolder,
) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
    let Some((body, mut edits)) = beginning(event, account, folder)? else { return Ok(None) };
    if (!send.image.is_empty() || send.follow) && !has_pictures(&body) {
        bail!(
            "{event} is no event with pictures, as --image and --follow need it; take pic_weixin or another pic_… event"
        );
    }
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    if let Some(key) = &send.key {
        edit("EventKey", key);
    }
    if let Some(openid) = &send.openid {
        edit("FromUserName", openid);
    }
    for picture in read_pictures(&send.image)? {
        edit("PicMd5Sum", &picture.md5);
    }
    send.set.iter().for_each(|(name, value)| edit(name, value));
    let body =
        if edits.is_empty() { body } else { edited(&body, &edits).with_context(|| format!("cannot make {event}"))? };
    let body = match send.body {
        BodyFormat::Json if Format::of(&body) != Some(Format::Json) => {
            as_json(&body).with_context(|| format!("cannot make JSON of {event}"))?
        }
        _ => body,
    };
    let images = if send.follow { images_for(&body, create_time(&body)) } else { Vec::new() };
    Ok(Some([vec![body], images].concat()))
}

/// An event by name, made now; of a file, or a stored one, as it is. With the changes that make it one of today.
fn beginning(event: &str, account: &Account, folder: &DataFolder) -> anyhow::Result<Option<(Vec<u8>, Vec<Edit>)>> {
    if let Some(template) = compose::template(event) {
        return Ok(Some((template.as_bytes().to_vec(), sample::edits_for(template, account))));
    }
    if Path::new(event).exists() {
        return Ok(Some((read(event)?, Vec::new())));
    }
    if let Ok(id) = event.parse() {
        let stored = Reader::open(&folder.database())?.capture(CaptureId(id))?;
        return Ok(stored.map(|stored| (stored.capture.message().to_vec(), Vec::new())));
    }
    let unknown = sample::template(event).err().map_or_else(String::new, |error| error.to_string());
    bail!("{unknown}, or name a file that exists, or the number of a stored event")
}

/// A file's message; what is larger than any push is read no further, and cannot be one.
fn read(path: &str) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let file = File::open(path).and_then(|file| file.take(MAX_BODY as u64 + 1).read_to_end(&mut body));
    file.with_context(|| format!("cannot read the message in {path}; check its rights"))?;
    if body.len() > MAX_BODY {
        bail!("{path} has more than {} KiB, the most that a push has; name another file", MAX_BODY >> 10);
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
