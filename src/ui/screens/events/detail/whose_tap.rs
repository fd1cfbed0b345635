//! Badge of an event of the team: whose tap it is, and through which relay it came; and the button that claims the user.

use std::sync::Arc;

use egui::{Label, RichText, Ui};

use crate::capture::Capture;
use crate::engine::{DesktopCommand, SettingsCommand, TeamStatus};
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::icons;
use crate::ui::widgets::controls::small_button;
use crate::ui::widgets::team_badge::badge_words;

/// Characters shown of a name.
const SHOWN: usize = 60;

/// Draws the badge, and what can be done about it.
pub(super) fn whose_tap_ui(
    ui: &mut Ui,
    capture: &Capture,
    team: Option<&Arc<TeamStatus>>,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    if let Some(words) = badge_words(&capture.team, look) {
        let icon = RichText::new(icons::USERS).font(icons::font(14.0)).color(look.palette.note);
        ui.add(Label::new(icon));
        ui.add(Label::new(RichText::new(words).color(look.palette.note)).extend());
    }
    let openid = capture.envelope.openid.as_deref().filter(|openid| !openid.is_empty());
    let (Some(team), Some(openid)) = (team, openid) else { return };
    if capture.team.origin.is_none() {
        return;
    }
    let claim = team.claimant(openid);
    let (key, hint, command) = if claim.is_some_and(|claim| claim.is_ours) {
        ("team.release", look.text("team.release_hint").into_owned(), DesktopCommand::Release { openid: openid.into() })
    } else {
        let hint = match claim {
            Some(claim) => look.filled("team.take_hint", &[("name", &shortened(&claim.desktop, SHOWN))]),
            None => look.text("team.claim_hint").into_owned(),
        };
        ("team.claim", hint, DesktopCommand::Claim { openid: openid.into() })
    };
    if ui.add_enabled(team.is_connected(), small_button(&*look.text(key))).on_hover_text(hint).clicked() {
        actions.push(Action::Ask(SettingsCommand::Team(command).into()));
    }
}

/// The right to answer an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answerer {
    /// This window: no team has to do with it, or the user is this desktop's.
    Here,
    /// The desktop of that name.
    Other(String),
    /// The relay: nobody has claimed the user.
    Relay,
}

impl Answerer {
    /// Finds it out from the claims as they are now.
    pub(super) fn of(capture: &Capture, team: Option<&Arc<TeamStatus>>) -> Self {
        if capture.team.origin.is_none() {
            return Self::Here;
        }
        let openid = capture.envelope.openid.as_deref().unwrap_or_default();
        match team.and_then(|team| team.claimant(openid)) {
            Some(claim) if claim.is_ours => Self::Here,
            Some(claim) => Self::Other(claim.desktop.clone()),
            None => Self::Relay,
        }
    }
}
