//! Fields of the dialog of replays.

use egui::{ComboBox, Key, Label, RichText, TextEdit, TextStyle, Ui};

use super::choice::{Choice, PaceKind};
use crate::capture::{Against, ReplayForm, ReplayMode, StoredRun};
use crate::engine::Status;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{pair, weak};
use crate::ui::widgets::dialog::OpenDialog;

/// Width of a field of digits, in points, and maximum number of digits.
const NUMBER_WIDTH: f32 = 64.0;
const DIGITS: usize = 8;

/// Maximum number of characters of a name shown in a list.
const NAME: usize = 56;

/// Draws a control beside its label.
fn labelled<R>(ui: &mut Ui, key: &str, look: &Look, control: impl FnOnce(&mut Ui, egui::Id) -> R) -> R {
    let label = std::cell::Cell::new(egui::Id::NULL);
    let text = RichText::new(look.text(key)).color(look.palette.weak);
    pair(
        ui,
        |ui| {
            ui.add_space(GAP_SMALL);
            label.set(ui.add(Label::new(text).wrap().selectable(false)).id);
        },
        |ui| control(ui, label.get()),
    )
}

/// Draws the target: a saved one, or a URL. Returns true if Enter was pressed in it.
pub(super) fn target_ui(
    ui: &mut Ui,
    choice: &mut Choice,
    status: &Status,
    open: Option<OpenDialog>,
    look: &Look,
) -> bool {
    labelled(ui, "replay.target.label", look, |ui, label| {
        let targets = &status.config.targets;
        if !targets.is_empty() {
            let is_chosen = |url: &str| choice.target.trim() == url;
            let chosen = targets.iter().find(|(_, target)| is_chosen(&target.url)).map(|(name, _)| name.clone());
            let other = look.text("replay.target.other");
            let shown = chosen.as_deref().map_or(other.clone(), safe_text);
            let combo = ComboBox::from_id_salt("target").width(ui.available_width() - GAP);
            let combo = combo.selected_text(&*shown).show_ui(ui, |ui| {
                for (name, target) in targets {
                    let text = format!("{} · {}", safe_text(name), shortened(&target.url, NAME));
                    if ui.selectable_label(chosen.as_ref() == Some(name), text).clicked() {
                        choice.take_target(target);
                    }
                }
                if ui.selectable_label(chosen.is_none(), &*other).clicked() {
                    choice.target.clear();
                }
            });
            combo.response.labelled_by(label);
        }
        let edit =
            TextEdit::singleline(&mut choice.target).font(TextStyle::Monospace).hint_text("http://127.0.0.1:8000/wx");
        let response = ui.add(edit.desired_width(ui.available_width() - GAP)).labelled_by(label);
        if let Some(open) = open {
            open.focus_first(&response);
        }
        response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    })
}

/// Draws the account whose keys sign and encrypt.
pub(super) fn account_ui(ui: &mut Ui, choice: &mut Choice, status: &Status, look: &Look) {
    labelled(ui, "replay.account.label", look, |ui, label| {
        let own = look.text("replay.account.own");
        let shown = choice.account.clone().map_or(own.clone().into_owned(), |name| safe_text(&name).into_owned());
        let combo = ComboBox::from_id_salt("account").width(ui.available_width() - GAP).selected_text(shown);
        let combo = combo.show_ui(ui, |ui| {
            ui.selectable_value(&mut choice.account, None, &*own);
            for account in &status.accounts {
                ui.selectable_value(&mut choice.account, Some(account.name.clone()), &*safe_text(&account.name));
            }
        });
        combo.response.labelled_by(label);
    });
}

/// Draws the modes, each with a line on its purpose.
pub(super) fn mode_ui(ui: &mut Ui, choice: &mut Choice, is_captured: bool, look: &Look) {
    labelled(ui, "replay.mode.label", look, |ui, _| {
        for mode in [ReplayMode::Verbatim, ReplayMode::Resign, ReplayMode::Fresh] {
            let name = look.text(&format!("replay.mode.{}.name", mode.as_str())).into_owned();
            ui.radio_value(&mut choice.mode, mode, name);
            let part = if mode == ReplayMode::Verbatim && !is_captured { "hint_made" } else { "hint" };
            let hint = look.text(&format!("replay.mode.{}.{part}", mode.as_str())).into_owned();
            ui.add(Label::new(weak(look, hint)).wrap());
        }
    });
}

/// Draws the message forms, plain or encrypted, of which a message that was made here is plain; for verbatim messages another
/// form means a new signature.
pub(super) fn form_ui(ui: &mut Ui, choice: &mut Choice, (status, is_captured): (&Status, bool), look: &Look) {
    labelled(ui, "replay.form.label", look, |ui, _| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            let forms = [ReplayForm::AsCaptured, ReplayForm::Plain, ReplayForm::Encrypted];
            for form in forms.into_iter().filter(|form| is_captured || *form != ReplayForm::AsCaptured) {
                let name = look.text(&format!("replay.form.{}", form.as_str())).into_owned();
                let is_default = !is_captured && (form, choice.form) == (ReplayForm::Plain, ReplayForm::AsCaptured);
                if ui.selectable_label(is_default || choice.form == form, name).clicked() {
                    choice.form = form;
                }
            }
        });
        let has_key = |name: &str| status.accounts.iter().any(|account| account.name == name && account.has_aes_key);
        let lacks_key = match &choice.account {
            Some(name) => !has_key(name),
            None => status.accounts.iter().all(|account| !account.has_aes_key),
        };
        let key = match (choice.mode, choice.form) {
            (_, ReplayForm::Encrypted) if lacks_key => "replay.form.no_key",
            (ReplayMode::Verbatim, ReplayForm::Plain | ReplayForm::Encrypted) if is_captured => {
                "replay.form.verbatim_hint"
            }
            _ => return,
        };
        ui.add(Label::new(weak(look, look.text(key))).wrap());
    });
}

