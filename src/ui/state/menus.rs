//! Notices about the menu of an account, and the buttons of events.

use super::State;
use crate::engine::{MenuNotice, MenuOrigin};
use crate::ui::action::Screen;
use crate::ui::look::Look;

impl State {
    /// Takes in one notice about menus; `now` is egui's clock.
    pub(super) fn absorb_menu(&mut self, notice: MenuNotice, look: &Look, now: f64) {
        match notice {
            MenuNotice::Opened(opened) => {
                // What a person has dropped or pasted is what they want to see.
                if !matches!(opened.origin, MenuOrigin::Kept(_)) {
                    self.screen = Screen::Board;
                }
                self.board.open(*opened);
            }
            MenuNotice::Examined(examined) => self.board.examined(*examined),
            MenuNotice::Counted { file, coverage } => self.board.counted(&file, *coverage),
            MenuNotice::History { kept, in_force } => self.board.take_history(kept, in_force),
            MenuNotice::ToImport { paths } => self.board.import(paths),
            MenuNotice::Saved { path } => {
                let path = path.display().to_string();
                self.notices.good(look.filled("board.saved", &[("path", &path)]), now);
            }
            MenuNotice::Published { json } => {
                self.board.published(&json);
                self.notices.good(look.text("board.published").into_owned(), now);
            }
            MenuNotice::Refused { trouble } => {
                if self.screen != Screen::Board {
                    self.notices.error(trouble.clone());
                }
                self.board.refuse(trouble);
            }
        }
    }

    /// Shows the button that pushes this. Returns false where the menu has none.
    pub(crate) fn show_button(&mut self, kind: &str, key: &str) -> bool {
        self.screen = Screen::Board;
        self.board.show_button(kind, key)
    }

    /// Tells whether a dialog is open whose keys are those of its own fields.
    pub(crate) fn has_form_open(&self) -> bool {
        self.export_dialog.is_shown()
            || self.import_report.is_open()
            || self.path_dialog.is_open()
            || (self.screen == Screen::Board && self.board.has_dialog())
    }

    /// Tells whether a button of the menu on the board pushes what the opened event has.
    pub(crate) fn is_opened_in_menu(&self) -> bool {
        let Some(detail) = &self.detail else { return false };
        let envelope = &detail.opened().stored.capture.envelope;
        envelope.event_key.as_deref().is_some_and(|key| self.board.has_push(&envelope.kind, key))
    }

    /// Takes note that messages of the composer or taps of the board are on their way.
    pub(crate) fn note_sent(&mut self) {
        match self.screen {
            Screen::Compose => self.composer.note_sent(),
            Screen::Board => self.board.note_sent(self.composer.is_running()),
            _ => {}
        }
    }
}
