//! Tests of the checks of this computer: each verdict where its cause stands.

use std::net::TcpListener;

use super::*;
use crate::texts::Language;

/// A data folder with this `config.toml`, whose listener is at a free port.
fn folder(config: &str) -> (tempfile::TempDir, DataFolder) {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    std::fs::write(folder.config_file(), config).unwrap();
    (directory, folder)
}

fn checked(folder: &DataFolder, overrides: &Overrides) -> Vec<CheckResult> {
    Doctor { folder, config_file: &folder.config_file(), overrides }.local_checks()
}

fn codes(results: &[CheckResult]) -> Vec<&'static str> {
    results.iter().map(|result| result.code.as_str()).collect()
}

#[test]
fn every_code_has_words_in_both_languages_and_a_remedy_where_it_is_needed() {
    for code in DoctorCode::ALL {
        let result = CheckResult::of(*code);
        for language in Language::ALL {
            assert!(language.has(&format!("doctor.{}.message", code.as_str())), "{}", code.as_str());
            let is_trouble = matches!(code.verdict(), CheckVerdict::Warn | CheckVerdict::Fail);
            assert_eq!(!result.remedy(language).is_empty(), is_trouble, "{} in {language:?}", code.as_str());
        }
    }
}

#[test]
fn checks_come_in_their_order_and_stop_nowhere() {
    let (_directory, folder) = folder("this is no TOML");
    let results = checked(&folder, &Overrides::default());
    let names: Vec<&str> = results.iter().map(|result| result.check.as_str()).collect();
    assert_eq!(names, CheckName::LOCAL.map(CheckName::as_str));
    assert_eq!(results[0].code, DoctorCode::ConfigUnusable);
    assert_eq!(codes(&results)[2], "secrets-skipped");
}

#[test]
fn a_folder_that_is_not_there_yet_is_no_failure_and_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new");
    let folder = DataFolder::locate(Some(&path)).unwrap();
    let results = checked(&folder, &Overrides::default());
    assert_eq!(codes(&results)[..3], ["folder-absent", "database-absent", "secrets-none"]);
    assert!(!path.exists());
}

#[test]
fn the_tunnel_is_told_by_its_record_while_somebody_listens() {
    use crate::config::TunnelRecord;
    let code = |folder: &DataFolder| checked(folder, &Overrides::default()).last().unwrap().code;
    let (_directory, none) = folder("");
    assert_eq!(code(&none), DoctorCode::TunnelAbsent);
    let (_directory, fixed) = folder("[tunnel]\nurl = \"https://wx.example.com\"\n");
    assert_eq!(code(&fixed), DoctorCode::TunnelFixed);
    let (_directory, folder) = folder("[tunnel]\ncommand = \"ngrok http {addr}\"\n");
    let url = |name: &str| Some(format!("https://{name}.example.com"));
    let record = |url, known| TunnelRecord { url, known, client: None }.write(&folder).unwrap();
    record(url("a"), url("a"));
    assert_eq!(code(&folder), DoctorCode::TunnelStopped, "left behind by a process that was killed");
    let _lock = folder.lock_listener().unwrap();
    assert_eq!(code(&folder), DoctorCode::TunnelOk);
    record(url("b"), url("a"));
    assert_eq!(code(&folder), DoctorCode::TunnelChanged);
    record(None, url("a"));
    assert_eq!(code(&folder), DoctorCode::TunnelStopped);
}

#[test]
fn a_port_that_another_program_has_is_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (_directory, folder) = folder(&format!("[listener]\naddr = \"{address}\"\n"));
    let found = codes(&checked(&folder, &Overrides::default())).join(" ");
    assert!(found.contains("port-taken listener-absent"), "{found}");
    let (_directory, folder) = self::folder("[listener]\naddr = \"nonsense\"\n");
    assert!(codes(&checked(&folder, &Overrides::default())).contains(&"port-unusable"));
}

#[test]
fn settings_of_accounts_that_cannot_be_are_told() {
    let config = "[listener]\naddr = \"127.0.0.1:0\"\n\
                  [accounts.default]\nmode = \"safe\"\napp_id = \"wx1\"\nsecrets = \"file\"\n\
                  [accounts.shop]\nsecrets = \"file\"\n";
    let (_directory, folder) = folder(config);
    std::fs::write(folder.secrets_file(), "[default]\ntoken = \"a b\"\n[shop]\naes_key = \"short\"\n").unwrap();
    let results = checked(&folder, &Overrides::default());
    let found = codes(&results);
    for code in ["secrets-ok", "token-unusual", "aes-key-absent", "app-id-unusual", "token-absent", "aes-key-unusable"]
    {
        assert!(found.contains(&code), "{code}: {found:?}");
    }
    let told: String = results.iter().map(|result| result.json(Language::English).to_string()).collect();
    assert!(!told.contains("a b\"") && !told.contains("short"), "{told}");
}
