//! The team's state in the top bar: a mark, the team's name, and how far behind it is; a click opens its settings.

use egui::{Button, Response, RichText, Role, Ui, WidgetInfo};

use crate::engine::{BrokerState, TeamState, TeamStatus};
use crate::texts::safe_text::shortened;
use crate::texts::user_error::UserError;
use crate::ui::action::{Action, SettingsSection};
use crate::ui::look::Look;
use crate::ui::theme::icons;

/// Characters shown of the team's name.
const SHOWN: usize = 20;

/// Draws the state; nothing where there is no team.
pub(super) fn team_state_ui(ui: &mut Ui, team: &TeamState, look: &Look, actions: &mut Vec<Action>) {
    let palette = look.palette;
    let (mark, name, hint, color) = match team {
        TeamState::Off => return,
        TeamState::Elsewhere => ("○", String::new(), look.text("team.elsewhere").into_owned(), palette.note),
        TeamState::Failed { trouble } => ("×", String::new(), look.trouble(trouble), palette.error),
        TeamState::Joined(status) => {
            let name = shortened(&status.team, SHOWN);
            match &status.state {
                BrokerState::Connecting => ("○", name, look.text("team.connecting").into_owned(), palette.weak),
                BrokerState::Connected { .. } => ("●", with_lag(name, status), hint(status, look), palette.ok),
                BrokerState::Away { error } => ("×", name, look.trouble(&UserError::from(error)), palette.error),
            }
        }
    };
    let words = format!("{mark} {} {name}", icons::USERS);
    let button = ui.add(Button::new(RichText::new(words.trim_end()).color(color)).frame_when_inactive(false));
    let named = look.filled(
        "window.pair",
        &[("name", &*look.text("team.title")), ("value", hint.lines().next().unwrap_or_default())],
    );
    name_button(&button, &named);
    if button.on_hover_text(hint).clicked() {
        actions.push(Action::ShowSettings(SettingsSection::Team));
    }
}

fn with_lag(name: String, status: &TeamStatus) -> String {
    if status.lag == 0 { name } else { format!("{name} −{}", status.lag) }
}

fn hint(status: &TeamStatus, look: &Look) -> String {
    let version = match &status.state {
        BrokerState::Connected { version } => version.as_str(),
        BrokerState::Connecting | BrokerState::Away { .. } => "",
    };
    let details = [("team", &*status.team), ("name", &*status.name), ("version", version)];
    let mut hint = look.filled("team.connected", &details);
    if status.lag > 0 {
        hint = format!("{hint}\n{}", look.filled("team.lag", &[("count", &status.lag.to_string())]));
    }
    if let Some(trouble) = &status.trouble {
        hint = format!("{hint}\n{}", look.trouble(&UserError::from(trouble)));
    }
    hint
}

fn name_button(response: &Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
}
