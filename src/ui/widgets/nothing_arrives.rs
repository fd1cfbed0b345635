//! Wizard for who receives nothing: follows the latest handshake and push live, and narrows down where they get lost.
//!
//! Three places are told apart: nothing of WeChat's has reached this computer; it has, and was refused; it was answered, and
//! WeChat's console is still not content. The person says what the console says, since nobody here can see that.

use egui::accesskit::Role;
use egui::{Id, Label, RichText, Ui};

use crate::capture::diagnosis::{Code, Diagnosis, Severity};
use crate::capture::{Signature, StoredCapture};
use crate::engine::Status;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, ReachTab, SettingsSection};
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP, GAP_SMALL, page_text};
use crate::ui::widgets::controls::{named, open_button, title, weak};
use crate::ui::widgets::findings::FindingView;
use crate::ui::widgets::quantities::milliseconds;

mod advice;
mod stage;

use advice::{ConsoleWords, advice};
use stage::{ArrivalStage, StepState};

/// Pages of WeChat's on which the URL is entered: for a test account, and for a real one.
pub(crate) const TEST_ACCOUNT_PAGE: &str = "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login";
pub(crate) const CONSOLE_PAGE: &str = "https://developers.weixin.qq.com/platform";

/// Everything that the wizard looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArrivalsView<'a> {
    pub(crate) status: &'a Status,
    /// The newest handshake that is not our own.
    pub(crate) handshake: Option<&'a StoredCapture>,
    /// The newest push that is not our own.
    pub(crate) push: Option<&'a StoredCapture>,
    /// True if the page says elsewhere how to enter the URL, and how the handshake went.
    pub(crate) is_set_up_told: bool,
}

/// Tells whether WeChat has sent a request: its signature proves it, or it is of cloud hosting, which signs nothing, and came
/// from a trusted address.
pub(crate) fn is_from_wechat(stored: &StoredCapture) -> bool {
    let capture = &stored.capture;
    capture.signature == Signature::Valid || capture.diagnoses.iter().any(|found| found.code == Code::CloudUnsigned)
}

/// Draws the wizard.
pub(crate) fn nothing_arrives_ui(ui: &mut Ui, view: &ArrivalsView<'_>, look: &Look, actions: &mut Vec<Action>) {
    let stage = ArrivalStage::of(view);
    ui.add(Label::new(look.text("arrivals.lead")).wrap());
    steps_ui(ui, &stage, view, look);
    ui.add_space(GAP);
    let words = stage_words(&stage, look);
    let color = if stage.is_good() { look.palette.ok } else { look.palette.strong };
    named(ui.add(Label::new(page_text(&*words).color(color)).wrap()), Role::Heading, &words);
    if stage.is_about_push() || !view.is_set_up_told {
        findings_ui(ui, &stage, look, actions);
    }
    let says = if stage.asks_for_console() { console_ui(ui, look) } else { ConsoleWords::Nothing };
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    for key in advice(&stage, says) {
        let elapsed = stage.elapsed().map(milliseconds).unwrap_or_default();
        let words = look.filled(key, &[("elapsed", &elapsed)]);
        ui.add(Label::new(format!("• {words}")).wrap());
    }
    if stage.needs_console_page() && !view.is_set_up_told {
        console_page_ui(ui, look);
    }
    ui.add_space(GAP_SMALL);
    buttons_ui(ui, &stage, look, actions);
}

/// The sentence of a stage.
fn stage_words(stage: &ArrivalStage<'_>, look: &Look) -> String {
    let peer = stage.unproven().map(|stored| &*stored.capture.request.peer).unwrap_or_default();
    look.filled(stage.key(), &[("peer", &*safe_text(peer))])
}

