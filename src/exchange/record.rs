//! The record of an event: exported to a file, and read from one.

use crate::capture::diagnosis::Diagnosis;
use crate::capture::{Annotation, CaptureId, Mode, RawRequest, Reply, Signature, StoredCapture, TeamMark};

pub(super) mod entry;
pub(super) mod http_text;
pub(super) mod manifest;
pub(super) mod numbering;
pub(super) mod object;

/// An event on its way to a file. Numbers of the database are replaced by those of the export: 1 is the first to arrive.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The event; its placement holds numbers of the export. Its group is its own number where the first attempt is not
    /// exported.
    pub stored: StoredCapture,
    /// For an event with pictures: the numbers of the exported image messages that belong to it.
    pub images: Vec<CaptureId>,
    /// The AppID that a message with pseudonyms was encrypted for anew.
    pub app_id: Option<String>,
}

/// An event as it was found in a file.
#[derive(Clone, Debug)]
pub(super) struct FileEvent {
    /// The request as it is stored.
    pub(super) request: RawRequest,
    /// Without a record, the request is inspected as if it had just arrived.
    pub(super) record: Option<Record>,
}

/// The rest of an event as it was on record when it was exported.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its number in the file.
    pub(super) number: u64,
    /// The number of the first attempt, where that is another one in the file.
    pub(super) first: Option<u64>,
    /// The number of the attempt, from 1.
    pub(super) attempt: u32,
    pub(super) account: String,
    pub(super) mode: Mode,
    pub(super) signature: Signature,
    /// Set where this program had sent it.
    pub(super) replay: bool,
    /// The decrypted message; `None` where it came in plain, or was not decrypted.
    pub(super) message: Option<Vec<u8>>,
    pub(super) diagnoses: Vec<Diagnosis>,
    pub(super) reply: Option<Reply>,
    /// A person's pin and note.
    pub(super) annotation: Annotation,
    /// The relay it came from, and the desktop whose tap it is.
    pub(super) team: TeamMark,
}
