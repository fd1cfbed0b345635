//! menuscope: parses what was typed and carries it out; everything else is in the library.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    menuscope::commands::run(menuscope::cli::Cli::parse())
}