/// Draws the way of a request as steps, each with a tick, a cross, or nothing yet.
fn steps_ui(ui: &mut Ui, stage: &ArrivalStage<'_>, view: &ArrivalsView<'_>, look: &Look) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    for (key, state, when) in stage.steps(view) {
        let (mark, color, word) = match state {
            StepState::Done => ("✓", look.palette.ok, "arrivals.step_done"),
            StepState::Failed => ("×", look.palette.error, "arrivals.step_failed"),
            StepState::Unproven => ("?", look.palette.warning, "arrivals.step_unproven"),
            StepState::Open => ("○", look.palette.weak, "arrivals.step_open"),
        };
        let when = when.map(|instant| format!(" · {}", look.dated(instant))).unwrap_or_default();
        let words = look.text(key);
        let spoken =
            format!("{}{when}", look.filled("window.pair", &[("name", &*words), ("value", &*look.text(word))]));
        // Of those that are done or still to come, the mark says enough; a cross before a sentence would deny it.
        let told = match state {
            StepState::Failed | StepState::Unproven => spoken.clone(),
            StepState::Done | StepState::Open => format!("{words}{when}"),
        };
        let shown = RichText::new(format!("{mark} {told}")).color(color);
        named(ui.add(Label::new(shown).wrap()), Role::Label, &spoken);
    }
}

/// Draws the reasons for a refusal, and the link to the request.
fn findings_ui(ui: &mut Ui, stage: &ArrivalStage<'_>, look: &Look, actions: &mut Vec<Action>) {
    let Some(stored) = stage.troubled() else { return };
    diagnoses_ui(ui, &stored.capture.diagnoses, look);
    if ui.link(look.text("first_run.tap.show")).clicked() {
        actions.push(Action::Select(stored.placement.id));
    }
}

/// Draws what is wrong with a request, each with its remedy; what is wrong with several parameters stands once.
pub(crate) fn diagnoses_ui(ui: &mut Ui, diagnoses: &[Diagnosis], look: &Look) {
    let merged = FindingView::merged(diagnoses);
    for diagnosis in merged.iter().filter(|found| found.code.severity() > Severity::Note) {
        let severity = diagnosis.code.severity();
        let message = format!("{} {}", severity_mark(severity), safe_text(&diagnosis.message(look.language)));
        ui.add(Label::new(RichText::new(message).color(look.severity_color(severity))).wrap());
        ui.add(Label::new(safe_text(&diagnosis.remedy(look.language)).into_owned()).wrap());
    }
}

/// Asks what the console says, and gives it back. It is kept until the window closes.
fn console_ui(ui: &mut Ui, look: &Look) -> ConsoleWords {
    let id = Id::unique("what the console says");
    let mut says: ConsoleWords = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    ui.add_space(GAP_SMALL);
    title(ui, look, &look.text("arrivals.console.title"));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for words in ConsoleWords::ALL {
            ui.radio_value(&mut says, words, look.text(words.key()));
        }
    });
    ui.data_mut(|data| data.insert_temp(id, says));
    says
}

/// Draws the way to the page on which the URL is entered, and what saving it switches off, before it happens.
fn console_page_ui(ui: &mut Ui, look: &Look) {
    for (key, page) in [("first_run.enter.test_account", TEST_ACCOUNT_PAGE), ("first_run.enter.console", CONSOLE_PAGE)]
    {
        ui.horizontal_wrapped(|ui| {
            ui.label(look.text(key));
            open_button(ui, look, page);
        });
    }
    let replaces = format!("{} {}", severity_mark(Severity::Warning), look.text("first_run.enter.replaces"));
    ui.add(Label::new(RichText::new(replaces).color(look.palette.warning)).wrap());
}

fn buttons_ui(ui: &mut Ui, stage: &ArrivalStage<'_>, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        if !stage.is_good() && ui.button(look.text("arrivals.check")).clicked() {
            actions.push(Action::ShowReach(ReachTab::Check));
        }
        if (stage.is_refused() || stage.unproven().is_some()) && ui.button(look.text("arrivals.settings")).clicked() {
            actions.push(Action::ShowSettings(SettingsSection::Accounts));
        }
        ui.add(Label::new(weak(look, look.text("arrivals.live"))).wrap());
    });
}

#[cfg(test)]
mod tests;
