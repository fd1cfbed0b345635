//! The window: `logic` absorbs news, `ui` lays out panels, and `app/carry_out.rs` does what they ask for.
//!
//! Panels read the state and return what the person asked for as [`Action`](action::Action)s; nothing here waits, reads files, or takes
//! longer the more captures there are. What a row shows is asked of the engine and comes as a notice.

mod action;
mod app;
mod bars;
mod dialogs;
mod fonts;
mod ime;
mod keys;
mod look;
mod notices;
mod screens;
mod state;
mod theme;
mod widgets;

pub use app::{App, WindowError, run};
