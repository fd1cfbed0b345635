//! A client that a killed process left behind: ended by whoever has the right to listen next.

use crate::config::{DataFolder, TunnelRecord};

/// Takes away the URL that a killed process left in the record, and ends its client where that runs still.
///
/// For whoever has just taken the right to listen: then the client's owner is gone.
pub fn end_leftover_client(folder: &DataFolder) {
    let record = TunnelRecord::read(folder);
    if record.url.is_none() && record.client.is_none() {
        return;
    }
    if let Some(client) = &record.client
        && is_running(client.group, &client.command)
    {
        tracing::warn!("ends the tunnel's client that was left behind: {}", client.group);
        super::process_group::kill_group(client.group);
    }
    if let Err(error) = (TunnelRecord { known: record.known, ..TunnelRecord::default() }).write(folder) {
        tracing::warn!("{error}");
    }
}

/// Tells whether the first process of a group is the one that was started with this command line: numbers are given again.
#[cfg(target_os = "linux")]
fn is_running(group: u32, command: &[String]) -> bool {
    let line = std::fs::read(format!("/proc/{group}/cmdline")).unwrap_or_default();
    let words: Vec<&[u8]> = line.split(|byte| *byte == 0).filter(|word| !word.is_empty()).collect();
    !command.is_empty() && words == command.iter().map(String::as_bytes).collect::<Vec<_>>()
}

/// Elsewhere nothing tells it without asking other programs: then the client is left alone.
#[cfg(not(target_os = "linux"))]
fn is_running(_group: u32, _command: &[String]) -> bool {
    false
}
