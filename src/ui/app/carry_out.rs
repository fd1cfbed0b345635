//! Carries out what keys and panels ask for: the only place where the state is changed by the person.

use egui::Context;

use crate::capture::CaptureId;
use crate::config::LookConfig;
use crate::engine::{Chosen, Command, Verdict};
use crate::ui::App;
use crate::ui::action::{Action, Move, Naming, Removing, Screen, Sending};
use crate::ui::dialogs::file_dialog::Wanted;
use crate::ui::dialogs::removal_question;
use crate::ui::keys::Verb;
use crate::ui::screens::compose::Origin;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::filter::saved_filters;
use crate::ui::state::CopyForm;

impl App {
    /// Lists anew with the filter as it stands.
    pub(in crate::ui) fn list_again(&mut self) {
        let text = self.state.filter.text().to_owned();
        self.set_filter(text);
    }

    fn set_filter(&mut self, text: String) {
        if let Some(filter) = self.state.filter.set(text) {
            let generation = self.state.list.begin();
            self.waiting.retain(|command| !matches!(command, Command::List { .. }));
            self.ask(Command::List { generation, filter: Box::new(filter) });
        }
        self.state.decide_first_run();
    }

    fn set_look(&mut self, change: impl FnOnce(&mut LookConfig)) {
        let mut look = self.chosen_look();
        change(&mut look);
        let language = look.language();
        self.state.detail = self.state.detail.take().map(|detail| detail.with_language(language));
        self.state.chosen_look = Some(look.clone());
        self.ask(Command::SaveLook { look });
    }

    /// Carries out what a key asks for.
    pub(in crate::ui) fn obey(&mut self, ctx: &Context, verb: Verb) {
        let state = &mut self.state;
        if state.keys_shown && !matches!(verb, Verb::Leave | Verb::ShowKeys) {
            return;
        }
        if state.replaying.is_shown() {
            self.obey_in_dialog(verb);
            return;
        }
        if state.removals.is_asking() {
            match verb {
                Verb::OpenDetail => self.act(ctx, Action::Remove(Removing::All)),
                Verb::Leave => self.act(ctx, Action::Remove(Removing::Nothing)),
                _ => {}
            }
            return;
        }
        match verb {
            Verb::Move(movement) if state.screen == Screen::Replays => state.replays.move_selection(movement),
            Verb::Move(movement) => state.move_selection(movement),
            Verb::MovePages(pages) => state.move_selection(Move::By(pages * state.list.page())),
            Verb::Pick => {
                if let Some(id) = state.list.selected {
                    state.list.pick(id);
                }
            }
            Verb::PickMoving(movement) => {
                state.list.pick_moving(movement);
                state.open_selected();
            }
            Verb::Follow => self.act(ctx, Action::Follow(!self.state.list.following)),
            Verb::OpenDetail => self.act(ctx, Action::ShowDetail(true)),
            Verb::TurnTab(by) => state.turn_tab(by),
            Verb::ShowTab(tab) => self.act(ctx, Action::ShowTab(tab)),
            Verb::FocusFilter => self.act(ctx, Action::FocusFilter),
            Verb::ToggleHold => {
                let all = state.answering.switch().is_none().then(Box::default);
                self.act(ctx, Action::Hold(all));
            }
            Verb::AnswerHeld => self.act(ctx, Action::AnswerNext),
            Verb::ReleaseHeld => self.act(ctx, Action::ReleaseAll),
            Verb::SendAnswer => self.answer(ManualReplies::send),
            Verb::Leave => self.leave(),
            Verb::Replay => self.send(Sending::Chosen),
            Verb::EditAndReplay => self.send(Sending::EditChosen),
            Verb::Compose => self.send(Sending::Compose),
            Verb::Duplicate => self.send(Sending::DuplicateChosen),
            Verb::Remove => self.act(ctx, Action::Remove(Removing::Chosen)),
            Verb::Clear => self.act(ctx, Action::Remove(Removing::AskAll)),
            Verb::Undo => self.act(ctx, Action::Remove(Removing::Undo)),
            Verb::Export => self.act(ctx, Action::ShowExport(true)),
            Verb::CopyRaw => self.copy(ctx, CopyForm::Raw),
            Verb::CopyBody => self.copy(ctx, CopyForm::Body),
            Verb::CopyJson => self.copy(ctx, CopyForm::Json),
            Verb::ShowKeys => state.keys_shown = !state.keys_shown,
            Verb::ShowSettings => self.act(ctx, Action::ShowScreen(Screen::Settings)),
        }
    }

    /// While the dialog of replays is open, keys are for it alone: what is sent must not change behind it.
    fn obey_in_dialog(&mut self, verb: Verb) {
        match verb {
            Verb::OpenDetail | Verb::SendAnswer => {
                if let Some(command) = self.state.replaying.send() {
                    self.ask(command);
                }
            }
            Verb::Leave => drop(self.state.replaying.close()),
            Verb::ShowKeys => self.state.keys_shown = !self.state.keys_shown,
            _ => {}
        }
    }

    /// Leaves what lies on top: a push that is being answered goes with the default.
    fn leave(&mut self) {
        match self.state.held_in_view() {
            Some(_) => self.answer(|answering, group| answering.decide(group, Verdict::Default)),
            None => self.state.leave(),
        }
    }

    /// Decides the push whose editor is in view.
    fn answer(&mut self, decide: impl FnOnce(&mut ManualReplies, CaptureId) -> Option<Command>) {
        let Some(group) = self.state.answered_in_view() else { return };
        if let Some(command) = decide(&mut self.state.answering, group) {
            self.ask(command);
        }
    }

    fn copy(&mut self, ctx: &Context, form: CopyForm) {
        if let Some(text) = self.state.copy(form, self.look(ctx).language) {
            self.act(ctx, Action::Copy(text));
        }
    }

