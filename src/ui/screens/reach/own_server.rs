//! Third tab: the console's handshake with the developer's own server, with what is wrong with its answer.

use egui::{Label, RichText, TextEdit, TextStyle, Ui};

use crate::engine::{ServerHandshake, ServerTest, SettingsCommand, Status};
use crate::rules::is_web_address;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, primary_button, value_pair, weak};
use crate::ui::widgets::findings::{FindingView, PlaceDisplay, findings_ui};
use crate::ui::widgets::quantities::milliseconds;

/// Characters of an answer that are shown.
const SHOWN: usize = 400;

/// State of the tab.
#[derive(Debug, Default)]
pub(super) struct OwnServerTab {
    /// `None`: the server that pushes are forwarded to.
    url: Option<String>,
    /// The URL that is being asked.
    asking: Option<String>,
    tested: Option<ServerTest>,
}

impl OwnServerTab {
    /// Takes the answer, if this tab has asked for it.
    pub(super) fn tested(&mut self, test: &ServerTest) {
        if self.asking.take_if(|url| *url == test.url).is_some() {
            self.tested = Some(test.clone());
        }
    }

    /// Draws the tab.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        ui.add(Label::new(look.text("reach.server.lead")).wrap());
        let kept = status.config.listener.forward.clone().unwrap_or_default();
        let mut url = self.url.take().unwrap_or_else(|| kept.clone());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let label = RichText::new(look.text("reach.server.url")).color(look.palette.weak);
        let label = ui.add(Label::new(label).selectable(false));
        let example = look.filled("window.example", &[("example", "http://127.0.0.1:8080/wx")]);
        let edit = TextEdit::singleline(&mut url).font(TextStyle::Monospace).hint_text(example);
        ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
        let typed = url.trim().to_owned();
        if !typed.is_empty() && !is_web_address(&typed) {
            let words = format!("× {}", look.text("rules_screen.forward.no_url"));
            ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
        }
        self.url = (url != kept).then_some(url);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let is_ready = self.asking.is_none() && is_web_address(&typed);
            let why = match &*typed {
                "" => Some("rules_screen.forward.enter_url"),
                typed if !is_web_address(typed) => Some("rules_screen.forward.correct_url"),
                _ => None,
            };
            let button = primary_button(ui, look, &look.text("reach.server.verify"), is_ready);
            if button.on_disabled_hover_text(look.text(why.unwrap_or("rules_screen.test.running"))).clicked() {
                (self.asking, self.tested) = (Some(typed.clone()), None);
                actions.push(Action::Ask(SettingsCommand::TestServer { url: typed.clone() }.into()));
            }
            if self.asking.is_some() {
                ui.label(RichText::new(look.text("rules_screen.test.running")).color(look.palette.weak));
            } else if let Some(why) = why {
                ui.label(weak(look, look.text(why)));
            }
        });
        ui.add_space(GAP);
        if let Some(test) = self.tested.as_ref().filter(|test| test.url == typed) {
            answer_ui(ui, &test.handshake, look);
        }
    }
}

/// Draws the answer beside what it should have been, and the findings about it.
fn answer_ui(ui: &mut Ui, handshake: &ServerHandshake, look: &Look) {
    let ServerHandshake { answer, echostr, report, is_verified, is_signed } = handshake;
    let (mark, color) = if *is_verified { ("✓", look.palette.ok) } else { ("⚠", look.palette.error) };
    let outcome = format!("{mark} {}", report.outcome.sentence(look.language));
    ui.add(Label::new(RichText::new(outcome).strong().color(color)).wrap());
    if !is_signed {
        ui.add(Label::new(RichText::new(look.text("rules_screen.test.unsigned")).color(look.palette.warning)).wrap());
    }
    if let Some(problem) = answer.problem.as_ref().filter(|_| report.findings.is_empty() && !is_verified) {
        ui.add(Label::new(safe_text(&problem.words(look.language)).into_owned()).wrap());
    }
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let status = answer.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
        value_pair(ui, look, &look.text("reach.server.status"), &status);
        value_pair(ui, look, &look.text("reach.server.elapsed"), &milliseconds(answer.elapsed));
        value_pair(ui, look, &look.text("reach.server.expected"), echostr);
        let body = String::from_utf8_lossy(&answer.body);
        let body = if body.is_empty() { "–".to_owned() } else { shortened(&body, SHOWN) };
        value_pair(ui, look, &look.text("reach.server.answered"), &body);
    });
    ui.add_space(GAP_SMALL);
    ui.spacing_mut().item_spacing.y = GAP;
    findings_ui(ui, &FindingView::all(&report.findings, look.language), PlaceDisplay::Text, look);
    ui.add(Label::new(weak(look, look.text("reach.server.note"))).wrap());
}
