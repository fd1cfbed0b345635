//! The menus that were fetched for an account, kept in the data folder with their times.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{ConfigError, DataFolder, privacy};

/// The folder below the data folder.
const FOLDER: &str = "menus";

/// A menu that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMenu {
    /// The time of fetching.
    pub fetched_at: Timestamp,
    /// The file with its JSON.
    pub path: PathBuf,
}

impl DataFolder {
    /// The menus that were fetched for an account, the newest first.
    pub fn menus(&self, account: &str) -> Result<Vec<KeptMenu>, ConfigError> {
        let folder = self.menu_folder(account);
        let failed = |source| ConfigError::Read { source, path: folder.clone() };
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut menus = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let named = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i64>().ok());
            if let Some(fetched_at) = named.and_then(|micros| Timestamp::from_microsecond(micros).ok()) {
                menus.push(KeptMenu { fetched_at, path });
            }
        }
        menus.sort_by_key(|menu| std::cmp::Reverse(menu.fetched_at));
        Ok(menus)
    }

    /// Keeps a menu that was fetched now. The same JSON as the newest one's is not kept twice.
    pub fn keep_menu(&self, account: &str, json: &[u8], now: Timestamp) -> Result<(), ConfigError> {
        let newest = self.menus(account)?.into_iter().next();
        if newest.is_some_and(|newest| fs::read(newest.path).is_ok_and(|kept| kept == json)) {
            return Ok(());
        }
        self.create()?;
        let folder = self.menu_folder(account);
        let path = folder.join(format!("{}.json", now.as_microsecond()));
        let failed = |source| ConfigError::Write { source, path: path.clone() };
        privacy::create_folder(&folder).map_err(failed)?;
        let mut file = privacy::private_file().truncate(true).open(&path).map_err(failed)?;
        file.write_all(json).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// The folder of an account's menus; its name is escaped, since an account can be named by any text.
    fn menu_folder(&self, account: &str) -> PathBuf {
        let name: String = form_urlencoded::byte_serialize(account.as_bytes()).collect();
        // A name of dots alone, or of nothing, would be another folder.
        self.path().join(FOLDER).join(format!("account-{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus_are_kept_by_account_and_time_and_not_twice() {
        let data = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(data.path())).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        for account in ["default", "店 / 1", "..", ""] {
            assert_eq!(folder.menus(account).unwrap(), []);
            for (second, json) in [(1, "{}"), (2, "{}"), (3, "{\"button\":[]}"), (4, "{}")] {
                folder.keep_menu(account, json.as_bytes(), at(second)).unwrap();
            }
            let kept = folder.menus(account).unwrap();
            assert_eq!(kept.iter().map(|menu| menu.fetched_at).collect::<Vec<_>>(), [at(4), at(3), at(1)], "{account}");
            assert!(kept[0].path.starts_with(folder.path().join(FOLDER)));
        }
    }
}
