//! A generated message: its kind, its user, and the key, scan result, text, place or pictures that the user sends.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;
use sha2::{Digest as _, Sha256};

use super::words;
use crate::wechat::compose::{Edit, edited, template};

/// The kinds of events, each with its share of a thousand events.
const KINDS: &[(&str, u32)] = &[
    ("CLICK", 300),
    ("VIEW", 230),
    ("text", 140),
    ("scancode_waitmsg", 60),
    ("scancode_push", 40),
    ("location_select", 35),
    ("image", 30),
    ("subscribe", 30),
    ("TEMPLATESENDJOBFINISH", 25),
    ("SCAN", 20),
    ("LOCATION", 20),
    ("pic_photo_or_album", 15),
    ("pic_sysphoto", 12),
    ("pic_weixin", 10),
    ("unsubscribe", 10),
    ("voice", 8),
    ("view_miniprogram", 8),
    ("link", 4),
    ("location", 3),
];

/// The first characters of every OpenID of one account.
const OPENID_PREFIX: &str = "oMgHVj";

/// Characters of an OpenID after the account's prefix.
const OPENID_OWN: usize = 22;

/// A message and its user.
pub(super) struct Message {
    pub(super) openid: String,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// Draws a message with that CreateTime.
    pub(super) fn draw(random: &mut Rng, users: u32, created: i64) -> Self {
        let kind = kind(random);
        let openid = openid(random, users);
        let mut edits = vec![edit("FromUserName", &openid), edit("CreateTime", created)];
        edits.extend(details(kind, random));
        let template = template(kind).unwrap_or_default().as_bytes();
        // No edit can fail: the names are those of the samples, and a test makes every kind.
        let body = edited(template, &edits).unwrap_or_else(|_unchanged| template.to_vec());
        Self { openid, body }
    }
}

/// A passive text reply.
pub(super) fn text_reply(text: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[{OPENID_PREFIX}]]></ToUserName><FromUserName><![CDATA[gh_e136c6e50636]]></FromUserName>\
         <CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )
}

fn kind(random: &mut Rng) -> &'static str {
    let mut drawn = random.u32(..KINDS.iter().map(|(_, share)| share).sum::<u32>());
    for (kind, share) in KINDS {
        match drawn.checked_sub(*share) {
            Some(rest) => drawn = rest,
            None => return kind,
        }
    }
    "CLICK"
}

/// Draws a user: a few of them come often, most of them seldom.
fn openid(random: &mut Rng, users: u32) -> String {
    let user = (f64::from(users) * random.f64().powi(3)) as u32;
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(user.to_le_bytes()));
    format!("{OPENID_PREFIX}{}", digest.get(..OPENID_OWN).unwrap_or_default())
}

fn details(kind: &str, random: &mut Rng) -> Vec<Edit> {
    match kind {
        "CLICK" => vec![edit("EventKey", one(random, words::MENU_KEYS))],
        "VIEW" | "view_miniprogram" => vec![edit("EventKey", link(random))],
        "scancode_push" | "scancode_waitmsg" => scan(random),
        "location_select" | "location" => {
            let mut edits = place(random, "Location_X", "Location_Y");
            edits.push(edit("Label", address(random)));
            edits
        }
        "LOCATION" => place(random, "Latitude", "Longitude"),
        "pic_sysphoto" | "pic_photo_or_album" | "pic_weixin" => pictures(random),
        "text" => vec![edit("Content", sentence(random)), message_id(random)],
        "image" | "voice" => vec![edit("MediaId", media_id(random)), message_id(random)],
        "link" => vec![edit("Title", sentence(random)), edit("Url", link(random)), message_id(random)],
        "SCAN" => vec![edit("EventKey", random.u32(1..2_000))],
        "TEMPLATESENDJOBFINISH" => vec![edit("MsgID", random.u32(200_000_000..))],
        _ => Vec::new(),
    }
}

