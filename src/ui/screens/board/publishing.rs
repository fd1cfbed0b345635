//! Publishing: the request shown before it is sent, and the difference from the menu in force.

use egui::{Label, RichText, ScrollArea, Sides, TextStyle, Ui};

use super::Board;
use super::edited_menu::EditedMenu;
use super::menu_sources::open_settings;
use crate::capture::diagnosis::Severity;
use crate::engine::{DEFAULT_HOST, DiffLine, MenuCommand, PublishCall, Status};
use crate::texts::safe_text::told;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{code_frame, small_button, title, weak};
use crate::ui::widgets::dialog::{DialogChoice, choice_ui, dialog_ui};
use crate::ui::widgets::shown::DisplayText;

/// Unchanged lines around a change that are shown.
const CONTEXT: usize = 2;
/// Lines of a difference that are drawn.
const MOST_LINES: usize = 300;
/// Height of the body in the dialog, in points.
const BODY_HEIGHT: f32 = 260.0;

/// The request that is shown before it is sent.
#[derive(Clone, Debug)]
struct PublishRequest {
    call: PublishCall,
    json: String,
    /// Errors that WeChat would give.
    errors: usize,
}

/// The state of publishing.
#[derive(Debug, Default)]
pub(super) struct Publishing {
    request: Option<PublishRequest>,
    /// True once a menu was published, until something else is done.
    is_done: bool,
}

impl Publishing {
    /// Shows the request that would publish the menu.
    pub(super) fn open(&mut self, menu: &EditedMenu) {
        let is_error = |finding: &&crate::wechat::custom_menu::MenuFinding| finding.code.severity() == Severity::Error;
        let errors = menu.findings().iter().filter(is_error).count();
        // As menu/create takes it, whatever the call that the menu was read from.
        self.request = Some(PublishRequest { call: menu.call(), json: menu.draft.to_json(), errors });
        self.is_done = false;
    }

    /// Returns true while the dialog is open.
    pub(super) fn is_open(&self) -> bool {
        self.request.is_some()
    }

    /// Closes the dialog; returns true if it was open.
    pub(super) fn close(&mut self) -> bool {
        self.request.take().is_some()
    }

    /// Takes note of the outcome of a call.
    pub(super) fn note_done(&mut self, is_done: bool) {
        self.is_done = is_done;
    }

    /// True while the success is told.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }
}

/// The reason why a menu cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PublishObstacle {
    /// WeChat would refuse it.
    Errors,
    NoAppId,
    NoAppSecret,
}

impl PublishObstacle {
    fn of(request: &PublishRequest, account: &str, status: &Status) -> Option<Self> {
        let known = status.accounts.iter().find(|known| known.name == account);
        match known {
            _ if request.errors > 0 => Some(Self::Errors),
            Some(known) if known.has_app_id && known.has_app_secret => None,
            Some(known) if known.has_app_id => Some(Self::NoAppSecret),
            _ => Some(Self::NoAppId),
        }
    }

    /// Draws the reason; returns true if the way to Settings was taken, where the remedy is.
    fn ui(self, ui: &mut Ui, account: &str, look: &Look) -> bool {
        let key = match self {
            Self::Errors => "board.obstacle.errors",
            Self::NoAppId => "board.obstacle.no_app_id",
            Self::NoAppSecret => "board.obstacle.no_app_secret",
        };
        let words = format!("⚠ {}", look.filled(key, &[("account", account)]));
        let words = RichText::new(words).color(look.palette.error);
        if self == Self::Errors {
            ui.add(Label::new(words).wrap());
            return false;
        }
        let sides = Sides::new().shrink_left().wrap().show(
            ui,
            |ui| drop(ui.add(Label::new(words).wrap())),
            |ui| ui.add(small_button(&*look.text("board.open_settings"))).clicked(),
        );
        sides.1
    }
}

impl Board {
    /// Draws the request, which goes out only by the button below it.
    pub(super) fn publish_ui(&mut self, ui: &Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let Some(request) = self.publishing.request.clone() else { return };
        let account = self.account(status);
        let host =
            status.config.accounts.get(&account).and_then(|config| config.api.as_deref()).unwrap_or(DEFAULT_HOST);
        let heading = look.text("board.publish_title");
        let obstacle = PublishObstacle::of(&request, &account, status);
        let mut choice = DialogChoice::None;
        let is_left = dialog_ui(
            ui,
            ("board publish", &heading),
            look,
            |ui, _dialog| request_ui(ui, &request, (&account, host), look),
            |ui, ()| {
                let goes_to_settings = obstacle.is_some_and(|obstacle| obstacle.ui(ui, &account, look));
                let (cancel, publish) = (look.text("export.cancel"), look.text("board.publish_confirm"));
                choice = choice_ui(ui, &cancel, (&publish, obstacle.is_none()), look);
                if goes_to_settings {
                    actions.push(open_settings(&account));
                    choice = DialogChoice::Cancel;
                }
            },
        );
        match choice {
            DialogChoice::Confirm => {
                self.publishing.close();
                (self.sources.is_waiting, self.trouble) = (true, None);
                let PublishRequest { call, json, .. } = request;
                actions.push(Action::Ask(MenuCommand::Publish { account: Some(account), call, json }.into()));
            }
            DialogChoice::Cancel => drop(self.publishing.close()),
            DialogChoice::None if is_left => drop(self.publishing.close()),
            DialogChoice::None => {}
        }
    }
}

