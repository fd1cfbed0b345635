//! Pins and notes of events, in a table of their own, since most events have neither.

use rusqlite::Transaction;

use super::counters::Counter;
use super::error::{StoreError, doing};
use crate::capture::{Annotation, AnnotationChange, CaptureId, tidy_note};

/// Changes the annotations of events; returns the number of those that exist. Rows that have become empty are deleted.
pub(super) fn change(
    transaction: &Transaction<'_>,
    ids: &[CaptureId],
    change: &AnnotationChange,
) -> Result<u64, StoreError> {
    let problem = doing("marking events");
    let (column, value): (_, &dyn rusqlite::ToSql) = match change {
        AnnotationChange::Pin(pinned) => ("pinned", pinned),
        AnnotationChange::Note(text) => ("note", &tidy_note(text)),
    };
    let sql = format!(
        "INSERT INTO annotation (capture_id, {column}) SELECT id, ?2 FROM capture WHERE id = ?1
         ON CONFLICT (capture_id) DO UPDATE SET {column} = excluded.{column}"
    );
    let mut write = transaction.prepare_cached(&sql).map_err(&problem)?;
    let mut changed = 0;
    for id in ids {
        changed += write.execute((id.0, value)).map_err(&problem)? as u64;
    }
    transaction.execute("DELETE FROM annotation WHERE NOT pinned AND note IS NULL", []).map_err(&problem)?;
    Counter::Annotations.add(transaction, 1)?;
    Ok(changed)
}

/// Adds the annotation of an imported event. What the event has already stays as it is.
pub(super) fn import(transaction: &Transaction<'_>, id: CaptureId, annotation: &Annotation) -> Result<(), StoreError> {
    if annotation.is_empty() {
        return Ok(());
    }
    let problem = doing("importing a pin or note");
    let sql = "INSERT INTO annotation (capture_id, pinned, note) VALUES (?1, ?2, ?3) ON CONFLICT (capture_id)
               DO UPDATE SET pinned = max(pinned, excluded.pinned), note = coalesce(note, excluded.note)";
    let mut insert = transaction.prepare_cached(sql).map_err(&problem)?;
    insert.execute((id.0, annotation.pinned, &annotation.note)).map_err(&problem)?;
    Counter::Annotations.add(transaction, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{removal, schema};

    fn rows(transaction: &Transaction<'_>) -> Vec<(i64, bool, Option<String>)> {
        let mut all = transaction.prepare("SELECT capture_id, pinned, note FROM annotation ORDER BY 1").unwrap();
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_row_is_there_while_it_says_something_and_goes_with_its_event() {
        let mut connection = schema::in_memory();
        for id in [1, 2] {
            schema::insert_plain(&connection, id);
        }
        let transaction = connection.transaction().unwrap();
        let (one, two, gone) = (CaptureId(1), CaptureId(2), CaptureId(9));
        assert_eq!(change(&transaction, &[one, two, gone], &AnnotationChange::Pin(true)).unwrap(), 2);
        change(&transaction, &[one], &AnnotationChange::Note(" two taps ".to_owned())).unwrap();
        change(&transaction, &[one, two], &AnnotationChange::Pin(false)).unwrap();
        assert_eq!(rows(&transaction), [(1, false, Some("two taps".to_owned()))]);
        import(&transaction, one, &Annotation::of(true, Some("theirs"))).unwrap();
        assert_eq!(rows(&transaction), [(1, true, Some("two taps".to_owned()))], "what was there is kept");
        removal::delete(&transaction, &[1]).unwrap();
        assert_eq!(rows(&transaction), []);
        assert_eq!(Counter::Annotations.read(&transaction).unwrap(), 4);
    }
}