fn edit(name: &str, value: impl Display) -> Edit {
    Edit { name: name.to_owned(), value: value.to_string() }
}

fn one<'a>(random: &mut Rng, choices: &'a [&'a str]) -> &'a str {
    random.choice(choices).copied().unwrap_or_default()
}

fn message_id(random: &mut Rng) -> Edit {
    edit("MsgId", random.i64(1_000_000_000_000_000..i64::MAX))
}

fn media_id(random: &mut Rng) -> String {
    let bytes: [u8; 48] = std::array::from_fn(|_| random.u8(..));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn link(random: &mut Rng) -> String {
    let (page, campaign) = (one(random, words::PAGES), one(random, words::CAMPAIGNS));
    format!(
        "https://shop.example.com/{page}/{}?from=menu&campaign={campaign}&r={:08x}",
        random.u32(..5_000),
        random.u32(..)
    )
}

fn scan(random: &mut Rng) -> Vec<Edit> {
    let key = edit("EventKey", format!("rselfmenu_0_{}", random.u32(..5)));
    let (kind, result) = match random.u32(..10) {
        0..5 => ("qrcode", link(random)),
        5..7 => ("qrcode", format!("ORDER-{:010}", random.u64(..10_000_000_000))),
        7 => ("qrcode", sentence(random)),
        _ => ("barcode", format!("EAN_13,{}", ean_13(random))),
    };
    vec![key, edit("ScanType", kind), edit("ScanResult", result)]
}

/// An EAN-13 of a Chinese manufacturer, with its check digit.
fn ean_13(random: &mut Rng) -> String {
    let digits = format!("69{:010}", random.u64(..10_000_000_000));
    let weighed = digits.bytes().zip([1_u32, 3].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Coordinates in one of the cities.
fn place(random: &mut Rng, latitude: &str, longitude: &str) -> Vec<Edit> {
    let (_, (x, y)) = random.choice(words::CITIES).copied().unwrap_or(("", (23.1, 113.3)));
    let mut near = |middle: f64| format!("{:.6}", middle + (random.f64() - 0.5) * 0.3);
    vec![edit(latitude, near(x)), edit(longitude, near(y))]
}

fn address(random: &mut Rng) -> String {
    let (city, _) = random.choice(words::CITIES).copied().unwrap_or_default();
    let (district, street) = (one(random, words::DISTRICTS), one(random, words::STREETS));
    format!("{city}{district}{street}{}号", random.u32(1..900))
}

fn pictures(random: &mut Rng) -> Vec<Edit> {
    let key = edit("EventKey", format!("rselfmenu_1_{}", random.u32(..5)));
    let mut edits = vec![key];
    for _ in 0..random.u32(1..4) {
        edits.push(edit("PicMd5Sum", format!("{:032x}", random.u128(..))));
    }
    edits
}

fn sentence(random: &mut Rng) -> String {
    let mut text = String::new();
    for at in 0..random.usize(1..4) {
        if at > 0 {
            text.push('，');
        }
        text.push_str(one(random, words::OPENINGS));
        text.push_str(one(random, words::THINGS));
        text.push_str(one(random, words::ENDINGS));
    }
    if random.u32(..20) == 0 {
        text = format!("{text} {}{:05}", one(random, words::LATIN), random.u32(..100_000));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message;
    use crate::wechat::tree::Tree;

    #[test]
    fn every_kind_can_be_made_and_read() {
        let mut random = Rng::with_seed(1);
        for (kind, _) in KINDS {
            for _ in 0..20 {
                let template = template(kind).unwrap();
                let body = edited(template.as_bytes(), &details(kind, &mut random)).unwrap();
                let tree = Tree::parse(&body).unwrap();
                let message = message::Message::decode(&tree);
                assert_eq!(message.kind(), *kind);
                assert!(message.problems.is_empty(), "{:?}", message.problems);
            }
        }
    }
}
