//! Arguments of `menuscope mcp` and of the commands that are twins of its tools alone.

use std::path::PathBuf;

use clap::Args;

/// The entries for three agents.
const AGENTS: &str = "\
Claude Code:
  claude mcp add menuscope -- menuscope mcp
Cursor, in .cursor/mcp.json (of the project, or in the home folder):
  {\"mcpServers\": {\"menuscope\": {\"command\": \"menuscope\", \"args\": [\"mcp\"]}}}
VS Code, in .vscode/mcp.json:
  {\"servers\": {\"menuscope\": {\"type\": \"stdio\", \"command\": \"menuscope\", \"args\": [\"mcp\"]}}}

With --allow-send, an agent may also send events to the targets of config.toml:
  [targets.dev]
  url = \"http://127.0.0.1:3000/wx\"";

/// Arguments of `menuscope mcp`.
#[derive(Debug, Args)]
#[command(after_help = AGENTS, after_long_help = AGENTS)]
pub struct Mcp {
    /// Offer the tools that send events to targets of config.toml, and that write exports
    #[arg(long)]
    pub allow_send: bool,
    /// The only folder that exports are written into
    #[arg(long, value_name = "DIR", requires = "allow_send")]
    pub export_dir: Option<PathBuf>,
}

/// Arguments of `menuscope doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Check the way from outside, too: the public URL that is saved in WeChat's console
    #[arg(long, value_name = "PUBLIC_URL")]
    pub url: Option<String>,
    /// Take loopback addresses and any port as a public URL, for tests
    #[arg(long)]
    pub allow_local: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `menuscope compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// Number of the one event
    #[arg(allow_negative_numbers = true)]
    pub a: i64,
    /// Number of the other
    #[arg(allow_negative_numbers = true)]
    pub b: i64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
