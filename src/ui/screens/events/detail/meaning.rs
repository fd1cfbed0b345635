//! What values say: times, counts, codes, places, in words beside the value.

use jiff::Timestamp;

use super::field::Field;
use super::section::Row;
use crate::texts::Language;
use crate::ui::widgets::shown::Shown;
use crate::wechat::geo;
use crate::wechat::message::{Location, MenuEvent, Message, Payload, Pictures, ScanCode, UserMessage};
use crate::wechat::scan::{self, Product, ScanMeaning};

/// A word about a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Note {
    /// In words.
    Words(String),
    /// A point in time, which the local clock is to say.
    Instant(Timestamp),
}

/// What the value of a field says beyond itself.
pub(super) fn notes_of(field: &Field, message: &Message<'_>, language: Language) -> Vec<Note> {
    let words = |key: &str| vec![Note::Words(language.text(key).into_owned())];
    let menu = message.menu_event();
    match (&*field.name, menu) {
        ("CreateTime", _) if field.depth == 1 => instant(message.create_time),
        ("ScanType", Some(_)) if field.text.trim().eq_ignore_ascii_case("qrcode") => words("detail.note.qr_code"),
        ("ScanType", Some(_)) if field.text.trim().eq_ignore_ascii_case("barcode") => words("detail.note.bar_code"),
        ("EventKey", Some(MenuEvent::View { .. })) if !field.is_empty() && field.web_link().is_none() => {
            words("detail.note.no_web_link")
        }
        ("Count", Some(_)) => pictures(message).map(|pictures| count_note(pictures, language)).into_iter().collect(),
        ("ConnectTime" | "ExpireTime" | "ExpiredTime" | "FailTime" | "SuccTime" | "DelayTime", _) => {
            instant(field.text.trim().parse().ok())
        }
        _ => Vec::new(),
    }
}

fn instant(seconds: Option<i64>) -> Vec<Note> {
    let instant = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    instant.map(Note::Instant).into_iter().collect()
}

/// The pictures of a menu event.
fn pictures<'m>(message: &'m Message<'_>) -> Option<&'m Pictures<'m>> {
    match message.menu_event()? {
        MenuEvent::PicSysphoto(pictures) | MenuEvent::PicPhotoOrAlbum(pictures) | MenuEvent::PicWeixin(pictures) => {
            Some(pictures)
        }
        _ => None,
    }
}

/// The scan of a menu event.
pub(super) fn scan_code<'m>(message: &'m Message<'_>) -> Option<&'m ScanCode<'m>> {
    match message.menu_event()? {
        MenuEvent::ScancodePush(scan) | MenuEvent::ScancodeWaitmsg(scan) => Some(scan),
        _ => None,
    }
}

/// How many pictures a menu event lists.
pub(super) fn picture_count(message: &Message<'_>) -> Option<usize> {
    pictures(message).map(|pictures| pictures.md5s.len())
}

fn count_note(pictures: &Pictures<'_>, language: Language) -> Note {
    let found = pictures.md5s.len();
    let agrees = pictures.count.is_some_and(|count| usize::try_from(count) == Ok(found));
    let key = if agrees { "detail.note.count_agrees" } else { "detail.note.count_differs" };
    Note::Words(language.filled(key, &[("found", found.to_string())]))
}

/// What follows from the elements and stands in none of them.
pub(super) fn said_of(message: &Message<'_>, language: Language) -> Vec<Row> {
    if let Some(scan) = scan_code(message) {
        return said_of_scan(scan, language);
    }
    match &message.payload {
        Payload::Menu(MenuEvent::LocationSelect(location)) | Payload::Message(UserMessage::Location(location)) => {
            said_of_location(location, language)
        }
        _ => Vec::new(),
    }
}

/// Rows of words, collected.
struct Said(Language, Vec<Row>);

