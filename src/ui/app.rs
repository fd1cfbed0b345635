//! The window as eframe drives it: `logic` takes in notices, `ui` draws panels and carries out the actions they return.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{CentralPanel, Context, Frame, Margin, Panel, ThemePreference, Ui};
use jiff::tz::TimeZone;

use crate::config::{LookConfig, Theme};
use crate::engine::{
    Command, Engine, ListenerState, ListingCommand, MaintenanceNotice, PicturePurpose, QueryCommand, Setup,
};
use crate::texts::Language;
use crate::ui::action::{Action, Screen};
use crate::ui::bars::prefix_hint::prefix_hint_ui;
use crate::ui::bars::{banner, rail, top_bar};
use crate::ui::dialogs::export_dialog::ExportDialog;
use crate::ui::dialogs::file_drop;
use crate::ui::dialogs::replay_dialog::ReplayDialogView;
use crate::ui::look::Look;
use crate::ui::pane_stop::drawn_later_ui;
use crate::ui::screens::events::detail::Detail;
use crate::ui::screens::first_run;
use crate::ui::screens::rules::RulesView;
use crate::ui::screens::settings::Settings;
use crate::ui::state::{EventsPage, State};
use crate::ui::widgets::nothing_arrives::ArrivalsView;
use crate::ui::{fonts, ime, theme};
use crate::waker::Waker;

mod board_actions;
mod carry_out;
mod chosen_files;
mod events_pane;
mod key_actions;
mod lasting;
mod marking;
mod mend;
mod motion;
mod signals;
mod start;
mod status_pane;

use motion::SystemMotion;
use signals::Signals;
pub use start::{WindowError, run};
use status_pane::{status_ui, store_states};

/// Time that one frame may spend on notices; the rest waits for the next.
const ABSORB_AT_MOST: Duration = Duration::from_millis(10);

/// Time after which a full queue is tried again, if nothing wakes the window before.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// The window: the engine behind it, and all that it shows.
#[derive(Debug)]
pub struct App {
    engine: Engine,
    waker: Waker,
    state: State,
    zone: TimeZone,
    /// Commands that found a queue full: sent again with the next frame.
    waiting: Vec<Command>,
    /// The language that the style is set for; Chinese has more space between its lines.
    styled: Option<Language>,
    /// The store's revision and the listener's state in the last frame.
    seen: (u64, ListenerState),
    frames: u64,
    signals: Option<Signals>,
    motion: SystemMotion,
}

impl App {
    /// Starts the engine and its window, which is woken by notices.
    pub fn start(ctx: &Context, setup: Setup) -> std::io::Result<Self> {
        fonts::install(ctx);
        let waker = Waker::new({
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        });
        let settings = Settings::at(setup.folder.path());
        let engine = Engine::start(setup, waker.clone())?;
        let mut app = Self {
            engine,
            waker,
            state: State::with(settings, ExportDialog::at(start::documents())),
            zone: TimeZone::system(),
            waiting: Vec::new(),
            styled: None,
            seen: (0, ListenerState::Starting),
            frames: 0,
            signals: None,
            motion: SystemMotion::ask(),
        };
        app.list_again();
        app.find_arrivals();
        app.ask(QueryCommand::ListUsedFilters);
        Ok(app)
    }

