//! Carries out the actions of keys and panels: the only place where the user changes the state.

use egui::Context;

use crate::capture::CaptureId;
use crate::config::LookConfig;
use crate::engine::{
    AnsweringCommand, Command, HeldDecision, ListingCommand, MaintenanceCommand, QueryCommand, Selection,
    SettingsCommand, TransferCommand,
};
use crate::ui::App;
use crate::ui::action::{
    Action, FileRequest, FilterAction, HoldAction, RemovalAction, Screen, SendAction, SettingsSection,
};
use crate::ui::bars::hold::matching;
use crate::ui::dialogs::palette::PaletteSources;
use crate::ui::dialogs::removal_question;
use crate::ui::screens::compose::Origin;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::filter::saved_filters;
use crate::ui::state::State;

/// Newest events that the palette offers.
const RECENT: usize = 20;

impl App {
    /// Lists again with the current filter.
    pub(in crate::ui) fn list_again(&mut self) {
        let text = self.state.filter.text().to_owned();
        self.set_filter(text);
    }

    pub(super) fn set_filter(&mut self, text: String) {
        if let Some(filter) = self.state.filter.set(text) {
            self.state.saved.follow_list(&filter.text);
            let generation = self.state.list.begin();
            self.waiting.retain(|command| !matches!(command, Command::Listing(ListingCommand::List { .. })));
            self.ask(ListingCommand::List { generation, filter: Box::new(filter) });
        }
        self.state.decide_first_run();
    }

    fn set_look(&mut self, change: impl FnOnce(&mut LookConfig)) {
        let mut look = self.chosen_look();
        change(&mut look);
        let language = look.language();
        self.state.detail = self.state.detail.take().map(|detail| detail.with_language(language));
        self.state.chosen_look = Some(look.clone());
        self.ask(SettingsCommand::SaveLook { look });
    }

    /// Opens the palette with what there is now, or closes it.
    fn show_palette(&mut self, ctx: &Context, shown: bool) {
        let (look, chosen) = (self.look(ctx), self.chosen_look());
        let State { palette, saved, list, .. } = &mut self.state;
        if shown {
            let (recent, rules) = (list.newest_rows(RECENT).collect(), self.engine.rules());
            let sources = PaletteSources { filters: saved.all(), rules: rules.rules(), recent, chosen: &chosen };
            palette.open(&sources, &look);
        } else {
            palette.close();
        }
    }

    /// Leaves what lies on top: a held push whose editor is in view goes with the default reply.
    fn leave(&mut self) {
        match self.state.held_in_view() {
            Some(_) => self.answer(|answering, group| answering.decide(group, HeldDecision::Default)),
            None if self.state.leave() || self.state.back_to_list() => {}
            None if self.state.filter.is_empty() => self.state.hide_detail(),
            None => self.clear_filter(),
        }
    }

    /// Shows everything again. The filter is offered as one that was used.
    fn clear_filter(&mut self) {
        self.state.filter.note_used();
        self.set_filter(String::new());
    }

    /// Decides the push whose editor is in view.
    fn answer(&mut self, decide: impl FnOnce(&mut ManualReplies, CaptureId) -> Option<Command>) {
        let Some(group) = self.state.answered_in_view() else { return };
        if let Some(command) = decide(&mut self.state.answering, group) {
            self.ask(command);
        }
    }

