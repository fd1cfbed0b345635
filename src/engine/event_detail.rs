//! One event in full: its capture, attempts, images, signature, and replays with what they are compared with.

use crate::account::Accounts;
use jiff::Timestamp;

use crate::capture::{CaptureId, CaptureSummary, StoredCapture, StoredReplay};
use crate::coverage::FormerButton;
use crate::inspect::{CiphertextLayers, SignatureCheck};
use crate::replay::{ComparableAnswer, Difference};
use crate::replay::{before, difference};
use crate::store::{KeyHistory, Reader, StoreError};
use crate::wechat::tree::Tree;

/// A capture and everything that belongs to its event.
#[derive(Clone, Debug)]
pub struct EventDetail {
    pub stored: StoredCapture,
    /// All attempts of the event, `stored` included.
    pub attempts: Vec<CaptureSummary>,
    /// For an event with pictures: the image messages that followed it.
    pub images: Vec<CaptureId>,
    /// The pictures of these messages, as far as they are shown; an image message has its own.
    pub image_messages: Vec<ImageMessage>,
    /// The calculation of the signature, where the account still has a token.
    pub signature: Option<SignatureCheck>,
    /// The layers of an encrypted push.
    pub layers: Option<CiphertextLayers>,
    /// The earlier events of the same menu button.
    pub key_history: Option<KeyHistory>,
    /// The button that a tap came from, where a menu that was kept has it.
    pub button: Option<FormerButton>,
    /// The latest replays, newest first. Only the newest one's difference is calculated.
    pub replays: Vec<ComparedReplay>,
}

/// The picture of an image message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageMessage {
    pub id: CaptureId,
    pub received_at: Timestamp,
    /// `PicUrl`.
    pub picture_url: Option<String>,
    /// `MediaId`.
    pub media_id: Option<String>,
}

impl ImageMessage {
    /// The picture of a capture, if it is an image message.
    pub(super) fn of(stored: &StoredCapture) -> Option<Self> {
        let tree = Tree::parse_lenient(stored.capture.message()).ok()?;
        let text = |name: &str| tree.root().text_of(name).map(|text| text.trim().to_owned());
        (stored.capture.envelope.kind == "image").then(|| Self {
            id: stored.placement.id,
            received_at: stored.capture.request.received_at,
            picture_url: text("PicUrl"),
            media_id: text("MediaId"),
        })
    }
}

/// A replay beside the answer that it is compared with.
#[derive(Clone, Debug)]
pub struct ComparedReplay {
    pub stored: StoredReplay,
    /// The earlier answer; `None` without a baseline, or where the baseline has been deleted.
    pub before: Option<ComparableAnswer>,
    /// The difference from the earlier answer; `None` without one, or where it is not calculated yet.
    pub difference: Option<Difference>,
}

impl ComparedReplay {
    /// A replay of `event` and its baseline, with the difference not calculated yet.
    pub(super) fn of(
        stored: StoredReplay,
        event: &StoredCapture,
        reader: &Reader,
        accounts: &Accounts,
    ) -> Result<Self, StoreError> {
        let before = match stored.replayed.baseline {
            Some(baseline) => before(reader, baseline, event, accounts)?,
            None => None,
        };
        Ok(Self { stored, before, difference: None })
    }

    /// Calculates the difference, which may take some tenths of a second. `ignored` are elements left out of it.
    #[must_use]
    pub(super) fn compared(mut self, ignored: &[String]) -> Self {
        let now = ComparableAnswer::of_replay(&self.stored);
        self.difference = self.before.as_ref().map(|before| difference(before, &now, ignored));
        self
    }

    /// Tells whether the difference from the baseline is still to be calculated.
    pub fn is_to_be_compared(&self) -> bool {
        self.before.is_some() && self.difference.is_none()
    }
}
