//! The index for words: which captures may have a text somewhere, by its trigrams.
//!
//! ```text
//! capture 1 … indexed_upto   in the index, answered, and so never to change again ─► candidates ─► looked into
//!         indexed_upto + 1 … not in it yet                                        ─► looked into, one by one
//! ```
//! It never decides: what it names is looked into (`event_contains`), what it does not name cannot have the text. The writer
//! keeps it while nothing else is to be done, so that a capture never waits for it.

use std::fmt::Write as _;

use rusqlite::{Connection, Row, Transaction};

use super::tally::Tally;
use super::{StoreError, doing};
use crate::filter::{Expr, Term, searched_text};

/// A character of nobody's, before two neighbours of which the index holds the pair.
const PAIR: char = '\u{E000}';

/// How many trigrams of a word are asked for: more of them cost more than they leave out.
const MOST_TRIGRAMS: usize = 12;

/// In its idle time the writer takes in about this many bytes of text at a time, so that a capture that arrives meanwhile
/// waits for milliseconds.
pub(super) const IDLE_BYTES: usize = 64 << 10;

/// Where nobody waits, this many: larger pieces are merged less often.
pub(super) const BULK_BYTES: usize = 4 << 20;

/// Takes in about so many bytes of text of what comes next, up to `newest`; an event that is still open is not to be among it.
/// Returns how far the index is then.
pub(super) fn extend(transaction: &Transaction<'_>, newest: i64, bytes: usize) -> Result<i64, StoreError> {
    let problem = doing("indexing captures");
    let mut upto = Tally::IndexedUpto.read(transaction)?;
    let mut taken = 0;
    let sql = "SELECT c.id, coalesce(c.message, c.body), r.body FROM capture AS c
               LEFT JOIN reply AS r ON r.capture_id = c.id WHERE c.id > ?1 AND c.id <= ?2 ORDER BY c.id";
    let mut next = transaction.prepare_cached(sql).map_err(&problem)?;
    let mut rows = next.query([upto, newest]).map_err(&problem)?;
    while taken < bytes {
        let Some(row) = rows.next().map_err(&problem)? else {
            // Whatever had a number between the last and here has gone.
            upto = newest.max(upto);
            break;
        };
        let text = text_of(row).map_err(&problem)?;
        upto = row.get(0).map_err(&problem)?;
        taken += text.len();
        transaction
            .prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((upto, &text)))
            .map_err(&problem)?;
    }
    Tally::IndexedUpto.set(transaction, upto)?;
    Ok(upto)
}

fn text_of(row: &Row<'_>) -> rusqlite::Result<String> {
    let reply = row.get_ref(2)?.as_blob_or_null()?;
    Ok(indexed_text(row.get_ref(1)?.as_blob()?, reply))
}

/// Forgets a capture that is going.
pub(super) fn forget(transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([id]).map(drop)
}

/// What the index is given of an event. The pairs are for words of two characters, which Chinese has many of.
fn indexed_text(payload: &[u8], reply: Option<&[u8]>) -> String {
    // The tokenizer ends at a zero.
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

/// What to ask the index for, so that it names every capture that can match; `None` where it is of no help.
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
            // Spread over the whole word: neighbours say much the same.
            let stride = trigrams.len().div_ceil(MOST_TRIGRAMS).max(1);
            let last = trigrams.last().copied().filter(|_| trigrams.len() % stride != 1 % stride);
            trigrams.iter().step_by(stride).copied().chain(last).for_each(|trigram| add(&mut query, trigram));
        }
    }
    (!query.is_empty()).then_some(query)
}

/// Adds one trigram that has to be there.
fn add(query: &mut String, trigram: &[char]) {
    let text: String = trigram.iter().collect();
    let between = if query.is_empty() { "" } else { " AND " };
    write!(query, "{between}\"{}\"", text.replace('"', "\"\"")).ok();
}

/// Captures that may match, the newest first, none above `highest` and at most so many.
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
