//! Answers to messages that were composed in the window or tapped on the menu board, with what the user would see of each.

use crate::capture::{RunId, StoredReplay};
use crate::inspect::reply::lint_plain_reply;
use crate::store::{Reader, StoreError};
use crate::wechat::lint::{HttpResponse, Report};

/// The most answers that are read: more than a menu has buttons.
const MOST: usize = 64;

/// The answer to one message.
#[derive(Clone, Debug)]
pub struct AnsweredMessage {
    pub replay: StoredReplay,
    /// The lint of the answer's plaintext; `None` where no answer came.
    pub report: Option<Report>,
}

/// The first answers of a run, in the order in which they were recorded.
pub(super) fn answered(run: RunId, reader: &Reader) -> Result<Vec<AnsweredMessage>, StoreError> {
    let mut answers = Vec::new();
    for row in reader.replays_in(run, MOST)? {
        let Some(replay) = reader.replay(row.id)? else { continue };
        let Some(event) = reader.capture(replay.replayed.event)? else { continue };
        let replayed = &replay.replayed;
        let report = replayed.answer.status.map(|status| {
            let elapsed_ms = Some(replayed.answer.elapsed.as_millis() as u64);
            lint_plain_reply(&HttpResponse { status, body: replayed.reply(), elapsed_ms }, &event.capture)
        });
        answers.push(AnsweredMessage { replay, report });
    }
    Ok(answers)
}
