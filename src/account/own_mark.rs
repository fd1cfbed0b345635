//! The mark on requests that this installation sends itself: believed only with a value that its own key makes.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::capture::{OWN_HEADER, RawRequest};

/// Bytes in the key, as many as in a digest.
const KEY_BYTES: usize = 32;

/// The key of the mark, in a file of the data folder.
///
/// The value of the header is `WORD;NONCE;MAC`: the MAC, an HMAC-SHA-256, covers nonce and body. The file is read when it is
/// first needed, and made by the first sender, so that a listener knows the key of a sender that started later.
#[derive(Clone, Debug, Default)]
pub struct OwnMark {
    /// `None` without a data folder: then nothing is ours.
    file: Option<PathBuf>,
    key: Arc<OnceLock<Hmac<Sha256>>>,
}

impl OwnMark {
    /// The mark whose key is in that file, made where it is missing.
    pub fn kept_in(file: PathBuf) -> Self {
        Self { file: Some(file), key: Arc::default() }
    }

    /// The header's value for a body. `word` says what is sent, such as `replay`. Without a key it is the word alone, which
    /// nobody believes.
    pub fn value(&self, word: &str, body: &[u8]) -> String {
        let Some(key) = self.key_or_new() else { return word.to_owned() };
        let nonce = format!("{:016x}", fastrand::u64(..));
        let mac = digest(key, &nonce, body).finalize().into_bytes();
        mac.iter().fold(format!("{word};{nonce};"), |value, byte| format!("{value}{byte:02x}"))
    }

    /// Tells whether this installation sent the request. Other programs on the way may have put marks of their own beside ours.
    pub fn is_on(&self, request: &RawRequest) -> bool {
        let marks = request.headers.iter().filter(|(name, _)| *name == OWN_HEADER);
        let mut values =
            marks.filter_map(|(_, value)| std::str::from_utf8(value).ok()).flat_map(|value| value.split(','));
        values.any(|value| self.is_made_here(value.trim(), &request.body))
    }

    fn is_made_here(&self, value: &str, body: &[u8]) -> bool {
        let mut parts = value.split(';');
        let (Some(_word), Some(nonce), Some(mac), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let (Some(mac), Some(key)) = (bytes_of(mac), self.key()) else { return false };
        digest(key, nonce, body).verify_slice(&mac).is_ok()
    }

    /// The key, if there is one.
    fn key(&self) -> Option<&Hmac<Sha256>> {
        if let Some(key) = self.key.get() {
            return Some(key);
        }
        match read(self.file.as_deref()?) {
            Ok(key) => Some(self.key.get_or_init(|| key)),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!("cannot read the key of our own mark: {error}");
                }
                None
            }
        }
    }

    /// The key, made where there is none.
    fn key_or_new(&self) -> Option<&Hmac<Sha256>> {
        let file = self.file.as_deref()?;
        if self.key.get().is_none()
            && !file.exists()
            && let Err(error) = make(file)
        {
            tracing::warn!(
                "cannot make the key of our own mark: {error}; what is sent is taken for a push of WeChat's"
            );
        }
        self.key()
    }
}

fn digest(key: &Hmac<Sha256>, nonce: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(nonce.as_bytes());
    mac.update(&[0]);
    mac.update(body);
    mac
}

/// The bytes that are written as two hexadecimal digits each.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn read(file: &Path) -> io::Result<Hmac<Sha256>> {
    let mut key = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
    std::fs::File::open(file)?.take(KEY_BYTES as u64 + 1).read_to_end(&mut key)?;
    if key.len() != KEY_BYTES {
        let reason = format!("\"{}\" has not {KEY_BYTES} bytes; remove it, and another is made", file.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    Hmac::new_from_slice(&key).map_err(io::Error::other)
}

/// Makes the file whole or not at all. Where another process is faster, its key is the one.
fn make(file: &Path) -> io::Result<()> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(&mut *key).map_err(|error| io::Error::other(error.to_string()))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Nobody but its owner may read a temporary file, and so what it becomes.
    let mut made = tempfile::Builder::new().prefix(".own-mark").tempfile_in(folder)?;
    made.write_all(&*key)?;
    made.as_file().sync_all()?;
    match made.persist_noclobber(file) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(values: &[&str], body: &'static [u8]) -> RawRequest {
        RawRequest {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/".to_owned(),
            headers: values.iter().map(|value| (OWN_HEADER.to_owned(), value.as_bytes().to_vec())).collect(),
            peer: "127.0.0.1".to_owned(),
            body: body.into(),
            body_length: body.len() as u64,
        }
    }

    #[test]
    fn only_what_was_made_with_the_key_for_this_body_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own-mark.key");
        let listener = OwnMark::kept_in(file.clone());
        assert!(!listener.is_on(&request(&["replay;0;00"], b"a")), "there is no key yet");
        let value = OwnMark::kept_in(file.clone()).value("replay", b"a");
        assert!(value.starts_with("replay;"), "{value}");
        assert!(listener.is_on(&request(&[&value], b"a")));
        assert!(listener.is_on(&request(&["sample", &format!("forward;0a1b2c3d, {value}")], b"a")), "beside others");
        assert!(!listener.is_on(&request(&[&value], b"b")), "another body");
        let other_nonce = value.replacen(';', ";1", 1);
        for forged in
            ["replay", "sample", "", "replay;;", "replay;0;", "a;b;c;d", "replay;0;zz", "replay;0;0", &*other_nonce]
        {
            assert!(!listener.is_on(&request(&[forged], b"a")), "{forged}");
        }
        let stranger = OwnMark::kept_in(folder.path().join("other.key"));
        assert!(!listener.is_on(&request(&[&stranger.value("replay", b"a")], b"a")), "another installation's key");
        assert!(!OwnMark::default().is_on(&request(&[&value], b"a")));
        assert_eq!(OwnMark::default().value("replay", b"a"), "replay");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_believed_by_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own-mark.key");
        std::fs::write(&file, b"short").unwrap();
        let mark = OwnMark::kept_in(file);
        assert_eq!(mark.value("replay", b"a"), "replay");
        assert!(!mark.is_on(&request(&["replay;0;00"], b"a")));
    }
}
