//! State of the window: changed by notices of the engine and by actions, and by nothing else.

use jiff::SignedDuration;

use crate::capture::{CaptureId, CaptureSummary, StoredCapture};
use crate::config::LookConfig;
use crate::engine::{
    DetailNotice, EventDetail, FilterNotice, ListNotice, Notice, PicturePurpose, ReplaysNotice, SavedSetting,
    SettingsNotice, TransferNotice,
};
use crate::texts::Language;
use crate::ui::action::{Move, PickAction, Screen};
use crate::ui::bars::tunnel_bar::TunnelBar;
use crate::ui::dialogs::comparison::Comparison;
use crate::ui::dialogs::event_selection::EventSelection;
use crate::ui::dialogs::export_dialog::ExportDialog;
use crate::ui::dialogs::file_dialog::FileDialog;
use crate::ui::dialogs::import_report::{self, ImportReport};
use crate::ui::dialogs::keys_page::KeysPage;
use crate::ui::dialogs::note_dialog::NoteDialog;
use crate::ui::dialogs::palette::CommandPalette;
use crate::ui::dialogs::path_dialog::PathDialog;
use crate::ui::dialogs::removal_question::Removals;
use crate::ui::dialogs::replay_dialog::ReplayDialog;
use crate::ui::keys::Keyboard;
use crate::ui::look::Look;
use crate::ui::notices::Notices;
use crate::ui::screens::board::Board;
use crate::ui::screens::compose::Composer;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::screens::events::detail::{Detail, DetailView};
use crate::ui::screens::events::filter::FilterBox;
use crate::ui::screens::events::filter::saved_filters::SavedFilters;
use crate::ui::screens::events::list::List;
use crate::ui::screens::reach::ReachScreen;
use crate::ui::screens::replays::ReplaysScreen;
use crate::ui::screens::rules::RulesScreen;
use crate::ui::screens::settings::Settings;

mod annotations;
mod copying;
mod held;
mod maintenance;
mod menus;
mod pending_navigation;
mod set_up;

pub(crate) use copying::CopyOrder;
use pending_navigation::PendingNavigation;
use set_up::SetUpProgress;

/// Time after its arrival in which an event may still get its reply or images.
const STILL_COMING: SignedDuration = SignedDuration::from_secs(60);

/// Page of the screen of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EventsPage {
    /// The list and the detail.
    #[default]
    List,
    /// The first-run page.
    FirstRun,
    /// The list, however little is in it: the user asked for something in it.
    WantedList,
}

/// State of the window between frames.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) screen: Screen,
    pub(crate) detail_view: DetailView,
    pub(crate) keys_page: KeysPage,
    pub(crate) palette: CommandPalette,
    pub(crate) list: List,
    pub(crate) filter: FilterBox,
    pub(crate) notices: Notices,
    pub(crate) settings: Settings,
    pub(crate) tunnel_bar: TunnelBar,
    pub(crate) rules: RulesScreen,
    pub(crate) export_dialog: ExportDialog,
    pub(crate) removals: Removals,
    pub(crate) note_dialog: NoteDialog,
    pub(crate) comparison: Comparison,
    pub(crate) saved: SavedFilters,
    pub(crate) replay_dialog: ReplayDialog,
    pub(crate) reach: ReachScreen,
    pub(crate) replays: ReplaysScreen,
    pub(crate) composer: Composer,
    pub(crate) board: Board,
    pending: PendingNavigation,
    pub(crate) import_report: ImportReport,
    pub(crate) file_dialog: FileDialog,
    pub(crate) path_dialog: PathDialog,
    pub(crate) keyboard: Keyboard,
    pub(crate) answering: ManualReplies,
    pub(crate) detail_hidden: bool,
    pub(crate) detail: Option<Detail>,
    /// The capture to be opened with the next question.
    pub(crate) to_open: Option<CaptureId>,
    /// The newest handshake, for the first-run page.
    pub(crate) handshake: Option<Box<StoredCapture>>,
    /// The newest push, for the same and for the screen of reach.
    pub(crate) latest_push: Option<Box<StoredCapture>>,
    /// The look chosen in this session; `None` for that of `config.toml`.
    pub(crate) chosen_look: Option<LookConfig>,
    pub(crate) page: EventsPage,
    pub(crate) set_up: SetUpProgress,
    /// The copy that waits for its event to open.
    to_copy: Option<(CaptureId, CopyOrder)>,
}

impl State {
    /// The initial state.
    pub(crate) fn with(settings: Settings, export_dialog: ExportDialog) -> Self {
        Self { settings, export_dialog, ..Self::default() }
    }

