//! The thread `feed-history`: reads events that are no longer in memory, so that followers who catch up keep nobody waiting.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::item::Item;
use super::log::{Page, PageLimit, Subscription};
use super::priority;
use super::refusal::Refusal;
use crate::capture::CaptureId;
use crate::filter::{Expr, Filter};
use crate::store::{Reader, StoreError};
use crate::texts::Language;

/// Numbers that one statement looks at: reading as many bodies takes some ten milliseconds.
const STEP: i64 = 16_384;

/// The time after which a page is given as it is, however few events it holds: others wait, too.
const PAGE_TIME: Duration = Duration::from_millis(100);

/// A request for events that are in the database alone.
#[derive(Debug)]
pub(super) enum HistoryRequest {
    /// Those after a cursor, up to a number up to which all is settled.
    Page { wanted: Subscription, upto: i64, limit: PageLimit, reply: oneshot::Sender<Result<Page, Refusal>> },
    /// One of them, as JSON.
    Event { id: i64, reply: oneshot::Sender<Result<Option<Bytes>, Refusal>> },
}

/// The state of the thread.
pub(super) struct History {
    pub(super) database: PathBuf,
    pub(super) requests: mpsc::Receiver<HistoryRequest>,
    pub(super) language: watch::Receiver<Language>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) reader: Option<Reader>,
}

impl History {
    /// Answers requests until the feed stops.
    pub(super) fn run(mut self) {
        priority::lower();
        let Ok(waiting) = tokio::runtime::Builder::new_current_thread().build() else { return };
        while let Some(request) = waiting.block_on(self.next()) {
            let language = *self.language.borrow();
            // Nobody may be waiting for the answer any more: then it is of no use.
            match request {
                HistoryRequest::Page { reply, .. } if reply.is_closed() => {}
                HistoryRequest::Page { wanted, upto, limit, reply } => {
                    let page = self.reader().and_then(|reader| page(reader, &wanted, upto, limit, language));
                    reply.send(page.map_err(|error| Refusal::unavailable(&error))).ok();
                }
                HistoryRequest::Event { id, reply } => {
                    let event = self.reader().and_then(|reader| Item::read(reader, CaptureId(id), language));
                    let event = event.map(|item| item.map(|item| item.line(false)));
                    reply.send(event.map_err(|error| Refusal::unavailable(&error))).ok();
                }
            }
        }
    }

    async fn next(&mut self) -> Option<HistoryRequest> {
        tokio::select! {
            request = self.requests.recv() => request,
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
        }
    }

    /// The reader, opened anew where another database is at the path.
    fn reader(&mut self) -> Result<&Reader, StoreError> {
        match self.reader.take().filter(Reader::is_current) {
            Some(reader) => Ok(self.reader.insert(reader)),
            None => Ok(self.reader.insert(Reader::open(&self.database)?)),
        }
    }
}

fn page(
    reader: &Reader,
    wanted: &Subscription,
    upto: i64,
    limit: PageLimit,
    language: Language,
) -> Result<Page, StoreError> {
    let began = Instant::now();
    let mut page = Page { next: wanted.after, ..Page::default() };
    let mut bytes = 0;
    // What came early is judged by what it was then: in memory, without its reply.
    let everything = Filter::from(Expr::All);
    let filter = if wanted.early { &everything } else { &*wanted.filter };
    while page.next < upto && began.elapsed() < PAGE_TIME {
        let end = page.next.saturating_add(STEP).min(upto);
        let missing = limit.items - page.items.len();
        let found = reader.matching_between(filter, (CaptureId(page.next + 1), CaptureId(end)), missing)?;
        let is_whole = found.len() < missing;
        for id in found {
            let item =
                Item::read(reader, id, language)?.filter(|item| !wanted.early || item.matches(&wanted.filter, true));
            page.next = id.0;
            let Some(item) = item else { continue };
            bytes += item.size();
            page.items.push(Arc::new(item));
            if page.items.len() >= limit.items || bytes >= limit.bytes {
                return Ok(page);
            }
        }
        if is_whole {
            page.next = end;
        }
    }
    Ok(page)
}
