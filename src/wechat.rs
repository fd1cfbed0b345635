//! What WeChat sends and expects: bytes in, values out, no I/O and no clock.
//!
//! # The way of a payload
//! ```text
//! bytes ─► xml or json ─► tree::Tree ─┬─► message::Message ─► decoded   the typed view, by kind
//!                                     └─► fields                        every element, as received
//! ```
//!
//! # Layout
//! - [`tree`]: a payload as elements with their places in it; [`xml`] and [`json`] are its two readers.
//! - [`message`]: the envelope, and one type for each message and event that WeChat documents.
//! - [`kind`]: the table of known kinds: family, class, whether an answer reaches anybody.
//! - [`fields`] and [`decoded`]: the two JSON views of one event.
//! - [`signature`] and [`envelope`]: what makes a push genuine, and what hides its body.
//! - [`geo`] and [`scan`]: what a coordinate and a scan result mean.
//! - [`compose`]: an event of any kind, as WeChat would send it.
//! - [`reply`]: what may be answered, as values, written and read back. [`fault`]: how to answer wrongly on purpose.
//! - [`codes`]: what can be wrong, as stable codes with a severity.
//!
//! # What holds everywhere
//! Text is never trimmed, folded or replaced on the way to [`fields`]; the typed view trims only what
//! it has to compare or to parse (names of kinds, identifiers, numbers).
//! Whatever arrives, nothing panics, nothing recurses by its depth, and no work grows faster than its
//! length: [`tree::MAX_BYTES`], [`tree::MAX_DEPTH`] and [`tree::MAX_ELEMENTS`] are the limits.

pub mod codes;
pub mod compose;
pub mod decoded;
pub mod envelope;
pub mod fault;
pub mod fields;
pub mod geo;
pub mod json;
pub mod kind;
pub mod lint;
pub mod message;
pub mod reply;
pub mod scan;
pub mod signature;
pub mod tree;
pub mod xml;
