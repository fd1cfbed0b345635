//! Taps that were sent from the board: their run, and the verdict on each.

use std::collections::BTreeMap;

use super::edited_menu::EditedMenu;
use crate::account::Account;
use crate::capture::{CaptureId, RunId};
use crate::engine::{AnsweredMessage, Command, QueryCommand, ReplayWhat, Status};
use crate::sample;
use crate::ui::look::Look;
use crate::ui::widgets::quantities::milliseconds;
use crate::ui::widgets::verdicts::legal_words;

/// The verdict on one tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TapVerdict {
    pub(super) event: CaptureId,
    pub(super) is_legal: bool,
    pub(super) words: String,
}

/// The state of a run of taps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum TapState {
    #[default]
    Idle,
    /// Made, and perhaps waiting for a target to be chosen.
    Prepared,
    /// On their way; `behind` a message of the composer, whose run ends first.
    Running {
        behind: bool,
    },
    Ended(RunId),
    Asked(RunId),
}

/// The taps that were sent last.
#[derive(Debug, Default)]
pub(super) struct TapRun {
    state: TapState,
    /// The index of the menu that they are of, in the opened file.
    menu: usize,
    /// The buttons, in the order of their messages.
    paths: Vec<String>,
    verdicts: BTreeMap<String, TapVerdict>,
}

impl TapRun {
    /// Makes the events of all buttons, or of one; `None` where none pushes.
    pub(super) fn tap(
        &mut self,
        menu: &EditedMenu,
        path: Option<&str>,
        (account, status): (&str, &Status),
    ) -> Option<ReplayWhat> {
        let config = status.config.accounts.get(account);
        let mut named = Account::named(account);
        named.to_user = config.and_then(|config| config.to_user.clone());
        named.app_id = config.and_then(|config| config.app_id.clone());
        let is_wanted = |known: &str| path.is_none_or(|path| path == known);
        let mut messages = Vec::new();
        let mut paths = Vec::new();
        for (path, button) in menu.draft.all_buttons() {
            let Some(push) = button.push().filter(|_| is_wanted(&path)) else { continue };
            // A key that no message can hold has no event: the lint says so.
            if let Ok(message) = sample::tap(push, menu.menu_id(), None, &named) {
                messages.push(message);
                paths.push(path);
            }
        }
        if messages.is_empty() {
            return None;
        }
        if self.menu != menu.shown() {
            self.verdicts.clear();
        }
        (self.state, self.menu, self.paths) = (TapState::Prepared, menu.shown(), paths);
        Some(ReplayWhat::Composed(messages))
    }

    /// The number of buttons whose events were made last.
    pub(super) fn buttons(&self) -> usize {
        self.paths.len()
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, TapState::Running { .. } | TapState::Ended(_) | TapState::Asked(_))
    }

    pub(super) fn note_sent(&mut self, behind: bool) {
        if self.state == TapState::Prepared {
            self.state = TapState::Running { behind };
            for path in &self.paths {
                self.verdicts.remove(path);
            }
        }
    }

    pub(super) fn note_ended(&mut self, run: RunId) -> bool {
        match self.state {
            TapState::Running { behind: true } => {
                self.state = TapState::Running { behind: false };
                false
            }
            TapState::Running { behind: false } => {
                self.state = TapState::Ended(run);
                true
            }
            _ => false,
        }
    }

    pub(super) fn note_failed(&mut self) {
        if self.is_running() {
            self.state = TapState::Idle;
        }
    }

    /// The question for the answers of a run that has ended.
    pub(super) fn question(&mut self) -> Option<Command> {
        let TapState::Ended(run) = self.state else { return None };
        self.state = TapState::Asked(run);
        Some(QueryCommand::ReadAnswers { run }.into())
    }

    /// Takes the answers of a run, in the order of its messages.
    pub(super) fn take_answers(&mut self, run: RunId, answers: &[AnsweredMessage], look: &Look) {
        if self.state != TapState::Asked(run) {
            return;
        }
        self.state = TapState::Idle;
        let mut answers: Vec<_> = answers.iter().map(|answer| &answer.replay.replayed).collect();
        answers.sort_by_key(|replayed| replayed.event);
        for (path, replayed) in self.paths.drain(..).zip(answers) {
            let is_legal = replayed.is_legal();
            let status = replayed.answer.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
            let words =
                format!("{} · {status} · {}", legal_words(is_legal, look), milliseconds(replayed.answer.elapsed));
            self.verdicts.insert(path, TapVerdict { event: replayed.event, is_legal, words });
        }
    }

    /// The verdict on a button of the shown menu.
    pub(super) fn verdict(&self, menu: &EditedMenu, path: &str) -> Option<TapVerdict> {
        self.verdicts.get(path).filter(|_| self.menu == menu.shown()).cloned()
    }

    /// The numbers of legal answers and of all for the shown menu; `None` before any.
    pub(super) fn tally(&self, menu: &EditedMenu) -> Option<(usize, usize)> {
        if self.menu != menu.shown() {
            return None;
        }
        let legal = self.verdicts.values().filter(|verdict| verdict.is_legal).count();
        (!self.verdicts.is_empty()).then_some((legal, self.verdicts.len()))
    }
}
