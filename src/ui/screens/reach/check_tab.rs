//! First tab: the checks of `menuscope doctor`, each result as its check ends.

use egui::{Label, RichText, TextEdit, TextStyle, Ui};

use super::result_row::{mark, report_lines, result_ui};
use crate::engine::{
    CheckName, CheckResult, CheckVerdict, Command, DoctorCode, DoctorNotice, DoctorRequest, JobCommand, PublicAddress,
};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{card, copy_button, primary_button, weak};

/// State of the tab.
#[derive(Debug, Default)]
pub(super) struct CheckTab {
    /// The public URL as it is typed.
    url: String,
    /// The public URL of the tunnel, put into the field where nothing else was.
    of_tunnel: String,
    /// Take addresses of this computer.
    allow_local: bool,
    /// The number of the latest run.
    number: u64,
    results: Vec<CheckResult>,
    run: CheckRun,
}

/// The state of the latest run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CheckRun {
    /// There was none.
    #[default]
    None,
    Running {
        from_outside: bool,
    },
    Ended {
        from_outside: bool,
    },
    Cancelled,
}

impl CheckTab {
    /// Takes in a result of the latest run; those of earlier ones are late.
    pub(super) fn absorb(&mut self, notice: DoctorNotice) {
        match notice {
            DoctorNotice::Checked { number, result } if number == self.number => self.results.push(*result),
            DoctorNotice::Ended { number, is_complete } if number == self.number => {
                let from_outside = self.run == CheckRun::Running { from_outside: true };
                self.run = if is_complete { CheckRun::Ended { from_outside } } else { CheckRun::Cancelled };
            }
            DoctorNotice::Checked { .. } | DoctorNotice::Ended { .. } => {}
        }
    }

    /// The mark of the worst result so far; all is well only where the way from outside was checked.
    pub(super) fn state(&self) -> Option<&'static str> {
        let worst = [CheckVerdict::Fail, CheckVerdict::Warn]
            .into_iter()
            .find(|verdict| self.results.iter().any(|result| result.code.verdict() == *verdict));
        worst.or_else(|| (self.run == CheckRun::Ended { from_outside: true }).then_some(CheckVerdict::Ok)).map(mark)
    }

    /// Puts the public URL of the tunnel into the field, unless something else was typed.
    pub(super) fn propose(&mut self, url: Option<&str>) {
        let url = url.unwrap_or_default();
        if self.of_tunnel != url {
            if self.url.is_empty() || self.url == self.of_tunnel {
                url.clone_into(&mut self.url);
            }
            url.clone_into(&mut self.of_tunnel);
        }
    }

    /// Draws the tab.
    pub(super) fn ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.add(Label::new(look.text("reach.check.lead")).wrap());
        card(look).inner_margin(GAP_LARGE).show(ui, |ui| {
            ui.set_width(ui.available_width());
            self.form_ui(ui, look, actions);
        });
        if self.run == CheckRun::None {
            return;
        }
        self.summary_ui(ui, look, actions);
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        for result in &self.results {
            result_ui(ui, result, look);
        }
        self.next_ui(ui, look);
    }

    fn form_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let label = RichText::new(look.text("reach.check.url")).color(look.palette.weak);
        let label = ui.add(Label::new(label).selectable(false));
        let example = look.filled("window.example", &[("example", "https://example.com/wx")]);
        let edit = TextEdit::singleline(&mut self.url).font(TextStyle::Monospace).hint_text(example);
        let field = ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.add(Label::new(weak(look, look.text("reach.check.hint"))).wrap());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let is_running = matches!(self.run, CheckRun::Running { .. });
            if primary_button(ui, look, &look.text("reach.check.start"), !is_running).clicked()
                || (entered && !is_running)
            {
                actions.extend(self.start().map(Action::Ask));
            }
            let stop = egui::Button::new(look.text("reach.check.stop"));
            if ui.add_enabled(is_running, stop).clicked() {
                actions.push(Action::Ask(JobCommand::CancelDoctor.into()));
            }
            ui.checkbox(&mut self.allow_local, look.text("reach.check.allow_local"))
                .on_hover_text(look.text("reach.check.allow_local_hint"));
        });
    }

    /// Begins a run with what is typed, unless one goes on.
    pub(super) fn start(&mut self) -> Option<Command> {
        if matches!(self.run, CheckRun::Running { .. }) {
            return None;
        }
        let url = self.url.trim();
        let address = (!url.is_empty()).then(|| PublicAddress { url: url.to_owned(), allow_local: self.allow_local });
        self.number += 1;
        self.results.clear();
        self.run = CheckRun::Running { from_outside: address.is_some() };
        Some(DoctorRequest { number: self.number, address }.into())
    }

    /// Draws the counts of what was found, and the button that copies it all.
    fn summary_ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let count = |verdict| self.results.iter().filter(|result| result.code.verdict() == verdict).count();
        let (failed, warned) = (count(CheckVerdict::Fail), count(CheckVerdict::Warn));
        let details = [("failed", &*failed.to_string()), ("warned", &*warned.to_string())];
        let (words, color) = match self.run {
            CheckRun::Running { .. } | CheckRun::None => {
                (look.text("reach.check.running").into_owned(), look.palette.weak)
            }
            CheckRun::Cancelled => (look.text("reach.check.cancelled").into_owned(), look.palette.weak),
            CheckRun::Ended { .. } if failed > 0 => (look.filled("reach.check.failed", &details), look.palette.error),
            CheckRun::Ended { from_outside: false } if warned > 0 => {
                (look.filled("reach.check.warned_here", &details), look.palette.warning)
            }
            CheckRun::Ended { from_outside: false } => {
                (look.text("reach.check.sound_here").into_owned(), look.palette.text)
            }
            CheckRun::Ended { .. } if warned > 0 => (look.filled("reach.check.warned", &details), look.palette.warning),
            CheckRun::Ended { .. } if self.is_unjudged() => {
                (look.text("reach.check.sound_local").into_owned(), look.palette.text)
            }
            CheckRun::Ended { .. } => (look.text("reach.check.sound").into_owned(), look.palette.ok),
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            ui.label(RichText::new(words).strong().color(color));
            if !self.results.is_empty() {
                let report = || self.results.iter().map(|result| report_lines(result, look)).collect();
                copy_button(ui, look, &look.text("reach.check.report"), report, actions);
            }
        });
    }

    /// Tells whether something that WeChat would refuse was not judged, since it was allowed.
    fn is_unjudged(&self) -> bool {
        let allowed = [DoctorCode::NameLocal, DoctorCode::PublicPortAny];
        self.results.iter().any(|result| allowed.contains(&result.code))
    }

    /// Draws the check that is made now.
    fn next_ui(&self, ui: &mut Ui, look: &Look) {
        let CheckRun::Running { from_outside } = self.run else { return };
        let order = CheckName::LOCAL.into_iter().chain(CheckName::OUTSIDE.into_iter().filter(|_| from_outside));
        let done = self.results.last().map(|result| result.check);
        let mut rest = order.skip_while(|check| done.is_some() && Some(*check) != done);
        let next = if done.is_some() { rest.nth(1) } else { rest.next() };
        if let Some(next) = next {
            let words = look.filled("reach.check.now", &[("check", &look.text(next.name_key()))]);
            let shown = ui.add(Label::new(RichText::new(words).color(look.palette.weak)).wrap());
            // The results grow downwards, and the newest is what is looked for.
            shown.scroll_to_me(None);
        }
    }
}
