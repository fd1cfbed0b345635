//! Verbs of the board, which its buttons and the palette share.

use super::Board;
use crate::engine::{MenuCommand, Status};
use crate::ui::action::{Action, BoardAction, BoardVerb, SendAction};

impl Board {
    /// Events and keys of the buttons of the shown menu, in its order.
    pub(crate) fn keys(&self) -> Vec<(String, String)> {
        let Some(menu) = &self.menu else { return Vec::new() };
        let buttons = menu.draft.all_buttons().into_iter();
        let pushes =
            buttons.filter_map(|(_, button)| button.push().map(|push| (push.kind.to_owned(), push.key.to_owned())));
        pushes.collect()
    }

    /// Carries out a verb; nothing where its button is grey or not there.
    pub(crate) fn carry_out(&mut self, verb: BoardVerb, status: &Status) -> Option<Action> {
        let account = self.account(status);
        match verb {
            BoardVerb::Paste => drop(self.sources.pasted.get_or_insert_default()),
            BoardVerb::Fetch if !self.sources.is_waiting => {
                (self.sources.is_waiting, self.trouble) = (true, None);
                return Some(Action::Ask(MenuCommand::Fetch { account: Some(account) }.into()));
            }
            BoardVerb::Edit => {
                if let Some(menu) = &mut self.menu {
                    menu.edit(!menu.is_editing());
                }
            }
            BoardVerb::TapAll if !self.tapping.is_running() => {
                let taps = self.tapping.tap(self.menu.as_ref()?, None, (&account, status))?;
                return Some(Action::Send(SendAction::ThisAtOnce(Box::new(taps))));
            }
            BoardVerb::Publish if !self.sources.is_waiting => self.publishing.open(self.menu.as_ref()?),
            BoardVerb::Save => {
                self.menu.as_ref()?;
                return Some(Action::Board(BoardAction::ChooseSavePath));
            }
            BoardVerb::Fetch | BoardVerb::TapAll | BoardVerb::Publish => {}
        }
        None
    }
}
