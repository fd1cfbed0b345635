//! A prompt for a secret: nothing of what is typed is shown.

use std::io::{self, Write as _};

use zeroize::Zeroizing;

/// Asks on stderr, and reads a line from the terminal without showing it.
#[cfg(unix)]
pub(super) fn hidden_line(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    use std::io::Read as _;

    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    use crate::commands::work::Interrupted;

    const INTERRUPT: u8 = 0x03;
    const END: u8 = 0x04;
    const BACKSPACE: [u8; 2] = [0x08, 0x7f];
    const KILL_LINE: u8 = 0x15;

    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    // Key by key, since Ctrl-C must not leave the terminal silent.
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    io::stderr().write_all(prompt.as_bytes())?;
    tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
    let mut line = Zeroizing::new(Vec::new());
    let mut is_interrupted = false;
    let read = loop {
        let mut key = [0];
        match stdin.lock().read(&mut key) {
            Ok(0) => break Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        }
        match key[0] {
            b'\r' | b'\n' | END => break Ok(()),
            INTERRUPT => {
                is_interrupted = true;
                break Ok(());
            }
            key if BACKSPACE.contains(&key) => drop(line.pop()),
            KILL_LINE => line.clear(),
            key => line.push(key),
        }
    };
    tcsetattr(&stdin, OptionalActions::Drain, &before)?;
    io::stderr().write_all(b"\n")?;
    read?;
    if is_interrupted {
        return Err(Interrupted("interrupted; nothing was stored".to_owned()).into());
    }
    Ok(Zeroizing::new(String::from_utf8_lossy(&line).into_owned()))
}

/// Asks on stderr, and reads a line from the console without showing it.
#[cfg(not(unix))]
pub(super) fn hidden_line(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    io::stderr().write_all(prompt.as_bytes())?;
    let line = console::Term::stderr().read_secure_line()?;
    Ok(Zeroizing::new(line))
}