    /// Carries out an action.
    #[expect(clippy::too_many_lines, reason = "an arm an action, most of one line")]
    pub(in crate::ui) fn act(&mut self, ctx: &Context, action: Action) {
        let state = &mut self.state;
        match action {
            Action::Select(id) => state.select(id),
            Action::Pick(pick) => state.pick(pick),
            Action::MoveSelection(movement) => state.move_selection(movement),
            Action::ShowDetail(true) => state.open_detail(),
            Action::ShowDetail(false) => state.detail_hidden = true,
            Action::BackToList => drop(state.back_to_list()),
            Action::ShowPart(part) => {
                state.detail_hidden = false;
                state.detail_view.show(part);
            }
            Action::TurnPart(by) => state.detail_view.turn(by),
            Action::ShowBytes(view) => state.detail_view.bytes = view,
            Action::Mend(mend) => self.mend(mend),
            Action::ChooseField(path) => {
                if let Some(detail) = &mut state.detail {
                    detail.choose(&path);
                }
            }
            Action::BeginRule(rule) => {
                state.rules.begin(&rule);
                state.screen = Screen::Rules;
            }
            Action::Copy(text) => {
                ctx.copy_text(text);
                let said = self.look(ctx).text("window.notice.copied").into_owned();
                self.state.notices.good(said, ctx.input(|input| input.time));
                ctx.request_repaint();
            }
            Action::CopyEvent(form) => self.copy_event(ctx, form),
            Action::SetFilter(text) => self.set_filter(text),
            Action::AddToFilter(term) => {
                let text = state.filter.with(&term);
                self.set_filter(text);
                self.state.filter.note_used();
            }
            Action::Filter(naming) => self.name_filter(naming),
            Action::FocusFilter => {
                state.screen = Screen::Events;
                state.filter.focus();
            }
            Action::Follow(following) => {
                state.list.follow(following);
                state.open_selected();
            }
            Action::ToggleFollow => self.act(ctx, Action::Follow(!self.state.list.following)),
            Action::ShowScreen(screen) => self.show_screen(screen),
            Action::PutSetUpAway => state.set_up.is_over = true,
            Action::ShowReach(tab) => {
                state.reach.show(tab);
                self.show_screen(Screen::Reach);
            }
            Action::ShowSettings(section) => {
                state.settings.show(section);
                self.show_screen(Screen::Settings);
            }
            Action::ProposeTunnel(command) => {
                state.settings.propose_tunnel(command);
                self.act(ctx, Action::ShowSettings(SettingsSection::Tunnel));
            }
            Action::ShowRules(place) => {
                state.rules.show(place);
                self.show_screen(Screen::Rules);
            }
            Action::EditRule(name) => {
                if let Some(rule) = self.engine.rules().rules().iter().find(|rule| rule.name == name) {
                    state.rules.edit(rule);
                }
                self.show_screen(Screen::Rules);
            }
            Action::ShowTargets => {
                state.replays.show_targets();
                self.show_screen(Screen::Replays);
            }
            Action::CheckReach => {
                let check = state.reach.check();
                self.show_screen(Screen::Reach);
                if let Some(command) = check {
                    self.ask(command);
                }
            }
            Action::ShowKeys(shown) => state.keys_page.show(shown),
            Action::ToggleKeys => state.keys_page.show(!state.keys_page.is_shown()),
            Action::ShowPalette(shown) => self.show_palette(ctx, shown),
            Action::SetReducedMotion(reduced) => self.set_look(|look| look.reduce_motion = reduced),
            Action::OpenFolder(path) => self.ask(TransferCommand::OpenFolder { path }),
            Action::Leave => self.leave(),
            Action::SetLanguage(language) => {
                self.set_look(|look| look.language = language.map(|language| language.tag().to_owned()));
            }
            Action::SetTheme(theme) => self.set_look(|look| look.theme = theme),
            Action::Hold(hold) => self.hold(ctx, hold),
            Action::Remove(removing) => self.remove(ctx, removing),
            Action::Annotate(annotation) => self.annotate(annotation),
            Action::Compare(comparing) => self.compare(ctx, comparing),
            Action::ChooseBackup => state.file_dialog.ask(FileRequest::Backup { name: backup_name() }),
            Action::ShowExport(shown) => state.export_dialog.show(shown),
            Action::ChooseExportPath => {
                let name = state.export_dialog.proposed_name().to_owned();
                state.file_dialog.ask(FileRequest::Save { name });
            }
            Action::ChooseImport => state.file_dialog.ask(FileRequest::Open),
            Action::TypePath => self.type_path(),
            Action::CloseReport => drop(state.import_report.close()),
            Action::Ask(command) => {
                if matches!(command, Command::Replay(_)) {
                    state.note_sent();
                }
                self.ask(command);
            }
            Action::DismissNotice => state.notices.dismiss(),
            Action::ForgetNotices => state.notices.forget_past(),
            Action::UsePaths { request, paths } => {
                state.path_dialog.close();
                self.use_paths(request, paths);
            }
            Action::ClosePathDialog => drop(state.path_dialog.close()),
            Action::Board(board) => self.act_on_board(ctx, board),
            Action::Send(sending) => self.send(sending),
        }
    }

    pub(super) fn show_screen(&mut self, screen: Screen) {
        self.state.screen = screen;
        match screen {
            Screen::Replays => self.state.replays.want(),
            Screen::Settings => self.ask(removal_question::count()),
            Screen::SetUp => self.find_arrivals(),
            Screen::Reach => {
                self.state.reach.refresh();
                self.find_arrivals();
            }
            Screen::Events | Screen::Board | Screen::Rules | Screen::Compose => {}
        }
    }

    /// Asks for the newest handshake and push, which tell how far WeChat's requests come.
    pub(super) fn find_arrivals(&mut self) {
        self.ask(QueryCommand::FindHandshake);
        self.ask(QueryCommand::FindPush);
    }

    /// Says in the status bar what became of an action.
    fn say(&mut self, ctx: &egui::Context, key: &str) {
        let said = self.look(ctx).text(key).into_owned();
        self.state.notices.good(said, ctx.input(|input| input.time));
    }

