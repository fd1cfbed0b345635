//! The table of formats: everything that differs from one format to the next is a column of it.

use std::io::BufRead;

use jiff::Timestamp;

use super::fixture_error::FixtureError;
use super::importer::Importer;
use super::record::Fixture;
use super::record::manifest::PublishedKeys;
use super::writer::Writer;
use crate::capture::StoredCapture;
use crate::texts::Language;

pub(super) mod curl;
pub(super) mod har;
pub(super) mod http;
mod http_dialogue;
pub(super) mod hurl;
pub(super) mod input;
pub(super) mod json_lines;
pub(super) mod pack;
pub(super) mod raw;
mod request_comments;
#[cfg(test)]
mod round_trip;
mod server_url;
#[cfg(test)]
pub(super) mod specimens;
pub(super) mod test_code;
mod text_writer;
mod variables;

pub use server_url::ServerUrl;

/// One curl command that sends an event to a server, the usual local one where none is given.
pub fn curl_command(stored: &StoredCapture, to: Option<&str>) -> String {
    let to = to.and_then(ServerUrl::parse).unwrap_or_default();
    curl::command_line(&Fixture { stored: stored.clone(), images: Vec::new(), app_id: None }, &to)
}

use pack::PackWriter;
use test_code::{Snippet, TestCode};

/// The forms in which events are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A folder, or a `.zip`, with a sub-folder for each event: the whole record.
    Pack,
    /// The messages alone, a file each.
    Raw,
    /// JSON Lines: the object of `menuscope events --json`.
    Json,
    /// A shell script of curl commands.
    Curl,
    /// A file for the HTTP clients of editors.
    Http,
    /// An HTTP Archive, version 1.2.
    Har,
    /// A file for hurl.
    Hurl,
    /// A pack and a test of it for pytest, with wechatpy.
    Pytest,
    /// A pack and a test of it for node:test and Jest, with co-wechat.
    Node,
    /// A pack and a test of it for `PHPUnit`, with `EasyWeChat`.
    Phpunit,
    /// A pack and a test of it for `JUnit` 5, with `WxJava`.
    Junit,
    /// A pack and a test of it for Go, with nothing but its standard library.
    Go,
    /// A pack and a test of it for Rust.
    Rust,
}

/// Settings of an export that change the text of its files.
pub(super) struct WriterOptions {
    /// The public keys that pseudonymised events are signed and encrypted with.
    pub(super) published: Option<PublishedKeys>,
    /// The language of diagnoses in JSON.
    pub(super) language: Language,
    /// The server that requests are sent to; `None` for the usual one.
    pub(super) to: Option<ServerUrl>,
    /// Elements of a reply that tests do not compare; `None` where the export has no tests.
    pub(super) ignored: Option<Vec<String>>,
}

/// Reads a file to its end. The text names the file in problems; the time dates events without a time of their own.
pub(super) type Read = fn(&mut dyn BufRead, &str, Timestamp, &mut Importer<'_>) -> Result<(), FixtureError>;

/// The reader of a format, and the test by which a file is recognised.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    /// Tells by the first bytes of a file whether it is in this format, of any program.
    recognises: fn(&[u8]) -> bool,
    pub(super) read: Read,
    pub(super) count: EventCount,
}

/// The number of events in a file, as far as it can be known before the file is read.
#[derive(Clone, Copy)]
pub(super) enum EventCount {
    One,
    /// One for each line.
    Lines,
    Unknown,
}

/// A row of the table.
struct Row {
    format: Format,
    /// On the command line.
    name: &'static str,
    /// Of the one file that the export is; `None` where it is a folder.
    extension: Option<&'static str>,
    writer: fn(&WriterOptions) -> Box<dyn Writer>,
    /// `None` where a folder is read instead of a file.
    reader: Option<Reader>,
    /// Tells by the first bytes of a file whether an export of this format wrote it.
    is_ours: fn(&[u8]) -> bool,
    /// The files beside the pack.
    test_code: &'static [Snippet],
}

