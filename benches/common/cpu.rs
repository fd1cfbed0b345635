//! CPU time of this process by the names of its threads, where the system tells it: Linux.

use std::collections::BTreeMap;

/// The unit in which Linux tells the CPU time of a thread: a hundredth of a second, on every architecture.
#[cfg(target_os = "linux")]
const TICK_US: u64 = 10_000;

/// The name under which the main thread counts: it drives the clients.
pub(crate) const CLIENT: &str = "client";

/// The groups of threads that are told apart; everything counts in the sum.
pub(crate) const GROUPS: [&str; 3] = [CLIENT, "listener", "store-writer"];

/// The microseconds of CPU time that the threads of each name have taken so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct CpuTimes(BTreeMap<String, u64>);

/// The microseconds of CPU time a request: of each of [`GROUPS`], then of all threads.
pub(crate) type PerRequest = [f64; GROUPS.len() + 1];

impl CpuTimes {
    /// The times now; `None` where the system does not tell them.
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Option<Self> {
        let own = std::process::id().to_string();
        let mut times = BTreeMap::new();
        for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
            // A thread may end while it is looked at.
            let Ok(line) = std::fs::read_to_string(task.path().join("stat")) else { continue };
            let (name, ticks) = name_and_ticks(&line)?;
            let name = if task.file_name().to_str() == Some(&*own) { CLIENT } else { name };
            *times.entry(name.to_owned()).or_default() += ticks * TICK_US;
        }
        Some(Self(times))
    }

    /// The times now; `None` where the system does not tell them.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Option<Self> {
        None
    }

    /// The times since `before`, divided by this many requests.
    pub(crate) fn per_request(&self, before: &Self, requests: f64) -> PerRequest {
        let since = |name: &str| {
            let of = |times: &Self| times.0.get(name).copied().unwrap_or(0);
            of(self).saturating_sub(of(before)) as f64 / requests
        };
        let [client, listener, writer] = GROUPS.map(since);
        [client, listener, writer, self.0.keys().map(|name| since(name)).sum()]
    }
}

/// The name of a thread, and its time in user and kernel mode, from its line in `/proc`.
#[cfg(target_os = "linux")]
fn name_and_ticks(line: &str) -> Option<(&str, u64)> {
    // The name stands in brackets and may hold any character: `1 (a b) S …`.
    let (head, rest) = line.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let mut fields = rest.split(' ').skip(11).map(|field| field.parse::<u64>().ok());
    Some((name, fields.next()?? + fields.next()??))
}

/// The median of each column; `None` where nothing was measured.
pub(crate) fn medians(rounds: &[PerRequest]) -> Option<PerRequest> {
    let median = |column: usize| {
        let mut values: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    (!rounds.is_empty()).then(|| std::array::from_fn(median))
}
