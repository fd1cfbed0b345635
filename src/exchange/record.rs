//! An event on its way to a file and back: what is exported of it, and what a file says of it.

use crate::capture::diagnosis::Diagnosis;
use crate::capture::{CaptureId, Mode, RawRequest, Reply, Signature, StoredCapture};

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
    /// The AppID that an encrypted message was sealed for anew, where it has pseudonyms.
    pub app_id: Option<String>,
}

/// An event as it was found in a file.
#[derive(Clone, Debug)]
pub(super) struct FileEvent {
    /// The request as it is stored.
    pub(super) request: RawRequest,
    /// What is on record beside the request; where there is nothing, it is inspected as if it had just arrived.
    pub(super) record: Option<Record>,
}

/// What this program knew of an event when it was exported.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its number in the file.
    pub(super) number: u64,
    /// The number of the first attempt, where that is another one in the file.
    pub(super) first: Option<u64>,
    /// Which attempt it is, from 1.
    pub(super) attempt: u32,
    /// The account's name.
    pub(super) account: String,
    /// How the message travelled.
    pub(super) mode: Mode,
    /// What the signature said.
    pub(super) signature: Signature,
    /// Whether this program had sent it.
    pub(super) replay: bool,
    /// The decrypted message; `None` where it came in plain, or was not opened.
    pub(super) message: Option<Vec<u8>>,
    /// What was not perfect about it.
    pub(super) diagnoses: Vec<Diagnosis>,
    /// What was answered.
    pub(super) reply: Option<Reply>,
}
