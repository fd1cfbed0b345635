//! Ids in order, of which most follow one another: kept as runs, since a million ids one by one take eight megabytes.

use super::CaptureId;

/// A sequence of ids in ascending or descending order, without repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdRuns {
    order: Order,
    /// Runs of keys that follow one another, in ascending order of their keys.
    runs: Vec<Run>,
    len: usize,
}

/// The order of the ids; an id times its order is its key, and keys always ascend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Ascending = 1,
    Descending = -1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// The first key.
    first: i64,
    /// The number of ids before the run. The run ends where the next one begins.
    at: usize,
}

impl IdRuns {
    /// An empty sequence of ids, the oldest first.
    pub fn ascending() -> Self {
        Self { order: Order::Ascending, runs: Vec::new(), len: 0 }
    }

    /// An empty sequence of ids, the newest first.
    pub fn descending() -> Self {
        Self { order: Order::Descending, runs: Vec::new(), len: 0 }
    }

    /// The number of ids.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The id at an index.
    pub fn get(&self, index: usize) -> Option<CaptureId> {
        let run = self.runs.partition_point(|run| run.at <= index).checked_sub(1).filter(|_| index < self.len)?;
        let run = self.runs[run];
        Some(self.id(run.first + count(index - run.at)))
    }

    /// The first id in this order.
    pub fn first(&self) -> Option<CaptureId> {
        self.get(0)
    }

    /// The last id in this order.
    pub fn last(&self) -> Option<CaptureId> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The index of an id, or else the number of ids before its place.
    pub fn index_of(&self, id: CaptureId) -> Result<usize, usize> {
        let key = self.key(id);
        let Some(run) = self.runs.partition_point(|run| run.first <= key).checked_sub(1) else { return Err(0) };
        let Run { first, at } = self.runs[run];
        let (index, end) = (at + usize::try_from(key - first).unwrap_or(usize::MAX - at), self.end(run));
        if index < end { Ok(index) } else { Err(end) }
    }

    /// Adds an id behind all others; one whose place is elsewhere goes there.
    pub fn push(&mut self, id: CaptureId) {
        let key = self.key(id);
        match self.runs.last() {
            Some(run) if key == run.first + count(self.len - run.at) => {}
            Some(run) if key < run.first + count(self.len - run.at) => {
                self.insert(id);
                return;
            }
            _ => self.runs.push(Run { first: key, at: self.len }),
        }
        self.len += 1;
    }

    /// Adds ids of the same order behind all others, run by run; one whose place is elsewhere goes there.
    pub fn append(&mut self, ids: &Self) {
        for (run, Run { first, at }) in ids.runs.iter().enumerate() {
            let length = ids.end(run) - at;
            let behind = self.runs.last().map(|last| last.first + count(self.len - last.at));
            match behind {
                Some(behind) if *first < behind => self.extend((*first..*first + count(length)).map(|key| ids.id(key))),
                Some(behind) if *first == behind => self.len += length,
                _ => {
                    self.runs.push(Run { first: *first, at: self.len });
                    self.len += length;
                }
            }
        }
    }

    /// Inserts an id at its place and returns its index; `None` if it is there already. What has to move is behind it.
    pub fn insert(&mut self, id: CaptureId) -> Option<usize> {
        let at = self.index_of(id).err()?;
        let key = self.key(id);
        let next = self.runs.partition_point(|run| run.first <= key);
        let joins_before = next.checked_sub(1).is_some_and(|run| {
            let Run { first, at } = self.runs[run];
            first + count(self.end(run) - at) == key
        });
        let joins_behind = self.runs.get(next).is_some_and(|run| run.first == key + 1);
        for run in &mut self.runs[next..] {
            run.at += 1;
        }
        match (joins_before, joins_behind) {
            (true, true) => drop(self.runs.remove(next)),
            (true, false) => {}
            (false, true) => self.runs[next] = Run { first: key, at },
            (false, false) => self.runs.insert(next, Run { first: key, at }),
        }
        self.len += 1;
        Some(at)
    }

    /// Keeps only the ids for which `stays` is true.
    pub fn retain(&mut self, stays: impl Fn(CaptureId) -> bool) {
        let mut kept = Self { order: self.order, runs: Vec::new(), len: 0 };
        kept.extend(self.iter().filter(|id| stays(*id)));
        *self = kept;
    }

