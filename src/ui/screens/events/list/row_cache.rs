//! Cache of the rows around the viewport; all others are known by their ids alone.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::row_texts::ReadRow;
use crate::capture::{CaptureId, CaptureSummary};
use crate::engine::Marks;
use crate::ui::look::Look;

/// Number of rows asked for at once.
pub(crate) const PAGE: usize = 128;

/// Maximum number of rows kept: 32 pages, many times what any screen shows.
const KEPT: usize = 32 * PAGE;

/// Time after which a reply is no longer expected: far beyond any reply budget.
const OPEN_AT_MOST: SignedDuration = SignedDuration::from_secs(60);

/// A row as the cache knows it.
#[derive(Debug)]
pub(crate) enum CachedRow<'a> {
    /// Not read yet.
    Unknown,
    /// It is no longer in the database.
    Gone,
    Read(&'a ReadRow),
}

#[derive(Debug, Default)]
struct Slot {
    row: Option<ReadRow>,
    gone: bool,
    /// True while a question is on its way.
    asked: bool,
    /// Revision of the store at the last question.
    revision: u64,
    /// The frame in which it was last in view.
    seen: u64,
    /// The coloured filter that it matches, and the revision of the filters then.
    mark: Option<usize>,
    coloured: u64,
    /// Revision of pins and notes at the last question.
    annotated: u64,
}

/// Rows by id; those in view longest ago are dropped first.
#[derive(Debug, Default)]
pub(crate) struct RowCache {
    slots: HashMap<CaptureId, Slot>,
    /// Questions on their way, in order.
    asked: VecDeque<Vec<CaptureId>>,
    frame: u64,
    /// Revision of the coloured filters.
    coloured: u64,
    /// Look of the texts that the rows keep.
    look: Option<Look>,
    /// Revision of pins and notes.
    annotated: u64,
}

impl RowCache {
    /// The cached row of a capture.
    pub(crate) fn row(&self, id: CaptureId) -> CachedRow<'_> {
        match self.slots.get(&id) {
            Some(Slot { row: Some(row), gone: false, .. }) => CachedRow::Read(row),
            Some(Slot { gone: true, .. }) => CachedRow::Gone,
            _ => CachedRow::Unknown,
        }
    }

    /// Sets the revision of the coloured filters; rows in view are asked for again.
    pub(crate) fn colour(&mut self, generation: u64) {
        self.coloured = generation;
    }

    /// Makes the rows forget their texts where language or time zone are no longer those of the last frame.
    pub(crate) fn dress(&mut self, look: &Look) {
        if self.look.as_ref().is_some_and(|before| before.says_the_same(look)) {
            return;
        }
        self.look = Some(look.clone());
        self.slots.values_mut().filter_map(|slot| slot.row.as_mut()).for_each(ReadRow::undress);
    }

    /// Takes note of changed pins or notes; rows in view are asked for again.
    pub(crate) fn note_annotated(&mut self) {
        self.annotated += 1;
    }

    /// The coloured filter that a row matches, by its index among them.
    pub(crate) fn mark(&self, id: CaptureId) -> Option<usize> {
        self.slots.get(&id).filter(|slot| slot.coloured == self.coloured)?.mark
    }

    /// Ids of the given rows, those in view, that have to be read at this revision of the store.
    pub(crate) fn wanted(
        &mut self,
        in_view: impl Iterator<Item = CaptureId>,
        revision: u64,
        now: Timestamp,
    ) -> Vec<CaptureId> {
        self.frame += 1;
        let mut wanted = Vec::new();
        for id in in_view {
            let slot = self.slots.entry(id).or_default();
            slot.seen = self.frame;
            let is_unmarked = slot.row.is_some() && slot.coloured < self.coloured;
            let is_outdated = slot.row.is_some() && slot.annotated < self.annotated;
            if !slot.asked && (is_unmarked || is_outdated || slot.is_stale(revision, now)) {
                wanted.push(id);
            }
        }
        wanted
    }

    /// Marks rows as asked for.
    pub(crate) fn note_asked(&mut self, ids: Vec<CaptureId>, revision: u64) {
        for id in &ids {
            let slot = self.slots.entry(*id).or_default();
            slot.asked = true;
            slot.revision = revision;
            slot.annotated = self.annotated;
        }
        self.asked.push_back(ids);
    }

    /// Takes an answer: questions are answered in order, and one that failed not at all.
    pub(crate) fn fill(&mut self, rows: Vec<CaptureSummary>, marks: &Marks) {
        let first = rows.first().map(|row| row.placement.id);
        while let Some(ids) = self.asked.pop_front() {
            let answered = first.is_none_or(|first| ids.contains(&first));
            for id in ids {
                if let Some(slot) = self.slots.get_mut(&id) {
                    slot.asked = false;
                    // Those of them that were found are put right below.
                    slot.gone = answered;
                }
            }
            if answered {
                break;
            }
        }
        for row in rows {
            let slot = self.slots.entry(row.placement.id).or_default();
            slot.gone = false;
            slot.coloured = marks.generation;
            slot.mark = marks.of(row.placement.id);
            slot.row = Some(ReadRow::new(row));
        }
        self.forget();
    }

    /// Forgets all rows; questions on their way are answered all the same.
    pub(crate) fn forget_rows(&mut self) {
        self.slots.clear();
    }

    /// Drops the rows that were in view longest ago.
    fn forget(&mut self) {
        if self.slots.len() <= KEPT {
            return;
        }
        let mut seen: Vec<u64> = self.slots.values().map(|slot| slot.seen).collect();
        let excess = seen.len() - KEPT + PAGE;
        let (_, oldest_kept, _) = seen.select_nth_unstable(excess);
        let oldest_kept = *oldest_kept;
        self.slots.retain(|_, slot| slot.seen >= oldest_kept || slot.asked);
    }
}

