//! Dialogs over the window, and the desktop's own for files.

pub(super) mod comparison;
pub(super) mod event_selection;
pub(super) mod export_dialog;
pub(super) mod file_dialog;
pub(super) mod file_drop;
pub(super) mod import_report;
pub(super) mod keys_page;
pub(super) mod note_dialog;
pub(super) mod palette;
pub(super) mod path_dialog;
pub(super) mod removal_question;
pub(super) mod replay_dialog;
mod transfer_progress;
