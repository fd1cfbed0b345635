//! Arguments of `menuscope menu`.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts, where a backtick would be shown")]

use clap::{Args, Subcommand, ValueEnum};

use super::filter_help;
use crate::account::Secret;

/// Arguments of `menuscope menu`.
#[derive(Debug, Args)]
pub struct MenuArgs {
    /// Action
    #[command(subcommand)]
    pub job: MenuJob,
}

/// The jobs of `menuscope menu`.
#[derive(Debug, Subcommand)]
pub enum MenuJob {
    /// Show a menu as a tree: each button with its type, its key, and what a tap pushes
    Show(ShowMenu),
    /// List what WeChat will refuse, with its errcode, and what phones cut; exit 1 on an error
    Lint(LintMenu),
    /// Count the captured taps of each button, and list keys that are in no button; our own replays and probes are no taps.
    /// With --account, of that account alone
    Coverage(CoverMenu),
    /// Tell which of the conditional menus a user sees, and why
    Resolve(ResolveMenu),
    /// Post the event of each button of all menus, or of one, as WeChat would
    Send(SendMenu),
}

/// A menu: of a file, or of the account.
#[derive(Debug, Args)]
pub struct MenuSource {
    /// JSON of menu/create, menu/get, menu/addconditional or get_current_selfmenu_info, or - for stdin
    #[arg(required_unless_present = "fetch", conflicts_with = "fetch")]
    pub file: Option<String>,
    /// Ask WeChat for the menu of the account, with its AppID and AppSecret, and keep it in the data folder
    #[arg(long)]
    pub fetch: bool,
    /// Access token to ask with, in place of AppID and AppSecret; safer: MENUSCOPE_ACCESS_TOKEN
    #[arg(long, value_name = "TOKEN", env = "MENUSCOPE_ACCESS_TOKEN", hide_env = true)]
    pub access_token: Option<Secret>,
}

/// Arguments of `menuscope menu show`.
#[derive(Debug, Args)]
pub struct ShowMenu {
    /// The menu
    #[command(flatten)]
    pub source: MenuSource,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope menu lint`.
#[derive(Debug, Args)]
pub struct LintMenu {
    /// The menu
    #[command(flatten)]
    pub source: MenuSource,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope menu coverage`.
#[derive(Debug, Args)]
#[command(
    after_long_help = filter_help(),
    override_usage = "menuscope menu coverage [OPTIONS] <FILE> [FILTER]\n       menuscope menu coverage [OPTIONS] --fetch [FILTER]"
)]
pub struct CoverMenu {
    /// JSON of a menu, or - for stdin; left out with --fetch
    #[arg(required_unless_present = "fetch")]
    pub file: Option<String>,
    /// Events to count, as a filter; our own replays and probes count where it asks about is:replay
    pub filter: Option<String>,
    /// Ask WeChat for the menu of the account, with its AppID and AppSecret, and keep it in the data folder
    #[arg(long)]
    pub fetch: bool,
    /// Access token to ask with, in place of AppID and AppSecret; safer: MENUSCOPE_ACCESS_TOKEN
    #[arg(long, value_name = "TOKEN", env = "MENUSCOPE_ACCESS_TOKEN", hide_env = true)]
    pub access_token: Option<Secret>,
    /// Exit 1 where a button that pushes was never seen
    #[arg(long)]
    pub all: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope menu resolve`.
#[derive(Debug, Args)]
pub struct ResolveMenu {
    /// The menu
    #[command(flatten)]
    pub source: MenuSource,
    /// Tag of the user, by its number; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Platform of the user's phone
    #[arg(long, value_name = "PLATFORM")]
    pub platform: PhonePlatform,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The platform of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PhonePlatform {
    /// iPhone
    Ios,
    /// Android
    Android,
    /// Any other
    Other,
}

/// Arguments of `menuscope menu send`.
#[derive(Debug, Args)]
pub struct SendMenu {
    /// The menu
    #[command(flatten)]
    pub source: MenuSource,
    /// Button to tap, in place of all of all menus: its path by numbers (2.1) or names (More/Scan); one of a conditional menu
    /// behind that menu's menuid (208396993:2.1), or behind c1, c2 … where it has none
    #[arg(long, value_name = "PATH")]
    pub button: Option<String>,
    /// Server to post to: a URL, or a target's name in config.toml
    #[arg(long, value_name = "URL|TARGET")]
    pub to: String,
    /// OpenID of the user (FromUserName)
    #[arg(long, value_name = "OPENID", allow_hyphen_values = true)]
    pub openid: Option<String>,
    /// Encrypt as in safe mode; needs key and AppID
    #[arg(long)]
    pub encrypt: bool,
    /// A JSON line for each
    #[arg(long)]
    pub json: bool,
}
