//! The SQL function `event_contains(needle, body, message, reply)`: finds a text anywhere in an event.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::filter::Needle;

/// Adds the function to a connection.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("event_contains", 4, flags, |context| {
        let prepare = |value: ValueRef<'_>| Ok::<_, rusqlite::Error>(Needle::new(bytes(value).unwrap_or_default()));
        // Kept by SQLite for as long as the needle stays the same: once for a whole scan.
        let needle = context.get_or_create_aux(0, prepare)?;
        Ok(holds(context, &needle))
    })
}

fn holds(context: &Context<'_>, needle: &Needle) -> bool {
    let body = bytes(context.get_raw(1)).unwrap_or_default();
    let payload = bytes(context.get_raw(2)).unwrap_or(body);
    needle.is_in_event(payload, bytes(context.get_raw(3)))
}

fn bytes(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;

    /// Calls the function in SQL.
    fn contains(needle: &str, body: &[u8], message: Option<&[u8]>, reply: Option<&[u8]>) -> bool {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        connection
            .query_row("SELECT event_contains(?, ?, ?, ?)", params![needle, body, message, reply], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn the_decrypted_message_is_searched_and_not_the_ciphertext() {
        let message = Some(&b"<xml>inside</xml>"[..]);
        assert!(contains("inside", b"<Encrypt>outside</Encrypt>", message, None));
        assert!(!contains("outside", b"<Encrypt>outside</Encrypt>", message, None));
    }

    #[test]
    fn the_reply_is_searched_too() {
        assert!(contains("SUCC", b"<xml/>", None, Some(b"success")));
        assert!(!contains("SUCC", b"<xml/>", None, None));
    }

    #[test]
    fn another_text_is_another_search() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        let sql = "SELECT group_concat(event_contains(column1, x'61', NULL, NULL)) FROM (VALUES ('A'), ('b'), ('a'))";
        let found: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "1,0,1");
    }
}
