//! The only door to SQLite: one writer with group commit, and readers that cannot write.
//!
//! ```text
//! Store::open ─► writer thread ◄─ Insert, Reply ── StoreHandle (listener, commands)
//!                    │ commit
//!                    ├─► acknowledgement (to each sender)     ├─► watch<StoreHead> ─► lists, feeds, `wait`
//!                    └─► chores while idle: index, purge, apply limits, give pages back
//! BulkWriter::open ─► imports, replays, removals              (a connection of its own, short transactions)
//! Reader::open ─► list · page · capture · attempts            (read-only connections, short transactions)
//! ```
//! The writer waits for one job and takes all that are queued by then: while one commit waits for the disk, the next batch
//! gathers. A sender gets its acknowledgement only after the commit, so an acknowledged capture is on disk, in the file at the
//! path: where that file is removed or replaced meanwhile, the writer and the readers turn to the one that is there then.
//!
//! Writing:
//! - `queue`: jobs, the handle that sends them, and acknowledgements
//! - `writer`: the thread that takes jobs from the queue; [`Store`] owns it
//! - `committer`: one transaction per batch, and the move to another file at the path
//! - `head`: the state after the latest commit, which the writer publishes
//! - `groups`: retries join the group of their first attempt
//! - `unverified`: the quota of requests that fail verification
//! - `chores`: the writer's work while it is idle
//! - `bulk_writer`: imports, replays and removals from other threads and programs; `known_events`: what need not be imported
//! - `annotations`: pins and notes
//! - `team_events`: what comes in from a team's relay, once each; `outbox`: how far our own events have been published
//! - `removal`: removal of events that can be undone, and their purge
//! - `retention`: limits that the user sets, and removals beyond them; `trusted_clock`: a clock that jumps decides none
//!
//! Reading:
//! - `reader`: read-only connections
//! - `following`: new captures and new replies, for those who follow along
//! - `matching`: a walk through the captures that match a filter; `walkers`: its connections beside the reader's own
//! - `condition`: a filter as SQL; the twin of `filter/evaluate.rs`; `contains`: its SQL function
//! - `index`: the index, which is filled in idle time: words, kinds, users, keys and times
//! - `taps`: taps on menu buttons, summed up in idle time
//! - `completion`: values and filters that complete a filter
//! - `image_messages`: the pictures of an event; `key_history`: the events that the same menu button has sent
//! - `timeline`: how many came when, and the silences
//! - `stats`, `integrity`: statistics, the integrity check, and backups
//!
//! The file:
//! - `connection`: settings, migration, transactions, checkpoints
//! - `schema`: the tables, as a list of migrations; `upgrade`: an earlier version brought to today's, with progress
//! - `rows`, `replies`, `replays`: rows of captures, replies and replays; `columns`: their columns and values; `message_form`,
//!   `rest`: what a capture has beside what filters ask about
//! - `counters`: persistent counters
//! - `pages`: pages of the file, used and empty
//! - `database_file`: identity of the files, to notice that they were removed or replaced
//! - `maintenance`: compaction, purge and indexing on demand
//! - `error`: errors, each with its operation and remedy

mod annotations;
mod bulk_writer;
mod chores;
mod columns;
mod committer;
mod completion;
mod condition;
mod connection;
mod contains;
mod counters;
mod database_file;
mod error;
mod following;
mod groups;
mod head;
mod image_messages;
mod index;
mod integrity;
mod key_history;
mod known_events;
mod maintenance;
mod matching;
mod message_form;
mod outbox;
mod pages;
mod queue;
mod reader;
mod removal;
mod replays;
mod replies;
mod rest;
mod retention;
mod rows;
mod schema;
mod stats;
mod taps;
mod team_events;
mod timeline;
mod trusted_clock;
mod unverified;
mod upgrade;
mod walkers;
mod writer;

pub use bulk_writer::{BulkWriter, ImportEvent, ImportOutcome};
pub use error::StoreError;
pub use following::Arrival;
pub use head::StoreHead;
pub use key_history::KeyHistory;
pub use maintenance::Maintenance;
pub use matching::{Scan, ScanChunk};
pub use outbox::OutboxCursor;
pub use queue::{StoreHandle, Ticket};
pub use reader::{Interrupter, Reader};
pub use removal::{RemovalId, UNDO_FOR};
pub use retention::{Limits, Retention, RetentionReason, RetentionReport};
pub use stats::Stats;
pub use taps::{TapOutcome, TapSum, TapSums};
pub use team_events::{Received, TeamEvent};
pub use timeline::{Silence, Timeline, TimelineBucket};
pub use upgrade::{bring_up_to_date, is_older};
pub use writer::Store;
