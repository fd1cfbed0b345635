//! The two spellings of an account's section: `[account.NAME]`, which is written, and `[accounts.NAME]`, which is read as well.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table};

use super::edit::section;
use super::{Config, ConfigError};

/// The spelling of new sections.
const WRITTEN: &str = "account";

/// The other spelling.
const OTHER: &str = "accounts";

/// Joins the accounts of both spellings. One of the same name in both is an error: either could be the one that counts.
pub(super) fn join(mut config: Config, text: &str, path: &Path) -> Result<Config, ConfigError> {
    for (name, account) in std::mem::take(&mut config.other_spelling) {
        if config.accounts.contains_key(&name) {
            let line = |spelling| line_of(text, spelling, &name);
            let (written, other) = (line(WRITTEN), line(OTHER));
            return Err(ConfigError::AccountTwice { name, written, other, path: path.to_owned() });
        }
        config.accounts.insert(name, account);
    }
    Ok(config)
}

/// The line of an account's section under that spelling.
fn line_of(text: &str, spelling: &str, name: &str) -> usize {
    let start = || {
        let document = toml_edit::Document::parse(text).ok()?;
        let accounts = document.get(spelling)?.as_table_like()?;
        let (key, account) = accounts.get_key_value(name)?;
        Some(key.span().or_else(|| account.span())?.start)
    };
    text.get(..start().unwrap_or_default()).unwrap_or_default().matches('\n').count() + 1
}

/// The section of an account: where it stands under either spelling, else a new `[account.NAME]`.
pub(super) fn section_of<'a>(document: &'a mut DocumentMut, name: &str) -> &'a mut Table {
    let is_other =
        document.get(OTHER).and_then(Item::as_table_like).is_some_and(|accounts| accounts.contains_key(name));
    section(section(document.as_table_mut(), if is_other { OTHER } else { WRITTEN }), name)
}

/// Takes an account's section away.
pub(super) fn remove(document: &mut DocumentMut, name: &str) {
    for spelling in [WRITTEN, OTHER] {
        if let Some(accounts) = document.get_mut(spelling).and_then(Item::as_table_like_mut) {
            accounts.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AccountConfig, DataFolder, remove_account, save_account};
    use super::*;
    use crate::account::{Secret, Secrets};

    fn folder(text: &str) -> (tempfile::TempDir, DataFolder) {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        std::fs::write(folder.config_file(), text).unwrap();
        (directory, folder)
    }

    const BOTH: &str = "[account.a]\npath = \"/a\"\n\n# mine\n[accounts.b]\npath = \"/b\" # here\n";

    #[test]
    fn both_spellings_are_read_together() {
        let (_directory, folder) = folder(BOTH);
        for load in [Config::load, Config::load_without_rules] {
            let accounts = load(&folder.config_file()).unwrap().accounts;
            let paths: Vec<_> = accounts.iter().map(|(name, account)| (&**name, account.path.as_deref())).collect();
            assert_eq!(paths, [("a", Some("/a")), ("b", Some("/b"))]);
        }
        std::fs::write(folder.config_file(), format!("{BOTH}[[rules]]\nname = 1\n")).unwrap();
        assert_eq!(Config::load_without_rules(&folder.config_file()).unwrap().accounts.len(), 2);
    }

    #[test]
    fn a_name_in_both_is_an_error_that_names_both_places() {
        for (text, lines) in [
            ("[account.a]\n[account.b]\n\n[accounts.b]\n", (2, 4)),
            ("accounts.b.path = \"/b\"\n\n[account.b]\n", (3, 1)),
            ("# x\naccounts = { b = { path = \"/b\" } }\n[account.b]\n", (3, 2)),
        ] {
            let (_directory, folder) = folder(text);
            let error = Config::load(&folder.config_file()).unwrap_err();
            assert!(
                matches!(&error, ConfigError::AccountTwice { name, written, other, .. }
                    if name == "b" && (*written, *other) == lines),
                "{text}: {error:?}"
            );
            let said = error.to_string();
            assert!(said.contains("[account.b] in line") && said.contains("[accounts.b] in line"), "{said}");
        }
    }

    #[test]
    fn a_new_account_is_written_as_account_beside_those_of_the_other_spelling() {
        let (_directory, folder) = folder("[accounts.b]\npath = \"/b\" # here\n");
        let file = folder.config_file();
        let secrets = Secrets { token: Some(Secret::new("pamtest")), ..Secrets::default() };
        save_account(&folder, &file, "shop", &AccountConfig::default(), &secrets).unwrap();
        let changed = AccountConfig { path: Some("/c".to_owned()), ..AccountConfig::default() };
        save_account(&folder, &file, "b", &changed, &Secrets::default()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("[account.shop]\n") && text.contains("[accounts.b]\npath = \"/c\" # here\n"), "{text}");
        assert!(!text.contains("[accounts.shop]") && !text.contains("[account.b]"), "{text}");
        assert_eq!(Config::load(&file).unwrap().accounts.len(), 2);
        for name in ["b", "shop"] {
            remove_account(&folder, &file, name).unwrap();
        }
        assert!(Config::load(&file).unwrap().accounts.is_empty());
    }

    #[test]
    fn what_the_readme_adds_by_hand_goes_on_in_the_section_that_was_written() {
        let (_directory, folder) = folder("");
        let file = folder.config_file();
        let account = AccountConfig { app_id: Some("wx1".to_owned()), ..AccountConfig::default() };
        save_account(&folder, &file, "shop", &account, &Secrets::default()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "[account.shop]\napp_id = \"wx1\"\n");
        std::fs::write(&file, format!("{text}kind = \"test\"\n\n[account.other]\nkind = \"cloud\"\n")).unwrap();
        assert_eq!(Config::load(&file).unwrap().accounts.len(), 2);
    }
}
