//! Watching a folder on other systems than Linux, by the crate `notify`.

use std::ffi::OsStr;
use std::path::Path;

use ::notify::{Event, RecommendedWatcher, RecursiveMode, Result, Watcher as _};

/// A watch on one folder. Dropping it stops.
#[derive(Debug)]
pub(super) struct NotifyWatch {
    _watcher: RecommendedWatcher,
}

impl NotifyWatch {
    /// Reports the name of each file in the folder that changes; `None` where the system has dropped some.
    pub(super) fn start(folder: &Path, report: impl Fn(Option<&OsStr>) + Send + 'static) -> std::io::Result<Self> {
        let reporter = move |event: Result<Event>| match event {
            Ok(event) if event.kind.is_access() => {}
            Ok(event) if !event.paths.is_empty() => {
                event.paths.iter().for_each(|path| report(path.file_name()));
            }
            Ok(_) | Err(_) => report(None),
        };
        let watching = ::notify::recommended_watcher(reporter).and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
            Ok(Self { _watcher: watcher })
        });
        watching.map_err(std::io::Error::other)
    }
}
