//! The full-text index: names the captures that may contain a text, by its trigrams.
//!
//! ```text
//! capture 1 … indexed_upto   in the index; answered, so it never changes ─► candidates ─► event_contains
//!         indexed_upto + 1 … not in the index yet                        ─► event_contains, one by one
//! ```
//! The index never decides: a candidate is searched with `event_contains`, and a capture that it does not name cannot have
//! the text. The writer extends it in its idle time, so that no capture waits for it.

use std::fmt::Write as _;

use rusqlite::{Connection, Row, Transaction};

use super::counters::Counter;
use super::error::{StoreError, doing};
use crate::filter::{Expr, Term, searched_text};

/// A character of the private use area; marks a pair of neighbours in the index.
const PAIR: char = '\u{E000}';

/// The most trigrams of a word that a query has: more cost more than they exclude.
const MOST_TRIGRAMS: usize = 12;

/// Bytes of text that the writer indexes at a time, so that a capture that arrives meanwhile waits for milliseconds.
pub(super) const IDLE_BYTES: usize = 64 << 10;

/// Bytes of text at a time where no capture waits: larger pieces are merged less often.
pub(super) const BULK_BYTES: usize = 4 << 20;

/// Indexes about `bytes` bytes of text of the captures that come next, up to `newest`, which are all to be answered.
/// Returns the last capture that is indexed.
pub(super) fn extend(transaction: &Transaction<'_>, newest: i64, bytes: usize) -> Result<i64, StoreError> {
    let problem = doing("indexing captures");
    let mut upto = Counter::IndexedUpto.read(transaction)?;
    let mut taken = 0;
    let sql = "SELECT c.id, coalesce(c.message, c.body) AS payload, r.body AS reply FROM capture AS c
               LEFT JOIN reply AS r ON r.capture_id = c.id WHERE c.id > ?1 AND c.id <= ?2 ORDER BY c.id";
    let mut next = transaction.prepare_cached(sql).map_err(&problem)?;
    let mut rows = next.query([upto, newest]).map_err(&problem)?;
    while taken < bytes {
        let Some(row) = rows.next().map_err(&problem)? else {
            // The numbers in between belong to captures that were deleted.
            upto = newest.max(upto);
            break;
        };
        let text = text_of(row).map_err(&problem)?;
        upto = row.get("id").map_err(&problem)?;
        taken += text.len();
        transaction
            .prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((upto, &text)))
            .map_err(&problem)?;
    }
    Counter::IndexedUpto.set(transaction, upto)?;
    Ok(upto)
}

fn text_of(row: &Row<'_>) -> rusqlite::Result<String> {
    let reply = row.get_ref("reply")?.as_blob_or_null()?;
    Ok(indexed_text(row.get_ref("payload")?.as_blob()?, reply))
}

/// Removes a deleted capture from the index.
pub(super) fn forget(transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([id]).map(drop)
}

/// The text of an event in the index. Pairs serve words of two characters, of which Chinese has many.
fn indexed_text(payload: &[u8], reply: Option<&[u8]>) -> String {
    // The tokenizer stops at a NUL.
    let mut text = searched_text(payload, reply).replace('\0', " ");
    let mut pairs = String::new();
    let mut before = None;
    for character in text.chars() {
        let in_pair = is_in_pairs(character);
        if let (Some(before), true) = (before, in_pair) {
            pairs.extend([PAIR, before, character]);
        }
        before = in_pair.then_some(character);
    }
    text.push_str(&pairs);
    text
}

fn is_in_pairs(character: char) -> bool {
    !character.is_ascii()
}

/// The index's query for every capture that can match a filter; `None` where the index is of no help.
pub(super) fn query(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Term(Term::Word(word)) => word_query(word),
        Expr::And(items) => {
            let parts: Vec<String> = items.iter().filter_map(query).collect();
            (!parts.is_empty()).then(|| parts.join(" AND "))
        }
        Expr::Or(sides) => {
            let parts: Option<Vec<String>> = sides.iter().map(query).collect();
            parts.map(|parts| format!("({})", parts.join(" OR ")))
        }
        Expr::All | Expr::Not(_) | Expr::Term(_) => None,
    }
}

fn word_query(word: &str) -> Option<String> {
    let characters: Vec<char> = word.chars().collect();
    if characters.contains(&'\0') {
        return None;
    }
    let mut query = String::new();
    match *characters {
        [first, second] if is_in_pairs(first) && is_in_pairs(second) => add(&mut query, &[PAIR, first, second]),
        _ => {
            let trigrams: Vec<&[char]> = characters.windows(3).collect();
            // Spread over the whole word: neighbouring trigrams exclude much the same captures.
            let stride = trigrams.len().div_ceil(MOST_TRIGRAMS).max(1);
            let last = trigrams.last().copied().filter(|_| trigrams.len() % stride != 1 % stride);
            trigrams.iter().step_by(stride).copied().chain(last).for_each(|trigram| add(&mut query, trigram));
        }
    }
    (!query.is_empty()).then_some(query)
}

/// Adds a trigram that the text must have.
fn add(query: &mut String, trigram: &[char]) {
    let text: String = trigram.iter().collect();
    let between = if query.is_empty() { "" } else { " AND " };
    write!(query, "{between}\"{}\"", text.replace('"', "\"\"")).ok();
}

/// Captures that may match a query, the newest first: at most `limit`, none above `highest`.
pub(super) fn candidates(
    connection: &Connection,
    query: &str,
    highest: i64,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3";
    let found = connection.prepare_cached(sql).and_then(|mut statement| {
        let rows = statement.query_map((query, highest, limit), |row| row.get(0))?;
        rows.collect::<Result<_, _>>()
    });
    found.map_err(doing("asking the index"))
}