    /// The engine of this window.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Number of frames drawn: none is while nothing happens.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    fn look(&self, ctx: &Context) -> Look {
        Look::new(self.chosen_look().language(), ctx.theme(), self.zone.clone())
    }

    fn chosen_look(&self) -> LookConfig {
        self.state.chosen_look.clone().unwrap_or_else(|| self.engine.status().config.look.clone())
    }

    fn absorb(&mut self, ctx: &Context) {
        // Before the news is looked at: what comes in between wakes us once more.
        self.waker.rearm();
        self.note_changes(ctx);
        self.note_held(ctx);
        let look = self.look(ctx);
        let (start, now) = (Instant::now(), ctx.input(|input| input.time));
        let retention = self.engine.head().retention.clone();
        if let Some(report) = retention {
            self.state.note_retention(&report, &look, now);
        }
        while let Some(notice) = self.engine.notice() {
            let is_replaced = matches!(notice, crate::engine::Notice::DatabaseReplaced);
            let is_annotated =
                matches!(notice, crate::engine::Notice::Maintenance(MaintenanceNotice::Annotated { .. }));
            if matches!(notice, crate::engine::Notice::EventWanted { .. }) {
                // It may be behind others, or minimised.
                ctx.send_viewport_cmd(egui::ViewportCommand::Minimized(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Focus);
            }
            self.state.absorb(notice, &look, now);
            if is_replaced {
                self.list_again();
            } else if is_annotated {
                // The list looks for changes by itself, but not at once.
                self.ask(ListingCommand::Refresh);
            }
            if start.elapsed() > ABSORB_AT_MOST {
                ctx.request_repaint();
                break;
            }
        }
        if let Some(wait) = self.state.notices.expire(now) {
            ctx.request_repaint_after(wait);
        }
    }

    /// Follows what is state rather than a notice: the store's revision, named filters, and the listener.
    fn note_changes(&mut self, ctx: &Context) {
        let revision = self.engine.head().revision;
        if revision != self.seen.0 {
            self.seen.0 = revision;
            self.state.note_written();
            self.ask(ListingCommand::Refresh);
            let is_watched = matches!(self.state.screen, Screen::SetUp | Screen::Reach);
            let is_wanted = self.state.page == EventsPage::FirstRun || is_watched || !self.state.set_up.is_over;
            self.state.set_up.is_stale |= is_wanted;
        }
        match self.state.set_up.wait(ctx.input(|input| input.time)) {
            None => {}
            Some(Duration::ZERO) => self.find_arrivals(),
            Some(wait) => ctx.request_repaint_after(wait),
        }
        let colours = self.state.saved.follow(&self.engine.status().config.filters);
        if let Some(command) = colours {
            self.ask(command);
        }
        let listener = self.engine.status().listener.clone();
        if listener != self.seen.1 {
            self.seen.1 = listener;
            // There was no database to list from before it was opened.
            if self.state.list.is_searching() {
                self.list_again();
            }
        }
    }

    /// Follows the held pushes, which are state as well.
    fn note_held(&mut self, ctx: &Context) {
        let Self { engine, state, .. } = self;
        state.note_held(&engine.held(), ctx.text_edit_focused());
        let is_on = engine.status().config.hold.retry_while_typing;
        for command in state.answering.retry_commands(is_on) {
            self.ask(command);
        }
    }

    fn apply_theme(&mut self, ctx: &Context) {
        let chosen = self.chosen_look();
        if self.styled != Some(chosen.language()) {
            self.styled = Some(chosen.language());
            theme::apply(ctx, chosen.language());
            ctx.request_repaint();
        }
        let preference = match chosen.theme {
            None => ThemePreference::System,
            Some(Theme::Dark) => ThemePreference::Dark,
            Some(Theme::Light) => ThemePreference::Light,
        };
        if ctx.options(|options| options.theme_preference) != preference {
            ctx.set_theme(preference);
            // This frame has begun in the other one.
            ctx.request_repaint();
        }
        motion::apply(ctx, self.motion.is_reduced(self.chosen_look().reduce_motion));
    }

    /// Asks the engine for all that is missing and has not been asked for.
    fn ask_due(&mut self, ctx: &Context) {
        let waiting = std::mem::take(&mut self.waiting);
        for command in waiting {
            self.ask(command);
        }
        let answers = self.state.composer.question();
        let arrivals = self.state.reach.questions();
        let board = self.state.board.questions(self.state.screen == Screen::Board, &self.engine.status());
        let questions = self.state.filter.questions().chain(answers).chain(arrivals).chain(board);
        let questions: Vec<Command> = questions.collect();
        for question in questions {
            self.ask(question);
        }
        let Self { engine, state, .. } = self;
        if state.to_open.is_some_and(|id| engine.ask(QueryCommand::Open { id })) {
            state.to_open = None;
        }
        let all_asked = state.list.ask_for_rows(|ids| engine.ask(QueryCommand::ReadRows { ids }));
        let all_asked = state.replays.ask(|command| engine.ask(command)) && all_asked;
        if !all_asked || state.to_open.is_some() || !self.waiting.is_empty() {
            ctx.request_repaint_after(ASK_AGAIN);
        }
    }

    fn ask(&mut self, command: impl Into<Command>) {
        let command = command.into();
        if !self.engine.ask(command.clone()) {
            self.waiting.push(command);
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let chosen = self.chosen_look();
        let Self { engine, state, .. } = self;
        let (status, tunnel) = (engine.status(), engine.tunnel());
        let (troubles, unverified) = store_states(engine);
        let bar = |margin: Margin| Frame::new().fill(look.palette.frame).inner_margin(margin);
        Panel::top("bar").exact_size(theme::TOP_BAR_HEIGHT).frame(bar(Margin::symmetric(16, 0))).show(ui, |ui| {
            let held = state.answering.switch().map(|held| &**held);
            let bar = (&mut state.filter, &chosen, held, engine.armed());
            top_bar::top_bar_ui(ui, &status, bar, (&mut state.tunnel_bar, &*tunnel), look, actions);
        });
        let status_bar = Panel::bottom("status").exact_size(theme::STATUS_BAR_HEIGHT);
        let status_bar = status_bar.frame(bar(Margin::symmetric(16, 3))).show(ui, |ui| ui.max_rect()).inner;
        Panel::left("rail").exact_size(theme::RAIL_WIDTH).resizable(false).frame(bar(Margin::symmetric(0, 10))).show(
            ui,
            |ui| {
                rail::rail_ui(ui, state.screen, look, actions);
            },
        );
        state.settings.note_tunnel(Arc::clone(&tunnel));
        CentralPanel::default().frame(Frame::new().fill(look.palette.surface)).show(ui, |ui| {
            banner::banners_ui(ui, &status, &troubles, look, actions);
            match state.screen {
                Screen::Settings => state.settings.ui(ui, &status, look, actions),
                Screen::Rules => {
                    let (rules, trouble, fired) = (engine.rules(), engine.rules_error(), engine.fired());
                    let view = RulesView {
                        rules: rules.rules(),
                        trouble: trouble.as_ref(),
                        fired: &fired,
                        armed: engine.armed(),
                        listener: &status.config.listener,
                        targets: &status.config.targets,
                        event: state.detail.as_ref().map(Detail::opened).map(|opened| &opened.stored),
                    };
                    state.rules.ui(ui, &view, look, actions);
                }
                Screen::Replays => state.replays.ui(ui, &status, look, actions),
                Screen::Board => state.board.ui(ui, &status, look, actions),
                Screen::Compose => {
                    let destination = state.replay_dialog.destination(&status);
                    state.composer.ui(ui, (&status, destination.as_deref()), look, actions);
                }
                Screen::Reach => {
                    let (handshake, push) = (state.handshake.as_deref(), state.latest_push.as_deref());
                    let view = ArrivalsView { status: &status, handshake, push, is_set_up_told: false };
                    state.reach.propose_url(tunnel.url.as_deref().or(status.config.tunnel.url.as_deref()));
                    state.reach.ui(ui, &view, look, actions);
                }
                Screen::SetUp => {
                    first_run::first_run_ui(ui, &status, state.set_up_view(), look, actions);
                }
                Screen::Events => events_pane::events_ui(ui, state, &status, look, actions),
            }
        });
        // What stands at the bottom comes last for Tab and for who listens, although its room is taken first.
        drawn_later_ui(ui, "status", status_bar, |ui| status_ui(ui, engine, state, unverified, look, actions));
        if state.export_dialog.is_shown() {
            let (mut dialog, progress) = (std::mem::take(&mut state.export_dialog), engine.transfer_progress());
            dialog.ui(ui, &state.selection(), progress.as_ref(), look, actions);
            state.export_dialog = dialog;
        }
        state.removals.ui(ui, look, actions);
        if let Some(prefix) = state.keyboard.prefix {
            prefix_hint_ui(ui, prefix, look);
        }
        state.comparison.ui(ui, look, actions);
        state.note_dialog.ui(ui, state.keyboard.is_composing(), look, actions);
        state.import_report.ui(ui, look, actions);
        state.path_dialog.ui(ui, look, actions);
        let view = ReplayDialogView { status: &status, runs: state.replays.runs() };
        state.replay_dialog.ui(ui, &view, look, actions);
        let for_pictures = state.screen == Screen::Compose && state.composer.lists_pictures();
        let compose = for_pictures.then(|| PicturePurpose::Compose { number: state.composer.number() });
        let shown = state.detail.as_ref().filter(|_| state.screen == Screen::Events && !state.detail_hidden);
        let recognise = shown.and_then(Detail::takes_pictures).map(|event| PicturePurpose::Recognise { event });
        file_drop::file_drop_ui(ui, compose.or(recognise), state.screen == Screen::Board, look, actions);
        state.keys_page.ui(ui, look, actions);
        state.palette.ui(ui, look, actions);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.absorb(ctx);
        self.copy_ordered(ctx);
        self.note_dialog(ctx);
        self.motion.note(ctx);
        self.apply_theme(ctx);
        self.ask_due(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.frames += 1;
        let ctx = ui.ctx().clone();
        for shortcut in self.state.keyboard.pressed(&ctx) {
            self.act_on_key(&ctx, shortcut.action());
        }
        let look = self.look(&ctx);
        let mut actions = Vec::new();
        self.panels_ui(ui, &look, &mut actions);
        ime::place_candidates(&ctx, frame);
        if self.state.keyboard.is_composing() {
            ime::keep_focus(&ctx);
        }
        self.state.keyboard.end_frame(&ctx);
        if !actions.is_empty() {
            // What was asked for shows in the next frame.
            ctx.request_repaint();
        }
        for action in actions {
            self.act(&ctx, action);
        }
        self.ask_due(&ctx);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.keep(storage);
    }
}
