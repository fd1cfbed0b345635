//! The log on stderr: what it quotes may come from anywhere, and steers no terminal.

use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::output::quoted;

/// Libraries that log what is told here as well, in words of their own.
const TALKATIVE: [&str; 2] = ["async_nats", "rmcp"];

/// Warnings unless told otherwise: stdout belongs to results, stderr to what went wrong.
pub(super) fn start(verbose: u8) {
    let (level, of_libraries) = match verbose {
        0 => (LevelFilter::WARN, LevelFilter::OFF),
        1 => (LevelFilter::INFO, LevelFilter::WARN),
        _ => (LevelFilter::DEBUG, LevelFilter::DEBUG),
    };
    let targets = TALKATIVE.map(|library| (library, of_libraries));
    let targets = Targets::new().with_default(level).with_targets(targets);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_writer(Plain(io::stderr))
        .with_ansi(false)
        .with_target(false)
        .finish()
        .with(targets);
    // A test that runs two commands in one process has one already.
    subscriber.try_init().ok();
}

/// Shows what would steer the terminal, and cuts what is very long. The log writes a line at a time.
struct Plain<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Plain<W> {
    type Writer = Plain<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Plain(self.0.make_writer())
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        writeln!(self.0, "{}", quoted(text.trim_end_matches(['\r', '\n'])))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_one_line_that_steers_nothing() {
        let mut out = Plain(Vec::new());
        out.write_all("WARN a\u{1b}[2J\u{202E}b\nc\n".as_bytes()).unwrap();
        let told = String::from_utf8(out.0).unwrap();
        assert_eq!(told, "WARN a‹U+001B›[2J‹U+202E›b‹U+000A›c\n");
    }
}
