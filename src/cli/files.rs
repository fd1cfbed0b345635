//! Arguments of the commands that write events to files and read them.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::filter_help;
use crate::exchange::Format;

/// Stored events: by number, or all that match a filter.
#[derive(Debug, Args)]
pub struct Which {
    /// Numbers of the events
    #[arg(value_name = "ID", allow_negative_numbers = true, conflicts_with = "filter")]
    pub ids: Vec<i64>,
    /// Everything that this filter finds, in the order of arrival
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
}

/// Arguments of `menuscope export`.
#[derive(Debug, Args)]
#[command(after_long_help = filter_help())]
pub struct Export {
    /// Events to export; all without ids or filter
    #[command(flatten)]
    pub which: Which,
    /// The form: a pack, a format of one file, or test code
    #[arg(long, value_name = "NAME", value_parser = format_names(), required_unless_present = "preview")]
    pub format: Option<Format>,
    /// File or folder to write; a name that ends in .zip makes one file of a folder
    #[arg(long, value_name = "PATH", required_unless_present = "preview")]
    pub out: Option<PathBuf>,
    /// Replace what identifies people and accounts, always by the same
    #[arg(long, alias = "pseudonymize")]
    pub pseudonymise: bool,
    /// With --pseudonymise: keep what people wrote, such as Content and Label
    #[arg(long, requires = "pseudonymise")]
    pub keep_texts: bool,
    /// With --pseudonymise: print what would be replaced, and write nothing
    #[arg(long, requires = "pseudonymise")]
    pub preview: bool,
}

/// Arguments of `menuscope import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files and folders; what they are is told by their content
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The names of the formats, which help lists and shells complete.
fn format_names() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .try_map(|name| Format::from_name(&name).ok_or_else(|| format!("{name} is no format")))
}
