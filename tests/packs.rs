//! Exports and imports through a real store: what goes out comes back, and nothing that is read can do harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "packs/desk.rs"]
mod desk;
#[path = "packs/formats.rs"]
mod formats;
#[path = "packs/hostile.rs"]
mod hostile;
#[path = "packs/leaks.rs"]
mod leaks;
#[path = "packs/loose.rs"]
mod loose;
#[path = "common/recorded.rs"]
mod recorded;
#[path = "packs/requests.rs"]
mod requests;
#[path = "packs/round_trip.rs"]
mod round_trip;
