//! menuscope: parses what was typed and carries it out; everything else is in the library.

use std::process::ExitCode;

use clap::Parser as _;

/// Spares a captured push a tenth of its processor time, next to the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match menuscope::cli::Cli::try_parse() {
        Ok(cli) => menuscope::commands::run(cli),
        Err(error) => menuscope::commands::explain_usage(&error),
    }
}