    /// Carries out what a panel asks for.
    pub(in crate::ui) fn act(&mut self, ctx: &Context, action: Action) {
        let state = &mut self.state;
        match action {
            Action::Select(id) => state.select(id),
            Action::Pick(id) => state.list.pick(id),
            Action::PickTo(id) => {
                state.list.pick_to(id);
                state.open_selected();
            }
            Action::ClearPicks => drop(state.list.picks.clear()),
            Action::MoveSelection(movement) => state.move_selection(movement),
            Action::ShowDetail(shown) => state.detail_hidden = !shown,
            Action::ShowTab(tab) => (state.tab, state.detail_hidden) = (tab, false),
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
            Action::SetFilter(text) => self.set_filter(text),
            Action::AddToFilter(term) => {
                let text = state.filter.with(&term);
                self.set_filter(text);
                self.state.filter.note_used();
            }
            Action::Name(naming) => self.name_filter(naming),
            Action::FocusFilter => {
                state.screen = Screen::Events;
                state.filter.focus();
            }
            Action::Follow(following) => {
                state.list.follow(following);
                state.open_selected();
            }
            Action::ShowScreen(screen) => {
                state.screen = screen;
                match screen {
                    Screen::Replays => state.replays.want(),
                    Screen::Settings => self.ask(removal_question::count()),
                    _ => {}
                }
            }
            Action::ShowKeys(shown) => state.keys_shown = shown,
            Action::SetLanguage(language) => {
                self.set_look(|look| look.language = language.map(|language| language.tag().to_owned()));
            }
            Action::SetTheme(theme) => self.set_look(|look| look.theme = theme),
            Action::Hold(filter) => {
                if filter.is_none() {
                    state.answering.note_released();
                }
                self.ask(Command::SetHold { filter });
            }
            Action::AnswerNext => state.answer_next(),
            Action::ReleaseAll => {
                state.answering.note_released();
                self.ask(Command::ReleaseAll);
            }
            Action::Remove(removing) => self.remove(ctx, removing),
            Action::ChooseBackup => state.dialog.ask(Wanted::Backup { name: backup_name() }),
            Action::ShowExport(shown) => state.exporting.show(shown),
            Action::ChooseExportPath => {
                let name = state.exporting.proposed_name().to_owned();
                state.dialog.ask(Wanted::Save { name });
            }
            Action::ChooseImport => state.dialog.ask(Wanted::Open),
            Action::CloseReport => drop(state.report.close()),
            Action::Ask(command) => self.ask(command),
            Action::DismissNotice => state.notices.dismiss(),
            Action::Send(sending) => self.send(sending),
        }
    }

    /// Carries out what is about filters under names.
    fn name_filter(&mut self, naming: Naming) {
        let saved = &mut self.state.saved;
        let command = match naming {
            Naming::Begin { name, text, colour, kept } => {
                let former = if kept { name.clone() } else { String::new() };
                saved.begin(saved_filters::FilterInput { name, text, colour, former });
                None
            }
            Naming::ColourBy { name, term } => Some(saved.colour_by(&name, &term)),
            Naming::Keep => saved.keep(),
            Naming::Cancel => {
                saved.naming = None;
                None
            }
            Naming::Remove { name, kept: true } => Some(saved.remove(&name)),
            Naming::Remove { name, kept: false } => Some(saved.forget(&name)),
        };
        if let Some(command) = command {
            self.ask(command);
        }
    }

    /// Carries out what is about removing events.
    fn remove(&mut self, ctx: &Context, removing: Removing) {
        let now = ctx.input(|input| input.time);
        let look = self.look(ctx);
        let state = &mut self.state;
        let command = match removing {
            Removing::Chosen => {
                let mut ids = state.list.chosen();
                ids.sort_unstable();
                state.list.forget(&ids);
                state.open_selected();
                (!ids.is_empty()).then_some(Command::Remove { what: Chosen::Ids(ids) })
            }
            Removing::AskAll => {
                match state.list.newest() {
                    Some(_) if state.list.is_searching() => {
                        state.notices.warning(look.text("removing.unfinished").into_owned(), now);
                    }
                    Some(newest) => state.removals.ask(state.filter.read(), newest, state.list.counts().0),
                    None => {}
                }
                None
            }
            Removing::All => state.removals.confirm(),
            Removing::Nothing => {
                state.removals.close();
                None
            }
            Removing::Undo => {
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

    /// Carries out what is about replays and composed messages.
    fn send(&mut self, sending: Sending) {
        let state = &mut self.state;
        match sending {
            Sending::Chosen => state.offer_replay(),
            Sending::This(what) => {
                state.replays.want();
                state.replaying.offer(*what);
            }
            Sending::Again(request) => state.replaying.offer_again(*request),
            Sending::Close => drop(state.replaying.close()),
            Sending::ShowReplay { event, replay } => state.show_replay(event, replay),
            Sending::ShowRun(id) => {
                (state.screen, state.detail_hidden) = (Screen::Replays, false);
                state.replays.want();
                state.replays.open(id);
            }
            Sending::CloseRun => drop(state.replays.close()),
            Sending::Compose => {
                state.screen = Screen::Compose;
                state.composer.begin(&self.engine.status());
            }
            Sending::EditChosen => state.compose_from(Origin::Edited),
            Sending::DuplicateChosen => state.compose_from(|_| Origin::New),
            Sending::ChoosePictures => state.dialog.ask(Wanted::Pictures { number: state.composer.number() }),
        }
    }
}

/// What a copy of the database is called where nothing else is said.
fn backup_name() -> String {
    format!("menuscope-{}.db", jiff::Zoned::now().strftime("%Y-%m-%d"))
}
