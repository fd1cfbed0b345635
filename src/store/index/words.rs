//! The part of the index that goes by words: the trigrams of each event's text.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::filter::{Expr, Term, searched_text};

/// A character of the private use area; marks a pair of neighbours in the index.
const PAIR: char = '\u{E000}';

/// The most trigrams of a word that a query has: more cost more than they exclude.
const MOST_TRIGRAMS: usize = 12;

/// Adds the texts of a capture; returns the bytes that they are in the index.
pub(super) fn insert(
    connection: &Connection,
    id: i64,
    payload: &[u8],
    reply: Option<&[u8]>,
) -> rusqlite::Result<usize> {
    let text = indexed_text(payload, reply);
    connection.prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")?.execute((id, &text))?;
    Ok(text.len())
}

/// Removes the texts of a capture.
pub(super) fn delete(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([id]).map(drop)
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

/// The query for every capture that can match a filter; `None` where words are of no help.
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
