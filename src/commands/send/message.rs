//! The messages that `menuscope send` posts: made by name, read from a file, or stored ones, with what the flags change.

use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use crate::account::Account;
use crate::capture::CaptureId;
use crate::cli::{BodyFormat, Send};
use crate::config::DataFolder;
use crate::sample;
use crate::store::Reader;
use crate::wechat::compose::{self, Edit, as_json, edited, images_for, picture_md5};
use crate::wechat::tree::{Format, Tree};

/// The message of one event, and the image messages that follow it where they are asked for.
pub(super) fn messages(
    event: &str,
    send: &Send,
    account: &Account,
    folder: &DataFolder,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let (body, mut edits) = beginning(event, account, folder)?;
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    if let Some(key) = &send.key {
        edit("EventKey", key);
    }
    if let Some(openid) = &send.openid {
        edit("FromUserName", openid);
    }
    for image in &send.image {
        let picture = std::fs::read(image)
            .with_context(|| format!("cannot read the picture {}; check the path and its rights", image.display()))?;
        edit("PicMd5Sum", &picture_md5(&picture));
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
    let images = if send.follow { images_for(&body, Timestamp::now().as_second()) } else { Vec::new() };
    Ok([vec![body], images].concat())
}

/// An event by name, made now; of a file, or a stored one, as it is. With the changes that make it one of today.
fn beginning(event: &str, account: &Account, folder: &DataFolder) -> anyhow::Result<(Vec<u8>, Vec<Edit>)> {
    if let Some(template) = compose::template(event) {
        return Ok((template.as_bytes().to_vec(), of_now(template, account)));
    }
    if Path::new(event).exists() {
        let body = std::fs::read(event);
        return Ok((
            body.with_context(|| format!("cannot read the message in {event}; check its rights"))?,
            Vec::new(),
        ));
    }
    if let Ok(id) = event.parse() {
        let stored = Reader::open(&folder.database())?.capture(CaptureId(id))?;
        let stored = stored.with_context(|| format!("there is no event {id}; list them with `menuscope events`"))?;
        return Ok((stored.capture.message().to_vec(), Vec::new()));
    }
    let unknown = sample::template(event).err().map_or_else(String::new, |error| error.to_string());
    bail!("{unknown}, or name a file that exists, or the number of a stored event")
}

fn of_now(template: &str, account: &Account) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    edit("CreateTime", &Timestamp::now().as_second().to_string());
    if let Some(to_user) = &account.to_user {
        edit("ToUserName", to_user);
    }
    if Tree::parse(template.as_bytes()).is_ok_and(|tree| tree.root().child("MsgId").is_some()) {
        // A message's id is what receivers tell duplicates by.
        edit("MsgId", &sample::msg_id().to_string());
    }
    edits
}
