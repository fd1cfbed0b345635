//! Edits of `config.toml` by the window: comments and order stay as the person wrote them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::{
    AccountConfig, Config, ConfigError, DataFolder, FilterConfig, HoldConfig, LookConfig, NotifyConfig,
    RetentionConfig, TargetConfig, account_spellings, privacy, secrets,
};
use crate::account::{AccountKind, SecretName, Secrets};
use crate::rules::BadAnswer;

/// Writes an account and its secrets; says nothing of secrets where it has none.
pub fn save_account(
    folder: &DataFolder,
    config: &Path,
    name: &str,
    account: &AccountConfig,
    secrets: &Secrets,
) -> Result<(), ConfigError> {
    folder.create()?;
    let place = if secrets.is_empty() { None } else { Some(secrets::write(folder, name, secrets)?) };
    edit(config, |document| {
        let table = account_spellings::section_of(document, name);
        let kind = account.kind;
        put(table, "kind", (kind != AccountKind::default()).then_some(kind.as_str()));
        put(table, "path", account.path.as_deref());
        put(table, "to_user", account.to_user.as_deref());
        put(table, "app_id", account.app_id.as_deref());
        put(table, "mode", account.mode.map(crate::capture::Mode::as_str));
        put(table, "api", account.api.as_deref());
        put(table, "secrets", place.map(secrets::SecretsPlace::as_str));
    })
}

/// Takes one of an account's secrets from where they are kept, and the one before it.
pub fn forget_secret(folder: &DataFolder, config: &Path, name: &str, which: SecretName) -> Result<(), ConfigError> {
    let not_kept = || ConfigError::SecretNotKept { account: name.to_owned() };
    let accounts = Config::load(config)?.accounts;
    let place = accounts.get(name).and_then(|account| account.secrets).ok_or_else(not_kept)?;
    let kept = secrets::read(folder, name, place)?;
    let rest = kept.clone().without(which);
    if rest == kept {
        return Err(not_kept());
    }
    secrets::replace(folder, name, place, &rest)?;
    if !rest.is_empty() {
        return Ok(());
    }
    edit(config, |document| put(account_spellings::section_of(document, name), "secrets", None))
}

/// Removes an account and its secrets. Secrets that cannot be removed leave everything as it is.
pub fn remove_account(folder: &DataFolder, config: &Path, name: &str) -> Result<(), ConfigError> {
    let accounts = Config::load_without_rules(config)?.accounts;
    secrets::remove(folder, name, accounts.get(name).and_then(|account| account.secrets))?;
    edit(config, |document| account_spellings::remove(document, name))
}

/// Writes the listener's address.
pub fn save_address(folder: &DataFolder, config: &Path, address: &str) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| put(section(document.as_table_mut(), "listener"), "addr", Some(address)))
}

/// Writes where to forward what no rule decides, and what becomes of a bad answer.
pub fn save_forward(
    folder: &DataFolder,
    config: &Path,
    url: Option<&str>,
    bad_answer: BadAnswer,
) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), "listener");
        put(table, "forward", url);
        let is_usual = bad_answer == BadAnswer::default();
        put(table, "forward_bad_answer", (!is_usual).then_some(bad_answer.as_str()));
    })
}

/// Writes the targets of replays; those that are not among them are removed.
pub fn save_targets(
    folder: &DataFolder,
    config: &Path,
    targets: &BTreeMap<String, TargetConfig>,
) -> Result<(), ConfigError> {
    folder.create()?;
    edit_named(config, "targets", targets, |table, target| {
        put(table, "url", Some(&target.url));
        put(table, "account", target.account.as_deref());
    })
}

/// Writes the filters that are kept; those that are not among them are removed.
pub fn save_filters(
    folder: &DataFolder,
    config: &Path,
    filters: &BTreeMap<String, FilterConfig>,
) -> Result<(), ConfigError> {
    folder.create()?;
    edit_named(config, "filters", filters, |table, filter| {
        put_value(table, "match", Some(filter.filter.as_str().into()));
        put(table, "colour", filter.colour.map(super::Hue::as_str));
    })
}

/// Writes how much is kept.
pub fn save_retention(folder: &DataFolder, config: &Path, retention: &RetentionConfig) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        let RetentionConfig { days, events, size_mib } = *retention;
        let limits = [("days", days.map(u64::from)), ("events", events), ("size_mib", size_mib)];
        let table = section(document.as_table_mut(), "retention");
        for (name, limit) in limits {
            put_value(table, name, limit.and_then(|limit| i64::try_from(limit).ok()).map(Value::from));
        }
    })
}

