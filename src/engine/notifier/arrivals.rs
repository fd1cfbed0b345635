//! Events that have newly matched a filter, from now on; also those that match only once their reply is recorded.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::SignedDuration;

use crate::capture::{CaptureId, StoredCapture};
use crate::filter::Filter;
use crate::store::{Reader, StoreError};

/// An event may match anew while its reply is open; one without a reply is settled after this time.
const OPEN_AT_MOST: SignedDuration = SignedDuration::from_secs(15);

/// The most events that are followed at once; of a larger flood, the newest are.
const MOST_FOLLOWED: i64 = 4_096;

/// The events of a database that have newly matched.
#[derive(Debug)]
pub(super) struct Arrivals {
    database: PathBuf,
    filter: Filter,
    reader: Option<Reader>,
    /// The newest event that cannot match anew; `None` until the database is opened.
    settled: Option<CaptureId>,
    /// A position before everything: without a database, all that will be in it is new.
    was_absent: bool,
    /// Events after `settled` that were given out.
    given: BTreeSet<CaptureId>,
    version: Option<i64>,
    /// Set while an event may still match: time alone settles it.
    is_open: bool,
}

impl Arrivals {
    /// The events that match and arrive after this call.
    pub(super) fn from_now_on(database: PathBuf, filter: Filter) -> Self {
        let mut arrivals = Self {
            database,
            filter,
            reader: None,
            settled: None,
            was_absent: false,
            given: BTreeSet::new(),
            version: None,
            is_open: false,
        };
        if let Err(StoreError::Absent { .. }) = arrivals.open() {
            arrivals.was_absent = true;
        }
        arrivals
    }

    /// A stored event.
    pub(super) fn event(&self, id: CaptureId) -> Option<StoredCapture> {
        self.reader.as_ref()?.capture(id).ok().flatten()
    }

    /// The events that have matched since the last look.
    pub(super) fn look(&mut self) -> Result<Vec<CaptureId>, StoreError> {
        if self.reader.take_if(|reader| !reader.is_current()).is_some() {
            (self.settled, self.version, self.was_absent) = (None, None, !self.database.exists());
            self.given.clear();
        }
        self.open()?;
        let (Some(reader), Some(settled)) = (&self.reader, self.settled) else { return Ok(Vec::new()) };
        let version = reader.data_version()?;
        if self.version.replace(version) == Some(version) && !self.is_open {
            return Ok(Vec::new());
        }
        let newest = reader.newest()?;
        let after = settled.max(CaptureId(newest.0 - MOST_FOLLOWED));
        // Before the search: an answer that is recorded in between is found by it, or the event stays open until the next look.
        let settled = settled_until(reader, after, newest)?;
        let found = reader.arrived(&self.filter, after, MOST_FOLLOWED as usize)?;
        let new: Vec<CaptureId> = found.into_iter().filter(|id| *id <= newest && self.given.insert(*id)).collect();
        self.is_open = settled < newest;
        self.settled = Some(settled);
        self.given = self.given.split_off(&CaptureId(settled.0 + 1));
        Ok(new)
    }

    fn open(&mut self) -> Result<(), StoreError> {
        if self.reader.is_none() {
            let reader = Reader::open(&self.database)?;
            let newest = reader.newest()?;
            self.settled.get_or_insert(if self.was_absent { CaptureId(0) } else { newest });
            self.reader = Some(reader);
        }
        Ok(())
    }
}

/// The newest event before which none is open any more.
fn settled_until(reader: &Reader, after: CaptureId, newest: CaptureId) -> Result<CaptureId, StoreError> {
    let ids: Vec<CaptureId> = (after.0 + 1..=newest.0).map(CaptureId).collect();
    let since = crate::clock::now().saturating_sub(OPEN_AT_MOST).unwrap_or_default();
    let rows = reader.page(&ids)?;
    let open = rows.iter().find(|row| row.reply.is_none() && row.received_at > since);
    Ok(open.map_or(newest, |open| CaptureId(open.placement.id.0 - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Reply, ReplyEnd, ReplySource};
    use crate::store::{Store, StoreHead};
    use crate::waker::Waker;

    fn filter(text: &str) -> Filter {
        Filter::parse(text, &crate::clock::local_now()).unwrap()
    }

    fn capture(kind: &str) -> crate::capture::Capture {
        let accounts = crate::account::Accounts::new(Vec::new(), None);
        let push = crate::sample::push(kind, None, accounts.own_mark(), crate::clock::now()).unwrap();
        crate::sample::own_capture(&push, accounts.default_account(), &accounts, crate::clock::now())
    }

    fn reply() -> Reply {
        Reply {
            status: Some(500),
            body: Vec::new(),
            wire: None,
            source: ReplySource::Default,
            elapsed: std::time::Duration::ZERO,
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        }
    }

    #[test]
    fn what_is_new_is_given_once_also_where_its_reply_makes_it_match() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("menuscope.db");
        let (head, _following) = tokio::sync::watch::channel(StoreHead::default());
        let mut absent = Arrivals::from_now_on(path.clone(), filter("event:CLICK"));
        assert!(matches!(absent.look(), Err(StoreError::Absent { .. })));
        let store = Store::open(&path, crate::store::Limits::default(), head, Waker::silent()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let add = |kind: &str| runtime.block_on(store.handle().insert(capture(kind))).unwrap().id;
        let first = add("CLICK");
        assert_eq!(absent.look().unwrap(), [first], "all is new where nothing was");
        let mut failed = Arrivals::from_now_on(path.clone(), filter("status:500"));
        let mut clicks = Arrivals::from_now_on(path, filter("event:CLICK"));
        assert_eq!((clicks.look().unwrap(), failed.look().unwrap()), (vec![], vec![]));
        let (second, _) = (add("CLICK"), add("VIEW"));
        assert_eq!((clicks.look().unwrap(), failed.look().unwrap()), (vec![second], vec![]));
        runtime.block_on(async { store.handle().record_reply(second, reply()) });
        let mut found = Vec::new();
        for _ in 0..1_000 {
            found.extend(failed.look().unwrap());
            if !found.is_empty() {
                break;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
        assert_eq!((clicks.look().unwrap(), found), (vec![], vec![second]));
        assert_eq!((clicks.look().unwrap(), failed.look().unwrap()), (vec![], vec![]));
    }
}
