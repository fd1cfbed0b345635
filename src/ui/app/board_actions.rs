//! Actions on the menu of an account.

use egui::Context;

use crate::ui::App;
use crate::ui::action::{BoardAction, FileRequest, Screen};
use crate::ui::state::EventsPage;

/// Default name of the file that a menu is written to.
const MENU_NAME: &str = "menu.json";

impl App {
    /// Carries out an action on the menu of an account.
    pub(super) fn act_on_board(&mut self, ctx: &Context, action: BoardAction) {
        let state = &mut self.state;
        match action {
            BoardAction::ChooseFile => state.file_dialog.ask(FileRequest::Menu),
            BoardAction::ChooseSavePath => state.file_dialog.ask(FileRequest::SaveMenu { name: MENU_NAME.to_owned() }),
            BoardAction::ShowButton { kind, key } => {
                let is_found = state.show_button(&kind, &key);
                if !is_found {
                    let (said, now) =
                        (self.look(ctx).text("board.no_button").into_owned(), ctx.input(|input| input.time));
                    self.state.notices.warning(said, now);
                }
            }
            BoardAction::Do(verb) => {
                self.show_screen(Screen::Board);
                let status = self.engine.status();
                if let Some(action) = self.state.board.carry_out(verb, &status) {
                    self.act(ctx, action);
                }
            }
            BoardAction::ShowEvents(filter) => {
                (state.screen, state.page) = (Screen::Events, EventsPage::WantedList);
                self.set_filter(filter);
                self.state.filter.note_used();
            }
        }
    }
}
