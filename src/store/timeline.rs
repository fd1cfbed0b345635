//! The time line of arrivals: how many came when, which answers failed, and the silences in between.
//!
//! Only what may be WeChat's counts: requests that fail verification, and our own, are left out.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row};

use super::columns::{elapsed, severity_from_number, timestamp};
use super::condition::PRESENT;
use super::error::{StoreError, doing};
use super::index;
use crate::capture::CaptureId;
use crate::capture::diagnosis::Severity;
use crate::wechat::lint::WECHAT_LIMIT_MS;

/// The most arrivals that a time line is made of, the newest: their rows are read one by one.
const MOST_ARRIVALS: u32 = 200_000;

/// The most silences that are listed, the longest.
const MOST_SILENCES: usize = 50;

/// The shortest silence that is listed.
const SILENCE: SignedDuration = SignedDuration::from_secs(60);

/// The shortest silence that counts as the platform's pause of one minute: it begins before the last failure is recorded.
const PAUSE: SignedDuration = SignedDuration::from_secs(50);

/// Failures in a row that lead to a pause: three of one event are its attempts, after which nothing is to be expected.
const FAILURES_BEFORE_PAUSE: u64 = 3;
const EVENTS_BEFORE_PAUSE: usize = 2;

/// The time after which an arrival without a reply counts as not answered.
const STILL_OPEN: SignedDuration = SignedDuration::from_secs(15);

/// The arrivals of a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The beginning of the first bucket, and the end of the last.
    pub span: (Timestamp, Timestamp),
    /// The counts, by pieces of the span of the same length.
    pub buckets: Vec<TimelineBucket>,
    /// The silences, the oldest first.
    pub silences: Vec<Silence>,
    /// The last of all arrivals.
    pub last_arrival: Option<Timestamp>,
    /// The number of arrivals, and of those whose answer failed.
    pub arrivals: u64,
    pub failures: u64,
    /// True if there were more than are counted.
    pub is_cut: bool,
}

/// The arrivals of one piece of a time line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimelineBucket {
    /// The number of arrivals.
    pub arrivals: u64,
    /// The number of those whose answer WeChat did not take, or did not get.
    pub failures: u64,
    /// The first and the last of them.
    pub range: Option<(CaptureId, CaptureId)>,
}

/// A span in which nothing arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The last arrival before it.
    pub since: Timestamp,
    pub before: CaptureId,
    /// The first arrival after it; `None` while it lasts.
    pub until: Option<(Timestamp, CaptureId)>,
    /// The failures in a row before it: their number, and the first of them.
    pub failures: u64,
    pub first_failure: Option<CaptureId>,
    /// True if it looks like the platform's pause (`MarkFail`): many failures in a row, then a minute of nothing.
    pub is_pause: bool,
}

/// One arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TimedArrival {
    at: Timestamp,
    id: CaptureId,
    group: CaptureId,
    is_failure: bool,
}

/// The time line of a span that ends now, in that many pieces.
pub(super) fn timeline(
    connection: &Connection,
    (from, now): (Timestamp, Timestamp),
    pieces: usize,
) -> Result<Timeline, StoreError> {
    let (arrivals, is_cut) = read(connection, from, now).map_err(doing("reading the times of arrivals"))?;
    Ok(Timeline { is_cut, ..Timeline::of(&arrivals, (from, now), pieces) })
}

/// The arrivals since `from`, the oldest first; true if there are more than are read.
fn read(connection: &Connection, from: Timestamp, now: Timestamp) -> rusqlite::Result<(Vec<TimedArrival>, bool)> {
    let columns = "c.id, c.received_at, c.group_id, r.status, r.ending, r.severity, r.elapsed_us";
    let counted = format!("c.replay = 0 AND c.signature IN (0, 3) AND c.received_at BETWEEN ?1 AND ?2 AND {PRESENT}");
    let reply = "LEFT JOIN reply AS r ON r.capture_id = c.id";
    // Those in the index by their times, and those that came after.
    let indexed = format!(
        "SELECT {columns} FROM indexed_received AS i CROSS JOIN capture AS c ON c.id = i.capture_id {reply}
         WHERE i.received_at BETWEEN ?1 AND ?2 AND {counted} ORDER BY i.received_at DESC LIMIT ?3"
    );
    let newer = format!(
        "SELECT {columns} FROM capture AS c NOT INDEXED {reply} WHERE c.id > ?4 AND {counted} ORDER BY c.id DESC LIMIT ?3"
    );
    let upto = index::upto(connection).unwrap_or(0);
    let limit = MOST_ARRIVALS + 1;
    let span = (from.as_microsecond(), now.as_microsecond());
    let mut arrivals: Vec<TimedArrival> = connection
        .prepare_cached(&newer)?
        .query_map((span.0, span.1, limit, upto), |row| arrival(row, now))?
        .collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(&indexed)?;
    for row in statement.query_map((span.0, span.1, limit), |row| arrival(row, now))? {
        arrivals.push(row?);
    }
    arrivals.sort_unstable_by_key(|arrival| (arrival.at, arrival.id));
    let beyond = arrivals.len().saturating_sub(MOST_ARRIVALS as usize);
    arrivals.drain(..beyond);
    Ok((arrivals, beyond > 0))
}