impl Said {
    fn add(&mut self, label: &str, value: &str, is_code: bool) {
        let label = self.0.text(&format!("detail.said.{label}")).into_owned();
        self.1.push(Row::Said { label, value: Shown::of(value).marked(), is_code });
    }

    fn code(&mut self, label: &str, value: &str) {
        self.add(label, value, true);
    }

    fn maybe(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.code(label, value);
        }
    }

    /// A sentence from the locale.
    fn words(&mut self, label: &str, key: &str) {
        let words = self.0.text(&format!("detail.said.{key}")).into_owned();
        self.add(label, &words, false);
    }
}

fn said_of_scan(scan: &ScanCode<'_>, language: Language) -> Vec<Row> {
    let mut said = Said(language, Vec::new());
    if let (Some(symbology), Some(content)) = (scan.symbology, scan.content) {
        said.code("symbology", symbology);
        said.code("content", content);
    }
    let content = scan.content.unwrap_or_default();
    let meaning = scan::meaning(&scan.scan_type.unwrap_or_default().to_ascii_lowercase(), scan.symbology, content);
    say(&meaning, content.is_empty(), &mut said);
    said.1
}

/// What the content is, then its parts.
fn say(meaning: &ScanMeaning<'_>, is_empty: bool, said: &mut Said) {
    match meaning {
        ScanMeaning::Url(link) => {
            said.words("is", "link");
            said.code("host", link.host);
            if link.user_info.is_some() {
                said.words("beware", "disguised_host");
            }
        }
        ScanMeaning::Product(product) => say_product(product, said),
        ScanMeaning::Wifi(wifi) => {
            said.words("is", "wifi");
            said.code("ssid", &wifi.ssid);
            said.maybe("security", wifi.security.as_deref());
            said.maybe("password", wifi.password.as_deref());
        }
        ScanMeaning::Contact(contact) => {
            said.words("is", "contact");
            said.maybe("name", contact.name.as_deref());
            said.maybe("organisation", contact.organisation.as_deref());
            said.maybe("telephone", Some(&contact.telephones.join(", ")));
            said.maybe("mail", Some(&contact.emails.join(", ")));
        }
        ScanMeaning::Geo(point) => {
            said.words("is", "geo");
            said.code("wgs84", &coordinates((point.latitude, point.longitude)));
        }
        ScanMeaning::Telephone { number } => {
            said.words("is", "tel");
            said.code("telephone", number);
        }
        ScanMeaning::Sms { number, body } => {
            said.words("is", "sms");
            said.code("telephone", number);
            said.maybe("body", body.as_deref());
        }
        ScanMeaning::Mail { address, subject, body } => {
            said.words("is", "mail_message");
            said.code("mail", address);
            said.maybe("subject", subject.as_deref());
            said.maybe("body", body.as_deref());
        }
        ScanMeaning::Text if is_empty => said.words("is", "nothing"),
        ScanMeaning::Text => said.words("is", "text"),
    }
}

fn say_product(product: &Product<'_>, said: &mut Said) {
    use crate::wechat::scan::ProductCode::{Ean8, Ean13, Isbn, UpcA, UpcE};
    let kind = match product.code {
        Ean13 => "ean_13",
        Ean8 => "ean_8",
        UpcA => "upc_a",
        UpcE => "upc_e",
        Isbn => "isbn",
    };
    said.words("is", kind);
    said.words("checksum", if product.valid_checksum { "checksum_right" } else { "checksum_wrong" });
}

fn said_of_location(location: &Location<'_>, language: Language) -> Vec<Row> {
    let mut said = Said(language, Vec::new());
    if let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude) {
        said.code("gcj02", &coordinates((latitude, longitude)));
        said.code("wgs84", &coordinates(geo::gcj02_to_wgs84(latitude, longitude)));
        said.words("datum", "datum_assumed");
    }
    said.1
}

/// Six digits are a tenth of a metre.
fn coordinates((latitude, longitude): (f64, f64)) -> String {
    format!("{latitude:.6}, {longitude:.6}")
}
