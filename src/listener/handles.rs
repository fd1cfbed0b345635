//! File handles: as many connections as the system lets this process have.

/// Raises the limit that a shell sets, mostly 1024, to what the system allows: a public tunnel draws crowds. Handles that are
/// not used cost nothing.
#[cfg(unix)]
pub(super) fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // `None` is no limit. Where it cannot be raised, the listener pauses at it, and says so.
    if current.is_some() && current != maximum {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        tracing::debug!("raised the limit of open files from {current:?} to {maximum:?}: {raised:?}");
    }
}

/// Does nothing: only Unix has such a limit.
#[cfg(not(unix))]
pub(super) fn raise_limit() {}
