//! `menuscope menu`: a menu's definition shown, linted, laid beside the captures, resolved for a user, and tapped.

use anyhow::Context as _;

use super::input::{input_name, is_input, read_input};
use super::output::{Output, print_line, refusal_lines};
use super::{Outcome, filter, language, send};
use crate::account::{Account, Secret};
use crate::capture::diagnosis::Severity;
use crate::cli::{CoverMenu, LintMenu, MenuArgs, MenuJob, MenuSource, PhonePlatform, ResolveMenu, SendMenu, ShowMenu};
use crate::config::Config;
use crate::coverage::{Coverage, MenuHistory, Taps};
use crate::delivery::HttpClient;
use crate::engine::Setup;
use crate::filter::{Expr, Filter, Term};
use crate::platform_api::{ApiError, FetchedMenu, PlatformApi};
use crate::sample;
use crate::store::{Reader, StoreError};
use crate::wechat::codes::worst;
use crate::wechat::custom_menu::{AddressedButton, ButtonPush, MenuFile, MenuUser, Platform, lint, resolve};

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

fn menu_of(setup: &Setup, file: &str) -> anyhow::Result<MenuFile> {
    let json = read_input(file, "the menu", MOST_READ)?;
    let read = MenuFile::read(&json).map_err(|error| ApiError::of_file(error, language(setup)));
    read.with_context(|| format!("there is no menu in {}", input_name(file)))
}

/// The menu of a file, or of WeChat's answer where that is asked for.
fn file_of(setup: &Setup, source: &MenuSource) -> anyhow::Result<MenuFile> {
    match source.file.as_deref() {
        Some(file) => menu_of(setup, file),
        None => Ok(fetched(setup, source.access_token.as_ref())?.file),
    }
}

/// The JSON of a file, or of WeChat's answer where that is asked for, and the words for its origin.
fn json_of(setup: &Setup, source: &MenuSource) -> anyhow::Result<(Vec<u8>, String)> {
    match source.file.as_deref() {
        Some(file) => Ok((read_input(file, "the menu", MOST_READ)?, input_name(file).to_owned())),
        None => Ok((fetched(setup, source.access_token.as_ref())?.json, "WeChat's answer".to_owned())),
    }
}

/// Asks WeChat for the menu of the default account, and keeps it in the data folder.
fn fetched(setup: &Setup, access_token: Option<&Secret>) -> anyhow::Result<FetchedMenu> {
    let config = Config::load_without_rules(&setup.config_file)?;
    let accounts = config.accounts(&setup.folder, &setup.overrides)?;
    let account = accounts.default_account();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let http_client = HttpClient::new();
    let api = PlatformApi::new(&http_client, account, language(setup));
    let menu = runtime.context("cannot start asking WeChat")?.block_on(api.menu(access_token))?;
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
    let language = language(setup);
    let findings = lint(&json).map_err(|error| ApiError::of_file(error, language));
    let findings = findings.with_context(|| format!("there is no menu in {origin}"))?;
    if asked.json {
        print_line(&as_json::findings(asked.source.file.as_deref(), &findings, language).to_string())?;
    } else {
        for finding in &findings {
            for line in refusal_lines(finding, finding.errcode(), language) {
                print_line(&line)?;
            }
        }
        print_line(&as_text::verdict(&findings, language))?;
    }
    Ok(if worst(&findings) == Some(Severity::Error) { Outcome::No(None) } else { Outcome::Done })
}

fn coverage(setup: &Setup, asked: &CoverMenu, output: Output) -> anyhow::Result<Outcome> {
    let (file, filter) = covered(setup, asked)?;
    // An account that is named has its own taps.
    let filter = match (&setup.overrides.account, filter.expr) {
        (None, expr) => Filter::from(expr),
        (Some(name), Expr::All) => Filter::from(Expr::Term(Term::Account(name.clone()))),
        (Some(name), expr) => Filter::from(Expr::And(vec![Expr::Term(Term::Account(name.clone())), expr])),
    };
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

/// The menu and the filter of a coverage. Where WeChat is asked for the menu, a filter is all that is left to be named.
fn covered(setup: &Setup, asked: &CoverMenu) -> anyhow::Result<(MenuFile, Filter)> {
    match (&asked.file, &asked.filter) {
        (Some(file), chosen) if !asked.fetch => {
            let chosen = filter(chosen.as_deref())?;
            Ok((menu_of(setup, file)?, chosen))
        }
        (Some(file), None) if !is_input(file) => {
            let chosen = filter(Some(file))?;
            Ok((fetched(setup, asked.access_token.as_ref())?.file, chosen))
        }
        (None, _) => Ok((fetched(setup, asked.access_token.as_ref())?.file, Filter::default())),
        (Some(file), _) => {
            anyhow::bail!(
                "--fetch asks WeChat for the menu, so no file is read; leave out --fetch or {}",
                input_name(file)
            )
        }
    }
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

/// Posts the events of the buttons of all menus, the default one's first, or of one button.
fn send_taps(setup: &Setup, asked: &SendMenu) -> anyhow::Result<Outcome> {
    let file = file_of(setup, &asked.source)?;
    anyhow::ensure!(file.menus().next().is_some(), "the account has no menu; open one with menu/create");
    let chosen = chosen(&file, asked.button.as_deref())?;
    if chosen.is_empty() {
        return Ok(Outcome::No(Some("no button of this menu pushes an event".to_owned())));
    }
    let make = |account: &Account| {
        let taps = chosen.iter().map(|(address, tapped, push)| {
            let message = sample::tap(*push, tapped.menu.menu_id.as_deref(), asked.openid.as_deref(), account);
            let message = message.with_context(|| format!("cannot make the event of the button {address}"))?;
            Ok((format!("{address} {}", tapped.button.name()), message))
        });
        taps.collect::<anyhow::Result<Vec<_>>>()
    };
    let form = send::PostForm { encrypt: asked.encrypt, as_json: asked.json };
    send::made_for_account(setup, &asked.to, form, make)
}

/// A button with its address and its push.
type Tapped<'m> = (String, AddressedButton<'m>, ButtonPush<'m>);

/// The buttons to tap: the one that is asked for, or all that push an event.
fn chosen<'m>(file: &'m MenuFile, address: Option<&str>) -> anyhow::Result<Vec<Tapped<'m>>> {
    let all = file.all_buttons();
    let pushing = |(address, found): (String, AddressedButton<'m>)| Some((address, found, found.button.push()?));
    let Some(address) = address else { return Ok(all.into_iter().filter_map(pushing).collect()) };
    let named = |buttons: &[AddressedButton<'_>]| {
        let named =
            all.iter().filter(|(_, known)| buttons.is_empty() || buttons.iter().any(|found| is_same(found, known)));
        let named: Vec<String> = named.map(|(address, known)| format!("{address} {}", known.button.name())).collect();
        named.join(", ")
    };
    let found = file.buttons_at(address);
    let [one] = found.as_slice() else {
        anyhow::ensure!(!found.is_empty(), "there is no button {address}; the buttons are {}", named(&[]));
        anyhow::bail!("several buttons are {address}; name one of {}", named(&found));
    };
    anyhow::ensure!(
        one.button.push().is_some(),
        "the button {address} pushes no event; `menuscope menu show` tells why"
    );
    let one = all.iter().find(|(_, known)| is_same(one, known)).cloned();
    Ok(one.into_iter().filter_map(pushing).collect())
}

fn is_same(one: &AddressedButton<'_>, other: &AddressedButton<'_>) -> bool {
    std::ptr::eq(one.button, other.button)
}