/// Draws the number of attempts and copies. Returns true if Enter was pressed.
pub(super) fn times_ui(ui: &mut Ui, choice: &mut Choice, look: &Look) -> bool {
    labelled(ui, "replay.times.label", look, |ui, _| {
        ui.checkbox(&mut choice.as_retry, look.text("replay.times.retry"));
        let entered = ui.horizontal_wrapped(|ui| number_ui(ui, &mut choice.burst, "replay.times.burst", look)).inner;
        ui.add(Label::new(weak(look, look.text("replay.times.burst_hint"))).wrap());
        entered
    })
}

/// Draws the pace. Returns true if Enter was pressed in a number.
pub(super) fn pace_ui(ui: &mut Ui, choice: &mut Choice, is_captured: bool, look: &Look) -> bool {
    labelled(ui, "replay.pace.label", look, |ui, _| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            let paces = [
                (PaceKind::Fast, "replay.pace.fast"),
                (PaceKind::PerSecond, "replay.pace.per_second"),
                (PaceKind::Original, "replay.pace.original"),
            ];
            // What was made here came at no pace of its own.
            let offered = paces.into_iter().filter(|(kind, _)| is_captured || *kind != PaceKind::Original);
            for (kind, key) in offered {
                ui.selectable_value(&mut choice.pace, kind, look.text(key).into_owned());
            }
        });
        let (number, key) = match choice.pace {
            PaceKind::Fast => return false,
            PaceKind::PerSecond => (&mut choice.rate, "replay.pace.rate"),
            PaceKind::Original => (&mut choice.speed, "replay.pace.speed"),
        };
        ui.horizontal_wrapped(|ui| number_ui(ui, number, key, look)).inner
    })
}

/// Draws a field for a number before its unit. Returns true if Enter was pressed in it.
fn number_ui(ui: &mut Ui, number: &mut String, key: &str, look: &Look) -> bool {
    let edit = TextEdit::singleline(number).font(TextStyle::Monospace).char_limit(DIGITS);
    let response = ui.add(edit.desired_width(NUMBER_WIDTH));
    let label = ui.add(Label::new(look.text(key)).selectable(false));
    let response = response.labelled_by(label.id);
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// Draws the baseline that replies are compared with.
pub(super) fn against_ui(ui: &mut Ui, choice: &mut Choice, runs: &[StoredRun], look: &Look) {
    labelled(ui, "replay.against.label", look, |ui, label| {
        let words = |against: Against| match against {
            Against::Forward => look.text("replay.against.forward").into_owned(),
            Against::Last => look.text("replay.against.last").into_owned(),
            Against::Run(id) => {
                let run = runs.iter().find(|run| run.id == id);
                let number = id.to_string();
                match run {
                    None => look.filled("replay.against.run_alone", &[("run", &number)]),
                    Some(run) => {
                        let time = look.local(run.run.started_at).strftime("%m-%d %H:%M:%S").to_string();
                        let target = shortened(&run.run.target, NAME);
                        look.filled("replay.against.run", &[("run", &number), ("time", &time), ("target", &target)])
                    }
                }
            }
        };
        let combo = ComboBox::from_id_salt("against").width(ui.available_width() - GAP);
        let combo = combo.selected_text(words(choice.against)).truncate().show_ui(ui, |ui| {
            let runs = runs.iter().map(|run| Against::Run(run.id));
            for against in [Against::Forward, Against::Last].into_iter().chain(runs) {
                ui.selectable_value(&mut choice.against, against, words(against));
            }
        });
        combo.response.labelled_by(label);
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use egui::accesskit::Toggled;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::texts::Language;

    #[test]
    fn a_message_that_was_made_here_is_plain_and_not_as_captured() {
        let ask = |is_captured: bool| {
            let look = Look::new(Language::English, egui::Theme::Dark, jiff::tz::TimeZone::UTC);
            let harness = Harness::new_ui(move |ui| {
                let choice = &mut Choice::default();
                form_ui(ui, choice, (&Status::default(), is_captured), &look);
                pace_ui(ui, choice, is_captured, &look);
            });
            let chosen = harness.get_by_label("Plain").accesskit_node().toggled();
            (chosen == Some(Toggled::True), harness.query_all_by_label("As captured").count())
        };
        assert_eq!((ask(false), ask(true)), ((true, 0), (false, 2)));
    }

    #[test]
    fn verbatim_messages_may_travel_in_another_form() {
        let look = Look::new(Language::English, egui::Theme::Dark, jiff::tz::TimeZone::UTC);
        let choice =
            RefCell::new(Choice { mode: ReplayMode::Verbatim, form: ReplayForm::Encrypted, ..Choice::default() });
        egui::__run_test_ui(|ui| form_ui(ui, &mut choice.borrow_mut(), (&Status::default(), true), &look));
        assert_eq!(choice.borrow().form, ReplayForm::Encrypted);
    }
}