    /// The ids in their order.
    pub fn iter(&self) -> impl Iterator<Item = CaptureId> {
        self.runs
            .iter()
            .enumerate()
            .flat_map(|(run, Run { first, at })| (*first..first + count(self.end(run) - at)).map(|key| self.id(key)))
    }

    /// The index at which a run ends.
    fn end(&self, run: usize) -> usize {
        self.runs.get(run + 1).map_or(self.len, |next| next.at)
    }

    fn key(&self, id: CaptureId) -> i64 {
        id.0 * self.order as i64
    }

    fn id(&self, key: i64) -> CaptureId {
        CaptureId(key * self.order as i64)
    }
}

/// A number of ids, to be added to a key.
fn count(ids: usize) -> i64 {
    ids.cast_signed() as i64
}

impl Extend<CaptureId> for IdRuns {
    fn extend<I: IntoIterator<Item = CaptureId>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| self.push(id));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers(ids: &IdRuns) -> Vec<i64> {
        ids.iter().map(|id| id.0).collect()
    }

    #[test]
    fn ids_that_follow_one_another_take_no_room() {
        let mut ids = IdRuns::descending();
        ids.extend((1..=1_000_000).rev().map(CaptureId));
        assert_eq!((ids.len(), ids.runs.len()), (1_000_000, 1));
        assert_eq!(
            (ids.get(0), ids.get(999_999), ids.get(1_000_000)),
            (Some(CaptureId(1_000_000)), Some(CaptureId(1)), None)
        );
        assert_eq!((ids.index_of(CaptureId(1)), ids.index_of(CaptureId(0))), (Ok(999_999), Err(1_000_000)));
    }

    #[test]
    fn a_gap_that_is_filled_joins_its_neighbours() {
        let mut ids = IdRuns::ascending();
        ids.extend([1, 2, 4, 5].map(CaptureId));
        assert_eq!((ids.runs.len(), ids.insert(CaptureId(3)), ids.insert(CaptureId(3))), (2, Some(2), None));
        assert_eq!((ids.runs.len(), numbers(&ids)), (1, vec![1, 2, 3, 4, 5]));
        ids.retain(|id| id.0 != 2);
        assert_eq!((ids.runs.len(), numbers(&ids)), (2, vec![1, 3, 4, 5]));
    }

    #[test]
    fn runs_are_added_as_they_are() {
        let mut ids = IdRuns::descending();
        for part in [[9, 8, 7], [6, 5, 3], [2, 8, 1]] {
            let mut more = IdRuns::descending();
            more.extend(part.map(CaptureId));
            ids.append(&more);
        }
        assert_eq!((ids.runs.len(), numbers(&ids)), (2, vec![9, 8, 7, 6, 5, 3, 2, 1]));
        assert_eq!((ids.len(), ids.index_of(CaptureId(1))), (8, Ok(7)));
    }

    proptest! {
        /// Small numbers, so that runs meet and part.
        #[test]
        fn a_sequence_is_a_set_in_order(
            pushed in proptest::collection::vec(1..40_i64, 0..40), gone in 1..40_i64, is_ascending: bool,
        ) {
            let mut ids = if is_ascending { IdRuns::ascending() } else { IdRuns::descending() };
            let mut set = BTreeSet::new();
            for number in pushed {
                prop_assert_eq!(ids.index_of(CaptureId(number)).is_ok(), !set.insert(number));
                ids.push(CaptureId(number));
            }
            for _ in 0..2 {
                let expected: Vec<i64> =
                    if is_ascending { set.iter().copied().collect() } else { set.iter().rev().copied().collect() };
                prop_assert_eq!(numbers(&ids), expected.clone());
                prop_assert_eq!(ids.len(), expected.len());
                for (index, number) in expected.iter().enumerate() {
                    prop_assert_eq!(ids.get(index), Some(CaptureId(*number)));
                    prop_assert_eq!(ids.index_of(CaptureId(*number)), Ok(index));
                }
                let joined = |pair: &[Run]| pair[0].first + count(pair[1].at - pair[0].at) == pair[1].first;
                prop_assert!(!ids.runs.windows(2).any(joined), "{:?}", ids.runs);
                ids.retain(|id| id.0 != gone);
                set.remove(&gone);
            }
        }
    }
}
