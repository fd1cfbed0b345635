//! Screen of reach: whether anything arrives, and why not. A tab for each way to find out.

use egui::{ScrollArea, Ui};

use crate::engine::{DoctorNotice, ServerTest};
use crate::ui::action::{Action, ReachTab};
use crate::ui::look::Look;
use crate::ui::widgets::controls::page_ui;
use crate::ui::widgets::nothing_arrives::{ArrivalsView, nothing_arrives_ui};
use crate::ui::widgets::tab_bar::{TabLabel, tab_bar_ui};

mod check_tab;
mod own_server;
mod result_row;

use check_tab::CheckTab;
use own_server::OwnServerTab;

/// Tabs in the order in which they are shown, with the keys of their names.
const TABS: [(ReachTab, &str); 3] = [
    (ReachTab::Check, "reach.tab.check"),
    (ReachTab::NothingArrives, "arrivals.title"),
    (ReachTab::OwnServer, "reach.tab.own_server"),
];

/// State of the screen.
#[derive(Debug, Default)]
pub(crate) struct ReachScreen {
    tab: ReachTab,
    check: CheckTab,
    own_server: OwnServerTab,
}

impl ReachScreen {
    /// Turns to a tab.
    pub(crate) fn show(&mut self, tab: ReachTab) {
        self.tab = tab;
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
                tab_bar_ui(ui, &mut self.tab, tabs, look);
                match self.tab {
                    ReachTab::Check => self.check.ui(ui, look, actions),
                    ReachTab::NothingArrives => nothing_arrives_ui(ui, view, look, actions),
                    ReachTab::OwnServer => self.own_server.ui(ui, view.status, look, actions),
                }
            });
        });
    }
}
