//! Widgets that several screens, bars or dialogs share.

pub(super) mod annotation;
pub(super) mod bubble;
pub(super) mod cell;
pub(super) mod code;
pub(super) mod controls;
pub(super) mod copy_menu;
pub(super) mod dialog;
pub(super) mod family_mark;
pub(super) mod fault_choice;
pub(super) mod filter_error;
pub(super) mod findings;
pub(super) mod marked;
pub(super) mod nothing_arrives;
pub(super) mod quantities;
pub(super) mod reply_editor;
pub(super) mod reply_source;
pub(super) mod shown;
pub(super) mod tab_bar;
pub(super) mod table;
pub(super) mod team_badge;
pub(super) mod tunnel_words;
pub(super) mod value_menu;
pub(super) mod verdicts;
