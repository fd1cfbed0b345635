//! Arguments of `menuscope account`.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts, where a backtick would be shown")]

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use crate::account::AccountKind;
use crate::capture::Mode as AccountMode;

/// Arguments of `menuscope account`.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Action
    #[command(subcommand)]
    pub job: AccountJob,
}

/// The jobs of `menuscope account`.
#[derive(Debug, Subcommand)]
pub enum AccountJob {
    /// List the accounts, with which secrets are set; no secret is shown
    List(ListAccounts),
    /// Add an account, or change one
    ///
    /// Secrets come from stdin, from the environment (MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY, MENUSCOPE_APP_SECRET), or from a
    /// prompt that shows nothing. What is not given stays as it is.
    Set(SetAccount),
    /// Remove an account with its secrets; its events stay
    Remove {
        /// Name of the account
        name: String,
    },
}

/// Arguments of `menuscope account list`.
#[derive(Debug, Args)]
pub struct ListAccounts {
    /// A JSON line for each
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope account set`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct SetAccount {
    /// Name of the account
    pub name: String,
    /// Read the token from stdin: one line, before those of the options below
    #[arg(long)]
    pub token_stdin: bool,
    /// Read the EncodingAESKey from stdin, one line
    #[arg(long)]
    pub aes_key_stdin: bool,
    /// Read the AppSecret from stdin, one line
    #[arg(long)]
    pub app_secret_stdin: bool,
    /// Ask for no secret
    #[arg(long, conflicts_with_all = ["token_stdin", "aes_key_stdin", "app_secret_stdin"])]
    pub no_prompt: bool,
    /// Path below which requests belong to it, such as /shop
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// Kind of the account: where its URL is set up, and how its pushes differ
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(KINDS).try_map(|text| kind(&text)))]
    pub kind: Option<AccountKind>,
    /// Its original id
    #[arg(long, value_name = "gh_…")]
    pub to_user: Option<String>,
    /// Mode that is set in WeChat's console
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(MODES).try_map(|text| mode(&text)))]
    pub mode: Option<AccountMode>,
}

/// The spellings of the kinds.
const KINDS: [&str; 5] = ["official", "test", "mini-program", "platform", "cloud"];

fn kind(text: &str) -> Result<AccountKind, String> {
    AccountKind::from_spelling(text).ok_or_else(|| format!("write it as {}", KINDS.join(", ")))
}

/// The spellings of the modes.
const MODES: [&str; 3] = ["plain", "compat", "safe"];

fn mode(text: &str) -> Result<AccountMode, String> {
    AccountMode::from_spelling(text).ok_or_else(|| format!("write it as {}", MODES.join(", ")))
}
