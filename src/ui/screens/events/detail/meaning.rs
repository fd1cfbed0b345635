//! Remarks about values, and rows derived from them: times, counts, scanned codes and coordinates.

use jiff::Timestamp;

use super::field::Field;
use crate::texts::Language;
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::geo;
use crate::wechat::message::{Location, MenuEvent, Message, Payload, Pictures, ScanCode, UserMessage};
use crate::wechat::scan::{self, Product, ScanMeaning};

/// A remark shown beside a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Note {
    Words(String),
    /// A point in time, shown in local time.
    Instant(Timestamp),
}

/// A labelled value that is derived from the elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FactRow {
    pub(super) label: String,
    pub(super) value: String,
    /// Set if the value is shown in the code font rather than as prose.
    pub(super) is_code: bool,
}

impl FactRow {
    /// A row with a value in the code font.
    pub(super) fn code(label: &str, value: &str) -> Self {
        let shown = |text: &str| DisplayText::of(text).marked();
        Self { label: shown(label), value: shown(value), is_code: true }
    }
}

/// Remarks about the value of a field.
pub(super) fn value_notes(field: &Field, message: &Message<'_>, language: Language) -> Vec<Note> {
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

/// The picture list of a menu event.
fn pictures<'m>(message: &'m Message<'_>) -> Option<&'m Pictures<'m>> {
    match message.menu_event()? {
        MenuEvent::PicSysphoto(pictures) | MenuEvent::PicPhotoOrAlbum(pictures) | MenuEvent::PicWeixin(pictures) => {
            Some(pictures)
        }
        _ => None,
    }
}

/// The scan result of a menu event.
pub(super) fn scan_code<'m>(message: &'m Message<'_>) -> Option<&'m ScanCode<'m>> {
    match message.menu_event()? {
        MenuEvent::ScancodePush(scan) | MenuEvent::ScancodeWaitmsg(scan) => Some(scan),
        _ => None,
    }
}

fn count_note(pictures: &Pictures<'_>, language: Language) -> Note {
    let found = pictures.md5s.len();
    let agrees = pictures.count.is_some_and(|count| usize::try_from(count) == Ok(found));
    let key = if agrees { "detail.note.count_agrees" } else { "detail.note.count_differs" };
    Note::Words(language.filled(key, &[("found", found.to_string())]))
}

/// Rows derived from the elements, such as the parts of a scanned code.
pub(super) fn derived_rows(message: &Message<'_>, language: Language) -> Vec<FactRow> {
    if let Some(scan) = scan_code(message) {
        return scan_rows(scan, language);
    }
    match &message.payload {
        Payload::Menu(MenuEvent::LocationSelect(location)) | Payload::Message(UserMessage::Location(location)) => {
            location_rows(location, language)
        }
        _ => Vec::new(),
    }
}

/// Collects derived rows in one language.
struct DerivedRows(Language, Vec<FactRow>);

impl DerivedRows {
    fn add(&mut self, label: &str, value: &str, is_code: bool) {
        let label = self.0.text(&format!("detail.said.{label}")).into_owned();
        self.1.push(FactRow { label, value: DisplayText::of(value).marked(), is_code });
    }

    fn code(&mut self, label: &str, value: &str) {
        self.add(label, value, true);
    }

    fn optional_code(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.code(label, value);
        }
    }

    /// Adds a text from the locale.
    fn words(&mut self, label: &str, key: &str) {
        let words = self.0.text(&format!("detail.said.{key}")).into_owned();
        self.add(label, &words, false);
    }
}

fn scan_rows(scan: &ScanCode<'_>, language: Language) -> Vec<FactRow> {
    let mut rows = DerivedRows(language, Vec::new());
    if let (Some(symbology), Some(content)) = (scan.symbology, scan.content) {
        rows.code("symbology", symbology);
        rows.code("content", content);
    }
    let content = scan.content.unwrap_or_default();
    let meaning = scan::meaning(&scan.scan_type.unwrap_or_default().to_ascii_lowercase(), scan.symbology, content);
    add_meaning(&meaning, content.is_empty(), &mut rows);
    rows.1
}

/// Adds the kind of the content, then its parts.
fn add_meaning(meaning: &ScanMeaning<'_>, is_empty: bool, rows: &mut DerivedRows) {
    match meaning {
        ScanMeaning::Url(link) => {
            rows.words("is", "link");
            rows.code("host", link.host);
            if link.user_info.is_some() {
                rows.words("beware", "disguised_host");
            }
        }
        ScanMeaning::Product(product) => add_product(product, rows),
        ScanMeaning::Wifi(wifi) => {
            rows.words("is", "wifi");
            rows.code("ssid", &wifi.ssid);
            rows.optional_code("security", wifi.security.as_deref());
            rows.optional_code("password", wifi.password.as_deref());
        }
        ScanMeaning::Contact(contact) => {
            rows.words("is", "contact");
            rows.optional_code("name", contact.name.as_deref());
            rows.optional_code("organisation", contact.organisation.as_deref());
            rows.optional_code("telephone", Some(&contact.telephones.join(", ")));
            rows.optional_code("mail", Some(&contact.emails.join(", ")));
        }
        ScanMeaning::Geo(point) => {
            rows.words("is", "geo");
            rows.code("wgs84", &coordinates((point.latitude, point.longitude)));
        }
        ScanMeaning::Telephone { number } => {
            rows.words("is", "tel");
            rows.code("telephone", number);
        }
        ScanMeaning::Sms { number, body } => {
            rows.words("is", "sms");
            rows.code("telephone", number);
            rows.optional_code("body", body.as_deref());
        }
        ScanMeaning::Mail { address, subject, body } => {
            rows.words("is", "mail_message");
            rows.code("mail", address);
            rows.optional_code("subject", subject.as_deref());
            rows.optional_code("body", body.as_deref());
        }
        ScanMeaning::Text if is_empty => rows.words("is", "nothing"),
        ScanMeaning::Text => rows.words("is", "text"),
    }
}

fn add_product(product: &Product<'_>, rows: &mut DerivedRows) {
    use crate::wechat::scan::ProductCode::{Ean8, Ean13, Isbn, UpcA, UpcE};
    let kind = match product.code {
        Ean13 => "ean_13",
        Ean8 => "ean_8",
        UpcA => "upc_a",
        UpcE => "upc_e",
        Isbn => "isbn",
    };
    rows.words("is", kind);
    rows.words("checksum", if product.valid_checksum { "checksum_right" } else { "checksum_wrong" });
}

fn location_rows(location: &Location<'_>, language: Language) -> Vec<FactRow> {
    let mut rows = DerivedRows(language, Vec::new());
    if let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude) {
        rows.code("gcj02", &coordinates((latitude, longitude)));
        rows.code("wgs84", &coordinates(geo::gcj02_to_wgs84(latitude, longitude)));
        rows.code("bd09", &coordinates(geo::gcj02_to_bd09(latitude, longitude)));
        rows.words("datum", "datum_assumed");
    }
    rows.1
}

/// Formats coordinates with six decimals, a resolution of 0.1 m.
pub(super) fn coordinates((latitude, longitude): (f64, f64)) -> String {
    format!("{latitude:.6}, {longitude:.6}")
}