/// Writes the handling of pushes that wait for a person.
pub fn save_hold(folder: &DataFolder, config: &Path, hold: HoldConfig) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), "hold");
        put_value(table, "retry_while_typing", Some(hold.retry_while_typing.into()));
    })
}

/// Writes the filter of desktop notifications; without one, there are none.
pub fn save_notify(folder: &DataFolder, config: &Path, notify: &NotifyConfig) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        put_value(section(document.as_table_mut(), "notify"), "match", notify.filter.as_deref().map(Value::from));
    })
}

/// Writes language and theme.
pub fn save_look(folder: &DataFolder, config: &Path, look: &LookConfig) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), "look");
        put(table, "language", look.language.as_deref());
        put(table, "theme", look.theme.map(super::Theme::as_str));
        put_value(table, "reduce_motion", look.reduce_motion.map(Value::from));
    })
}

/// Reads, changes and replaces the file at once, so that a crash leaves the old or the new one.
pub(super) fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut)) -> Result<(), ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::Read { source, path: path.to_owned() }),
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| super::malformed(&text, &error.into(), path))?;
    change(&mut document);
    let beside = path.with_extension("toml.new");
    privacy::private_file()
        .truncate(true)
        .open(&beside)
        .and_then(|mut file| {
            privacy::restrict(&file)?;
            file.write_all(document.to_string().as_bytes())
        })
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|source| ConfigError::Write { source, path: path.to_owned() })
}

/// Writes a section of sections, each under its name; those that are not among them are removed.
fn edit_named<T>(
    path: &Path,
    name: &str,
    entries: &BTreeMap<String, T>,
    write: impl Fn(&mut Table, &T),
) -> Result<(), ConfigError> {
    edit(path, |document| {
        let table = section(document.as_table_mut(), name);
        table.retain(|name, _| entries.contains_key(name));
        for (name, entry) in entries {
            write(section(table, name), entry);
        }
    })
}

/// The section of that name, made where it is missing. Something else of that name makes way: the file would not load with it.
pub(super) fn section<'a>(table: &'a mut Table, name: &str) -> &'a mut Table {
    let item = table.entry(name).or_insert_with(|| {
        let mut new = Table::new();
        new.set_implicit(true);
        Item::Table(new)
    });
    if !item.is_table() {
        let table = std::mem::take(item).into_table().unwrap_or_default();
        *item = Item::Table(table);
    }
    match item {
        Item::Table(table) => table,
        _ => unreachable!("made a table above"),
    }
}

pub(super) fn put(table: &mut Table, key: &str, text: Option<&str>) {
    put_value(table, key, text.filter(|text| !text.is_empty()).map(Value::from));
}

