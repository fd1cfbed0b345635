//! Priority of threads: a frame of the window goes before a push, which has seconds where a frame has milliseconds, and before
//! a walk through all events.

/// The priority of threads that give way; the window's has 0, and the lowest is 19.
#[cfg(target_os = "linux")]
const GIVES_WAY: i32 = 10;

/// Makes this thread, and those that it starts from now on, give way to the window's thread.
///
/// Linux counts priorities by thread. Elsewhere they are those of the whole process, and everything stays as it is.
pub(super) fn give_way_to_window() {
    // A program that gives way already, as under `nice`, is not to be raised.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::getpriority_process(None)
        .and_then(|now| rustix::process::setpriority_process(None, now.max(GIVES_WAY)))
    {
        tracing::debug!("a thread keeps the window's priority: {error}");
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The priority of this thread.
    fn priority() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, behind_name) = stat.rsplit_once(") ").unwrap();
        behind_name.split(' ').nth(16).unwrap().parse().unwrap()
    }

    fn of_new_thread(body: impl FnOnce() -> i32 + Send + 'static) -> i32 {
        std::thread::Builder::new().spawn(body).unwrap().join().unwrap()
    }

    #[test]
    fn only_the_threads_of_captures_give_way() {
        let before = priority();
        let [own, of_child] = [
            of_new_thread(|| {
                give_way_to_window();
                priority()
            }),
            of_new_thread(|| {
                give_way_to_window();
                of_new_thread(priority)
            }),
        ];
        assert!([own, of_child].iter().all(|given| *given == GIVES_WAY.max(before)), "{own} {of_child}");
        assert_eq!(priority(), before, "the window's thread stays as it was");
        let runtime = crate::engine::service::runtime_behind_window().unwrap();
        assert_eq!(
            runtime.block_on(async { tokio::spawn(async { priority() }).await.unwrap() }),
            GIVES_WAY.max(before)
        );
    }
}
