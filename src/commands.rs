//! One file per command: carry it out through the same code as the window, and say how it went.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::account::{Secret, Secrets};
use crate::cli::{Cli, Color, Command, DbJob, Global};
use crate::config::{Config, ConfigError, DataFolder, Overrides, parse_address};
use crate::demo::Demo;
use crate::engine::Setup;
use crate::filter::Filter;
use crate::operations::{OperationError, language, read_filter, target};
use crate::store::StoreError;

mod account;
mod alarm;
mod annotate;
mod compare;
mod custom_menu;
mod db;
mod doctor;
mod event_printer;
mod events;
mod export;
mod import;
mod input;
mod join;
mod lint;
mod listen;
mod log;
mod mcp;
mod output;
mod replay;
mod send;
mod show;
mod start_notes;
mod status;
mod terminal_table;
mod usage;
mod wait;
mod work;

use output::{Output, is_closed, quoted};
pub use usage::explain_usage;
use work::{INTERRUPTED, Interrupted, end_on_interrupt};

/// The outcome of a command that could run.
enum Outcome {
    /// Done: exit status 0.
    Done,
    /// The answer is no: exit status 1, with the reason where the output does not show it.
    No(Option<String>),
}

/// Carries out what was typed; every error becomes one line on stderr.
pub fn run(cli: Cli) -> ExitCode {
    let Cli { addr, feed, tunnel, demo, global, command } = cli;
    log::start(global.verbose);
    let ways = (addr, feed, tunnel);
    let outcome = if demo { demonstrate(&global, ways, command.as_ref()) } else { dispatch(&global, ways, command) };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No(reason)) => {
            if let Some(reason) = reason {
                complain(&reason);
            }
            ExitCode::from(if work::is_cancelled() { INTERRUPTED } else { 1 })
        }
        // Whoever read our output has seen enough: `menuscope events | head` is no error.
        Err(error) if is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&whole(&error));
            ExitCode::from(exit_status(&error))
        }
    }
}

/// The exit status of an error.
fn exit_status(error: &anyhow::Error) -> u8 {
    // Where nothing was captured yet, there is nothing to be found: that is an answer.
    let is_no = error.downcast_ref().is_some_and(OperationError::is_no);
    if is_no || matches!(error.downcast_ref(), Some(StoreError::Absent { .. })) {
        return 1;
    }
    if error.is::<Interrupted>() { INTERRUPTED } else { 2 }
}

fn dispatch(
    global: &Global,
    (addr, feed, tunnel): (Option<String>, Option<String>, bool),
    command: Option<Command>,
) -> anyhow::Result<Outcome> {
    if let Some(Command::Completions { shell }) = command {
        return completions(shell);
    }
    let mut setup = setup(global)?;
    start_notes::prepare(&setup);
    let output = Output::new(global.color);
    // `doctor` tells of it among the rest.
    if !matches!(command, Some(Command::Account(_) | Command::Doctor(_))) {
        check_account(&setup)?;
    }
    setup.overrides.tunnel = tunnel || matches!(&command, Some(Command::Listen(listen)) if listen.tunnel);
    if tunnel && !matches!(command, None | Some(Command::Listen(_))) {
        anyhow::bail!("--tunnel is for the window and for `menuscope listen`; leave it out");
    }
    match (&command, addr, feed) {
        (None, addr, feed) => (setup.overrides.addr, setup.overrides.feed) = (addr, feed),
        (Some(Command::Listen(listen)), addr, feed) => {
            setup.overrides.addr = listen.addr.clone().or(addr);
            setup.overrides.feed = listen.feed.clone().or(feed);
        }
        (Some(_), None, None) => {}
        (Some(_), Some(_), _) => anyhow::bail!("--addr is for the window and for `menuscope listen`; leave it out"),
        (Some(_), None, Some(_)) => {
            anyhow::bail!("--feed is for the window and for `menuscope listen`; leave it out")
        }
    }
    if leaves_nothing_half_done(command.as_ref()) {
        end_on_interrupt()?;
    }
    match command {
        None => window(setup),
        Some(Command::Listen(listen)) => listen::run(&setup, &listen),
        Some(Command::Join(join)) => join::run(&setup, &join),
        Some(Command::Events(events)) => events::run(&setup, &events, output),
        Some(Command::Show(show)) => show::run(&setup, &show, output),
        Some(Command::Wait(wait)) => wait::run(&setup, &wait),
        Some(Command::Send(send)) => send::run(&setup, &send),
        Some(Command::Replay(replay)) => replay::run(&setup, &replay, output),
        Some(Command::Export(export)) => export::run(&setup, &export, output),
        Some(Command::Import(import)) => import::run(&setup, &import),
        Some(Command::Pin(pin)) => annotate::pin(&setup, &pin),
        Some(Command::Note(note)) => annotate::note(&setup, &note),
        Some(Command::Db(asked)) => db::run(&setup, &asked),
        Some(Command::Account(asked)) => account::run(&setup, &asked, output),
        Some(Command::Lint(lint)) => lint::run(&setup, &lint),
        Some(Command::Compare(asked)) => compare::run(&setup, &asked),
        Some(Command::Status(asked)) => status::run(&setup, &asked),
        Some(Command::Doctor(asked)) => doctor::run(&setup, &asked, output),
        Some(Command::Mcp(asked)) => mcp::run(&setup, &asked),
        Some(Command::Alarm(asked)) => alarm::run(&setup, &asked),
        Some(Command::Menu(asked)) => custom_menu::run(&setup, &asked, output),
        Some(Command::Completions { .. }) => Ok(Outcome::Done),
    }
}

