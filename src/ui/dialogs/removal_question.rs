//! Question before everything in the list is removed, and the last removal, which can be undone.

use egui::{Label, Ui};

use crate::capture::CaptureId;
use crate::engine::{Command, MaintenanceCommand, MaintenanceTask, RemovalId, Selection};
use crate::filter::{Comparison, Expr, Filter, Term};
use crate::texts::safe_text::{grouped, shortened};
use crate::ui::action::{Action, RemovalAction};
use crate::ui::look::Look;
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::dialog::{DialogChoice, choice_ui, dialog_ui};

/// Maximum number of characters of a filter shown in the question.
const SHOWN_FILTER: usize = 120;

/// The open question, and the last removal.
#[derive(Debug, Default)]
pub(crate) struct Removals {
    question: Option<Question>,
    last: Option<RemovalId>,
    /// The last removal beyond the limits that was taken note of.
    retention: Option<RemovalId>,
}

/// The question whether to remove everything that was listed when it was asked.
#[derive(Debug)]
struct Question {
    filter: Filter,
    /// The newest event listed. Later ones stay: the user has not seen them.
    newest: CaptureId,
    count: usize,
}

impl Removals {
    /// Asks whether to remove everything that a filter found, up to `newest`.
    pub(crate) fn ask(&mut self, filter: &Filter, newest: CaptureId, count: usize) {
        self.question = Some(Question { filter: filter.clone(), newest, count });
    }

    /// Returns true while the question is open.
    pub(crate) fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Closes the question; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        self.question.take().is_some()
    }

    /// Closes the question with yes, and returns the command that removes the events.
    pub(crate) fn confirm(&mut self) -> Option<Command> {
        let Question { filter, newest, .. } = self.question.take()?;
        let seen = Expr::Term(Term::Id(Comparison::AtMost(newest.0)));
        let listed = match filter.expr {
            Expr::All => seen,
            expr => Expr::And(vec![expr, seen]),
        };
        Some(MaintenanceCommand::Remove { events: Selection::Matching(Box::new(listed.into())) }.into())
    }

    /// Takes note of a removal, which can be undone.
    pub(crate) fn removed(&mut self, removal: RemovalId) {
        self.last = Some(removal);
    }

    /// Takes note of a removal beyond the limits, which can be undone; returns true if it is new.
    pub(crate) fn removed_beyond_limits(&mut self, removal: RemovalId) -> bool {
        let is_new = self.retention.replace(removal) != Some(removal);
        if is_new {
            self.removed(removal);
        }
        is_new
    }

    /// Returns the command that undoes the last removal of this window, if there was one.
    pub(crate) fn undo(&mut self) -> Option<Command> {
        self.last.take().map(|removal| MaintenanceCommand::Restore { removal }.into())
    }

    /// Draws the question, if it is open.
    pub(crate) fn ui(&self, ui: &Ui, look: &Look, actions: &mut Vec<Action>) {
        let Some(question) = &self.question else { return };
        let count = grouped(question.count as u64);
        let mut choice = DialogChoice::None;
        let is_left = dialog_ui(
            ui,
            ("removing", &look.text("removing.title")),
            look,
            |ui, _open| question_ui(ui, question, &count, look),
            |ui, ()| {
                let remove = look.filled("removing.ask.remove", &[("count", &count)]);
                choice = choice_ui(ui, &look.text("removing.ask.cancel"), (&remove, true), look);
            },
        );
        match choice {
            DialogChoice::Confirm => actions.push(Action::Remove(RemovalAction::All)),
            DialogChoice::Cancel => actions.push(Action::Remove(RemovalAction::Nothing)),
            DialogChoice::None if is_left => actions.push(Action::Remove(RemovalAction::Nothing)),
            DialogChoice::None => {}
        }
    }
}

fn question_ui(ui: &mut Ui, question: &Question, count: &str, look: &Look) {
    let filter = shortened(question.filter.text.trim(), SHOWN_FILTER);
    let key = if filter.is_empty() { "removing.ask.all" } else { "removing.ask.found" };
    ui.add(Label::new(look.filled(key, &[("count", count), ("filter", &filter)])).wrap());
    ui.add(Label::new(weak(look, look.text("removing.ask.hint"))).wrap());
}

/// The command that counts what is in the database, for the settings.
pub(crate) fn count() -> Command {
    MaintenanceCommand::Run { task: MaintenanceTask::Count }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_after_the_question_stays() {
        let mut removals = Removals::default();
        let filter = Filter::parse("event:CLICK OR event:VIEW", &crate::clock::local_now()).unwrap();
        removals.ask(&filter, CaptureId(17), 3);
        let Some(Command::Maintenance(MaintenanceCommand::Remove { events: Selection::Matching(listed) })) =
            removals.confirm()
        else {
            panic!()
        };
        assert_eq!(listed.text, "(event:CLICK OR event:VIEW) id:<=17");
        assert!(removals.confirm().is_none());
    }

    #[test]
    fn a_removal_is_taken_back_once() {
        let mut removals = Removals::default();
        assert!(removals.undo().is_none());
        removals.removed(RemovalId(3));
        assert!(matches!(
            removals.undo(),
            Some(Command::Maintenance(MaintenanceCommand::Restore { removal: RemovalId(3) }))
        ));
        assert!(removals.undo().is_none());
    }
}
