//! A client with all that it starts: one process group, which ends as a whole.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::command_line::CommandLine;
use super::tunnel_error::TunnelError;

/// The time that a client has to end by itself once it is asked to.
const GRACE: Duration = Duration::from_millis(500);

/// A client that runs. Dropping it ends the group at once.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    child: Child,
    /// The number of the group, which is that of its first process.
    id: Option<u32>,
}

impl ProcessGroup {
    /// Starts the client without input, its output piped.
    pub(super) fn start(line: &CommandLine) -> Result<Self, TunnelError> {
        let mut command = Command::new(&line.program);
        command.args(&line.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        apart(&mut command);
        let program = || line.program.clone();
        let child = command.spawn().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => TunnelError::Absent { program: program() },
            _ => TunnelError::Start { program: program(), source },
        })?;
        let id = child.id();
        Ok(Self { child, id })
    }

    /// The number of the group.
    pub(super) fn id(&self) -> Option<u32> {
        self.id
    }

    /// The client's process.
    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Resolves once the client has ended by itself; what it started is ended with it.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.wait().await.ok();
        self.kill();
        status
    }

    /// Asks the group to end, and ends what is left of it after a moment.
    pub(super) async fn end(mut self) {
        if let Some(id) = self.id {
            ask_to_end(id);
            tokio::time::timeout(GRACE, self.child.wait()).await.ok();
        }
        self.kill();
        self.child.wait().await.ok();
    }

    fn kill(&mut self) {
        if let Some(id) = self.id.take() {
            kill_group(id);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Puts the client into a group of its own. What a terminal sends to its programs then does not reach it, which ends with us.
#[cfg(unix)]
fn apart(command: &mut Command) {
    command.process_group(0);
}

#[cfg(windows)]
fn apart(command: &mut Command) {
    /// A group of its own, and no window on the screen.
    const NEW_GROUP_WITHOUT_WINDOW: u32 = 0x0000_0200 | 0x0800_0000;
    command.creation_flags(NEW_GROUP_WITHOUT_WINDOW);
}

#[cfg(unix)]
fn ask_to_end(id: u32) {
    signal(id, rustix::process::Signal::TERM);
}

/// Ends a whole group at once.
#[cfg(unix)]
pub(super) fn kill_group(id: u32) {
    signal(id, rustix::process::Signal::KILL);
}

#[cfg(unix)]
fn signal(id: u32, signal: rustix::process::Signal) {
    let group = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // There is nobody left to tell where all have ended.
        rustix::process::kill_process_group(group, signal).ok();
    }
}

/// Windows has no signal for it: a program without a window is ended.
#[cfg(windows)]
fn ask_to_end(_id: u32) {}

/// Ends a process with all that it started.
#[cfg(windows)]
pub(super) fn kill_group(id: u32) {
    let mut command = std::process::Command::new("taskkill");
    command
        .args(["/PID", &id.to_string(), "/T", "/F"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().ok();
}