impl Slot {
    /// Returns true if the store may know more of it by now.
    fn is_stale(&self, revision: u64, now: Timestamp) -> bool {
        match &self.row {
            None => !self.gone && (self.revision < revision || self.revision == 0),
            Some(ReadRow { summary, .. }) => {
                let open = summary.reply.is_none() && now.duration_since(summary.received_at) < OPEN_AT_MOST;
                open && !self.gone && self.revision < revision
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::ReplySummary;
    use crate::texts::Language;

    fn summary(id: i64, answered: bool) -> CaptureSummary {
        let reply = answered.then(ReplySummary::answered);
        CaptureSummary { reply, ..CaptureSummary::unanswered(id, "CLICK") }
    }

    fn ids(numbers: impl IntoIterator<Item = i64>) -> Vec<CaptureId> {
        numbers.into_iter().map(CaptureId).collect()
    }

    fn wanted(cache: &mut RowCache, numbers: &[i64], revision: u64) -> Vec<CaptureId> {
        let wanted = cache.wanted(ids(numbers.iter().copied()).into_iter(), revision, Timestamp::UNIX_EPOCH);
        if !wanted.is_empty() {
            cache.note_asked(wanted.clone(), revision);
        }
        wanted
    }

    #[test]
    fn nothing_is_asked_for_twice() {
        let mut cache = RowCache::default();
        assert_eq!(wanted(&mut cache, &[1, 2], 1), ids([1, 2]));
        assert_eq!(wanted(&mut cache, &[1, 2, 3], 1), ids([3]));
        cache.fill(vec![summary(1, true), summary(2, true)], &Marks::default());
        assert!(matches!(cache.row(CaptureId(1)), CachedRow::Read(_)));
        assert!(matches!(cache.row(CaptureId(3)), CachedRow::Unknown));
        assert_eq!(wanted(&mut cache, &[1, 2, 3], 2), []);
    }

    #[test]
    fn an_open_row_is_asked_for_again_when_something_was_written() {
        let mut cache = RowCache::default();
        wanted(&mut cache, &[1], 1);
        cache.fill(vec![summary(1, false)], &Marks::default());
        assert_eq!(wanted(&mut cache, &[1], 1), []);
        assert_eq!(wanted(&mut cache, &[1], 2), ids([1]));
        assert!(matches!(cache.row(CaptureId(1)), CachedRow::Read(_)), "what is known stays in view");
        cache.fill(vec![summary(1, true)], &Marks::default());
        assert_eq!(wanted(&mut cache, &[1], 3), []);
    }

    #[test]
    fn what_is_not_found_is_gone_and_not_asked_for_again() {
        let mut cache = RowCache::default();
        wanted(&mut cache, &[1, 2], 1);
        cache.fill(vec![summary(2, true)], &Marks::default());
        assert!(matches!(cache.row(CaptureId(1)), CachedRow::Gone));
        assert_eq!(wanted(&mut cache, &[1, 2], 2), []);
    }

    #[test]
    fn a_question_that_failed_is_asked_again_once_something_was_written() {
        let mut cache = RowCache::default();
        wanted(&mut cache, &[1], 1);
        wanted(&mut cache, &[2], 1);
        cache.fill(vec![summary(2, true)], &Marks::default());
        assert_eq!(wanted(&mut cache, &[1], 1), []);
        assert_eq!(wanted(&mut cache, &[1], 2), ids([1]));
    }

    #[test]
    fn rows_in_view_are_asked_for_again_when_the_colours_change() {
        let mut cache = RowCache::default();
        wanted(&mut cache, &[1, 2], 1);
        cache.fill(vec![summary(1, true), summary(2, true)], &Marks::default());
        cache.colour(1);
        assert_eq!(wanted(&mut cache, &[1, 2], 1), ids([1, 2]));
        let marks = Marks { generation: 1, by_row: vec![(CaptureId(2), 0)] };
        cache.fill(vec![summary(1, true), summary(2, true)], &marks);
        assert_eq!((cache.mark(CaptureId(1)), cache.mark(CaptureId(2))), (None, Some(0)));
        assert_eq!(wanted(&mut cache, &[1, 2], 2), []);
        cache.colour(2);
        assert_eq!(cache.mark(CaptureId(2)), None, "what marked it is another filter now");
    }

    fn read(cache: &RowCache) -> &ReadRow {
        let CachedRow::Read(row) = cache.row(CaptureId(1)) else { panic!("the row is read") };
        row
    }

    #[test]
    fn texts_are_made_once_and_anew_for_another_language_or_answer() {
        let look = |language| Look::new(language, egui::Theme::Dark, jiff::tz::TimeZone::UTC);
        let (english, chinese) = (look(Language::English), look(Language::Chinese));
        let mut cache = RowCache::default();
        cache.fill(vec![summary(1, false)], &Marks::default());
        cache.dress(&english);
        assert_eq!(read(&cache).texts(&english).reply, english.text("row.open"));
        let made = std::ptr::from_ref(read(&cache).texts(&english).reply.as_str());
        cache.dress(&english.clone());
        assert!(std::ptr::eq(made, read(&cache).texts(&english).reply.as_str()), "made anew in the next frame");
        cache.dress(&chinese);
        assert_eq!(read(&cache).texts(&chinese).reply, chinese.text("row.open"));
        cache.fill(vec![summary(1, true)], &Marks::default());
        assert!(read(&cache).texts(&chinese).reply.contains("200"));
    }

    #[test]
    fn rows_in_view_are_asked_for_again_when_pins_change() {
        let mut cache = RowCache::default();
        wanted(&mut cache, &[1, 2], 1);
        cache.fill(vec![summary(1, true), summary(2, true)], &Marks::default());
        assert_eq!(wanted(&mut cache, &[1, 2], 1), []);
        cache.note_annotated();
        assert_eq!(wanted(&mut cache, &[1, 2], 1), ids([1, 2]));
        assert_eq!(wanted(&mut cache, &[1, 2], 1), [], "the question is on its way");
    }

    #[test]
    fn only_so_much_is_kept() {
        let mut cache = RowCache::default();
        for page in 0..100 {
            let numbers: Vec<i64> = (page * 128..(page + 1) * 128).collect();
            wanted(&mut cache, &numbers, 1);
            cache.fill(numbers.iter().map(|number| summary(*number, true)).collect(), &Marks::default());
        }
        assert!(cache.slots.len() <= KEPT, "{}", cache.slots.len());
        assert!(matches!(cache.row(CaptureId(12_799)), CachedRow::Read(_)));
        assert!(matches!(cache.row(CaptureId(0)), CachedRow::Unknown));
    }
}
