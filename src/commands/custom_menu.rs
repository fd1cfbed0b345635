//! `menuscope menu`: a menu's definition shown, linted, laid beside the captures, resolved for a user, and tapped.

use anyhow::Context as _;

use super::input::{input_name, read_input};
use super::output::{Output, finding_lines, print_line};
use super::{Outcome, filter, language, send};
use crate::account::Account;
use crate::capture::diagnosis::Severity;
use crate::cli::{CoverMenu, LintMenu, MenuArgs, MenuJob, MenuSource, PhonePlatform, ResolveMenu, SendMenu, ShowMenu};
use crate::config::Config;
use crate::coverage::{Coverage, MenuHistory, Taps};
use crate::delivery::HttpClient;
use crate::engine::Setup;
use crate::platform_api::{FetchedMenu, PlatformApi};
use crate::sample;
use crate::store::{Reader, StoreError};
use crate::wechat::codes::worst;
use crate::wechat::custom_menu::{Button, ButtonPush, Menu, MenuFile, MenuUser, Platform, lint, resolve};

mod as_json;
mod as_text;

/// More is not read, in bytes: no menu is as large.
const MOST_READ: u64 = 2 << 20;

pub(super) fn run(setup: &Setup, asked: &MenuArgs, output: Output) -> anyhow::Result<Outcome> {
    match &asked.job {
        MenuJob::Show(asked) => show(setup, asked),
        MenuJob::Lint(asked) => lint_menu(setup, asked),
        MenuJob::Coverage(asked) => coverage(setup, asked, output),
        MenuJob::Resolve(asked) => resolve_menu(setup, asked),
        MenuJob::Send(asked) => send_taps(setup, asked),
    }
}

fn menu_of(file: &str) -> anyhow::Result<MenuFile> {
    let json = read_input(file, "the menu", MOST_READ)?;
    MenuFile::read(&json).with_context(|| format!("there is no menu in {}", input_name(file)))
}

/// The menu of a file, or of WeChat's answer where that is asked for.
fn file_of(setup: &Setup, source: &MenuSource) -> anyhow::Result<MenuFile> {
    match source.file.as_deref() {
        Some(file) => menu_of(file),
        None => Ok(fetched(setup, source)?.file),
    }
}

/// The JSON of a file, or of WeChat's answer where that is asked for, and the words for its origin.
fn json_of(setup: &Setup, source: &MenuSource) -> anyhow::Result<(Vec<u8>, String)> {
    match source.file.as_deref() {
        Some(file) => Ok((read_input(file, "the menu", MOST_READ)?, input_name(file).to_owned())),
        None => Ok((fetched(setup, source)?.json, "WeChat's answer".to_owned())),
    }
}

/// Asks WeChat for the menu of the default account, and keeps it in the data folder.
fn fetched(setup: &Setup, source: &MenuSource) -> anyhow::Result<FetchedMenu> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let account = accounts.default_account();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let http_client = HttpClient::new();
    let api = PlatformApi::new(&http_client, account, language(setup));
    let menu = runtime.context("cannot start asking WeChat")?.block_on(api.menu(source.access_token.as_ref()))?;
    setup.folder.keep_menu(&account.name, &menu.json, crate::clock::now())?;
    Ok(menu)
}

fn show(setup: &Setup, asked: &ShowMenu) -> anyhow::Result<Outcome> {
    let file = file_of(setup, &asked.source)?;
    let language = language(setup);
    print_line(&if asked.json { as_json::menus(&file).to_string() } else { as_text::menus(&file, language) })?;
    Ok(Outcome::Done)
}

fn lint_menu(setup: &Setup, asked: &LintMenu) -> anyhow::Result<Outcome> {
    let (json, origin) = json_of(setup, &asked.source)?;
    let findings = lint(&json).with_context(|| format!("there is no menu in {origin}"))?;
    let language = language(setup);
    if asked.json {
        print_line(&as_json::findings(asked.source.file.as_deref(), &findings, language).to_string())?;
    } else {
        for finding in &findings {
            for line in finding_lines(finding, language) {
                print_line(&line)?;
            }
        }
        print_line(&as_text::verdict(&findings, language))?;
    }
    Ok(if worst(&findings) == Some(Severity::Error) { Outcome::No(None) } else { Outcome::Done })
}

