//! The key in the data folder, and random draws with it: always the same for the same original.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::exchange::fixture_error::FixtureError;

/// The file in the data folder, whose `.gitignore` lets nothing through but the configuration.
const FILE: &str = "pseudonyms.key";

/// Bytes in the key, as many as in a digest.
const BYTES: usize = 32;

/// A key, and the source of draws that depend on it.
#[derive(Clone, Debug)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// The key in the data folder, made where it is missing.
    pub(super) fn open(folder: &Path) -> Result<Self, FixtureError> {
        let path = folder.join(FILE);
        let key = match read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder, &path).and_then(|()| read(&path)),
            read => read,
        };
        key.and_then(|key| Self::of(&key)).map_err(|source| FixtureError::Key { source, path })
    }

    pub(super) fn of(key: &[u8]) -> io::Result<Self> {
        Hmac::new_from_slice(key).map(Self).map_err(io::Error::other)
    }

    /// Begins to draw for an original. `class` keeps draws for different ends apart.
    pub(super) fn draw(&self, class: &str, original: &[u8]) -> Draw {
        let mut mac = self.0.clone();
        mac.update(class.as_bytes());
        mac.update(&[0]);
        mac.update(original);
        Draw { mac, blocks: 0, block: [0; BYTES], used: BYTES }
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = std::fs::File::open(path)?;
    let mut key = Zeroizing::new(Vec::with_capacity(BYTES + 1));
    (&file).take(BYTES as u64 + 1).read_to_end(&mut key)?;
    if key.len() != BYTES {
        let found = if key.len() > BYTES { "more".to_owned() } else { key.len().to_string() };
        let reason = format!(
            "it has {found} bytes instead of {BYTES}: put the one back that was there, or remove it and get other pseudonyms"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    // It may have been copied here: from now on it is its owner's alone.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = file.set_permissions(std::fs::Permissions::from_mode(0o600)) {
            tracing::warn!("cannot keep others from reading {FILE}: {error}");
        }
    }
    Ok(key)
}

/// Makes the file whole or not at all. Where another process is faster, its key is the one.
fn make(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *key).map_err(|error| io::Error::other(error.to_string()))?;
    // Nobody but its owner may read a temporary file, and so what it becomes.
    let mut file = tempfile::Builder::new().prefix(".pseudonyms").tempfile_in(folder)?;
    file.write_all(&*key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Random bytes without end for one original.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    mac: Hmac<Sha256>,
    blocks: u32,
    block: [u8; BYTES],
    used: usize,
}

impl Draw {
    /// Draws the next byte.
    pub(super) fn byte(&mut self) -> u8 {
        if self.used == BYTES {
            let mut mac = self.mac.clone();
            mac.update(&[0]);
            mac.update(&self.blocks.to_le_bytes());
            self.block = mac.finalize().into_bytes().into();
            self.blocks = self.blocks.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// One of these, each as likely as the others.
    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let count = u8::try_from(choices.len()).ok().filter(|count| *count > 0)?;
        // Bytes at the end of the range would make the first choices likelier.
        let fair = u8::MAX - u8::MAX % count;
        let byte = std::iter::repeat_with(|| self.byte()).find(|byte| *byte < fair)?;
        choices.get(usize::from(byte % count)).copied()
    }

    /// A number from 0 up to, but not including, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        let bytes = std::array::from_fn(|_| self.byte());
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// Draws as many bytes as asked for.
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(key: &Key) -> [u8; 80] {
        key.draw("test", b"original").bytes()
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Key::open(folder.path()).unwrap();
        assert_eq!(drawn(&first), drawn(&Key::open(folder.path()).unwrap()));
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, [FILE]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(FILE);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            Key::open(folder.path()).unwrap();
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn all_who_come_at_once_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let drawn = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| drawn(&Key::open(folder.path()).unwrap()))).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(drawn.iter().all(|other| *other == drawn[0]));
    }

    #[test]
    fn a_damaged_key_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        for damaged in [&b""[..], &[1; 31], &[1; 33]] {
            std::fs::write(folder.path().join(FILE), damaged).unwrap();
            let error = Key::open(folder.path()).unwrap_err();
            assert!(error.to_string().contains("instead of 32"), "{error}");
        }
        assert!(matches!(Key::open(&folder.path().join("none")), Err(FixtureError::Key { .. })));
    }

    #[test]
    fn debug_of_a_key_says_nothing_of_it() {
        let text = format!("{:?}", Key::of(&[171; BYTES]).unwrap());
        assert!(text.contains("Key") && !text.contains("171") && !text.to_lowercase().contains("ab, ab"), "{text}");
    }

    #[test]
    fn draws_differ_by_key_class_and_original() {
        let [one, other] = [1, 2].map(|byte| Key::of(&[byte; BYTES]).unwrap());
        let all = [
            one.draw("a", b"b").bytes::<32>(),
            other.draw("a", b"b").bytes(),
            one.draw("b", b"b").bytes(),
            one.draw("a", b"a").bytes(),
        ];
        for (index, drawn) in all.iter().enumerate() {
            assert!(!all[..index].contains(drawn));
        }
    }
}
