//! Screens of the rail, one module each; what two of them draw belongs in `widgets`.

pub(super) mod board;
pub(super) mod compose;
pub(super) mod events;
pub(super) mod first_run;
pub(super) mod reach;
pub(super) mod replays;
pub(super) mod rules;
pub(super) mod settings;
