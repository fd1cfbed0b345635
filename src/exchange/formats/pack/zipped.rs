//! Reads the files of a zip in any order, without unpacking it, and with a few bytes of memory for each.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::ZipReadOptions;
use zip::read::{Config, ZipFile, read_zipfile_from_stream_with_options};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::source::{MOST_BYTES, Source, joined, unreadable};
use crate::exchange::import_problem::ImportReason;
use crate::exchange::record::entry::EntryFiles;
use crate::exchange::record::manifest::{DECODED, MANIFEST};

/// Bytes of a manifest in a zip: about two million events.
const MOST_MANIFEST: u64 = 1 << 30;

/// Bytes that a zip may hold beside…
const MOST_UNPACKED: u64 = 1 << 30;

/// …so many times its own size: text is rarely compressed to a twentieth.
const MOST_RATIO: u64 = 100;

/// The position of a file in the zip.
struct FilePosition {
    header: u64,
    packed: u32,
    crc: u32,
    size: u32,
}

/// A zip that is open for reading.
pub(in crate::exchange) struct OpenZip {
    file: BufferedSeek,
    /// By a digest of the name: names themselves would be most of the memory.
    spots: HashMap<u64, FilePosition>,
    digest: RandomState,
    /// Bytes that may still be read and unpacked.
    left: u64,
    limit: u64,
}

impl OpenZip {
    /// Opens a zip, and lists the positions of its files.
    pub(in crate::exchange) fn open(file: File) -> Result<Self, ZipError> {
        let size = file.metadata()?.len();
        let limit = MOST_UNPACKED.saturating_add(size.saturating_mul(MOST_RATIO));
        let file = BufferedSeek { input: BufReader::new(file), at: 0 };
        let mut zip = Self { file, spots: HashMap::new(), digest: RandomState::new(), left: limit, limit };
        let mut spots = HashMap::new();
        for entry in ZipIterable::try_new(&mut zip.file, Config::default())?.files()? {
            let entry = entry?;
            let small = |size: u64| u32::try_from(size).ok();
            let (Ok(name), Some(packed), Some(size)) =
                (entry.name(), small(entry.compressed_size()), small(entry.size()))
            else {
                continue;
            };
            // It is for people and tests.
            if !entry.is_dir() && !name.ends_with(DECODED) {
                let spot = FilePosition { header: entry.header_start(), packed, crc: entry.crc32(), size };
                spots.insert(zip.digest.hash_one(&*name), spot);
            }
        }
        zip.spots = spots;
        Ok(zip)
    }

    /// Hands on the names of its files, in their order; a name in an unknown encoding is decoded as far as possible.
    pub(in crate::exchange) fn names(&mut self, mut take: impl FnMut(&str)) -> Result<(), ZipError> {
        for entry in ZipIterable::try_new(&mut self.file, Config::default())?.files()? {
            let entry = entry?;
            match entry.name() {
                Ok(name) => take(&name),
                Err(_) => take(&String::from_utf8_lossy(entry.name_raw())),
            }
        }
        Ok(())
    }

    /// The first bytes of a file.
    pub(in crate::exchange) fn head(&mut self, name: &str, most: u64) -> Result<Vec<u8>, ImportReason> {
        let mut head = Vec::new();
        let file = self.file(name)?;
        file.take(most).read_to_end(&mut head).map_err(|error| broken(&error, name))?;
        Ok(head)
    }

