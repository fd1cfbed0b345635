//! The head of the store: the state after the latest commit, as the writer publishes it.

use super::retention::RetentionReport;
use crate::texts::user_error::UserError;

/// The state of the database after the latest commit; each replaces the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreHead {
    /// Goes up with every commit of this process, and with those of others once they are noticed.
    pub revision: u64,
    /// The id of the newest capture.
    pub last_id: i64,
    /// The id of the newest capture at the time when the database, or another one in its place, was opened.
    pub opened_at: i64,
    /// The id of the oldest capture of this run that has no reply yet; older ones do not change any more.
    pub oldest_open: Option<i64>,
    /// The error of the last commit, if it failed.
    pub trouble: Option<UserError>,
    /// A recent removal or replacement of the database's files, and its outcome.
    pub change: Option<UserError>,
    /// The latest removal of events beyond the limits.
    pub retention: Option<RetentionReport>,
    /// The clock is far ahead, so that no event is removed by age.
    pub clock: Option<UserError>,
    /// Bytes of unverified requests that are stored.
    pub unverified_bytes: u64,
    /// Unverified requests that were deleted to stay within the limit, since the database was made.
    pub unverified_dropped: u64,
}
