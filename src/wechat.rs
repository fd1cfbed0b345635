//! The WeChat callback protocol: bytes in, values out, no I/O and no clock.
//!
//! # From bytes to values
//! ```text
//! bytes ─► xml or json ─► tree::Tree ─┬─► message::Message ─► decoded   typed values, by kind
//!                                     └─► fields                        every element, as received
//! ```
//!
//! # Layout
//! - [`tree`]: a payload as a tree of elements with their byte spans; [`xml`] and [`json`] are its two parsers.
//! - [`message`]: the envelope of a message, and a typed payload for the kinds that this program interprets.
//! - [`kind`]: the table of known kinds: family, class, and whether the user sees a reply.
//! - [`fields`] and [`decoded`]: the two JSON views of one event.
//! - [`signature`] and [`envelope`]: signatures, and the encryption of bodies.
//! - [`geo`] and [`scan`]: coordinates in another datum, and the meaning of scan results.
//! - [`compose`]: events of any kind, as WeChat would send them.
//! - [`reply`]: passive replies as values, written and read back. [`lint`]: the check of a reply against its push.
//!   [`fault`]: fault injection into a reply.
//! - [`codes`]: tables of stable codes with a severity, and findings.
//!
//! # Invariants
//! Text is never trimmed, folded or replaced on the way to [`fields`]; [`message`] trims only what
//! it has to compare or to parse (names of kinds, identifiers, numbers).
//! No input makes this module panic or recurse by the input's depth, and no work grows faster than the
//! length of the input: [`tree::MAX_BYTES`], [`tree::MAX_DEPTH`] and [`tree::MAX_ELEMENTS`] are the limits.

pub mod alarm;
pub mod codes;
pub mod compose;
pub mod custom_menu;
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
