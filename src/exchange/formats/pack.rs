//! Packs: a folder for each event, and a manifest with the rest of the record.

mod manifest_reader;
mod pack_writer;
pub(super) mod source;
mod zipped;

pub(in crate::exchange) use manifest_reader::read;
pub(in crate::exchange) use pack_writer::PackWriter;
pub(in crate::exchange) use source::{FolderSource, manifest_in, stays_inside};
pub(in crate::exchange) use zipped::{OpenZip, PackInZip};