/// Tells whether Ctrl-C may end a command wherever it is. The others hear it themselves, and end in good order.
fn leaves_nothing_half_done(command: Option<&Command>) -> bool {
    match command {
        Some(
            Command::Events(_)
            | Command::Show(_)
            | Command::Lint(_)
            | Command::Compare(_)
            | Command::Status(_)
            | Command::Doctor(_)
            | Command::Menu(_)
            | Command::Alarm(_),
        ) => true,
        Some(Command::Send(send)) => !send.record,
        Some(Command::Db(asked)) => matches!(asked.job, DbJob::Stats { .. } | DbJob::Restore),
        _ => false,
    }
}

/// Refuses an account that the configuration does not have, whether the command needs it or not.
fn check_account(setup: &Setup) -> anyhow::Result<()> {
    let Some(name) = &setup.overrides.account else { return Ok(()) };
    Ok(Config::load_without_rules(&setup.config_file)?.check_account(name)?)
}

fn window(setup: Setup) -> anyhow::Result<Outcome> {
    for address in [&setup.overrides.addr, &setup.overrides.feed].into_iter().flatten() {
        parse_address(address)?;
    }
    if !has_display() {
        anyhow::bail!(
            "there is no display to open the window on (neither DISPLAY nor WAYLAND_DISPLAY is set); to receive callbacks \
             without a window, run `menuscope listen`"
        );
    }
    // The window's error holds handles of the window system and cannot leave this thread; its words can.
    crate::ui::run(setup).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Outcome::Done)
}

/// Opens the window on the demonstration. Of the user's own settings only the look is read.
fn demonstrate(
    global: &Global,
    (addr, feed, tunnel): (Option<String>, Option<String>, bool),
    command: Option<&Command>,
) -> anyhow::Result<Outcome> {
    if command.is_some() {
        anyhow::bail!("--demo is for the window; leave the command out");
    }
    let own = DataFolder::locate(global.data.as_deref().filter(|data| !data.is_empty()).map(Path::new));
    let own = global.config.clone().or_else(|| own.ok().map(|folder| folder.config_file()));
    let look = own.and_then(|file| Config::load(&file).ok()).map(|config| config.look).unwrap_or_default();
    let demo = Demo::start(&look)?;
    let setup = Setup {
        folder: demo.folder()?,
        config_file: demo.config_file()?,
        overrides: Overrides { addr, feed, tunnel, ..Overrides::default() },
    };
    window(setup)
}

/// Tells whether a display is named, where a window system is reached by a name in the environment.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_named = cfg!(all(unix, not(target_os = "macos")));
    !is_named || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set)
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    use clap::CommandFactory as _;
    use std::io::Write as _;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "menuscope", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Outcome::Done)
}

fn setup(global: &Global) -> anyhow::Result<Setup> {
    let folder = DataFolder::locate(global.data.as_deref().filter(|data| !data.is_empty()).map(Path::new))?;
    folder.mend_rights();
    if let Some(path) = global.config.as_ref().filter(|path| !path.exists()) {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(ConfigError::Read { source, path: path.clone() }.into());
    }
    let config_file: PathBuf = global.config.clone().unwrap_or_else(|| folder.config_file());
    let secret = |given: &Option<Secret>| given.clone().filter(|secret| !secret.reveal().is_empty());
    let overrides = Overrides {
        account: global.account.clone(),
        addr: None,
        feed: None,
        tunnel: false,
        feed_token: std::env::var("MENUSCOPE_FEED_TOKEN").ok().filter(|token| !token.is_empty()).map(Secret::new),
        app_id: global.app_id.clone().filter(|app_id| !app_id.is_empty()),
        secrets: Secrets {
            token: secret(&global.token),
            aes_key: secret(&global.aes_key),
            app_secret: secret(&global.app_secret),
            ..Secrets::default()
        },
    };
    Ok(Setup { folder, config_file, overrides })
}

/// Reads a filter; a mistake is shown at its column.
fn filter(text: Option<&str>) -> anyhow::Result<Filter> {
    Ok(read_filter(text.unwrap_or_default())?)
}

/// An error with its causes; most say themselves what is behind them.
fn whole(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// One line, whatever is in it.
#[expect(clippy::print_stderr, reason = "this is where a command says why it failed")]
fn complain(message: &str) {
    let line =
        message.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    eprintln!("menuscope: {}", quoted(&line));
}

impl Color {
    /// Tells whether stdout is coloured.
    fn is_on(self) -> bool {
        use std::io::IsTerminal as _;
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                    || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                std::io::stdout().is_terminal() && !is_plain
            }
        }
    }
}
