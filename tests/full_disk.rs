//! A disk that is full, and a folder that cannot be written. Where the machine allows no mounts, the tests count as ignored.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]
#![cfg_attr(target_os = "linux", expect(clippy::print_stderr, reason = "says why tests are ignored"))]

#[cfg(target_os = "linux")]
#[path = "common/command.rs"]
mod command;
#[cfg(target_os = "linux")]
#[path = "common/mod.rs"]
mod common;
#[cfg(target_os = "linux")]
#[path = "adversity/disk.rs"]
mod disk;
#[cfg(target_os = "linux")]
#[path = "common/post.rs"]
mod post;
#[cfg(target_os = "linux")]
#[path = "common/watched.rs"]
mod watched;

fn main() {
    #[cfg(target_os = "linux")]
    disk::run_all();
}