pub(super) fn put_value(table: &mut Table, key: &str, new: Option<Value>) {
    match new {
        Some(new) => match table.get_mut(key).and_then(Item::as_value_mut) {
            // Keeps the comment behind the value.
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => {
                table.insert(key, value(new));
            }
        },
        None => {
            table.remove(key);
        }
    }
    table.set_implicit(false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Secret;

    #[test]
    fn an_edit_keeps_comments_and_order() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let path = folder.config_file();
        std::fs::write(
            &path,
            "# mine\n[look]\ntheme = \"dark\" # at night\n\n[listener]\naddr = \"127.0.0.1:1\" # here\n",
        )
        .unwrap();
        save_address(&folder, &path, "127.0.0.1:9").unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "# mine\n[look]\ntheme = \"dark\" # at night\n\n[listener]\naddr = \"127.0.0.1:9\" # here\n"
        );
    }

    #[test]
    fn targets_are_added_changed_and_removed_with_their_comments() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let path = folder.config_file();
        std::fs::write(
            &path,
            "[targets.old]\nurl = \"http://a/\"\n\n# mine\n[targets.local]\nurl = \"http://b/\" # here\n",
        )
        .unwrap();
        let target = |url: &str| TargetConfig { url: url.to_owned(), account: None };
        let targets = [("local".to_owned(), target("http://c/")), ("new one".to_owned(), target("http://d/"))].into();
        save_targets(&folder, &path, &targets).unwrap();
        assert_eq!(Config::load(&path).unwrap().targets, targets);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine\n[targets.local]\nurl = \"http://c/\" # here\n"), "{text}");
    }

    #[test]
    fn filters_are_kept_with_their_comments_and_a_mistake_in_one_keeps_nothing_else_from_working() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let path = folder.config_file();
        std::fs::write(&path, "[filters.old]\nmatch = \"a\"\n\n# mine\n[filters.bad]\nmatch = \"evnt:\" # here\n")
            .unwrap();
        let mut filters = Config::load(&path).unwrap().filters;
        filters.remove("old");
        let scans = FilterConfig { filter: "event:scancode_*".to_owned(), colour: Some(super::super::Hue::Blue) };
        filters.insert("扫码".to_owned(), scans);
        save_filters(&folder, &path, &filters).unwrap();
        assert_eq!(Config::load(&path).unwrap().filters, filters);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine\n[filters.bad]\nmatch = \"evnt:\" # here\n"), "{text}");
    }

    #[test]
    fn an_account_that_was_saved_is_loaded_with_its_secrets() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let path = folder.config_file();
        let account = AccountConfig { app_id: Some("wx1".to_owned()), ..AccountConfig::default() };
        let secrets = Secrets { token: Some(Secret::new("pamtest")), ..Secrets::default() };
        save_account(&folder, &path, "my shop", &account, &secrets).unwrap();
        let config = Config::load(&path).unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains("pamtest"));
        let accounts = config.accounts(&folder, &super::super::Overrides::default()).unwrap();
        assert_eq!(accounts.named("my shop").unwrap().token(), Some("pamtest"));
    }

    #[test]
    fn an_account_is_edited_under_the_spelling_that_the_file_uses() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let path = folder.config_file();
        for (written, kept) in [("account", "[account.shop]"), ("accounts", "[accounts.shop]")] {
            std::fs::write(&path, format!("[{written}.shop]\nto_user = \"gh_e136c6e50636\"\n")).unwrap();
            let mut account = Config::load(&path).unwrap().accounts.remove("shop").unwrap();
            assert_eq!(account.to_user.as_deref(), Some("gh_e136c6e50636"));
            account.path = Some("/shop".to_owned());
            save_account(&folder, &path, "shop", &account, &Secrets::default()).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(text.matches('[').count(), 1, "{text}");
            assert!(text.contains(kept) && text.contains("path = \"/shop\""), "{text}");
            assert_eq!(Config::load(&path).unwrap().accounts["shop"].path.as_deref(), Some("/shop"));
        }
    }

    #[test]
    fn an_account_that_was_removed_leaves_nothing_behind_but_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let (path, kept_in) = (folder.config_file(), folder.secrets_file());
        std::fs::write(&path, "[accounts.shop]\nsecrets = \"file\"\n# mine\n[accounts.other]\nsecrets = \"file\"\n")
            .unwrap();
        std::fs::write(&kept_in, "[shop]\ntoken = \"abc\"\n[other]\ntoken = \"def\"\n").unwrap();
        remove_account(&folder, &path, "shop").unwrap();
        let (config, kept) = (std::fs::read_to_string(&path).unwrap(), std::fs::read_to_string(&kept_in).unwrap());
        assert!(
            !config.contains("shop") && config.contains("# mine") && config.contains("[accounts.other]"),
            "{config}"
        );
        assert!(!kept.contains("abc") && kept.contains("def"), "{kept}");
    }

    #[test]
    fn a_secret_that_was_forgotten_is_gone_with_the_one_before_it_and_the_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let (path, kept_in) = (folder.config_file(), folder.secrets_file());
        std::fs::write(&path, "# mine\n[accounts.shop]\nsecrets = \"file\"\n").unwrap();
        std::fs::write(&kept_in, "[shop]\ntoken = \"now\"\nprevious_token = \"then\"\napp_secret = \"s3\"\n").unwrap();
        forget_secret(&folder, &path, "shop", SecretName::Token).unwrap();
        let kept = std::fs::read_to_string(&kept_in).unwrap();
        assert!(!kept.contains("now") && !kept.contains("then") && kept.contains("s3"), "{kept}");
        let again = forget_secret(&folder, &path, "shop", SecretName::Token).unwrap_err();
        assert!(matches!(again, ConfigError::SecretNotKept { .. }), "{again}");
        forget_secret(&folder, &path, "shop", SecretName::AppSecret).unwrap();
        assert!(!std::fs::read_to_string(&kept_in).unwrap().contains("s3"));
        let config = Config::load(&path).unwrap();
        assert_eq!(config.accounts["shop"].secrets, None);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("# mine\n"));
    }
}
