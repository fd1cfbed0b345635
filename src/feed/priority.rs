//! The priority of the feed's threads: captures come first, whatever the feed has to do.

/// The lowest priority that a thread can give itself.
#[cfg(target_os = "linux")]
const LOWEST: i32 = 19;

/// Gives way to all other threads. Linux alone lets a single thread do so; elsewhere it is left as it is.
#[cfg(target_os = "linux")]
pub(super) fn lower() {
    if let Err(error) = rustix::process::setpriority_process(None, LOWEST) {
        tracing::debug!("the feed's thread keeps its priority: {error}");
    }
}

/// Does nothing: this system has priorities for whole processes, or none that can be lowered from here.
#[cfg(not(target_os = "linux"))]
pub(super) fn lower() {}
