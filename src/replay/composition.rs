//! Stores composed messages as our own captures, so that they can be sent, shown and sent again.

use super::ReplayError;
use crate::account::{Account, Accounts};
use crate::capture::CaptureId;
use crate::sample::{self, own_capture};
use crate::store::{BulkWriter, ImportEvent, ImportOutcome};

/// Messages composed by a person.
#[derive(Clone, Copy, Debug)]
pub struct ComposedMessages<'a> {
    /// In the order in which they are sent.
    pub messages: &'a [Vec<u8>],
    /// The account they are signed and encrypted for.
    pub account: &'a Account,
    /// Encrypts them as in safe mode; needs the account's key and AppID.
    pub encrypt: bool,
}

impl ComposedMessages<'_> {
    /// Signs and stores them, and says under which numbers.
    pub fn store(self, additions: &mut BulkWriter, accounts: &Accounts) -> Result<Vec<CaptureId>, ReplayError> {
        let mut recorded = Vec::with_capacity(self.messages.len());
        for message in self.messages {
            let now = crate::clock::now();
            let push = sample::signed(message, Some(self.account), self.encrypt, now)?;
            let capture = own_capture(&push, self.account, accounts, now);
            recorded.push(ImportEvent::unanswered(capture));
        }
        Ok(additions.import(&recorded)?.into_iter().map(ImportOutcome::id).collect())
    }
}