    /// Unpacks a file; refused where it is too large, or where all of them are.
    pub(in crate::exchange) fn unpack(&mut self, name: &str) -> Result<Vec<u8>, ImportReason> {
        let limit = self.left.min(MOST_BYTES);
        let file = self.file(name)?;
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| broken(&error, name))?;
        self.left = self.left.saturating_sub(bytes.len() as u64);
        if bytes.len() as u64 <= limit {
            return Ok(bytes);
        }
        Err(ImportReason::TooLarge { limit: self.limit_of(limit, MOST_BYTES) })
    }

    /// The limit to name where `limit` was exceeded: `most` for a single file, or that of all files.
    fn limit_of(&self, limit: u64, most: u64) -> u64 {
        if limit < most { self.limit } else { most }
    }

    fn has(&self, name: &str) -> bool {
        self.spots.contains_key(&self.digest.hash_one(name))
    }

    fn file(&mut self, name: &str) -> Result<ZipFile<'_, BufferedSeek>, ImportReason> {
        let missing = || ImportReason::Missing { file: name.to_owned() };
        let FilePosition { header, packed, crc, size } =
            *self.spots.get(&self.digest.hash_one(name)).ok_or_else(missing)?;
        // Files may be said to lie on top of each other, a million times the same bytes: those cost, too.
        self.left = self.left.checked_sub(packed.into()).ok_or(ImportReason::TooLarge { limit: self.limit })?;
        self.file.seek(SeekFrom::Start(header)).map_err(|error| broken(&error, name))?;
        // The header before a file does not always have its size and checksum; the list at the end does.
        let options = ZipReadOptions::default()
            .override_compressed_size(packed.into())
            .override_uncompressed_size(size.into())
            .override_crc(crc);
        match read_zipfile_from_stream_with_options(&mut self.file, options) {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(missing()),
            Err(error) => Err(ImportReason::Malformed { cause: format!("{name}: {error}") }),
        }
    }
}

fn broken(error: &io::Error, name: &str) -> ImportReason {
    ImportReason::Malformed { cause: format!("{name}: {error}") }
}

/// Seeks within the buffer wherever possible: in a zip, the next file is mostly near.
struct BufferedSeek {
    input: BufReader<File>,
    at: u64,
}

impl Read for BufferedSeek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for BufferedSeek {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(to) => {
                self.input.seek_relative(to.cast_signed().wrapping_sub(self.at.cast_signed()))?;
                to
            }
            other => self.input.seek(other)?,
        };
        Ok(self.at)
    }
}

/// A pack in a zip.
pub(in crate::exchange) struct PackInZip<'a> {
    zip: &'a mut OpenZip,
    /// The prefix of the names of its files: empty, or a folder with its `/`.
    prefix: &'a str,
}

impl<'a> PackInZip<'a> {
    pub(in crate::exchange) fn new(zip: &'a mut OpenZip, prefix: &'a str) -> Self {
        Self { zip, prefix }
    }

    fn name(&self, folder: &str, file: &str) -> Result<String, ImportReason> {
        Ok(format!("{}{}", self.prefix, joined(folder, file)?))
    }
}

impl Source for PackInZip<'_> {
    /// Unpacks the manifest into a temporary file, so that the other files can be read in between.
    fn manifest(&mut self) -> Result<Box<dyn Read>, ImportReason> {
        let name = format!("{}{MANIFEST}", self.prefix);
        let limit = self.zip.left.min(MOST_MANIFEST);
        let file = self.zip.file(&name)?;
        let mut unpacked = tempfile::tempfile().map_err(|error| unreadable(&error))?;
        let copied = io::copy(&mut file.take(limit + 1), &mut unpacked).map_err(|error| broken(&error, &name))?;
        self.zip.left = self.zip.left.saturating_sub(copied);
        if copied > limit {
            return Err(ImportReason::TooLarge { limit: self.zip.limit_of(limit, MOST_MANIFEST) });
        }
        unpacked.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
        Ok(Box::new(unpacked))
    }
}

impl EntryFiles for PackInZip<'_> {
    fn read(&mut self, folder: &str, file: &str) -> Result<Vec<u8>, ImportReason> {
        let name = self.name(folder, file)?;
        self.zip.unpack(&name)
    }

    fn expect(&mut self, folder: &str, file: &str) -> Result<(), ImportReason> {
        let name = self.name(folder, file)?;
        if self.zip.has(&name) { Ok(()) } else { Err(ImportReason::Missing { file: name }) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn manifests_count_among_what_is_unpacked() {
        let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
        for name in ["a/manifest.json", "b/manifest.json"] {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(&[b' '; 1000]).unwrap();
        }
        let mut zip = OpenZip::open(writer.finish().unwrap()).unwrap();
        zip.left = 1500;
        let mut text = String::new();
        PackInZip::new(&mut zip, "a/").manifest().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text.len(), 1000);
        let refused = PackInZip::new(&mut zip, "b/").manifest().err();
        assert_eq!(refused, Some(ImportReason::TooLarge { limit: zip.limit }));
    }
}
