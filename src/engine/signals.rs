//! SIGINT and SIGTERM, or Ctrl+C elsewhere than on Unix, as a future.

use std::io;

/// Resolves on SIGINT or SIGTERM. Both are caught from the moment this returns.
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

/// Resolves on Ctrl+C. To be called within a tokio runtime.
#[cfg(not(unix))]
pub fn stop_requested() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        tokio::signal::ctrl_c().await.ok();
    })
}
