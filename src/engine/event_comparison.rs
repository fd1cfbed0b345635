//! Two stored events side by side, their messages and their replies; or the answer to a replay beside an earlier one.

use super::event_detail::ComparedReplay;
use crate::account::Accounts;
use crate::capture::{CaptureId, ReplayId, StoredCapture};
use crate::replay::{ComparableAnswer, SideBySide, side_by_side};
use crate::store::{Reader, StoreError};

/// Two events beside each other, in the order in which they were chosen.
#[derive(Clone, Debug)]
pub struct EventComparison {
    pub before: StoredCapture,
    pub after: StoredCapture,
    pub messages: SideBySide,
    /// `None` where neither has a reply.
    pub replies: Option<SideBySide>,
}

/// The answer to a replay beside the answer that it is compared with.
#[derive(Clone, Debug)]
pub struct ReplyComparison {
    pub replay: ReplayId,
    /// The status of the earlier answer and of this one; `None` where no answer came.
    pub statuses: [Option<u16>; 2],
    pub sides: SideBySide,
}

impl ReplyComparison {
    /// Puts a replay's answer beside the earlier one; `None` without an earlier one.
    pub(super) fn of(compared: &ComparedReplay) -> Option<Self> {
        let before = compared.before.as_ref()?;
        let after = ComparableAnswer::of_replay(&compared.stored);
        Some(Self {
            replay: compared.stored.id,
            statuses: [before.status, after.status],
            sides: side_by_side(&before.body, &after.body),
        })
    }
}

impl EventComparison {
    /// Compares two events; `None` where one of them has been removed.
    pub(super) fn of(
        (before, after): (CaptureId, CaptureId),
        reader: &Reader,
        accounts: &Accounts,
    ) -> Result<Option<Self>, StoreError> {
        let (Some(before), Some(after)) = (reader.capture(before)?, reader.capture(after)?) else { return Ok(None) };
        let messages = side_by_side(before.capture.message(), after.capture.message());
        let has_reply = before.reply.is_some() || after.reply.is_some();
        let replies = has_reply.then(|| side_by_side(&reply_text(&before, accounts), &reply_text(&after, accounts)));
        Ok(Some(Self { before, after, messages, replies }))
    }
}

/// The reply's body, decrypted where a server answered encrypted and its key is known.
fn reply_text(stored: &StoredCapture, accounts: &Accounts) -> Vec<u8> {
    let Some(reply) = &stored.reply else { return Vec::new() };
    let account = accounts.named(&stored.capture.account);
    account.and_then(|account| account.decrypt_reply(&reply.body)).unwrap_or_else(|| reply.body.clone())
}