    /// Carries out an action on held pushes.
    fn hold(&mut self, ctx: &egui::Context, action: HoldAction) {
        match action {
            HoldAction::Set(filter) => {
                if filter.is_none() {
                    self.state.answering.note_released();
                }
                self.ask(AnsweringCommand::SetHold { filter });
            }
            HoldAction::Toggle => {
                let all = self.state.answering.switch().is_none().then(Box::default);
                self.hold(ctx, HoldAction::Set(all));
            }
            HoldAction::Matching => match matching(self.state.filter.text(), &self.look(ctx)) {
                Ok(filter) => self.hold(ctx, HoldAction::Set(Some(Box::new(filter)))),
                Err(why) => self.state.notices.warning(why, ctx.input(|input| input.time)),
            },
            HoldAction::AnswerNext => {
                if !self.state.answer_next() {
                    self.say(ctx, "hold.none_held");
                }
                if self.state.is_selection_hidden() {
                    self.clear_filter();
                }
            }
            HoldAction::SendReply if self.state.has_unsent_in_view() => self.say(ctx, "hold.cannot_send"),
            HoldAction::SendReply => self.answer(ManualReplies::send),
            HoldAction::ReleaseAll => {
                self.state.answering.note_released();
                self.ask(AnsweringCommand::ReleaseAll);
            }
        }
    }

    /// Carries out an action on named filters.
    fn name_filter(&mut self, naming: FilterAction) {
        let saved = &mut self.state.saved;
        let command = match naming {
            FilterAction::Begin { name, text, colour, kept } => {
                let former = if kept { name.clone() } else { String::new() };
                let of_list = name.is_empty();
                saved.begin(saved_filters::FilterInput { name, text, colour, former, of_list, focus: true });
                None
            }
            FilterAction::ColourBy { name, term } => Some(saved.colour_by(&name, &term)),
            FilterAction::Keep => saved.keep(),
            FilterAction::Cancel => {
                saved.naming = None;
                None
            }
            FilterAction::Remove { name, kept: true } => Some(saved.remove(&name)),
            FilterAction::Remove { name, kept: false } => Some(saved.forget(&name)),
        };
        if let Some(command) = command {
            self.ask(command);
        }
    }

    /// Carries out an action that removes events or brings them back.
    fn remove(&mut self, ctx: &Context, removing: RemovalAction) {
        let now = ctx.input(|input| input.time);
        let look = self.look(ctx);
        let state = &mut self.state;
        let command = match removing {
            RemovalAction::Chosen => {
                let mut ids = state.list.chosen();
                ids.sort_unstable();
                state.list.forget(&ids);
                state.open_selected();
                (!ids.is_empty()).then_some(MaintenanceCommand::Remove { events: Selection::Ids(ids) }.into())
            }
            RemovalAction::AskAll => {
                match state.list.newest() {
                    Some(_) if state.list.is_searching() => {
                        state.notices.warning(look.text("removing.unfinished").into_owned(), now);
                    }
                    Some(newest) => state.removals.ask(state.filter.read(), newest, state.list.counts().0),
                    None => {}
                }
                None
            }
            RemovalAction::All => state.removals.confirm(),
            RemovalAction::Nothing => {
                state.removals.close();
                None
            }
            RemovalAction::Undo => {
                state.notices.forget_undo();
                let undo = state.removals.undo();
                if undo.is_none() {
                    state.notices.warning(look.text("removing.nothing").into_owned(), now);
                }
                undo
            }
        };
        if let Some(command) = command {
            self.ask(command);
        }
    }

    /// Carries out an action on replays or composed messages.
    fn send(&mut self, sending: SendAction) {
        let state = &mut self.state;
        match sending {
            SendAction::AtOnce => {
                let command = state.replay_at_once(&self.engine.status());
                if let Some(command) = command {
                    self.ask(command);
                }
            }
            SendAction::Chosen => state.offer_replay(),
            SendAction::ThisAtOnce(what) => {
                state.replays.want();
                let command = state.replay_dialog.send_this_at_once(*what, &self.engine.status());
                if let Some(command) = command {
                    state.note_sent();
                    self.ask(command);
                }
            }
            SendAction::This(what) => {
                state.replays.want();
                state.replay_dialog.offer(*what);
            }
            SendAction::Taps { what, buttons } => {
                state.replays.want();
                state.replay_dialog.offer_taps(*what, buttons);
            }
            SendAction::Again(request) => state.replay_dialog.offer_again(*request),
            SendAction::Close => drop(state.replay_dialog.close()),
            SendAction::ShowReplay { event, replay } => state.show_replay(event, replay),
            SendAction::ShowRun(id) => {
                (state.screen, state.detail_hidden) = (Screen::Replays, false);
                state.replays.want();
                state.replays.open(id);
            }
            SendAction::CloseRun => drop(state.replays.close()),
            SendAction::Compose => {
                state.screen = Screen::Compose;
                let keys = state.board.keys();
                state.composer.begin(&self.engine.status(), keys);
            }
            SendAction::EditChosen => state.compose_from(Origin::Edited),
            SendAction::DuplicateChosen => state.compose_from(|_| Origin::New),
            SendAction::ChoosePictures => {
                state.file_dialog.ask(FileRequest::Pictures { number: state.composer.number() });
            }
        }
    }
}

/// Default name of a copy of the database.
fn backup_name() -> String {
    format!("menuscope-{}.db", crate::clock::local_now().strftime("%Y-%m-%d"))
}