fn arrival(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<TimedArrival> {
    let at = timestamp(row.get(1)?);
    let is_failure = match row.get::<_, Option<i64>>(3)? {
        None => now.duration_since(at) > STILL_OPEN,
        Some(status) => {
            let ending = row.get_ref(4)?.as_str()?;
            let is_illegal = severity_from_number(row.get(5)?) == Some(Severity::Error);
            let is_late = elapsed(row.get(6)?).as_millis() > u128::from(WECHAT_LIMIT_MS);
            status != 200 || ending != "answered" || is_illegal || is_late
        }
    };
    Ok(TimedArrival { at, id: CaptureId(row.get(0)?), group: CaptureId(row.get(2)?), is_failure })
}

impl Timeline {
    /// The time line of arrivals in the order of their times.
    fn of(arrivals: &[TimedArrival], (from, now): (Timestamp, Timestamp), pieces: usize) -> Self {
        let mut buckets = vec![TimelineBucket::default(); pieces.max(1)];
        let length = now.duration_since(from).as_micros().max(1);
        let last = buckets.len() - 1;
        for arrival in arrivals {
            let offset = arrival.at.duration_since(from).as_micros().clamp(0, length);
            let place = usize::try_from(offset * (last as i128 + 1) / length).unwrap_or(last).min(last);
            if let Some(bucket) = buckets.get_mut(place) {
                bucket.add(arrival);
            }
        }
        let failures = arrivals.iter().filter(|arrival| arrival.is_failure).count() as u64;
        let silences = silences(arrivals, now);
        let last_arrival = arrivals.last().map(|last| last.at);
        let arrivals = arrivals.len() as u64;
        Self { span: (from, now), buckets, silences, last_arrival, arrivals, failures, is_cut: false }
    }

    /// The silences that look like the platform's pause.
    pub fn pauses(&self) -> impl Iterator<Item = &Silence> {
        self.silences.iter().filter(|silence| silence.is_pause)
    }
}

impl TimelineBucket {
    fn add(&mut self, arrival: &TimedArrival) {
        self.arrivals += 1;
        self.failures += u64::from(arrival.is_failure);
        let (first, last) = self.range.unwrap_or((arrival.id, arrival.id));
        self.range = Some((first.min(arrival.id), last.max(arrival.id)));
    }
}

impl Silence {
    /// Its length, up to now while it lasts.
    pub fn length(&self, now: Timestamp) -> SignedDuration {
        self.until.map_or(now, |(until, _)| until).duration_since(self.since)
    }
}

/// The silences between the arrivals and after the last of them: every pause, and the longest of the others.
fn silences(arrivals: &[TimedArrival], now: Timestamp) -> Vec<Silence> {
    let mut found = Vec::new();
    for (place, before) in arrivals.iter().enumerate() {
        let after = arrivals.get(place + 1);
        let length = after.map_or(now, |after| after.at).duration_since(before.at);
        if length < PAUSE {
            continue;
        }
        let until = after.map(|after| (after.at, after.id));
        let silence = silence_after(arrivals.get(..=place).unwrap_or_default(), *before, until);
        if silence.is_pause || length >= SILENCE {
            found.push(silence);
        }
    }
    found.sort_by_key(|silence| (!silence.is_pause, std::cmp::Reverse(silence.length(now))));
    found.truncate(MOST_SILENCES);
    found.sort_by_key(|silence| silence.since);
    found
}

/// The silence after the last of these arrivals, with the failures that led to it.
fn silence_after(arrivals: &[TimedArrival], before: TimedArrival, until: Option<(Timestamp, CaptureId)>) -> Silence {
    let mut failures: Vec<&TimedArrival> = Vec::new();
    for arrival in arrivals.iter().rev().take_while(|arrival| arrival.is_failure) {
        // A silence among them began a count of its own.
        if failures.last().is_some_and(|next| next.at.duration_since(arrival.at) >= PAUSE) {
            break;
        }
        failures.push(arrival);
    }
    let first_failure = failures.last().map(|first| first.id);
    let number = failures.len() as u64;
    let mut events: Vec<CaptureId> = failures.iter().map(|failure| failure.group).collect();
    events.sort_unstable();
    events.dedup();
    let is_pause = number >= FAILURES_BEFORE_PAUSE && events.len() >= EVENTS_BEFORE_PAUSE;
    Silence { since: before.at, before: before.id, until, failures: number, first_failure, is_pause }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arrivals by their second, the event that each is an attempt of, and whether the answer failed.
    fn arrivals(list: &[(i64, i64, bool)]) -> Vec<TimedArrival> {
        let each = (1..).zip(list).map(|(id, (second, group, is_failure))| TimedArrival {
            at: Timestamp::from_second(*second).unwrap(),
            id: CaptureId(id),
            group: CaptureId(*group),
            is_failure: *is_failure,
        });
        each.collect()
    }

    fn line_of(list: &[(i64, i64, bool)], now: i64) -> Timeline {
        let span = (Timestamp::from_second(0).unwrap(), Timestamp::from_second(now).unwrap());
        Timeline::of(&arrivals(list), span, 10)
    }

    #[test]
    fn what_is_in_the_index_and_what_came_after_it_are_read_alike() {
        use crate::store::counters::Counter;
        let mut connection = crate::store::schema::in_memory();
        let second = |second: i64| second * 1_000_000;
        for id in 1..=6 {
            crate::store::schema::insert_plain(&connection, id);
            let sql = "UPDATE capture SET received_at = ?2 WHERE id = ?1";
            connection.execute(sql, (id, second(id * 10))).unwrap();
            if id <= 3 {
                let sql = "INSERT INTO indexed_received (received_at, digest, capture_id) VALUES (?2, 0, ?1)";
                connection.execute(sql, (id, second(id * 10))).unwrap();
            }
            let sql = "INSERT INTO reply (capture_id, status, source, elapsed_us, body, ending, severity)
                VALUES (?1, ?2, 'default', ?3, x'', ?4, ?5)";
            let (status, elapsed, ending, severity) = match id {
                2 => (500, 1, "answered", 0),
                3 => (200, second(6), "answered", 0),
                4 => (200, 1, "cut", 0),
                5 => (200, 1, "answered", 3),
                _ => (200, 1, "answered", 1),
            };
            connection.execute(sql, (id, status, elapsed, ending, severity)).unwrap();
        }
        let transaction = connection.transaction().unwrap();
        Counter::IndexedUpto.set(&transaction, 3).unwrap();
        transaction.commit().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let line = timeline(&connection, (at(10), at(60)), 5).unwrap();
        assert_eq!((line.arrivals, line.failures, line.is_cut), (6, 4, false));
        let later = timeline(&connection, (at(25), at(45)), 2).unwrap();
        assert_eq!((later.arrivals, later.failures, later.last_arrival), (2, 2, Some(at(40))));
        connection.execute("UPDATE capture SET replay = 1 WHERE id = 1", []).unwrap();
        connection.execute("UPDATE capture SET signature = 1 WHERE id = 6", []).unwrap();
        connection.execute("DELETE FROM reply WHERE capture_id = 4", []).unwrap();
        let line = timeline(&connection, (at(0), at(120)), 5).unwrap();
        assert_eq!((line.arrivals, line.failures), (4, 4), "ours, a scanner's, and one that was never answered");
    }

    #[test]
    fn arrivals_are_counted_by_their_times() {
        let line = line_of(&[(0, 1, false), (5, 2, true), (95, 3, false), (100, 4, false)], 100);
        let counts: Vec<(u64, u64)> = line.buckets.iter().map(|bucket| (bucket.arrivals, bucket.failures)).collect();
        assert_eq!((counts[0], counts[1], counts[9]), ((2, 1), (0, 0), (2, 0)));
        assert_eq!((line.arrivals, line.failures), (4, 1));
        assert_eq!(line.buckets[9].range, Some((CaptureId(3), CaptureId(4))));
    }

    #[test]
    fn failures_in_a_row_and_a_minute_of_nothing_are_the_platforms_pause() {
        let line = line_of(&[(1, 1, false), (2, 2, true), (3, 3, true), (4, 4, true), (65, 5, false)], 66);
        let pause = line.pauses().next().unwrap();
        assert_eq!((pause.failures, pause.first_failure), (3, Some(CaptureId(2))));
        assert_eq!((pause.before, pause.until.map(|(_, id)| id)), (CaptureId(4), Some(CaptureId(5))));
        assert_eq!(pause.length(Timestamp::from_second(66).unwrap()).as_secs(), 61);
    }

    #[test]
    fn a_pause_that_lasts_is_named_once_it_is_long_enough() {
        let list = [(2, 2, true), (3, 3, true), (4, 4, true)];
        assert_eq!(line_of(&list, 20).silences, []);
        let line = line_of(&list, 60);
        assert_eq!(line.pauses().next().map(|pause| pause.until), Some(None));
    }

    #[test]
    fn three_attempts_of_one_event_or_a_success_in_between_are_no_pause() {
        let one_event = [(2, 2, true), (7, 2, true), (12, 2, true), (80, 5, false)];
        let succeeded = [(2, 2, true), (3, 3, true), (4, 4, false), (80, 5, false)];
        let long_ago = [(2, 2, true), (70, 3, true), (140, 4, true), (210, 5, false)];
        for list in [&one_event[..], &succeeded, &long_ago] {
            let line = line_of(list, 211);
            assert_eq!(line.pauses().count(), 0, "{list:?}");
            assert!(!line.silences.is_empty(), "the gap is listed all the same");
        }
    }

    #[test]
    fn of_many_silences_the_longest_are_listed_and_every_pause() {
        let mut list: Vec<(i64, i64, bool)> = vec![(0, 1, true), (1, 2, true), (2, 3, true)];
        list.extend((1..=80).map(|at| (at * 1_000, at + 10, false)));
        let line = line_of(&list, 80_001);
        assert_eq!(line.silences.len(), MOST_SILENCES);
        assert_eq!(line.pauses().count(), 1);
        assert!(line.silences.is_sorted_by_key(|silence| silence.since));
    }
}
