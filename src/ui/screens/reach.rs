//! Screen of reach: whether anything arrives, and why not. A tab for each way to find out.

use egui::{ScrollArea, Ui};

use crate::engine::{ArrivalsNotice, Command, DoctorNotice, ServerTest};
use crate::ui::action::{Action, ReachTab};
use crate::ui::look::Look;
use crate::ui::theme::GAP_LARGE;
use crate::ui::widgets::controls::{card, page_ui};
use crate::ui::widgets::nothing_arrives::{ArrivalsView, nothing_arrives_ui};
use crate::ui::widgets::tab_bar::{TabLabel, tab_bar_ui};

mod alarm_form;
mod chart;
mod check_tab;
mod own_server;
mod result_row;
mod timeline_tab;

use check_tab::CheckTab;
use own_server::OwnServerTab;
use timeline_tab::TimelineTab;

/// Tabs in the order in which they are shown, with the keys of their names.
const TABS: [(ReachTab, &str); 4] = [
    (ReachTab::Check, "reach.tab.check"),
    (ReachTab::NothingArrives, "arrivals.title"),
    (ReachTab::OwnServer, "reach.tab.own_server"),
    (ReachTab::Arrivals, "timeline.tab"),
];

/// State of the screen.
#[derive(Debug, Default)]
pub(crate) struct ReachScreen {
    tab: ReachTab,
    check: CheckTab,
    own_server: OwnServerTab,
    timeline: TimelineTab,
}

impl ReachScreen {
    /// Turns to a tab.
    pub(crate) fn show(&mut self, tab: ReachTab) {
        self.tab = tab;
    }

    /// Turns to the checks, and begins them unless they are being made.
    pub(crate) fn check(&mut self) -> Option<Command> {
        self.tab = ReachTab::Check;
        self.check.start()
    }

    /// Reads again what the tab in view shows: it comes into view, or something was written.
    pub(crate) fn refresh(&mut self) {
        if self.tab == ReachTab::Arrivals {
            self.timeline.want();
        }
    }

    /// The questions to ask the engine now.
    pub(crate) fn questions(&mut self) -> Vec<Command> {
        self.timeline.questions()
    }

    /// Takes in an answer about what arrived.
    pub(crate) fn take_arrivals(&mut self, notice: ArrivalsNotice) {
        self.timeline.take(notice);
    }

    /// Notes that something has failed, so that it can be asked for again.
    pub(crate) fn note_failed(&mut self) {
        self.timeline.note_failed();
    }

    /// Puts the public URL of the tunnel where one is asked for.
    pub(crate) fn propose_url(&mut self, url: Option<&str>) {
        self.check.propose(url);
    }

    /// Takes in a result of the checks.
    pub(crate) fn absorb(&mut self, notice: DoctorNotice) {
        self.check.absorb(notice);
    }

    /// Takes the answer of the developer's own server to a handshake.
    pub(crate) fn server_tested(&mut self, test: &ServerTest) {
        self.own_server.tested(test);
    }

    /// Draws the screen.
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &ArrivalsView<'_>, look: &Look, actions: &mut Vec<Action>) {
        ScrollArea::vertical().id_salt("reach").auto_shrink(false).show(ui, |ui| {
            page_ui(ui, |ui| {
                let state = self.check.state().unwrap_or_default();
                let tabs = TABS.into_iter().map(|(tab, key)| {
                    let state = if tab == ReachTab::Check { format!(" {state}") } else { String::new() };
                    TabLabel { tab, name: look.text(key).into_owned(), state: state.trim_end().to_owned() }
                });
                let before = self.tab;
                tab_bar_ui(ui, &mut self.tab, tabs, look);
                if self.tab != before {
                    self.refresh();
                }
                match self.tab {
                    ReachTab::Check => self.check.ui(ui, look, actions),
                    ReachTab::NothingArrives => {
                        card(look).inner_margin(GAP_LARGE).show(ui, |ui| {
                            ui.set_width(ui.available_width());
                            nothing_arrives_ui(ui, view, look, actions);
                        });
                    }
                    ReachTab::OwnServer => self.own_server.ui(ui, view.status, look, actions),
                    ReachTab::Arrivals => self.timeline.ui(ui, look, actions),
                }
            });
        });
    }
}
