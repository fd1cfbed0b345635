//! Adverse conditions (a full disk has a program of its own): files that vanish, clocks, crowds, floods, and other programs beside the listener.
//! No event that was answered 2xx is lost, nothing hangs, and each problem is reported once, with its remedy.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/mod.rs"]
mod common;
#[path = "common/post.rs"]
mod post;
#[path = "common/target.rs"]
mod target;
#[path = "common/watched.rs"]
mod watched;

#[path = "adversity/beside.rs"]
mod beside;
#[path = "adversity/clock.rs"]
mod clock;
#[path = "adversity/crowd.rs"]
mod crowd;
#[path = "adversity/flood.rs"]
mod flood;
#[path = "adversity/moved.rs"]
mod moved;
#[path = "adversity/slow.rs"]
mod slow;

use watched::Watched;
