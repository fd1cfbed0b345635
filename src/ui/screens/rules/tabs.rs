//! Tabs of the screen of rules.

use egui::{Button, RichText, Ui};

use super::view::RulesView;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, icons};

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
    let line = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for tab in RulesTab::ALL {
            let is_chosen = tab == *chosen;
            let name = look.text(tab.title());
            let on = view.rules.iter().filter(|rule| rule.enabled).count();
            let state = match tab {
                RulesTab::Rules if on > 0 => format!(" · {on}"),
                RulesTab::Forward if view.listener.forward.is_some() => " ●".to_owned(),
                RulesTab::Faults if view.armed.is_some() => format!(" {}", icons::ZAP),
                RulesTab::Rules | RulesTab::Forward | RulesTab::Faults => String::new(),
            };
            let color = if is_chosen { look.palette.strong } else { look.palette.weak };
            let response = ui.add(Button::selectable(is_chosen, RichText::new(format!("{name}{state}")).color(color)));
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, is_chosen, &*name));
            if is_chosen {
                let under = response.rect.shrink2(egui::vec2(8.0, 0.0));
                ui.painter().hline(under.x_range(), under.bottom() + 3.0, (2.0, look.palette.accent));
            }
            if response.clicked() {
                *chosen = tab;
            }
        }
    });
    let bottom = line.response.rect.bottom() + 4.0;
    ui.painter().hline(ui.max_rect().x_range(), bottom, (1.0, look.palette.line));
    ui.add_space(GAP_SMALL);
}
