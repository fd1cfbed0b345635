//! Page of the targets: the named servers that events are sent to.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::{Button, ComboBox, Label, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use crate::config::TargetConfig;
use crate::engine::{SettingsCommand, Status};
use crate::rules::is_web_address;
use crate::texts::safe_text::safe_text;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, named, page_ui, small_button, weak};

/// Width of the field of a name, in points.
const NAME_WIDTH: f32 = 150.0;

/// State of the page. `drafts` is `None` if it equals the saved targets.
#[derive(Debug, Default)]
pub(super) struct Targets {
    drafts: Option<Vec<TargetDraft>>,
    /// Set while the drafts are being saved.
    sent: bool,
}

/// Input of a target.
#[derive(Clone, Debug, Default, PartialEq)]
struct TargetDraft {
    name: String,
    url: String,
    account: Option<String>,
}

impl Targets {
    /// Discards the drafts once they are saved.
    pub(super) fn saved(&mut self) {
        if std::mem::take(&mut self.sent) {
            self.drafts = None;
        }
    }

    /// Draws the page of targets.
    pub(super) fn ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        let kept: Vec<TargetDraft> =
            status.config.targets.iter().map(|(name, target)| TargetDraft::of(name, target)).collect();
        let mut drafts = self.drafts.take().unwrap_or_else(|| kept.clone());
        ScrollArea::vertical().id_salt("targets").auto_shrink(false).show(ui, |ui| {
            page_ui(ui, |ui| {
                ui.add(Label::new(look.text("replays.targets.hint")).wrap());
                // All are drawn, including those after a removed one.
                let removed = drafts.iter_mut().enumerate().filter_map(|(at, draft)| {
                    let is_removed = ui.push_id(("target", at), |ui| draft_ui(ui, draft, status, look)).inner;
                    is_removed.then_some(at)
                });
                let removed = removed.last();
                if let Some(at) = removed {
                    drafts.remove(at);
                }
                if ui.button(look.text("replays.targets.add")).clicked() {
                    drafts.push(TargetDraft::default());
                }
                let is_changed = drafts != kept;
                self.buttons_ui(ui, (&mut drafts, &kept), is_changed, look, actions);
            });
        });
        self.drafts = (drafts != kept).then_some(drafts);
    }

    fn buttons_ui(
        &mut self,
        ui: &mut Ui,
        (drafts, kept): (&mut Vec<TargetDraft>, &[TargetDraft]),
        is_changed: bool,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let targets = targets(drafts);
        ui.horizontal_wrapped(|ui| {
            let is_ready = is_changed && targets.is_ok();
            if ui.add_enabled(is_ready, Button::new(look.text("replays.targets.save"))).clicked()
                && let Ok(targets) = &targets
            {
                actions.push(Action::Ask(SettingsCommand::SaveTargets { targets: targets.clone() }.into()));
                self.sent = true;
            }
            if ui.add_enabled(is_changed, Button::new(look.text("replays.targets.discard"))).clicked() {
                kept.clone_into(drafts);
                return;
            }
            match targets {
                Err(key) if is_changed => {
                    let words = format!("× {}", look.text(key));
                    ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
                }
                _ if is_changed => drop(ui.label(weak(look, format!("● {}", look.text("replays.targets.unsaved"))))),
                _ => {}
            }
        });
    }
}

impl TargetDraft {
    fn of(name: &str, target: &TargetConfig) -> Self {
        Self { name: name.to_owned(), url: target.url.clone(), account: target.account.clone() }
    }
}

/// Converts the drafts into targets, or returns the locale key of an error.
fn targets(drafts: &[TargetDraft]) -> Result<BTreeMap<String, TargetConfig>, &'static str> {
    let mut targets = BTreeMap::new();
    for TargetDraft { name, url, account } in drafts {
        let (name, url) = (name.trim(), url.trim());
        if name.is_empty() {
            return Err("replays.targets.no_name");
        }
        if !is_web_address(url) {
            return Err("replays.targets.no_url");
        }
        let target = TargetConfig { url: url.to_owned(), account: account.clone() };
        if targets.insert(name.to_owned(), target).is_some() {
            return Err("replays.targets.twice");
        }
    }
    Ok(targets)
}

/// Draws a draft; returns true if it is to be removed.
fn draft_ui(ui: &mut Ui, draft: &mut TargetDraft, status: &Status, look: &Look) -> bool {
    let frame = card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        let removed = ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let label = weak_label(ui, "replays.targets.name", look);
            let edit = TextEdit::singleline(&mut draft.name).desired_width(NAME_WIDTH);
            ui.add(edit).labelled_by(label);
            account_ui(ui, draft, status, look);
            let what = look.filled("replays.targets.remove_what", &[("name", &draft.name)]);
            named(ui.add(small_button(look.text("replays.targets.remove").into_owned())), Role::Button, &what).clicked()
        });
        let label = weak_label(ui, "replays.targets.url", look);
        let example = look.filled("window.example", &[("example", "http://127.0.0.1:8000/wx")]);
        let edit = TextEdit::singleline(&mut draft.url).font(TextStyle::Monospace).hint_text(example);
        ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label);
        removed.inner
    });
    frame.inner
}

fn account_ui(ui: &mut Ui, draft: &mut TargetDraft, status: &Status, look: &Look) {
    let label = weak_label(ui, "replay.account.label", look);
    let own = look.text("replay.account.own");
    let shown = draft.account.clone().map_or(own.clone().into_owned(), |name| safe_text(&name).into_owned());
    let combo = ComboBox::from_id_salt("account").selected_text(shown).show_ui(ui, |ui| {
        ui.selectable_value(&mut draft.account, None, &*own);
        for account in &status.accounts {
            ui.selectable_value(&mut draft.account, Some(account.name.clone()), &*safe_text(&account.name));
        }
    });
    combo.response.labelled_by(label);
}

fn weak_label(ui: &mut Ui, key: &str, look: &Look) -> egui::Id {
    let text = RichText::new(look.text(key)).color(look.palette.weak);
    ui.add(Label::new(text).selectable(false)).id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(name: &str, url: &str) -> TargetDraft {
        TargetDraft { name: name.to_owned(), url: url.to_owned(), account: None }
    }

    #[test]
    fn targets_have_unique_names_and_urls() {
        let url = "http://127.0.0.1:8000/wx";
        assert_eq!(targets(&[draft(" local ", url)]).unwrap()["local"].url, url);
        assert_eq!(targets(&[draft("", url)]), Err("replays.targets.no_name"));
        assert_eq!(targets(&[draft("a", "127.0.0.1")]), Err("replays.targets.no_url"));
        assert_eq!(targets(&[draft("a", url), draft("a ", url)]), Err("replays.targets.twice"));
    }
}
