//! menuscope: parses what was typed and carries it out; everything else is in the library.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match menuscope::cli::Cli::try_parse() {
        Ok(cli) => menuscope::commands::run(cli),
        Err(error) => menuscope::commands::explain_usage(&error),
    }
}
