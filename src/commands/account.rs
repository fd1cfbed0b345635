//! `menuscope account`: the accounts and their secrets, without a window.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail, ensure};

use super::output::{Output, print_line, quoted};
use super::{Outcome, language};
use crate::account::{Account, Secret, Secrets};
use crate::cli::{AccountArgs, AccountJob, ListAccounts, SetAccount};
use crate::config::{self, AccountConfig, Config, ConfigError, Overrides, SecretsPlace};
use crate::engine::Setup;
use crate::operations::AccountState;
use crate::reach::form_faults;
use crate::wechat::envelope::AesKey;

mod prompt;

/// One of an account's secrets: its name for people, its flag, and its variable.
struct SecretSource {
    name: &'static str,
    flag: &'static str,
    variable: &'static str,
}

const TOKEN: SecretSource = SecretSource { name: "token", flag: "--token", variable: "MENUSCOPE_TOKEN" };
const AES_KEY: SecretSource = SecretSource { name: "EncodingAESKey", flag: "--aes-key", variable: "MENUSCOPE_AES_KEY" };
const APP_SECRET: SecretSource =
    SecretSource { name: "AppSecret", flag: "--app-secret", variable: "MENUSCOPE_APP_SECRET" };

pub(super) fn run(setup: &Setup, asked: &AccountArgs, output: Output) -> anyhow::Result<Outcome> {
    match &asked.job {
        AccountJob::List(asked) => list(setup, asked, output),
        AccountJob::Set(asked) => set(setup, asked),
        AccountJob::Remove { name } => remove(setup, name),
    }
}

fn list(setup: &Setup, asked: &ListAccounts, output: Output) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let default = &accounts.default_account().name;
    let place = |account: &Account| config.accounts.get(&account.name).and_then(|config| config.secrets);
    if asked.json {
        for account in accounts.iter() {
            let object = AccountState::of(account, default, &config).json();
            print_line(&object.to_string())?;
        }
        return Ok(Outcome::Done);
    }
    let text = |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), quoted);
    let rows = accounts.iter().map(|account| {
        let Account { name, kind, path, to_user, app_id, mode, secrets, .. } = account;
        let given = (name == default).then_some(&setup.overrides.secrets);
        let state = |secret: fn(&Secrets) -> &Option<Secret>| {
            match (secret(secrets), given.and_then(|given| secret(given).as_ref())) {
                (None, _) => "-",
                (Some(_), None) => "set",
                // By a flag or in the environment, for this run alone.
                (Some(_), Some(_)) => "given",
            }
            .to_owned()
        };
        [
            quoted(name),
            kind.as_str().to_owned(),
            state(|secrets| &secrets.token),
            state(|secrets| &secrets.aes_key),
            state(|secrets| &secrets.app_secret),
            text(app_id),
            text(to_user),
            text(path),
            mode.map_or("-", crate::capture::Mode::as_str).to_owned(),
            place(account).map_or("-", SecretsPlace::as_str).to_owned(),
        ]
    });
    let headings = ["ACCOUNT", "KIND", "TOKEN", "AESKEY", "APPSECRET", "APPID", "TOUSER", "PATH", "MODE", "SECRETS IN"];
    output.lines(headings, rows)?;
    Ok(Outcome::Done)
}

fn set(setup: &Setup, asked: &SetAccount) -> anyhow::Result<Outcome> {
    let name = &asked.name;
    ensure!(!name.trim().is_empty(), "an account needs a name");
    let path = asked.path.as_ref();
    ensure!(path.is_none_or(|path| path.starts_with('/')), "a path begins with a slash, such as /shop");
    let config = Config::load_without_rules(&setup.config_file)?;
    let mut account = config.accounts.get(name).cloned().unwrap_or_default();
    let before = account.clone();
    take(&mut account, asked, setup.overrides.app_id.as_deref());
    let changed = secrets(setup, asked)?;
    ensure!(
        !changed.is_empty() || account != before,
        "nothing to set for account \"{name}\"; give a secret at the prompt, with --token-stdin and its like, or in the \
         environment, or an option such as --app-id"
    );
    let kept = config.kept_secrets(&setup.folder, name);
    // As in the window: secrets that cannot be read are replaced by those that are given, the way out of a locked keyring.
    let kept = if changed.is_empty() { kept? } else { kept.unwrap_or_default() };
    config::save_account(&setup.folder, &setup.config_file, name, &account, &kept.changed_by(changed.clone()))?;
    let saved = Config::load_without_rules(&setup.config_file)?;
    let place = saved.accounts.get(name).and_then(|account| account.secrets);
    let names = [(&changed.token, TOKEN), (&changed.aes_key, AES_KEY), (&changed.app_secret, APP_SECRET)];
    let names = names.iter().filter(|(secret, _)| secret.is_some()).map(|(_, source)| source.name);
    let names = names.collect::<Vec<_>>().join(", ");
    let secrets = match place {
        Some(place) if !names.is_empty() => format!("; {names} set, kept in {}", place.name()),
        _ => String::new(),
    };
    print_line(&format!("account \"{}\" saved{secrets}", quoted(name)))?;
    warn_of_forms(setup, &saved, name);
    note_listener(setup);
    Ok(Outcome::Done)
}

