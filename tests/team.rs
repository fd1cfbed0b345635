//! A team over a real NATS broker: a relay, desktops, and whatever can happen to each of them.
//!
//! `MENUSCOPE_TEAM_SECONDS=120 cargo test --test team kills` kills processes for as long; the normal suite has to be quicker.
#![cfg(all(unix, feature = "team"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "common/post.rs"]
mod post;
#[path = "common/target.rs"]
mod target;

#[path = "team/answers.rs"]
mod answers;
#[path = "team/broker.rs"]
mod broker;
#[path = "team/kills.rs"]
mod kills;
#[path = "team/members.rs"]
mod members;
#[path = "team/mishaps.rs"]
mod mishaps;
#[path = "team/security.rs"]
mod security;
#[path = "team/taps.rs"]
mod taps;
