//! The two ways in which the system asks a program to end.

use std::io;

/// Resolves on SIGINT or SIGTERM (elsewhere: Ctrl+C). They are caught from the moment this returns.
/// To be called within a tokio runtime.
#[cfg(unix)]
pub fn stop_requested() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl+C.
#[cfg(not(unix))]
pub fn stop_requested() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        tokio::signal::ctrl_c().await.ok();
    })
}
