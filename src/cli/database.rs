//! Arguments of `menuscope db`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Which;

/// Arguments of `menuscope db`.
#[derive(Debug, Args)]
pub struct Db {
    /// Action
    #[command(subcommand)]
    pub job: DbJob,
}

/// The jobs of `menuscope db`.
#[derive(Debug, Subcommand)]
pub enum DbJob {
    /// Say what is in it, and how large it is
    Stats {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Look through the whole file for damage; exits with 1 where there is any
    Check,
    /// Delete for good what was removed more than ten minutes ago, and make the file as small as it can be
    Compact,
    /// Copy it, as it is at this moment, into a new file; a listener may go on
    Backup {
        /// Path of the copy; nothing may be there yet
        file: PathBuf,
    },
    /// Remove events; for ten minutes `menuscope db restore` brings them back
    Delete(Delete),
    /// Bring back what was removed last
    Restore,
    /// Apply the limits of what is kept, although the clock is far ahead or what they removed was brought back
    ApplyLimits,
    /// Fill it with made-up events, to try what menuscope is like with many
    #[command(hide = true)]
    Generate(Generate),
}

/// Arguments of `menuscope db delete`.
#[derive(Debug, Args)]
#[command(after_long_help = super::filter_help())]
pub struct Delete {
    /// Events to remove
    #[command(flatten)]
    pub which: Which,
    /// Remove every event
    #[arg(long, conflicts_with_all = ["ids", "filter"])]
    pub all: bool,
}

/// Arguments of `menuscope db generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// Number of events
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub events: u64,
    /// The same seed gives the same events
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Time of the last event
    #[arg(long, value_name = "TIME")]
    pub until: Option<jiff::Timestamp>,
}
