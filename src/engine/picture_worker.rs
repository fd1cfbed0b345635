//! The thread `pictures`: reads the names and MD5 sums of picture files for the composer and the detail.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::notice::{Notice, PictureFile};
use super::notice_sender::NoticeSender;
use super::worker::Worker;
use crate::capture::CaptureId;
use crate::texts::user_error::UserError;
use crate::wechat::compose::picture_md5;

/// The largest file accepted as a picture, in bytes; phones send smaller ones.
const LARGEST: u64 = 64 << 20;

/// Picture files to compose an event with, or to find in one.
#[derive(Clone, Debug)]
pub struct PictureRequest {
    /// Comes back with the answer.
    pub purpose: PicturePurpose,
    pub paths: Vec<PathBuf>,
}

/// The purpose of reading picture files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PicturePurpose {
    /// Add them to the message with this number in the composer.
    Compose { number: u32 },
    /// Find them among the pictures of this event.
    Recognise { event: CaptureId },
}

/// A picture file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("cannot read the picture ({source}); check the path and its rights: {}", path.display())]
    Read { source: io::Error, path: PathBuf },
    #[error("a picture has at most {} MiB, and this file has more; choose another: {}", LARGEST >> 20, path.display())]
    Large { path: PathBuf },
}

impl From<&PictureError> for UserError {
    fn from(error: &PictureError) -> Self {
        match error {
            PictureError::Read { source, path } => {
                Self::of("user_error.picture.read", error).with("cause", source).with("path", path.display())
            }
            PictureError::Large { path } => {
                Self::of("user_error.picture.large", error).with("most", LARGEST >> 20).with("path", path.display())
            }
        }
    }
}

/// Starts the thread. It is not the transfer thread's work: an export that takes minutes must not delay the composer.
pub(super) fn start(notices: NoticeSender) -> io::Result<Worker<PictureRequest>> {
    Worker::start("pictures", move |requests| {
        while let Ok(PictureRequest { purpose, paths }) = requests.recv() {
            let is_open = match read(&paths) {
                Ok(pictures) => notices.send(Notice::Pictures { purpose, pictures }),
                Err(error) => notices.fail(&error),
            };
            if !is_open {
                return;
            }
        }
    })
}

/// Reads picture files in order, and fails with the first that cannot be used.
pub fn read(paths: &[PathBuf]) -> Result<Vec<PictureFile>, PictureError> {
    paths.iter().map(|path| picture(path)).collect()
}

fn picture(path: &Path) -> Result<PictureFile, PictureError> {
    let problem = |source| PictureError::Read { source, path: path.to_owned() };
    let mut bytes = Vec::new();
    // Opening a named pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(problem)?.is_file() {
        return Err(problem(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")));
    }
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(problem)?;
    if bytes.len() as u64 > LARGEST {
        return Err(PictureError::Large { path: path.to_owned() });
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(PictureFile { name, md5: picture_md5(&bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_in_the_order_in_which_they_were_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["b.jpg", "a.jpg"].map(|name| folder.path().join(name));
        for path in &paths {
            std::fs::write(path, b"abc").unwrap();
        }
        let read = read(&paths).unwrap();
        assert_eq!(read.iter().map(|picture| &*picture.name).collect::<Vec<_>>(), ["b.jpg", "a.jpg"]);
        assert!(read.iter().all(|picture| picture.md5 == "900150983cd24fb0d6963f7d28e17f72"));
    }

    #[test]
    fn a_picture_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&[folder.path().join("missing.jpg")]).unwrap_err();
        assert!(missing.to_string().contains("missing.jpg"), "{missing}");
        let path = folder.path().join("large.bin");
        File::create(&path).and_then(|file| file.set_len(LARGEST + 1)).unwrap();
        let large = read(&[path]).unwrap_err();
        assert!(matches!(large, PictureError::Large { .. }));
        for error in [missing, large] {
            UserError::from(&error).assert_said();
        }
    }
}
