//! Command-line arguments: clap types, no behaviour.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts, where a backtick would be shown")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::OsStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::account::Secret;
use crate::filter::NAMES;
use crate::texts::Language;

mod accounts;
mod agent;
mod database;
mod files;
mod joining;
mod menus;
mod sending;

pub use accounts::{AccountArgs, AccountJob, ListAccounts, SetAccount};
pub use agent::{Compare, Doctor, Mcp, Status};
pub use database::{Db, DbJob, Delete, Generate};
pub use files::{Export, Import, Which};
pub use joining::{Join, RelayArgs};
pub use menus::{CoverMenu, LintMenu, MenuArgs, MenuJob, MenuSource, PhonePlatform, ResolveMenu, SendMenu, ShowMenu};
pub use sending::{BodyFormat, Form, Mode, Replay, Send};

/// See what WeChat posts when somebody taps a menu.
///
/// Without a command, the window opens with its listener running.
#[derive(Debug, Parser)]
#[command(name = "menuscope", bin_name = "menuscope", version, after_help = EXIT_STATUS, after_long_help = EXIT_STATUS)]
pub struct Cli {
    /// Address to listen at while the window is open, instead of the one in config.toml
    #[arg(long, value_name = "HOST:PORT")]
    pub addr: Option<String>,
    /// Address of the feed while the window is open, where other programs follow along [default: the one in config.toml, else none]
    #[arg(long, value_name = "HOST:PORT")]
    pub feed: Option<String>,
    /// Start the tunnel of config.toml with the listener
    #[arg(long)]
    pub tunnel: bool,
    /// Open the window on a made-up story in a temporary folder; your own data and settings stay as they are
    #[arg(long)]
    pub demo: bool,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command; without one the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_STATUS: &str = "Exit status: 0 done; 1 the answer is no (time-out, failed replay, nothing matched, no such id); \
                           2 it could not run (usage, port taken, locked, unreadable).";

/// The heading of the options of every command, below a command's own.
const GLOBAL: &str = "Global options";

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = GLOBAL)]
pub struct Global {
    /// Folder of the database, config.toml and secrets
    #[arg(long, value_name = "DIR", global = true, env = "MENUSCOPE_DATA", value_parser = OsStringValueParser::new())]
    pub data: Option<OsString>,
    /// Configuration file [default: config.toml in the data folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Account that takes what no other claims, and that events are sent for
    #[arg(long, value_name = "NAME", global = true)]
    pub account: Option<String>,
    /// Token of that account, visible in `ps` while this runs; safer: MENUSCOPE_TOKEN, or `menuscope account set`
    #[arg(long, value_name = "TOKEN", global = true, env = "MENUSCOPE_TOKEN", hide_env = true)]
    pub token: Option<Secret>,
    /// EncodingAESKey of that account, 43 characters, visible in `ps`; safer: MENUSCOPE_AES_KEY, or `account set`
    #[arg(long, value_name = "KEY", global = true, env = "MENUSCOPE_AES_KEY", hide_env = true)]
    pub aes_key: Option<Secret>,
    /// AppID of that account
    #[arg(long, value_name = "APPID", global = true, env = "MENUSCOPE_APP_ID")]
    pub app_id: Option<String>,
    /// AppSecret of that account, visible in `ps`; safer: MENUSCOPE_APP_SECRET, or `account set`
    #[arg(long, value_name = "SECRET", global = true, env = "MENUSCOPE_APP_SECRET", hide_env = true)]
    pub app_secret: Option<Secret>,
    /// Say more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colour of the output
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: Color,
}

/// Colour of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Only where stdout is a terminal, TERM is not dumb, and NO_COLOR is not set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive callbacks without a window
    Listen(Listen),
    /// Join a team that shares one callback URL: receive its events, and answer the taps that are claimed here
    Join(Join),
    /// List stored events, newest first
    Events(Events),
    /// Show one event
    Show(Show),
    /// Wait until matching events have arrived
    Wait(Wait),
    /// Make events and post them, signed, as WeChat would
    Send(Send),
    /// Send stored events again, and judge what comes back
    Replay(Replay),
    /// Write events as fixtures
    Export(Export),
    /// Read events from files: packs, messages, HAR, curl commands, .http and hurl files, JSON lines
    Import(Import),
    /// Pin events, to find them again with is:pinned
    Pin(Pin),
    /// Leave a note on an event, to find it again with has:note
    Note(Note),
    /// Look after the database: what is in it, is it sound, make it smaller, copy it, remove events
    Db(Db),
    /// List, change and remove accounts, with their secrets
    Account(AccountArgs),
    /// Judge a passive reply: is it legal, and what will the user see
    Lint(Lint),
    /// Compare two events: their messages and their replies
    Compare(Compare),
    /// Show the state of this data folder: listener, events, accounts, targets
    Status(Status),
    /// Check what a callback needs to arrive here, and say what is missing
    Doctor(Doctor),
    /// Serve agents such as Claude Code, Cursor and VS Code: an MCP server on stdin and stdout
    Mcp(Mcp),
    /// Show, lint and tap a menu, lay it beside the captures, or tell which one a user sees
    Menu(MenuArgs),
    /// List the events that WeChat's alarm messages speak of, with what was answered
    Alarm(Alarm),
    /// Print completions for a shell
    Completions {
        /// Shell to print them for
        shell: clap_complete::Shell,
    },
}

