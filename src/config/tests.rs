//! Tests of reading `config.toml`: defaults, mistakes with their line, and accounts.

use super::*;

fn folder() -> (tempfile::TempDir, DataFolder) {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    (directory, folder)
}

#[test]
fn without_a_file_everything_is_at_its_default() {
    let (_directory, folder) = folder();
    let config = Config::load(&folder.config_file()).unwrap();
    assert_eq!(config.listener.addr, DEFAULT_ADDRESS);
    assert_eq!(config.accounts(&folder, &Overrides::default()).unwrap().default_account().name, "default");
}

#[test]
fn a_mistake_is_reported_at_its_place() {
    let (_directory, folder) = folder();
    std::fs::write(folder.config_file(), "[listener]\naddr = \"127.0.0.1:1\"\nadr = 3\n").unwrap();
    let error = Config::load(&folder.config_file()).unwrap_err();
    assert!(matches!(error, ConfigError::Malformed { line: 3, .. }), "{error}");
}

#[test]
fn flags_come_before_what_is_kept_and_reach_only_the_default_account() {
    let (_directory, folder) = folder();
    std::fs::write(folder.config_file(), "[accounts.one]\nsecrets = \"file\"\n[accounts.two]\n").unwrap();
    std::fs::write(folder.secrets_file(), "[one]\ntoken = \"kept\"\nprevious_token = \"old\"\n").unwrap();
    let overrides = Overrides {
        secrets: Secrets { token: Some(Secret::new("given")), ..Secrets::default() },
        ..Overrides::default()
    };
    let accounts = Config::load(&folder.config_file()).unwrap().accounts(&folder, &overrides).unwrap();
    assert_eq!(accounts.default_account().token(), Some("given"));
    assert_eq!(accounts.named("two").unwrap().token(), None);
}

#[test]
fn secrets_that_should_be_there_and_are_not_are_an_error() {
    let (_directory, folder) = folder();
    std::fs::write(folder.config_file(), "[accounts.default]\nsecrets = \"file\"\n").unwrap();
    let config = Config::load(&folder.config_file()).unwrap();
    assert!(config.accounts(&folder, &Overrides::default()).is_err());
}

#[test]
fn an_unknown_account_is_an_error_that_names_the_known() {
    let (_directory, folder) = folder();
    let overrides = Overrides { account: Some("nobody".to_owned()), ..Overrides::default() };
    let error = Config::default().accounts(&folder, &overrides).unwrap_err().to_string();
    assert!(error.contains("nobody") && error.contains("default"), "{error}");
}
