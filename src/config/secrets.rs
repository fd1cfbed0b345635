//! Storage of token, keys and AppSecret: the OS keyring, else `secrets.toml` with mode 0600.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{ConfigError, DataFolder, privacy};
use crate::account::{Secret, Secrets};

/// A keyring that does not answer within this time counts as locked: it may be waiting for a person who is not there.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);

/// The service that keyring entries belong to.
const KEYRING_SERVICE: &str = "menuscope";

/// The storage of an account's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretsPlace {
    /// In the OS keyring.
    Keyring,
    /// In `secrets.toml` in the data folder.
    File,
}

impl SecretsPlace {
    /// The spelling in `config.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }

    /// The name of the storage in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "the keyring",
            Self::File => "secrets.toml",
        }
    }
}

/// The form in which secrets are written down, in either place.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StoredSecrets {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_token: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aes_key: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_aes_key: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_secret: Option<Zeroizing<String>>,
}

impl From<StoredSecrets> for Secrets {
    fn from(written: StoredSecrets) -> Self {
        let secret = |text: Option<Zeroizing<String>>| text.filter(|text| !text.is_empty()).map(Secret::from);
        Self {
            token: secret(written.token),
            previous_token: secret(written.previous_token),
            aes_key: secret(written.aes_key),
            previous_aes_key: secret(written.previous_aes_key),
            app_secret: secret(written.app_secret),
        }
    }
}

impl From<&Secrets> for StoredSecrets {
    fn from(secrets: &Secrets) -> Self {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| Zeroizing::new(secret.reveal().to_owned()));
        Self {
            token: text(&secrets.token),
            previous_token: text(&secrets.previous_token),
            aes_key: text(&secrets.aes_key),
            previous_aes_key: text(&secrets.previous_aes_key),
            app_secret: text(&secrets.app_secret),
        }
    }
}

/// Reads an account's secrets from where `config.toml` says they are.
pub(super) fn read(folder: &DataFolder, account: &str, place: SecretsPlace) -> Result<Secrets, ConfigError> {
    match place {
        SecretsPlace::File => read_file(&folder.secrets_file())?.remove(account).map(Secrets::from).ok_or_else(|| {
            ConfigError::SecretsUnreadable {
                account: account.to_owned(),
                place,
                cause: format!("it has no section [{account}]"),
            }
        }),
        SecretsPlace::Keyring => read_keyring(folder, account),
    }
}

/// Reads the secrets that stand in the file under that name; none where there is no such section.
pub(super) fn read_if_there(folder: &DataFolder, name: &str) -> Result<Secrets, ConfigError> {
    let path = folder.secrets_file();
    let mut file = if path.exists() { read_file(&path)? } else { BTreeMap::new() };
    Ok(file.remove(name).map(Secrets::from).unwrap_or_default())
}

/// Writes an account's secrets into the keyring, or into the file where there is no keyring. Says which it was.
pub(super) fn write(folder: &DataFolder, account: &str, secrets: &Secrets) -> Result<SecretsPlace, ConfigError> {
    let text = Zeroizing::new(serde_json::to_string(&StoredSecrets::from(secrets)).unwrap_or_default());
    let user = keyring_user(folder, account);
    let kept = ask_keyring(move || keyring::Entry::new(KEYRING_SERVICE, &user)?.set_password(&text));
    if kept.is_ok() {
        return Ok(SecretsPlace::Keyring);
    }
    let path = folder.secrets_file();
    let mut file = if path.exists() { read_file(&path)? } else { BTreeMap::new() };
    file.insert(account.to_owned(), StoredSecrets::from(secrets));
    write_file(&path, &file)?;
    Ok(SecretsPlace::File)
}

/// Writes what is left of an account's secrets over what there was, in the same place and in no other.
pub(super) fn replace(
    folder: &DataFolder,
    account: &str,
    place: SecretsPlace,
    secrets: &Secrets,
) -> Result<(), ConfigError> {
    let path = folder.secrets_file();
    match place {
        SecretsPlace::File => {
            let mut file = read_file(&path)?;
            file.insert(account.to_owned(), StoredSecrets::from(secrets));
            write_file(&path, &file)
        }
        SecretsPlace::Keyring => {
            let text = Zeroizing::new(serde_json::to_string(&StoredSecrets::from(secrets)).unwrap_or_default());
            let user = keyring_user(folder, account);
            ask_keyring(move || keyring::Entry::new(KEYRING_SERVICE, &user)?.set_password(&text))
                .map_err(|cause| ConfigError::SecretsUnreadable { account: account.to_owned(), place, cause })
        }
    }
}