fn coverage(setup: &Setup, asked: &CoverMenu, output: Output) -> anyhow::Result<Outcome> {
    let file = menu_of(&asked.file)?;
    let filter = filter(asked.filter.as_deref())?;
    let coverage = match Reader::open(&setup.folder.database()) {
        Ok(reader) => Coverage::read(&reader, &file, &filter, usize::MAX)?,
        // Nothing was captured yet: no button was seen.
        Err(StoreError::Absent { .. }) => Coverage::of(&file, &Taps::default()),
        Err(error) => return Err(error.into()),
    };
    let config = Config::load_without_rules(&setup.config_file)?;
    let account = config.default_account(&setup.overrides);
    let coverage = coverage.with_history(&MenuHistory::read(&setup.folder, &account)?);
    if asked.json {
        print_line(&as_json::coverage(&file, &coverage).to_string())?;
    } else {
        as_text::coverage(&file, &coverage, language(setup), output)?;
    }
    Ok(if asked.all && !coverage.is_complete() { Outcome::No(None) } else { Outcome::Done })
}

fn resolve_menu(setup: &Setup, asked: &ResolveMenu) -> anyhow::Result<Outcome> {
    let file = file_of(setup, &asked.source)?;
    let platform = match asked.platform {
        PhonePlatform::Ios => Platform::Ios,
        PhonePlatform::Android => Platform::Android,
        PhonePlatform::Other => Platform::Other,
    };
    let resolution = resolve(&file, &MenuUser { tags: asked.tags.clone(), platform });
    let language = language(setup);
    print_line(&if asked.json {
        as_json::resolution(&file, &resolution).to_string()
    } else {
        as_text::resolution(&file, &resolution, language)
    })?;
    Ok(Outcome::Done)
}

/// Posts the events of the default menu's buttons, or of the first conditional menu where the file has no other.
fn send_taps(setup: &Setup, asked: &SendMenu) -> anyhow::Result<Outcome> {
    let file = file_of(setup, &asked.source)?;
    let menu = file.menus().next().context("the account has no menu; open one with menu/create")?;
    let chosen = chosen(menu, asked.button.as_deref())?;
    if chosen.is_empty() {
        return Ok(Outcome::No(Some("no button of this menu pushes an event".to_owned())));
    }
    let make = |account: &Account| {
        let taps = chosen.iter().map(|(path, button, push)| {
            let message = sample::tap(*push, menu.menu_id.as_deref(), asked.openid.as_deref(), account);
            let message = message.with_context(|| format!("cannot make the event of the button {path}"))?;
            Ok((format!("{path} {}", button.name()), message))
        });
        taps.collect::<anyhow::Result<Vec<_>>>()
    };
    let form = send::PostForm { encrypt: asked.encrypt, as_json: asked.json };
    send::made_for_account(setup, &asked.to, form, make)
}

/// A button with its path and its push.
type Tapped<'m> = (String, &'m Button, ButtonPush<'m>);

/// The buttons to tap: the one that is asked for, or all that push an event.
fn chosen<'m>(menu: &'m Menu, path: Option<&str>) -> anyhow::Result<Vec<Tapped<'m>>> {
    let all = menu.all_buttons();
    let pushing = |(path, button): (String, &'m Button)| Some((path, button, button.push()?));
    let Some(path) = path else { return Ok(all.into_iter().filter_map(pushing).collect()) };
    let button = menu.button_at(path).with_context(|| {
        let known: Vec<String> = all.iter().map(|(path, button)| format!("{path} {}", button.name())).collect();
        format!("there is no button {path}; the buttons are {}", known.join(", "))
    })?;
    anyhow::ensure!(button.push().is_some(), "the button {path} pushes no event; `menuscope menu show` tells why");
    Ok(all.into_iter().filter(|(_, known)| std::ptr::eq(*known, button)).filter_map(pushing).collect())
}
