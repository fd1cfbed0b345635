//! Parts that readers of several formats share: lines, limits, times, and the test for callbacks.

pub(super) mod byte_budget;
pub(super) mod callback;
pub(super) mod json_members;
pub(super) mod lines;
pub(super) mod request_line;
pub(super) mod undated;
