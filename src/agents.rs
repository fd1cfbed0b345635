//! Agents: an MCP server on stdin and stdout, over the data folder, whether a window or listener runs or not.
//!
//! ```text
//! stdin ─► stdio ─► agent_server ─► tools ─► operations ─► store, replay, exchange
//! stdout ◄──────────────┘             └─► outside: what others sent, marked as data
//! ```
//! Each tool is the twin of a command: both call the same function of [`crate::operations`].
//!
//! - `agent_server`: the protocol's requests. `stdio`: lines in and out, and the end of input.
//! - `tools`: the table of tools. `arguments`: their arguments. `output_schemas`: the forms of their answers.
//! - `reading`: tools that only look. `acting`: tools that send or write, which `--allow-send` alone allows.
//! - `long_work`: work beside the protocol, with progress and cancellation. `export_path`: places inside `--export-dir`.
//! - `outside`: marks what came from outside, and cuts what is too long. `resources`: events as resources.
//! - `tool_error`: errors as agents read them.

use std::path::PathBuf;

use crate::engine::Setup;

mod acting;
mod agent_server;
mod arguments;
mod export_path;
mod long_work;
mod output_schemas;
mod outside;
mod reading;
mod resources;
mod stdio;
mod tool_error;
mod tools;

pub use agent_server::{AgentError, serve};
pub use tools::{TOOLS, ToolEntry};

/// The things that an agent may do beside looking.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    /// Offers the tools that send events and write files.
    pub send: bool,
    /// The only folder that exports are written into.
    pub export_dir: Option<PathBuf>,
}

/// The files that an agent works on, and what it may do.
#[derive(Clone, Debug)]
pub struct AgentSetup {
    pub setup: Setup,
    pub permissions: Permissions,
}