/// In the order in which the formats are offered, which is that of [`Format`].
static TABLE: [Row; 13] = [
    folder(Format::Pack, "pack", &[]),
    Row {
        writer: |_| Box::new(raw::RawWriter),
        reader: Some(Reader { recognises: raw::recognises, read: raw::read, count: EventCount::One }),
        ..folder(Format::Raw, "raw", &[])
    },
    Row {
        format: Format::Json,
        name: "json",
        extension: Some("jsonl"),
        writer: |options| Box::new(json_lines::JsonLines::new(options.language)),
        reader: Some(Reader { recognises: json_lines::recognises, read: json_lines::read, count: EventCount::Lines }),
        is_ours: json_lines::is_ours,
        test_code: &[],
    },
    Row {
        format: Format::Curl,
        name: "curl",
        extension: Some("sh"),
        writer: |options| Box::new(curl::writer(options.to.clone())),
        reader: Some(reader(curl::recognises, curl::read)),
        is_ours: |head| head.starts_with(curl::HEADING.as_bytes()),
        test_code: &[],
    },
    Row {
        format: Format::Http,
        name: "http",
        extension: Some("http"),
        writer: |options| Box::new(http::writer(options.to.clone())),
        reader: Some(reader(http::recognises, http::read)),
        is_ours: |head| head.starts_with(http::HEADING.as_bytes()),
        test_code: &[],
    },
    Row {
        format: Format::Har,
        name: "har",
        extension: Some("har"),
        writer: |_| Box::new(har::Har::default()),
        reader: Some(reader(har::recognises, har::read)),
        is_ours: |head| head.starts_with(har::HEADING.as_bytes()),
        test_code: &[],
    },
    Row {
        format: Format::Hurl,
        name: "hurl",
        extension: Some("hurl"),
        writer: |options| Box::new(hurl::writer(options.to.clone())),
        reader: Some(reader(hurl::recognises, hurl::read)),
        is_ours: |head| head.starts_with(hurl::HEADING.as_bytes()),
        test_code: &[],
    },
    folder(Format::Pytest, "pytest", test_code::PYTEST),
    folder(Format::Node, "node", test_code::NODE),
    folder(Format::Phpunit, "phpunit", test_code::PHPUNIT),
    folder(Format::Junit, "junit", test_code::JUNIT),
    folder(Format::Go, "go", test_code::GO),
    folder(Format::Rust, "rust", test_code::RUST),
];

/// The row of a pack, perhaps with test code beside it.
const fn folder(format: Format, name: &'static str, test_code: &'static [Snippet]) -> Row {
    Row {
        format,
        name,
        extension: None,
        writer: |options| Box::new(PackWriter::new(options.published.clone(), options.ignored.clone())),
        reader: None,
        is_ours: |_| false,
        test_code,
    }
}

const fn reader(recognises: fn(&[u8]) -> bool, read: Read) -> Reader {
    Reader { recognises, read, count: EventCount::Unknown }
}

/// The reader of a file that begins with these bytes. XML and JSON that no tool wrote may be a message.
pub(super) fn recognised(head: &[u8]) -> Option<Reader> {
    let raw = Format::Raw.row().reader;
    if raw::is_request(head) {
        return raw;
    }
    if http_dialogue::recognises(head) {
        return Some(reader(http_dialogue::recognises, http_dialogue::read));
    }
    let tools = TABLE.iter().filter(|row| row.format != Format::Raw).filter_map(|row| row.reader);
    tools.chain(raw).find(|reader| (reader.recognises)(head))
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Self; 13] = {
        let mut all = [Self::Pack; 13];
        let mut at = 0;
        while at < all.len() {
            all[at] = TABLE[at].format;
            at += 1;
        }
        all
    };

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.format)
    }

    /// The extension of its file; `None` where an export is a folder or a zip.
    pub fn extension(self) -> Option<&'static str> {
        self.row().extension
    }

    /// Tells whether the format is test code beside a pack.
    pub fn is_test_code(self) -> bool {
        !self.row().test_code.is_empty()
    }

    /// Tells whether the format has requests for another client, which are sent to a server.
    pub fn has_server(self) -> bool {
        matches!(self, Self::Curl | Self::Http | Self::Hurl)
    }

    /// Tells whether a file that begins with these bytes is an export of this format.
    pub(super) fn is_ours(self, head: &[u8]) -> bool {
        (self.row().is_ours)(head)
    }

    pub(super) fn writer(self, options: &WriterOptions) -> Box<dyn Writer> {
        let writer = (self.row().writer)(options);
        match self.row().test_code {
            [] => writer,
            files => Box::new(TestCode { pack: writer, files }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_own_row() {
        for (format, row) in Format::ALL.into_iter().zip(&TABLE) {
            assert_eq!((format, format.row().format, Format::from_name(row.name)), (row.format, format, Some(format)));
        }
    }

    #[test]
    fn the_six_formats_with_test_code_have_files_and_the_others_none() {
        let with_files: Vec<&str> =
            Format::ALL.into_iter().filter(|format| format.is_test_code()).map(Format::as_str).collect();
        assert_eq!(with_files, ["pytest", "node", "phpunit", "junit", "go", "rust"]);
    }
}
