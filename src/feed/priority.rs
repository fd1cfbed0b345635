//! The priority of the feed's threads: captures come first, whatever the feed has to do.

/// Gives way to all other threads at once: Linux runs these threads where a processor has nothing else to do, and takes it
/// from them as soon as it has. A low `nice` value alone leaves them their turn while a capture waits.
#[cfg(target_os = "linux")]
pub(super) fn lower() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle) {
        tracing::debug!("the feed's thread keeps its priority: {error}");
    }
}

/// Does nothing: this system has priorities for whole processes, or none that can be lowered from here.
#[cfg(not(target_os = "linux"))]
pub(super) fn lower() {}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    /// `SCHED_IDLE`, as the kernel numbers its policies.
    const IDLE: &str = "5";

    #[test]
    fn the_feeds_threads_run_only_where_nothing_else_does() {
        let policy = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            stat.rsplit_once(") ").unwrap().1.split(' ').nth(38).unwrap().to_owned()
        };
        let lowered = move || {
            super::lower();
            policy()
        };
        assert_eq!(std::thread::Builder::new().spawn(lowered).unwrap().join().unwrap(), IDLE);
        assert_ne!(policy(), IDLE, "others stay as they were");
    }
}
