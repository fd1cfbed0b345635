//! Packs: a folder for each event, and a manifest with the rest of the record.

mod read;
pub(super) mod source;
mod write;
mod zipped;

pub(in crate::exchange) use read::read;
pub(in crate::exchange) use source::{FolderSource, manifest_in, stays_inside};
pub(in crate::exchange) use write::PackWriter;
pub(in crate::exchange) use zipped::{OpenZip, PackInZip};
