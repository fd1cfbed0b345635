//! Tabs of the screen of rules.

use egui::Ui;

use super::view::RulesView;
use crate::ui::look::Look;
use crate::ui::theme::icons;
use crate::ui::widgets::tab_bar::{TabLabel, tab_bar_ui};

/// A tab of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RulesTab {
    #[default]
    Rules,
    Forward,
    Faults,
}

impl RulesTab {
    const ALL: [Self; 3] = [Self::Rules, Self::Forward, Self::Faults];

    fn title(self) -> &'static str {
        match self {
            Self::Rules => "rules_screen.tab.rules",
            Self::Forward => "rules_screen.tab.forward",
            Self::Faults => "rules_screen.tab.faults",
        }
    }
}

/// Draws the tabs, each with what is on in it.
pub(super) fn tabs_ui(ui: &mut Ui, chosen: &mut RulesTab, view: &RulesView<'_>, look: &Look) {
    let (all, on) = (view.rules.len(), view.rules.iter().filter(|rule| rule.enabled).count());
    let tabs = RulesTab::ALL.into_iter().map(|tab| {
        let state = match tab {
            RulesTab::Rules if on < all => format!(" · {on}/{all}"),
            RulesTab::Rules if all > 0 => format!(" · {all}"),
            RulesTab::Forward if view.listener.forward.is_some() => " ●".to_owned(),
            RulesTab::Faults if view.armed.is_some() => format!(" {}", icons::ZAP),
            RulesTab::Rules | RulesTab::Forward | RulesTab::Faults => String::new(),
        };
        TabLabel { tab, name: look.text(tab.title()).into_owned(), state }
    });
    tab_bar_ui(ui, chosen, tabs, look);
}