/// Takes over the properties that are no secrets.
fn take(account: &mut AccountConfig, asked: &SetAccount, app_id: Option<&str>) {
    let put = |place: &mut Option<String>, new: Option<&str>| {
        if let Some(new) = new {
            *place = (!new.is_empty()).then(|| new.to_owned());
        }
    };
    put(&mut account.path, asked.path.as_deref());
    put(&mut account.to_user, asked.to_user.as_deref());
    put(&mut account.app_id, app_id);
    account.mode = asked.mode.or(account.mode);
    account.kind = asked.kind.unwrap_or(account.kind);
}

/// The secrets from stdin, else from the environment; where there is none, from the prompt.
fn secrets(setup: &Setup, asked: &SetAccount) -> anyhow::Result<Secrets> {
    let given = &setup.overrides.secrets;
    let mut secrets = Secrets {
        token: from_environment(given.token.as_ref(), &TOKEN)?,
        aes_key: from_environment(given.aes_key.as_ref(), &AES_KEY)?,
        app_secret: from_environment(given.app_secret.as_ref(), &APP_SECRET)?,
        ..Secrets::default()
    };
    let lines = [
        (asked.token_stdin, &mut secrets.token, &TOKEN),
        (asked.aes_key_stdin, &mut secrets.aes_key, &AES_KEY),
        (asked.app_secret_stdin, &mut secrets.app_secret, &APP_SECRET),
    ];
    for (_, secret, source) in lines.into_iter().filter(|(is_asked, ..)| *is_asked) {
        *secret = Some(from_stdin(source)?);
    }
    if secrets.is_empty() && !asked.no_prompt && std::io::stdin().is_terminal() {
        let ask = |source: &SecretSource| {
            let prompt = format!("{} of account \"{}\" (Enter: as it is): ", source.name, quoted(&asked.name));
            prompt::hidden_line(&prompt).map(|line| secret(&line))
        };
        (secrets.token, secrets.aes_key, secrets.app_secret) = (ask(&TOKEN)?, ask(&AES_KEY)?, ask(&APP_SECRET)?);
    }
    if let Some(Err(error)) = secrets.aes_key.as_ref().map(|key| AesKey::parse(key.reveal())) {
        bail!("cannot use this EncodingAESKey: {error}; give the 43 characters of WeChat's console");
    }
    Ok(secrets)
}

/// A secret without the white space around it, which WeChat's console does not take.
fn secret(line: &str) -> Option<Secret> {
    let text = line.trim();
    (!text.is_empty()).then(|| Secret::new(text))
}

/// A secret that the environment has. One that a flag alone has was shown to everybody.
fn from_environment(given: Option<&Secret>, source: &SecretSource) -> anyhow::Result<Option<Secret>> {
    let Some(given) = given else { return Ok(None) };
    let is_there = std::env::var(source.variable).is_ok_and(|value| Secret::new(value) == *given);
    let SecretSource { name, flag, variable } = source;
    ensure!(
        is_there,
        "{flag} shows the {name} to everybody in `ps`, so it is not stored; give it at the prompt, with {flag}-stdin, or as \
         {variable}"
    );
    Ok(Some(given.clone()))
}

fn from_stdin(source: &SecretSource) -> anyhow::Result<Secret> {
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).context("cannot read from stdin")?;
    secret(&line).with_context(|| format!("stdin has no line with the {}", source.name))
}

fn remove(setup: &Setup, name: &str) -> anyhow::Result<Outcome> {
    let config = Config::load_without_rules(&setup.config_file)?;
    if !config.accounts.contains_key(name) {
        let no = format!("there is no account \"{}\" to remove; list them with `menuscope account list`", quoted(name));
        return Ok(Outcome::No(Some(no)));
    }
    config::remove_account(&setup.folder, &setup.config_file, name)?;
    print_line(&format!("account \"{}\" removed, with its secrets; its events stay", quoted(name)))?;
    note_listener(setup);
    Ok(Outcome::Done)
}

/// Warns of what WeChat does not give out in this form, with the words of `doctor`.
fn warn_of_forms(setup: &Setup, saved: &Config, name: &str) {
    let Ok(accounts) = saved.accounts(&setup.folder, &Overrides::default()) else { return };
    for fault in accounts.named(name).map(form_faults).unwrap_or_default() {
        let (message, remedy) = (fault.message(language(setup)), fault.remedy(language(setup)));
        writeln!(std::io::stderr(), "menuscope: {} → {}", quoted(&message), quoted(&remedy)).ok();
    }
}

/// Says that a listener that runs has read the accounts already.
fn note_listener(setup: &Setup) {
    if let Err(ConfigError::AlreadyListening { .. }) = setup.folder.lock_listener() {
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "menuscope: a window or listener is open; start it again, so that it knows").ok();
    }
}
