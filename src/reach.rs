//! Reach: whether anything arrives here, and why not.
//!
//! - `doctor`: the checks of this computer, in their order: data folder, database, secrets, clock, port, listener, accounts.
//! - `doctor/finding`: the result of a check, with a stable code; its words are in `assets/locales/doctor.yml`.
//! - `doctor/network`: the port, and the listener behind it. `doctor/wall_clock`: the clock against WeChat's own.
//!   `doctor/account_settings`: what is set of each account. `doctor/tunnel_check`: the tunnel as it is recorded.
//! - `doctor/outside`: the way from outside, from the name in the public URL to the row in the database;
//!   `doctor/outside/intermediary` recognises the pages of tunnels, firewalls and providers.
//! - `server_handshake`: the console's handshake with the developer's own server.
//! - `alarms`: the events that WeChat's alarms speak of.
//! - `tunnel`: the client that makes the listener public, run and watched, with a map of its own.
//!
//! # Where to add things
//! - A verdict: a line in `doctor/doctor_code`, its words in `assets/locales/doctor.yml`, its finding beside the others of its
//!   check. A page of another tunnel: a line in `doctor/outside/intermediary`.

mod alarms;
mod doctor;
mod server_handshake;
mod tunnel;

pub use alarms::{MatchedAlarm, events_of, matched_alarms};
pub(crate) use doctor::form_faults;
pub use doctor::{CheckName, CheckResult, CheckVerdict, Doctor, DoctorCode, PublicAddress, ResultSink};
pub use server_handshake::ServerHandshake;
pub use tunnel::{
    Tunnel, TunnelError, TunnelPhase, TunnelSetup, TunnelState, acknowledge_url, end_leftover_client, find_client,
};
