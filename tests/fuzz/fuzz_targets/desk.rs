//! What the targets share: an account with secrets, and a desk on which files are imported into a store.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{CaptureId, EventView, event_json};
use menuscope::exchange::{FixtureError, ImportSummary, import};
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, Reader};
use menuscope::texts::Language;
use tempfile::TempDir;

/// The token that the samples' pushes are signed with.
pub const TOKEN: &str = "pamtest";
/// The key that they are sealed with.
pub const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// So many events, and the database begins anew: a run of hours has to end with the disk it began with.
const MOST_EVENTS: u64 = 2_000;
/// More of what could not be read is counted, not listed.
const MOST_TOLD: usize = 1_000;

/// An account that knows its token and key.
pub fn account() -> Account {
    let secrets =
        Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(AES_KEY)), ..Secrets::default() };
    Account::named("default").with_secrets(secrets)
}

/// The same as the only one.
pub fn accounts() -> Accounts {
    Accounts::new(vec![account()], None)
}

/// A store and a folder to import from, both of them temporary.
pub struct Desk {
    folder: TempDir,
    additions: BulkWriter,
    reader: Reader,
    accounts: Accounts,
    added: u64,
}

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("given")).unwrap();
        let database = folder.path().join("menuscope.db");
        let additions = BulkWriter::open(&database).unwrap();
        let reader = Reader::open(&database).unwrap();
        Self { folder, additions, reader, accounts: accounts(), added: 0 }
    }

    /// Hands out the desk of this process, with nothing on it but the store.
    pub fn with(work: impl FnOnce(&mut Self)) {
        DESK.with_borrow_mut(|desk| {
            let mut used = desk.take().filter(|desk| desk.added < MOST_EVENTS).unwrap_or_else(Self::new);
            work(&mut used);
            *desk = Some(used);
        });
    }

    /// Where something to import may lie.
    pub fn given(&self, name: &str) -> PathBuf {
        self.folder.path().join("given").join(name)
    }

    /// Imports it twice, and holds what holds of every import.
    pub fn import(&mut self, path: &Path) {
        let before = names_below(self.folder.path());
        let first = self.import_once(path);
        self.added += first.added;
        self.read_back(first.added);
        let second = self.import_once(path);
        assert_eq!(second.added, 0, "it came in a second time");
        assert_eq!(second.known, first.added + first.known);
        assert_eq!((second.unread, &second.problems), (first.unread, &first.problems));
        assert_eq!(names_below(self.folder.path()), before, "an import wrote or removed a file");
    }

    fn import_once(&mut self, path: &Path) -> ImportSummary {
        let imported = import(&[path.to_owned()], &mut self.additions, &self.accounts, &Progress::new());
        let imported = imported.unwrap_or_else(|error: FixtureError| panic!("the import failed: {error}"));
        assert!(imported.problems.len() <= MOST_TOLD);
        assert!(imported.unread >= imported.problems.len() as u64);
        for problem in &imported.problems {
            for language in Language::ALL {
                assert!(!problem.reason.words(language).is_empty());
            }
        }
        imported
    }

    /// What has come in can be shown.
    fn read_back(&self, added: u64) {
        let newest = self.reader.newest().unwrap().0;
        for id in newest + 1 - added as i64..=newest {
            let stored = self.reader.capture(CaptureId(id)).unwrap().unwrap();
            let images = self.reader.images_of(&stored).unwrap();
            for language in Language::ALL {
                event_json(EventView { stored: &stored, images: &images, language });
            }
        }
    }
}

/// A file with these bytes, imported.
pub fn import_file(name: &str, bytes: &[u8]) {
    Desk::with(|desk| {
        let path = desk.given(name);
        fs::write(&path, bytes).unwrap();
        desk.import(&path);
    });
}

/// Every name below a folder, but the database's own; sorted.
fn names_below(folder: &Path) -> Vec<OsString> {
    let mut folders = vec![folder.to_owned()];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
            if !entry.file_name().to_string_lossy().starts_with("menuscope.db") {
                names.push(entry.path().into_os_string());
            }
        }
    }
    names.sort_unstable();
    names
}
