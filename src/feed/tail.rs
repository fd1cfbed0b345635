//! The latest events, in memory and in order, so that a thousand followers share one reading of the database.

use std::collections::VecDeque;
use std::sync::Arc;

use super::item::Item;

/// Events that are kept.
const MOST_ITEMS: usize = 8_192;

/// Bytes that are kept, about.
const MOST_BYTES: usize = 64 << 20;

/// All settled events after one number, and the open ones after them while somebody wants those.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// Events up to this number are in the database alone.
    from: i64,
    /// Events up to this number are settled.
    position: i64,
    items: VecDeque<Arc<Item>>,
    bytes: usize,
    /// The open events, in order.
    open: Vec<Arc<Item>>,
    /// The newest event that is stored.
    newest: i64,
}

/// Some events after a cursor.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) items: Vec<Arc<Item>>,
    /// The cursor behind the last event of all, where these are all.
    pub(super) end: Option<i64>,
}

impl Tail {
    /// Begins anew after this number.
    pub(super) fn reset(&mut self, position: i64) {
        *self = Self { from: position, position, newest: position, ..Self::default() };
    }

    /// Takes in what has settled since, in order.
    pub(super) fn settle(&mut self, items: Vec<Arc<Item>>, position: i64) {
        for item in items {
            self.bytes += item.size();
            self.items.push_back(item);
        }
        self.position = position;
        self.open.retain(|item| item.id() > position);
        while self.items.len() > MOST_ITEMS || (self.bytes > MOST_BYTES && self.items.len() > 1) {
            let Some(oldest) = self.items.pop_front() else { break };
            self.bytes -= oldest.size();
            self.from = oldest.id();
        }
    }

    /// Takes in what is stored and not settled, in order.
    pub(super) fn extend_open(&mut self, items: Vec<Arc<Item>>, newest: i64) {
        self.open.extend(items);
        self.newest = newest.max(self.position);
    }

    /// The last event that is among the open ones, or settled.
    pub(super) fn last_known(&self) -> i64 {
        self.open.last().map_or(self.position, |item| item.id()).max(self.position)
    }

    /// Forgets the open events: nobody wants them any more.
    pub(super) fn forget_open(&mut self) {
        self.open.clear();
    }

    /// Forgets everything: some of it was removed, and the database knows the rest.
    pub(super) fn forget(&mut self) {
        self.items.clear();
        self.open.clear();
        self.bytes = 0;
        self.from = self.position;
    }

    /// The number up to which events are in the database alone.
    pub(super) fn from(&self) -> i64 {
        self.from
    }

    /// Events after a cursor, at most `limit`; `None` where some of them are in the database alone.
    pub(super) fn after(&self, cursor: i64, early: bool, limit: usize) -> Option<Slice> {
        if cursor < self.from {
            return None;
        }
        let start = self.items.partition_point(|item| item.id() <= cursor);
        let open = if early { &self.open[..] } else { &[] };
        let open = open.iter().filter(|item| item.id() > cursor);
        let mut items: Vec<_> = self.items.range(start..).chain(open).take(limit + 1).cloned().collect();
        let is_all = items.len() <= limit;
        items.truncate(limit);
        let end = if early { self.newest } else { self.position };
        Some(Slice { items, end: is_all.then_some(end.max(cursor)) })
    }
}