    /// Takes in one notice; `now` is egui's clock.
    #[expect(clippy::too_many_lines, reason = "an arm a notice, most of one line")]
    pub(crate) fn absorb(&mut self, notice: Notice, look: &Look, now: f64) {
        // What has been answered is looked at until there is something newer.
        let has_newer = matches!(&notice, Notice::List(ListNotice::Arrived { ids, .. }) if !ids.is_empty());
        self.list.stays = (self.list.stays && !has_newer) || self.is_answering();
        match notice {
            Notice::List(ListNotice::Listed { generation, ids, finished }) => {
                self.list.listed(generation, ids, finished);
            }
            Notice::List(ListNotice::Arrived { generation, ids, total }) => {
                self.list.arrived(generation, &ids, total);
                self.note_written();
            }
            Notice::List(ListNotice::Relisted { generation, ids, seen, total }) => {
                self.list.relisted(generation, ids, seen, total);
            }
            Notice::List(ListNotice::Annotated) => self.note_annotated(),
            Notice::Maintenance(notice) => self.absorb_maintenance(notice, look, now),
            Notice::Filter(FilterNotice::Seen { generation, values }) => self.filter.take_seen(generation, values),
            Notice::Filter(FilterNotice::Used { texts }) => self.filter.take_used(texts),
            Notice::DatabaseReplaced => {
                (self.detail, self.to_open) = (None, None);
                self.list.forget_rows();
            }
            Notice::List(ListNotice::Rows { rows, marks }) => {
                if self.opened().is_some_and(|opened| rows.iter().any(|row| is_new_attempt(row, opened))) {
                    self.to_open = self.list.selected;
                }
                self.list.fill(rows, &marks);
            }
            Notice::Detail(DetailNotice::Opened(opened)) => self.show(opened, look.language),
            Notice::Detail(DetailNotice::PictureFetched { url, outcome }) => {
                self.detail_view.pictures.take(url, outcome);
            }
            Notice::Detail(DetailNotice::ReplayCompared(compared)) => {
                if let Some(detail) = &mut self.detail {
                    detail.take_compared(*compared);
                }
            }
            Notice::Detail(DetailNotice::RepliesCompared(compared)) => self.comparison.show_replies(&compared),
            Notice::Detail(DetailNotice::EventsCompared(compared)) => self.comparison.show(&compared),
            Notice::Handshake { capture } => self.handshake = capture,
            Notice::LatestPush { capture } => {
                self.latest_push = capture;
                self.set_up.is_known = true;
            }
            Notice::Doctor(notice) => self.reach.absorb(notice),
            Notice::Arrivals(notice) => self.reach.take_arrivals(notice),
            // It shows in the whole window.
            Notice::Settings(SettingsNotice::Saved(SavedSetting::Look | SavedSetting::Hold)) => {}
            Notice::Settings(SettingsNotice::Saved(what)) => {
                self.settings.saved(&what);
                self.rules.saved(&what);
                self.replays.saved(&what);
                self.notices.good(look.text("window.notice.saved").into_owned(), now);
            }
            Notice::Menu(notice) => self.absorb_menu(notice, look, now),
            Notice::Answered { run, answers } => {
                self.board.take_answers(run, &answers, look);
                self.composer.take_answers(run, answers, look.language);
            }
            Notice::RulePreviewed { preview } => self.rules.previewed(*preview, look.language),
            Notice::Settings(SettingsNotice::ServerTested(test)) => {
                self.reach.server_tested(&test);
                self.rules.server_tested(*test);
            }
            Notice::RuleTried { id, trial } => self.rules.tried(id, *trial, look.language),
            Notice::Settings(SettingsNotice::SampleSent { kind }) => {
                self.notices.good(look.filled("window.notice.sample_sent", &[("kind", &kind)]), now);
            }
            Notice::Replays(ReplaysNotice::Begun { run }) => self.replays.begun(*run),
            Notice::Replays(ReplaysNotice::Ended { run }) => self.replay_ended(*run, look, now),
            Notice::Replays(ReplaysNotice::Runs { runs }) => self.replays.listed(runs),
            Notice::Replays(ReplaysNotice::Run { run, rows }) => self.replays.read(*run, rows),
            Notice::Pictures { purpose: PicturePurpose::Compose { number }, pictures } => {
                self.composer.take_pictures(number, pictures);
            }
            Notice::Pictures { purpose: PicturePurpose::Recognise { event }, pictures } => {
                if let Some(detail) = self.detail.as_ref().filter(|detail| detail.id() == event) {
                    detail.recognise(&pictures);
                }
            }
            Notice::Transfer(TransferNotice::Previewed { generation, preview }) => {
                self.export_dialog.previewed(generation, *preview);
            }
            Notice::Transfer(TransferNotice::Exported(exported)) => {
                self.export_dialog.exported(&exported);
                let (events, out) = (exported.events.to_string(), exported.out.display().to_string());
                self.notices.good(look.filled("export.done", &[("events", &events), ("out", &out)]), now);
            }
            Notice::Transfer(TransferNotice::Imported(imported)) => {
                self.notices.good(import_report::summary(&imported, look), now);
                self.import_report.take(*imported);
            }
            Notice::EventWanted { id } => {
                self.select(id);
                self.detail_hidden = false;
            }
            Notice::Failed { trouble } => {
                self.replays.failed();
                self.composer.note_failed();
                self.reach.note_failed();
                self.board.note_failed();
                self.notices.error(trouble);
            }
        }
        self.open_selected();
        self.decide_first_run();
    }