/// Arguments of `menuscope listen`.
#[derive(Debug, Args)]
pub struct Listen {
    /// Address to listen at [default: the address in config.toml, else 127.0.0.1:8989]
    #[arg(long, value_name = "HOST:PORT")]
    pub addr: Option<String>,
    /// Address of the feed, where other programs follow along: polling, server-sent events, WebSocket, a page for browsers
    #[arg(long, value_name = "HOST:PORT")]
    pub feed: Option<String>,
    /// Forward what no rule decides to the developer's own server, and answer what it answers
    #[arg(long, value_name = "URL")]
    pub forward: Option<String>,
    /// Answer to WeChat where that server fails or answers illegally: its answer as it is, or the default
    #[arg(long, value_name = "WHAT", requires = "forward")]
    pub bad_answer: Option<BadAnswer>,
    /// Start the tunnel of config.toml (tunnel.command), and print its public URL when it is known and when it changes
    #[arg(long)]
    pub tunnel: bool,
    /// Team behind this URL.
    #[command(flatten)]
    pub team: RelayArgs,
    /// Print the address, then each event once its answer is recorded, as JSON lines
    #[arg(long)]
    pub json: bool,
}

/// Treatment of a bad answer
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BadAnswer {
    /// Pass it on as it is
    Pass,
    /// Answer the default within the reply budget
    Default,
}

/// Arguments of `menuscope events`.
#[derive(Debug, Args)]
#[command(after_long_help = filter_help())]
pub struct Events {
    /// Events to list, as a filter; `menuscope help events` describes the language
    pub filter: Option<String>,
    /// Most events to list
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Print JSON Lines
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Number of the event
    #[arg(allow_negative_numbers = true)]
    pub id: i64,
    #[command(flatten)]
    pub form: ShowForm,
    /// With --reply: the reply's text, as it is inside an encrypted one
    #[arg(long, requires = "reply")]
    pub decrypted: bool,
}

/// The forms of `menuscope show`.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own, and clap lets only one be given")]
pub struct ShowForm {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Request line, headers and body, to the byte
    #[arg(long)]
    pub raw: bool,
    /// The message's bytes, decrypted in safe and compat mode
    #[arg(long)]
    pub body: bool,
    /// The bytes that were answered
    #[arg(long)]
    pub reply: bool,
    /// Explanation as one JSON object: diagnoses, the signature's steps, the reply's findings, what the user saw
    #[arg(long)]
    pub explain: bool,
}

/// Arguments of `menuscope pin`.
#[derive(Debug, Args)]
pub struct Pin {
    /// Numbers of the events
    #[arg(required = true, allow_negative_numbers = true)]
    pub ids: Vec<i64>,
    /// Unpin them
    #[arg(long)]
    pub remove: bool,
}

/// Arguments of `menuscope note`.
#[derive(Debug, Args)]
pub struct Note {
    /// Number of the event
    #[arg(allow_negative_numbers = true)]
    pub id: i64,
    /// The note; an empty text removes it
    pub text: String,
}

/// Arguments of `menuscope wait`.
#[derive(Debug, Args)]
#[command(after_long_help = filter_help())]
pub struct Wait {
    /// Events to wait for, as a filter; `menuscope help wait` describes the language
    pub filter: Option<String>,
    /// Time-out, such as 500ms, 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: std::time::Duration,
    /// Number of events to wait for
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// Count events after this one, or from this time on, instead of from now on
    #[arg(long, value_name = "ID|TIME")]
    pub since: Option<String>,
    /// Print JSON Lines
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// File with the reply's body, or - for stdin
    pub file: String,
    /// The event that is answered: its number, or a file with the message or the push
    #[arg(long = "for", value_name = "ID|FILE")]
    pub push: Option<String>,
    /// As one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope alarm`.
#[derive(Debug, Args)]
pub struct Alarm {
    /// Text of one alarm or several, as copied from the chat, or - for stdin
    pub file: String,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The filter language in short, from the one table that the parser reads.
fn filter_help() -> String {
    let width = NAMES.iter().map(|name| name.name.len()).max().unwrap_or(0) + 1;
    let meaning = |name: &str| Language::English.text(&format!("filters.names.{name}"));
    let names = NAMES.iter().map(|name| {
        let values = name.values.join(", ");
        let values = if name.closed { values } else { format!("such as {values}") };
        format!("  {:<width$}  {}: {values}", format!("{}:", name.name), meaning(name.name))
    });
    let names: Vec<String> = names.collect();
    format!(
        "Filter: one argument, in quotes where it has several words, after -- where it begins with -\n\
         Words are looked for in the whole event; name:value narrows. Terms are ANDed; OR binds weaker; -term, (…) and \
         \"quoted text\" work.\n{}",
        names.join("\n")
    )
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let duration: jiff::SignedDuration = text.parse().map_err(|_error| "write it as 500ms, 30s or 2m".to_owned())?;
    duration.try_into().map_err(|_error| "it cannot be negative".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn own_options_come_before_the_global_ones() {
        let mut command = Cli::command();
        command.build();
        for name in ["events", "replay", "listen", "export", "account set"] {
            let mut place = command.clone();
            for part in name.split(' ') {
                place = place.find_subcommand(part).unwrap().clone();
            }
            // Lines break by the terminal's width.
            let help = place.render_long_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let (own, global) = help.split_once("Global options:").unwrap();
            assert!(!own.contains("--data <DIR>") && global.contains("--data <DIR>"), "{help}");
            assert!(global.contains("visible in `ps`") && global.contains("account set"), "{help}");
        }
    }

    #[test]
    fn help_lists_the_values_of_every_term_that_takes_only_some() {
        let help = filter_help();
        for known in NAMES.iter().filter(|name| name.closed) {
            assert!(help.contains(&known.values.join(", ")), "{}: {help}", known.name);
        }
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("500ms").unwrap().as_millis(), 500);
        assert_eq!(duration("2m").unwrap().as_secs(), 120);
        assert!(duration("30").is_err() && duration("-1s").is_err());
    }
}
