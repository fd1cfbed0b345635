//! Parts that readers of several formats share: lines, limits, times, and the test for callbacks.

pub(in crate::exchange) mod byte_budget;
pub(in crate::exchange) mod callback;
pub(in crate::exchange) mod json_members;
pub(in crate::exchange) mod lines;
pub(in crate::exchange) mod request_line;
pub(in crate::exchange) mod undated;
