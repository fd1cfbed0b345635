//! Reach: whether anything arrives here, and why not.
//!
//! - `doctor`: the checks of this computer, in their order: data folder, database, secrets, clock, port, listener, accounts.
//! - `doctor/finding`: the result of a check, with a stable code; its words are in `assets/locales/doctor.yml`.
//! - `doctor/network`: the port, and the listener behind it. `doctor/wall_clock`: the clock against WeChat's own.
//!   `doctor/account_settings`: what is set of each account.

mod doctor;

pub use doctor::{CheckName, CheckResult, CheckVerdict, Doctor, DoctorCode};
