//! Screen of events: the list under its filter, the detail beside it, and the editor of replies.

pub(in crate::ui) mod answering;
pub(in crate::ui) mod detail;
pub(in crate::ui) mod filter;
pub(in crate::ui) mod list;
