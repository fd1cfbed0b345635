//! The schema of the database: an append-only list of migrations, each with the reason it exists.

use rusqlite_migration::{M, Migrations};

pub(super) mod narrow;

/// 1: the first schema.
///
/// `capture` holds the raw request as the record (target, headers and body to the byte) and, derived from it at insert, the
/// columns that the list and the filters use. Small columns come first, so that a page of the list never reads the overflow
/// pages of a body. Times are microseconds since 1970, UTC.
/// `diagnosis` repeats the codes found in `capture.diagnoses`, so that `diagnosis:CODE` has an index.
/// `tally` holds the counters of [`Counter`](super::counters::Counter).
const FIRST: &str = "
CREATE TABLE capture (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at  INTEGER NOT NULL,
    account      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    msg_type     TEXT,
    event        TEXT,
    event_key    TEXT,
    openid       TEXT,
    to_user      TEXT,
    create_time  INTEGER,
    msg_id       TEXT,
    group_id     INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    mode         TEXT NOT NULL CHECK (mode IN ('plain', 'compat', 'safe')),
    signature    TEXT NOT NULL CHECK (signature IN ('valid', 'invalid', 'missing', 'unchecked')),
    replay       INTEGER NOT NULL DEFAULT 0,
    severity     INTEGER NOT NULL DEFAULT 0,
    kept_bytes   INTEGER NOT NULL,
    group_key    BLOB NOT NULL,
    method       TEXT NOT NULL,
    version      TEXT NOT NULL,
    peer         TEXT NOT NULL,
    target       TEXT NOT NULL,
    headers      BLOB NOT NULL,
    diagnoses    TEXT,
    body_length  INTEGER NOT NULL,
    body         BLOB NOT NULL,
    message      BLOB
) STRICT;
CREATE INDEX capture_kind ON capture (kind);
CREATE INDEX capture_openid ON capture (openid) WHERE openid IS NOT NULL;
CREATE INDEX capture_event_key ON capture (event_key) WHERE event_key IS NOT NULL;
CREATE INDEX capture_retry ON capture (group_id) WHERE attempt > 1;
CREATE INDEX capture_unverified ON capture (id, kept_bytes) WHERE signature IN ('invalid', 'missing');
CREATE TABLE reply (
    capture_id INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    status     INTEGER NOT NULL,
    source     TEXT NOT NULL,
    elapsed_us INTEGER NOT NULL,
    body       BLOB NOT NULL
) STRICT;
CREATE TABLE diagnosis (
    code       TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES capture (id) ON DELETE CASCADE,
    PRIMARY KEY (code, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX diagnosis_capture ON diagnosis (capture_id);
CREATE TABLE tally (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// 2: replies by rules, by hand and by the developer's own server.
///
/// `reply` gains the end of the exchange, the lint findings, and the bytes on the wire where they were encrypted; a status of 0
/// stands for none.
/// `forward` is the answer of the developer's own server to a callback. `held` are the callbacks whose reply a person is
/// editing, each with its deadline, so that other programs see them too and a crash leaves none behind.
const REPLIES: &str = "
ALTER TABLE reply ADD COLUMN ending TEXT NOT NULL DEFAULT 'answered';
ALTER TABLE reply ADD COLUMN severity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reply ADD COLUMN lint TEXT;
ALTER TABLE reply ADD COLUMN wire BLOB;
CREATE TABLE forward (
    capture_id    INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    target        TEXT NOT NULL,
    status        INTEGER,
    headers       BLOB NOT NULL,
    body          BLOB NOT NULL,
    first_byte_us INTEGER,
    elapsed_us    INTEGER NOT NULL,
    problem       TEXT,
    cause         TEXT,
    passed_on     INTEGER NOT NULL,
    lint          TEXT
) STRICT;
CREATE TABLE held (
    capture_id INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    until      INTEGER NOT NULL
) STRICT;
";

/// 3: replays, and digests for imports.
///
/// `replay_run` is a set of events sent to one target; `replay` has the request and the answer of each. `failed` repeats that
/// WeChat would not take the answer.
/// The digests find events that are imported a second time, however many arrived in the same second; events of earlier
/// versions have none, and are compared as a whole. Only indexes read them, so they may follow the bodies.
const REPLAYS: &str = "
CREATE TABLE replay_run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    target     TEXT NOT NULL,
    mode       TEXT NOT NULL,
    form       TEXT NOT NULL,
    planned    INTEGER NOT NULL,
    against    TEXT NOT NULL,
    ending     TEXT
) STRICT;
CREATE TABLE replay (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id          INTEGER NOT NULL REFERENCES replay_run (id) ON DELETE CASCADE,
    capture_id      INTEGER NOT NULL REFERENCES capture (id) ON DELETE CASCADE,
    attempt         INTEGER NOT NULL,
    copy            INTEGER NOT NULL,
    sent_at         INTEGER NOT NULL,
    verdict         TEXT NOT NULL,
    failed          INTEGER NOT NULL,
    baseline        INTEGER,
    status          INTEGER,
    first_byte_us   INTEGER,
    elapsed_us      INTEGER NOT NULL,
    problem         TEXT,
    cause           TEXT,
    lint            TEXT,
    method          TEXT NOT NULL,
    target          TEXT NOT NULL,
    request_headers BLOB NOT NULL,
    request_body    BLOB NOT NULL,
    url             TEXT NOT NULL,
    headers         BLOB NOT NULL,
    body            BLOB NOT NULL,
    message         BLOB,
    openid          TEXT,
    created         INTEGER
) STRICT;
CREATE INDEX replay_created ON replay (openid, created) WHERE created IS NOT NULL;
CREATE INDEX replay_capture ON replay (capture_id, id);
CREATE INDEX replay_of_run ON replay (run_id, id);
CREATE INDEX replay_tally ON replay (run_id, verdict, failed);
ALTER TABLE capture ADD COLUMN body_digest INTEGER;
ALTER TABLE capture ADD COLUMN message_digest INTEGER;
CREATE INDEX capture_received ON capture (received_at, body_digest);
CREATE INDEX capture_created ON capture (create_time, message_digest) WHERE create_time IS NOT NULL;
CREATE INDEX capture_image ON capture (openid, create_time) WHERE kind = 'image';
";

/// 4: the full-text index, and removal of events.
///
/// `search` is an index without the texts: its candidates are searched in `capture`. `removed` are captures that no list shows
/// any more; until they are deleted, deleting the rows of a `removal` restores them. AUTOINCREMENT, since a removal that was
/// restored could otherwise be mistaken for a later one with the same id.
const SEARCH: &str = "
CREATE VIRTUAL TABLE search USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram');
CREATE TABLE removal (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    removed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE removed (
    capture_id INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    removal_id INTEGER NOT NULL REFERENCES removal (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX removed_in ON removed (removal_id);
";

/// 5: the filters that were used, and the times of their last use. They belong to one user, where `config.toml` is shared.
const USED_FILTERS: &str = "
CREATE TABLE filter_used (
    text    TEXT PRIMARY KEY,
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// 6: the injected fault and the state of the forward, on each reply.
///
/// The forward's state follows from its row, and stands beside the reply as well: rows of the list and filters read it there.
const FAULTS: &str = "
ALTER TABLE reply ADD COLUMN fault TEXT;
ALTER TABLE reply ADD COLUMN forward TEXT CHECK (forward IN ('ok', 'late', 'failed'));
UPDATE reply SET forward = (
    SELECT CASE
        WHEN problem = 'too-late' OR elapsed_us / 1000 > 5000 THEN 'late' WHEN problem IS NULL THEN 'ok' ELSE 'failed'
    END FROM forward AS f WHERE f.capture_id = reply.capture_id
) WHERE capture_id IN (SELECT capture_id FROM forward);
";

/// 7: pins and notes. A table of its own, since most events have neither, and an event's own row never changes.
const ANNOTATIONS: &str = "
CREATE TABLE annotation (
    capture_id INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    pinned     INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    note       TEXT CHECK (note <> '')
) STRICT;
";

/// 8: narrow rows, and the index by values.
///
/// A row of thirty columns with six indexes took twice as long to write as the rest of a capture. What filters ask about stays
/// a column, enums are small numbers, and the rest is one value (see [`Rest`](super::rest::Rest)). The `indexed_…` tables
/// take the place of indexes: they are filled in idle time, as `search` is. Indexes that stay have few entries.
/// Without AUTOINCREMENT, the counter `last_deleted` keeps numbers from being given twice. The references of other tables to
/// `capture` are not enforced; [`delete`](super::removal::delete) deletes what belongs to a capture.
pub(super) const NARROW: &str = "
CREATE TABLE IF NOT EXISTS narrow (
    id          INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    group_id    INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    account     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    form        INTEGER NOT NULL,
    event_key   TEXT,
    openid      TEXT,
    create_time INTEGER,
    mode        INTEGER NOT NULL,
    signature   INTEGER NOT NULL,
    replay      INTEGER NOT NULL,
    severity    INTEGER NOT NULL,
    kept_bytes  INTEGER NOT NULL,
    rest        BLOB NOT NULL,
    diagnoses   TEXT,
    body        BLOB NOT NULL,
    message     BLOB
) STRICT;
";

/// 9: teams.
///
/// `team_event` says which relay captured an event, under which number there, and whose tap it is; an event comes in once,
/// however often it is delivered. `team_relay` is how far each relay's events have come in, so that one that was removed
/// here stays away. `team_outbox` is how far this database's own events have been published, a row for each stream: the relay's name
/// there, the last event, and the stream's own number of it and time of creation, by which one that was made anew is told.
const TEAMS: &str = "
CREATE TABLE team_event (
    capture_id INTEGER PRIMARY KEY REFERENCES capture (id) ON DELETE CASCADE,
    relay      TEXT,
    origin_id  INTEGER,
    claimed    TEXT
) STRICT;
CREATE UNIQUE INDEX team_event_origin ON team_event (relay, origin_id) WHERE relay IS NOT NULL;
CREATE TABLE team_relay (
    relay TEXT PRIMARY KEY,
    upto  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE team_outbox (
    stream   TEXT PRIMARY KEY,
    relay    TEXT NOT NULL,
    upto     INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    created  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// 10: the taps on menu buttons, summed up by kind, key and outcome; `last` is NULL while it is unknown (see `taps`).
const TAPS: &str = "
CREATE TABLE tapped (
    kind      TEXT NOT NULL,
    event_key TEXT NOT NULL,
    outcome   INTEGER NOT NULL,
    taps      INTEGER NOT NULL,
    last      INTEGER,
    PRIMARY KEY (kind, event_key, outcome)
) STRICT, WITHOUT ROWID;
CREATE INDEX tapped_unknown ON tapped (kind) WHERE last IS NULL;
CREATE INDEX tapped_gone ON tapped (kind) WHERE taps <= 0;
";

/// 11: the sums of taps made anew, since those so far count replays and probes of our own among the taps.
const TAPS_OF_OTHERS: &str = "
DELETE FROM tapped;
DELETE FROM tally WHERE name = 'tapped_upto';
";

/// 12: the sums of taps by account as well; they are made anew.
const TAPS_BY_ACCOUNT: &str = "
DROP TABLE tapped;
CREATE TABLE tapped (
    kind      TEXT NOT NULL,
    event_key TEXT NOT NULL,
    account   TEXT NOT NULL,
    outcome   INTEGER NOT NULL,
    taps      INTEGER NOT NULL,
    last      INTEGER,
    PRIMARY KEY (kind, event_key, account, outcome)
) STRICT, WITHOUT ROWID;
CREATE INDEX tapped_unknown ON tapped (kind) WHERE last IS NULL;
CREATE INDEX tapped_gone ON tapped (kind) WHERE taps <= 0;
DELETE FROM tally WHERE name = 'tapped_upto';
";

/// 13: the sums of taps made anew, since those so far count retries and refused pushes among the taps.
const TAPS_OF_PERSONS: &str = TAPS_OF_OTHERS;

/// The version before the rows became narrow, and the one after.
pub(super) const WIDE: usize = 7;
pub(super) const NARROWED: i64 = 8;

/// The `user_version` after all migrations.
pub(super) const LATEST: i64 = 13;

/// All migrations from an empty file on; `user_version` is the number of those that were applied.
pub(super) fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(FIRST),
        M::up(REPLIES),
        M::up(REPLAYS),
        M::up(SEARCH),
        M::up(USED_FILTERS),
        M::up(FAULTS),
        M::up(ANNOTATIONS),
        M::up_with_hook(NARROW, |transaction| narrow::finish(transaction).map_err(Into::into)),
        M::up(TEAMS),
        M::up(TAPS),
        M::up(TAPS_OF_OTHERS),
        M::up(TAPS_BY_ACCOUNT),
        M::up(TAPS_OF_PERSONS),
    ])
}

/// An empty database of the latest schema, for tests.
#[cfg(test)]
pub(super) fn in_memory() -> rusqlite::Connection {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    migrations().to_latest(&mut connection).unwrap();
    connection
}

/// Inserts a plain capture, for tests.
#[cfg(test)]
pub(super) fn insert_plain(connection: &rusqlite::Connection, id: i64) {
    let sql = "INSERT INTO capture (id, received_at, group_id, attempt, account, kind, form, mode, signature, replay, severity,
                   kept_bytes, rest, body)
               VALUES (?1, 1, ?1, 1, 'default', 'CLICK', 0, 0, 0, 0, 0, 600, x'', x'3c786d6c2f3e')";
    connection.execute(sql, [id]).unwrap();
}

#[cfg(test)]
mod tests;
