//! The window.
//!
//! A frame goes through `app.rs`: `logic` takes in notices of the engine and asks it for what is missing; `ui` draws the
//! panels. Panels read the state and return `Action`s; `app/carry_out.rs` carries them out, and nothing
//! else changes the state. Nothing here waits, reads files, or takes longer the more captures there are.
//!
//! # Map
//! - `app`: the window as eframe drives it; `carry_out` does what actions ask for (`mend` the changes that mend a diagnosis,
//!   `marking` what is asked for chosen events), `key_actions` what keys ask for while dialogs are open or not, `events_pane` lays list and detail out, `start` opens the window, `signals`
//!   closes it.
//! - `state`: all that outlives a frame. `state/held` follows held pushes, `state/annotations` pins and notes, `state/copying` makes texts for the clipboard, `state/maintenance` takes notices about removals
//!   and the database, `state/pending_navigation` waits for an event to open.
//! - `action`: everything that a panel or a key can ask for; `action/places`: where it can turn to. `keys`: the table of shortcuts, and the keyboard.
//!   `ime`: input methods at work. `pane_stop`: the stops of Tab at list, detail and bytes.
//! - `look`: language, colours, time zone (the clock of rows) and marks, as every panel gets them. `theme`: colours and
//!   sizes. `fonts`. `notices`: messages of the status bar.
//! - `bars`: `top_bar` (address, account, filter), `tunnel_bar` (the public URL, its code and its switch), `hold` (its switch, the bar of held pushes), `status_bar` (counts, notices),
//!   `rail` (the screens), `prefix_hint` (the second keys of a chord), `banner` (what keeps the program from its job).
//! - `dialogs`: `export_dialog`, `replay_dialog`, `note_dialog`, `comparison` (two events side by side),
//!   `removal_question`, `import_report`, `keys_page`, `palette` (everything that can be done or opened, by name);
//!   `file_dialog` is the
//!   desktop's own, `path_dialog` stands in where there is none, `file_drop` takes files dropped onto the window.
//! - `screens/events`: `list` (rows, columns, menu, multi-selection), `detail` (`scroll` and a file for each of its sections,
//!   `hero` for the content by kind, `bytes_pane` below, `beside` for the second column), `filter` (the field, completion, saved filters, the row above the list), `answering` (the reply to a held
//!   push, or one that is only copied).
//! - `screens/board`: the menu of an account: `phone`, `button_tree`, `button_form`, `lint_section`, `stray_section`, `visitor`
//!   (conditional menus), `tap_run`, `menu_sources` (files, texts, WeChat), `publishing`, `verbs` (for buttons and the palette); `edited_menu` is the menu that is open,
//!   `button_rows` what is drawn of it.
//! - `screens/reach`: the checks of `doctor`, the wizard for who receives nothing, the handshake with the own server; a tab is a
//!   variant of `action::ReachTab` and a file there.
//! - `screens/{rules, replays, compose, settings, first_run}`: the other screens; `rules/lab` is the fault lab.
//! - `widgets`: what two screens share. `dialog` (the frame of a dialog), `annotation` (pin and note of an event),
//!   `copy_menu`, `controls` (cards, pairs, small buttons), `table` and its `cell`s, `findings`,
//!   `tab_bar`, `nothing_arrives` (the wizard, which the first-run page shows as well),
//!   `bubble` (a reply as the user sees it), `reply_editor`, `fault_choice`, `value_menu`, `filter_error`, `verdicts` of
//!   replays, `code` (codes to scan), `tunnel_words`, `quantities` (durations, sizes), `shown` (text from outside, made safe to draw).
//!
//! From the top down, each names only what stands below it: `app`, `state`, `bars`, `dialogs`, `screens`, `widgets`, and
//! `action`, `keys`, `look`, `theme` at the bottom.
//!
//! # Where to add things
//! - A screen: a variant of `action::Screen`, a file in `screens/`, its place in `app.rs` and in `bars/rail.rs`.
//! - Something that a second screen needs: move it to `widgets/` first.
//! - A key: a line in the table in `keys.rs`; an `Action` for it, if none does the same.
//! - Words, in both languages: `assets/locales/<screen>.yml`. `window.yml` has the bars, the list and the keys;
//!   `detail.yml` and `hero.yml` the detail, the first-run page and the settings; `replay.yml` the screen and the dialog of
//!   replays; `reply.yml` the editor and the bubble; `feed.yml` the feed; `tunnel.yml` the tunnel; `timeline.yml` the arrivals; `hold.yml` held pushes, attempts and forwarding;
//!   `board.yml` the menu of an account; `marking.yml` pins, notes and copying, `compare.yml`, `report.yml`, `rules_screen.yml`, `palette.yml`, `notify.yml`,
//!   `composer.yml`, `filters.yml`, `reach.yml`,
//!   `removing.yml` and `export.yml` what they are named after.

mod action;
mod app;
mod bars;
mod dialogs;
mod fonts;
mod ime;
mod keys;
mod look;
mod notices;
mod pane_stop;
mod screens;
mod state;
#[cfg(test)]
mod test_support;
mod theme;
mod widgets;

pub use app::{App, WindowError, run};
pub use screens::events::detail::{MessageLine, message_lines};
