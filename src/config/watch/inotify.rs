//! Watching a folder on Linux: the kernel reports files that were closed after writing, put in place or removed, and no others.
//!
//! The database is in the same folder, and is written to many times a second: a watch that is told of each write, as the crate
//! `notify` sets it up, wakes a thread for each.

use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// Bytes for the events of one reading: a few dozen names.
const BUFFER: usize = 4 << 10;

/// A watch on one folder, with the thread that reads it. Dropping it stops and joins.
#[derive(Debug)]
pub(super) struct InotifyWatch {
    queue: Arc<OwnedFd>,
    watch: i32,
    thread: Option<JoinHandle<()>>,
}

impl InotifyWatch {
    /// Reports the name of each file in the folder that changes; `None` where the kernel has dropped some.
    pub(super) fn start(folder: &Path, report: impl Fn(Option<&OsStr>) + Send + 'static) -> std::io::Result<Self> {
        let queue = Arc::new(inotify::init(CreateFlags::CLOEXEC)?);
        let changes = WatchFlags::CLOSE_WRITE
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::ONLYDIR;
        let watch = inotify::add_watch(&*queue, folder, changes)?;
        let reading = Arc::clone(&queue);
        let thread =
            std::thread::Builder::new().name("config-inotify".to_owned()).spawn(move || read(&reading, &report))?;
        Ok(Self { queue, watch, thread: Some(thread) })
    }
}

/// Reads until the watch ends: it was removed, or its folder was.
fn read(queue: &OwnedFd, report: &impl Fn(Option<&OsStr>)) {
    let mut buffer = [MaybeUninit::uninit(); BUFFER];
    let mut reader = Reader::new(queue, &mut buffer);
    loop {
        match reader.next() {
            Ok(event) if event.events().contains(ReadFlags::IGNORED) => return,
            Ok(event) => report(event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()))),
            Err(Errno::INTR) => {}
            Err(error) => {
                tracing::warn!("edits of config.toml are not noticed any more: {error}; start menuscope again");
                return;
            }
        }
    }
}

impl Drop for InotifyWatch {
    fn drop(&mut self) {
        // The kernel tells the thread so. Where the folder was removed, it has ended already.
        inotify::remove_watch(&*self.queue, self.watch).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
