//! Section of the database: its statistics, retention limits, check, compaction and backup.

use egui::{Label, TextEdit, Ui};

use super::{SaveState, labelled, labelled_text, problem_ui, save_ui};
use crate::config::RetentionConfig;
use crate::engine::{MaintenanceCommand, MaintenanceTask, SettingsCommand, Stats, Status};
use crate::texts::safe_text::grouped;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::widgets::controls::{pair, weak};
use crate::ui::widgets::quantities::size;

/// Width of a field for a number, in points.
const NUMBER_WIDTH: f32 = 72.0;

/// State of the section, with unsaved limits.
#[derive(Debug, Default)]
pub(super) struct DatabaseSection {
    stats: Option<Box<Stats>>,
    /// Days, events and MiB as typed; `None` if they are unchanged.
    typed: Option<[String; 3]>,
}

/// Locale keys of the limits, in the order of [`DatabaseSection::typed`].
const LIMITS: [&str; 3] = ["days", "events", "size_mib"];

impl DatabaseSection {
    /// Takes over the statistics of the database.
    pub(super) fn counted(&mut self, stats: Box<Stats>) {
        self.stats = Some(stats);
    }

    /// Discards the limits that have been saved.
    pub(super) fn saved(&mut self) {
        self.typed = None;
    }

    /// Draws the section of the database.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        if let Some(stats) = &self.stats {
            stats_ui(ui, stats, look);
        }
        let buttons = |ui: &mut Ui| {
            let jobs = [
                ("look", MaintenanceTask::Count),
                ("check", MaintenanceTask::Check),
                ("compact", MaintenanceTask::Compact),
            ];
            for (key, task) in jobs {
                if ui.button(look.text(&format!("removing.data.{key}"))).clicked() {
                    actions.push(Action::Ask(MaintenanceCommand::Run { task }.into()));
                }
            }
            if ui.button(look.text("removing.data.backup")).clicked() {
                actions.push(Action::ChooseBackup);
            }
        };
        pair(ui, |_| (), |ui| ui.horizontal_wrapped(buttons));
        self.limits_ui(ui, &status.config.retention, look, actions);
    }

    fn limits_ui(&mut self, ui: &mut Ui, saved: &RetentionConfig, look: &Look, actions: &mut Vec<Action>) {
        let as_saved = texts(saved);
        let mut typed = self.typed.clone().unwrap_or_else(|| as_saved.clone());
        labelled(ui, "removing.keep.title", look, |ui, _| {
            ui.horizontal_wrapped(|ui| {
                for (key, text) in LIMITS.into_iter().zip(&mut typed) {
                    let label = ui.label(look.text(&format!("removing.keep.{key}")));
                    ui.add(TextEdit::singleline(text).desired_width(NUMBER_WIDTH)).labelled_by(label.id);
                }
            });
            let limits = parse_limits(&typed);
            problem_ui(ui, limits.is_none().then_some("removing.keep.wrong"), look);
            let is_sound = limits.is_some();
            let changed = limits.filter(|limits| limits != saved);
            if save_ui(ui, "removing.keep.save", SaveState::changed(changed.is_some()).if_sound(is_sound), look)
                && let Some(retention) = changed
            {
                actions.push(Action::Ask(SettingsCommand::SaveRetention { retention }.into()));
            }
            ui.add(Label::new(weak(look, look.text("removing.keep.hint"))).wrap());
        });
        self.typed = (typed != as_saved).then_some(typed);
    }
}

fn stats_ui(ui: &mut Ui, stats: &Stats, look: &Look) {
    labelled_text(ui, "removing.data.events", look, |ui, _| {
        let counts = match stats.received {
            Some((first, last)) => {
                let date = |at| look.local(at).strftime("%Y-%m-%d %H:%M").to_string();
                let (first, last) = (date(first), date(last));
                look.filled(
                    "removing.data.counts",
                    &[("events", &grouped(stats.events)), ("first", &first), ("last", &last)],
                )
            }
            None => look.text("removing.data.none").into_owned(),
        };
        ui.add(Label::new(counts).wrap());
        let more = [("removed", "removed", stats.removed), ("unindexed", "count", stats.unindexed)];
        for (key, name, count) in more.into_iter().filter(|(_, _, count)| *count > 0) {
            let words = look.filled(&format!("removing.data.{key}"), &[(name, &grouped(count))]);
            ui.add(Label::new(weak(look, words)).wrap());
        }
    });
    labelled_text(ui, "removing.data.size", look, |ui, _| {
        let sizes = [("size", &*size(stats.size)), ("empty", &*size(stats.empty)), ("log", &*size(stats.log))];
        ui.add(Label::new(look.filled("removing.data.sizes", &sizes)).wrap());
    });
}

fn texts(saved: &RetentionConfig) -> [String; 3] {
    let text = |limit: Option<u64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    [text(saved.days.map(u64::from)), text(saved.events), text(saved.size_mib)]
}

/// Parses the limits; `None` if one of them is not a number.
fn parse_limits([days, events, size_mib]: &[String; 3]) -> Option<RetentionConfig> {
    let limit = |text: &str| match text.trim() {
        "" => Some(None),
        text => text.parse::<u64>().ok().filter(|limit| (1..=i64::MAX.cast_unsigned()).contains(limit)).map(Some),
    };
    let days = match limit(days)? {
        Some(days) => Some(u32::try_from(days).ok()?),
        None => None,
    };
    Some(RetentionConfig { days, events: limit(events)?, size_mib: limit(size_mib)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_from_one_or_nothing() {
        let read = |days: &str, events: &str, size: &str| parse_limits(&[days, events, size].map(str::to_owned));
        assert_eq!(read("", " ", ""), Some(RetentionConfig::default()));
        assert_eq!(
            read("30", "1000000", " 2048 "),
            Some(RetentionConfig { days: Some(30), events: Some(1_000_000), size_mib: Some(2048) })
        );
        for wrong in ["0", "-1", "1.5", "many", "99999999999"] {
            assert_eq!(read(wrong, "", ""), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_saved_reads_back() {
        let saved = RetentionConfig { days: Some(7), events: None, size_mib: Some(9) };
        assert_eq!(parse_limits(&texts(&saved)), Some(saved));
    }
}
