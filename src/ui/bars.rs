//! Bars around the screens: at the top, at the bottom, on the left, and banners above a screen.

pub(super) mod banner;
pub(super) mod hold;
mod maintenance_progress;
pub(super) mod prefix_hint;
pub(super) mod rail;
pub(super) mod replay_progress;
pub(super) mod status_bar;
mod team_state;
pub(super) mod top_bar;
pub(super) mod tunnel_bar;
