//! Two stored events side by side: their messages and their replies.

use crate::account::Accounts;
use crate::capture::{CaptureId, StoredCapture};
use crate::replay::{SideBySide, side_by_side};
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