fn request_ui(ui: &mut Ui, request: &PublishRequest, (account, host): (&str, &str), look: &Look) {
    let effect = match request.call {
        PublishCall::Create => "board.publish_effect",
        PublishCall::AddConditional => "board.publish_effect_conditional",
    };
    ui.add(Label::new(look.filled(effect, &[("account", account)])).wrap());
    if request.errors > 0 {
        let words = format!("⚠ {}", look.filled("menu.refused", &[("count", &request.errors.to_string())]));
        ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
    }
    let line = format!("POST {}{}?access_token=…", host.trim_end_matches('/'), request.call.path());
    ui.add(Label::new(RichText::new(DisplayText::name(&line)).monospace().color(look.palette.strong)).wrap());
    code_frame(look).show(ui, |ui| {
        let area = ScrollArea::vertical().id_salt("publish body").max_height(BODY_HEIGHT).auto_shrink([false, true]);
        area.show(ui, |ui| {
            ui.set_width(ui.available_width());
            // All of it: it is what goes out.
            let body = told(&request.json).into_owned();
            ui.add(Label::new(RichText::new(body).monospace()).wrap());
        });
    });
    ui.add(Label::new(weak(look, look.text("board.publish_after"))).wrap());
}

/// Draws the lines that differ from the menu in force, with their neighbours.
pub(super) fn difference_ui(ui: &mut Ui, menu: &EditedMenu, look: &Look) {
    let lines = menu.difference();
    if lines.is_empty() {
        return;
    }
    let key = if menu.is_compared_with_force() { "board.difference.in_force" } else { "board.difference.opened" };
    title(ui, look, &look.text(key));
    code_frame(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut was_left_out = false;
        for (at, line) in lines.iter().enumerate().take(MOST_LINES) {
            if !is_near_change(lines, at) {
                if !std::mem::replace(&mut was_left_out, true) {
                    ui.label(weak(look, "⋯"));
                }
                continue;
            }
            was_left_out = false;
            line_ui(ui, line, look);
        }
    });
    ui.add_space(GAP_SMALL);
}

fn is_near_change(lines: &[DiffLine], at: usize) -> bool {
    let near = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(lines.len());
    lines.get(near).is_some_and(|near| near.iter().any(|line| line.before != line.after))
}

/// Draws a line with its sign, which tells what the ground tells.
fn line_ui(ui: &mut Ui, line: &DiffLine, look: &Look) {
    let (sign, color, ground) = match (line.before, line.after) {
        (true, false) => ("−", look.palette.error, look.palette.error_ground),
        (false, true) => ("+", look.palette.ok, look.palette.accent_ground),
        _ => (" ", look.palette.weak, egui::Color32::TRANSPARENT),
    };
    let text = format!("{sign} {}", DisplayText::name(&line.text));
    let text = RichText::new(text).text_style(TextStyle::Monospace).color(color).background_color(ground);
    ui.add(Label::new(text).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::AccountStatus;

    #[test]
    fn what_keeps_a_menu_from_being_published_is_named_the_errors_first() {
        let request = |errors| PublishRequest { call: PublishCall::Create, json: String::new(), errors };
        let obstacle = |errors, has_app_id, has_app_secret| {
            let account = AccountStatus {
                name: "shop".to_owned(),
                has_token: false,
                has_aes_key: false,
                has_app_id,
                has_app_secret,
            };
            let status = Status { accounts: vec![account], ..Status::default() };
            PublishObstacle::of(&request(errors), "shop", &status)
        };
        assert_eq!(obstacle(0, true, true), None);
        assert_eq!(obstacle(1, true, true), Some(PublishObstacle::Errors));
        assert_eq!(obstacle(0, false, true), Some(PublishObstacle::NoAppId));
        assert_eq!(obstacle(0, true, false), Some(PublishObstacle::NoAppSecret));
    }
}