/// Removes an account's secrets from the keyring, if they are there, and from the file.
pub(super) fn remove(folder: &DataFolder, account: &str, place: Option<SecretsPlace>) -> Result<(), ConfigError> {
    if let Some(place @ SecretsPlace::Keyring) = place {
        let user = keyring_user(folder, account);
        let removed = ask_keyring(move || match keyring::Entry::new(KEYRING_SERVICE, &user)?.delete_credential() {
            Err(keyring::Error::NoEntry) => Ok(()),
            removed => removed,
        });
        removed.map_err(|cause| ConfigError::SecretsUnreadable { account: account.to_owned(), place, cause })?;
    }
    let path = folder.secrets_file();
    if !path.exists() {
        return Ok(());
    }
    let mut file = read_file(&path)?;
    if file.remove(account).is_some() { write_file(&path, &file) } else { Ok(()) }
}

fn read_keyring(folder: &DataFolder, account: &str) -> Result<Secrets, ConfigError> {
    let unreadable = |cause: String| ConfigError::SecretsUnreadable {
        account: account.to_owned(),
        place: SecretsPlace::Keyring,
        cause,
    };
    let user = keyring_user(folder, account);
    let text = ask_keyring(move || keyring::Entry::new(KEYRING_SERVICE, &user)?.get_password()).map_err(unreadable)?;
    let text = Zeroizing::new(text);
    // serde's message could quote what it failed on: say only that it failed.
    let written: StoredSecrets = serde_json::from_str(&text)
        .map_err(|error| unreadable(format!("its entry is damaged ({:?})", error.classify())))?;
    Ok(written.into())
}

/// Entries of different data folders must not be taken for one another.
fn keyring_user(folder: &DataFolder, account: &str) -> String {
    format!("{account} in {}", folder.path().display())
}

/// Asks on a thread of its own: the keyring's interface blocks, and must not do so for longer than our patience.
/// The thread cannot be joined when it hangs in the system's keyring; it then ends with the process.
fn ask_keyring<T: Send + 'static>(ask: impl FnOnce() -> keyring::Result<T> + Send + 'static) -> Result<T, String> {
    let (answer, answered) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || answer.send(ask()).ok())
        .map_err(|error| error.to_string())?;
    match answered.recv_timeout(KEYRING_PATIENCE) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("it did not answer within 3 s; unlock it and try again".to_owned()),
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, StoredSecrets>, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| ConfigError::Read { source, path: path.to_owned() })?;
    // Written by hand, or copied: from now on it is its owner's alone.
    if let Err(error) = std::fs::File::open(path).and_then(|file| privacy::restrict(&file)) {
        tracing::warn!(
            "cannot keep others from reading secrets.toml: {error}; take their rights away with `chmod 600`"
        );
    }
    toml_edit::de::from_str(&text).map_err(|error| ConfigError::SecretsMalformed {
        // The parser's own message quotes the line, and the line holds a secret.
        line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        path: path.to_owned(),
    })
}

fn write_file(path: &Path, file: &BTreeMap<String, StoredSecrets>) -> Result<(), ConfigError> {
    let text = toml_edit::ser::to_string_pretty(file)
        .map(Zeroizing::new)
        .map_err(|error| ConfigError::Write { source: std::io::Error::other(error), path: path.to_owned() })?;
    privacy::private_file()
        .truncate(true)
        .open(path)
        .and_then(|mut file| {
            privacy::restrict(&file)?;
            file.write_all(text.as_bytes())
        })
        .map_err(|source| ConfigError::Write { source, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_only_the_owner_may() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets.toml");
        std::fs::write(&path, "").unwrap();
        let secrets = Secrets { token: Some(Secret::new("pam\"test")), ..Secrets::default() };
        let file = BTreeMap::from([("a b".to_owned(), StoredSecrets::from(&secrets))]);
        write_file(&path, &file).unwrap();
        assert_eq!(Secrets::from(read_file(&path).unwrap().remove("a b").unwrap()), secrets);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_malformed_secrets_file_is_named_without_quoting_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets.toml");
        std::fs::write(&path, "[default]\ntoken = hunter2\n").unwrap();
        let error = read_file(&path).err().unwrap().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
