//! A team behind one callback URL, over NATS `JetStream`: a relay beside the URL, and a desktop for each member.
//!
//! ```text
//! relay                                broker                                         desktop
//! database ─► outbox ─► publisher ──► stream MENUSCOPE_<name> ──► durable consumer ──► receiver ─► database
//! responder ─► asker ───────────────► menuscope.<name>.answer.<desktop> ─────────────► own_taps ─► held · rules · forward
//!          ◄────────────────────────── the answer ◄──────────────────────────────────────┘
//! claims ◄─────────────────────────── bucket MENUSCOPE_<name>_claims ◄──────────────── claim · release · next tap
//! ```
//! What is answered 2xx is in the relay's database, and the outbox's cursor stands there too: a broker that is away, or comes back
//! with nothing, gets everything later, in order, once. The stream has an event once its answer is recorded, as the feed does.
//! A connection is a *session*: when it ends, everything that hung on it begins anew, from what databases and broker know.
//!
//! # Files
//! - `subjects`: names of streams, subjects, buckets and consumers. `messages`: headers and bodies, with their version.
//! - `team_setup`: the broker, the name, the limits. `team_error`: errors. `team_status`: the state that the window shows;
//!   `status_sender` sends it.
//! - `session`: one connection. `streams`: the stream and the bucket, made where they are missing.
//! - `stream_position`: the last event of ours that a stream has.
//! - `relay`: the relay's task; `outbox` reads the database, `publisher` publishes in order, `asker` asks desktops.
//! - `desktop`: the desktop's task; `receiver` stores what comes, `own_taps` answers, `taps` knows what is claimed here.
//! - `claims`: the bucket. `presence`: who is there.
//! - `absent`: the same handles in a build without the feature `team`.

mod subjects;
mod team_error;
mod team_setup;
mod team_status;

#[cfg(feature = "team")]
mod asker;
#[cfg(feature = "team")]
mod claims;
#[cfg(feature = "team")]
mod desktop;
#[cfg(feature = "team")]
mod messages;
#[cfg(feature = "team")]
mod outbox;
#[cfg(feature = "team")]
mod own_taps;
#[cfg(feature = "team")]
mod presence;
#[cfg(feature = "team")]
mod publisher;
#[cfg(feature = "team")]
mod receiver;
#[cfg(feature = "team")]
mod relay;
#[cfg(feature = "team")]
mod session;
#[cfg(feature = "team")]
mod status_sender;
#[cfg(feature = "team")]
mod stream_position;
#[cfg(feature = "team")]
mod streams;
#[cfg(feature = "team")]
mod taps;

#[cfg(not(feature = "team"))]
mod absent;

#[cfg(not(feature = "team"))]
pub use absent::{AbsentDesktop as Desktop, AbsentRelay as Relay};
#[cfg(feature = "team")]
pub use desktop::Desktop;
#[cfg(feature = "team")]
pub use relay::Relay;
pub use subjects::TeamName;
pub use team_error::TeamError;
pub use team_setup::{Broker, DesktopSetup, RelaySetup, StreamLimits, TeamSetup, host_name};
pub use team_status::{BrokerState, ClaimView, DesktopCommand, MemberView, TeamRole, TeamStatus};