    /// Takes note of a write to the store: what is open may have changed.
    pub(crate) fn note_written(&mut self) {
        self.list.note_written();
        self.replays.note_written();
        if self.screen == Screen::Reach {
            self.reach.refresh();
        }
        self.board.note_written();
        if let Some(opened) = self.opened().filter(|opened| may_change(opened)) {
            self.to_open = Some(opened.stored.placement.id);
        }
    }

    /// The capture that the detail shows.
    fn opened(&self) -> Option<&EventDetail> {
        self.detail.as_ref().map(Detail::opened)
    }

    fn show(&mut self, opened: Box<EventDetail>, language: Language) {
        // What was asked for before the selection moved on.
        if self.list.selected != Some(opened.stored.placement.id) {
            return;
        }
        let mut detail = Detail::new(opened, language);
        if let Some(former) = self.detail.take().filter(|former| former.id() == detail.id()) {
            detail.follow(former);
        }
        self.detail = Some(detail);
        self.navigate_pending();
    }

    /// Asks for the selected capture if another one, or none, is open.
    pub(crate) fn open_selected(&mut self) {
        if self.list.selected != self.detail.as_ref().map(Detail::id) {
            self.to_open = self.list.selected;
        }
    }

    /// Decides between the list and the first-run page, which stays until the first event that is not a handshake.
    pub(crate) fn decide_first_run(&mut self) {
        if self.page == EventsPage::WantedList {
            return;
        }
        let only_handshakes = if self.filter.is_empty() { self.list.is_only_handshakes() } else { Some(false) };
        self.page = match only_handshakes {
            Some(true) => EventsPage::FirstRun,
            Some(false) => EventsPage::List,
            None => self.page,
        };
    }

    /// Selects a capture, and shows the screen of events.
    pub(crate) fn select(&mut self, id: CaptureId) {
        self.list.picks.clear();
        self.screen = Screen::Events;
        self.page = EventsPage::WantedList;
        self.detail_view.begin();
        self.detail_view.covers_list = true;
        self.list.select(id);
        self.open_selected();
        self.decide_first_run();
    }

    /// Moves the selection of the list, or of the runs on the screen of replays.
    pub(crate) fn move_selection(&mut self, movement: Move) {
        if self.screen == Screen::Replays {
            self.replays.move_selection(movement);
        } else {
            self.detail_view.begin();
            self.list.move_selection(movement);
            self.open_selected();
        }
    }

    /// Carries out an action on picked rows.
    pub(crate) fn pick(&mut self, action: PickAction) {
        let list = &mut self.list;
        match action {
            PickAction::Toggle(id) => list.pick(id),
            PickAction::ToggleSelected => {
                if let Some(id) = list.selected {
                    list.pick(id);
                }
            }
            PickAction::To(id) => {
                list.pick_to(id);
                self.open_selected();
            }
            PickAction::Moving(movement) => {
                list.pick_moving(movement);
                self.open_selected();
            }
            PickAction::Clear => drop(list.picks.clear()),
        }
    }

    /// Opens the detail: beside the list, or over it where there is no room for both.
    pub(crate) fn open_detail(&mut self) {
        self.detail_hidden = false;
        self.detail_view.covers_list = true;
    }

    /// Returns from a detail that covers the list. Returns false if it does not.
    pub(crate) fn back_to_list(&mut self) -> bool {
        self.detail_view.is_stacked && !self.detail_hidden && std::mem::take(&mut self.detail_view.covers_list)
    }

    /// Closes what lies on top: the first of these that is open, from the page of keys down to the multi-selection.
    /// Returns false if there was nothing.
    pub(crate) fn leave(&mut self) -> bool {
        self.palette.close()
            || self.keys_page.close()
            || self.import_report.close()
            || self.path_dialog.close()
            || self.replay_dialog.close()
            || self.removals.close()
            || self.note_dialog.close()
            || self.comparison.close()
            || self.export_dialog.close()
            || (self.screen == Screen::Replays && self.replays.close())
            || (self.screen == Screen::Board && self.board.close())
            || (self.screen == Screen::Rules && self.rules.close_form())
            || std::mem::take(&mut self.screen) != Screen::default()
            || self.list.picks.clear()
    }

    /// Closes the detail.
    pub(crate) fn hide_detail(&mut self) {
        self.detail_hidden |= self.page != EventsPage::FirstRun;
    }

    /// Events to export or replay.
    pub(crate) fn selection(&self) -> EventSelection<'_> {
        let Self { list, filter, .. } = self;
        EventSelection { chosen: list.chosen(), listed: list.counts().0, filter: filter.text() }
    }
}

fn is_new_attempt(row: &CaptureSummary, opened: &EventDetail) -> bool {
    row.placement.group == opened.stored.placement.group
        && opened.attempts.iter().all(|attempt| attempt.placement.id != row.placement.id)
}

fn may_change(opened: &EventDetail) -> bool {
    let capture = &opened.stored.capture;
    let is_young = crate::clock::now().duration_since(capture.request.received_at) < STILL_COMING;
    is_young && (opened.stored.reply.is_none() || capture.has_pictures())
}
