//! Drawing of the export dialog: the events, the format, the path, the pseudonyms, and the way to the written files.

use egui::{ComboBox, Label, RichText, TextEdit, Ui};

use super::replacements::replacements_ui;
use super::{ExportDialog, Finished};
use crate::capture::diagnosis::Severity;
use crate::engine::{Format, Progress, Texts, TransferCommand};
use crate::ui::action::Action;
use crate::ui::dialogs::event_selection::EventSelection;
use crate::ui::dialogs::transfer_progress::transfer_progress_ui;
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP, GAP_LARGE, LABEL_WIDTH, icons};
use crate::ui::widgets::controls::weak;
use crate::ui::widgets::dialog::{DialogChoice, OpenDialog, button_width, choice_ui, dialog_ui};

impl ExportDialog {
    /// Draws the open dialog.
    pub(crate) fn ui(
        &mut self,
        ui: &Ui,
        selection: &EventSelection<'_>,
        progress: Option<&Progress>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let title = look.text("export.title").into_owned();
        let mut asked = Vec::new();
        let (closed, choice) = if let Some(finished) = &self.finished {
            finished_ui(ui, &title, finished, look)
        } else {
            let mut choice = DialogChoice::None;
            let is_ready = self.is_ready();
            let closed = dialog_ui(
                ui,
                ("export", &title),
                look,
                |ui, open| self.form_ui(ui, open, selection, look, &mut asked),
                |ui, ()| {
                    if let Some(progress) = progress {
                        transfer_progress_ui(ui, progress, look, actions);
                    } else {
                        let start = look.text("export.start");
                        choice = choice_ui(ui, &look.text("export.cancel"), (&start, is_ready), look);
                    }
                },
            );
            (closed, choice)
        };
        actions.append(&mut asked);
        match (choice, &self.finished) {
            (DialogChoice::Confirm, Some(finished)) => actions.push(Action::OpenFolder(finished.out.clone())),
            (DialogChoice::Confirm, None) => {
                if let Some(request) = self.request(selection) {
                    actions.push(Action::Ask(TransferCommand::Export { request: Box::new(request) }.into()));
                }
            }
            (DialogChoice::Cancel, _) => actions.push(Action::ShowExport(false)),
            // A click beside the dialog does not end an export that is under way.
            (DialogChoice::None, _) if closed && progress.is_none() => actions.push(Action::ShowExport(false)),
            (DialogChoice::None, _) => {}
        }
    }

    fn form_ui(
        &mut self,
        ui: &mut Ui,
        open: OpenDialog,
        selection: &EventSelection<'_>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        self.what_ui(ui, open, selection, look);
        self.where_ui(ui, look, actions);
        ui.separator();
        self.pseudonyms_ui(ui, look);
        self.ask_for_preview(selection, actions);
        if self.pseudonyms {
            replacements_ui(ui, self.preview.as_ref(), look);
            self.encrypted_ui(ui, look);
        }
    }

    fn what_ui(&mut self, ui: &mut Ui, open: OpenDialog, selection: &EventSelection<'_>, look: &Look) {
        let EventSelection { chosen, listed, filter } = selection;
        if chosen.is_empty() {
            self.everything = true;
        }
        let picked = match chosen.as_slice() {
            [one] => look.filled("export.what.one", &[("event", &one.to_string())]),
            many => look.filled("export.what.picked", &[("count", &many.len().to_string())]),
        };
        let listed = listed.to_string();
        let all = match filter.trim() {
            "" => look.filled("export.what.all", &[("count", &listed)]),
            filter => look.filled("export.what.found", &[("count", &listed), ("filter", filter)]),
        };
        labelled_ui(ui, &look.text("export.what.label"), look, |ui, _| {
            ui.vertical(|ui| {
                let one =
                    ui.add_enabled_ui(!chosen.is_empty(), |ui| ui.radio_value(&mut self.everything, false, picked));
                let everything = ui.radio_value(&mut self.everything, true, all);
                open.focus_first(if chosen.is_empty() { &everything } else { &one.inner });
            });
        });
    }

    fn where_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        labelled_ui(ui, &look.text("export.format.label"), look, |ui, label| {
            let name = |format: Format| look.text(&format!("export.format.{}", format.as_str())).into_owned();
            let combo = ComboBox::from_id_salt("format").width(ui.available_width()).selected_text(name(self.format));
            let shown = combo.show_ui(ui, |ui| {
                for format in Format::ALL {
                    ui.selectable_value(&mut self.format, format, name(format));
                }
            });
            shown.response.labelled_by(label);
        });
        labelled_ui(ui, &look.text("export.out.label"), look, |ui, label| {
            let proposed = self.proposed().display().to_string();
            let edit = TextEdit::singleline(&mut self.out).hint_text(proposed).font(egui::TextStyle::Monospace);
            let choose = look.text("export.out.choose");
            let width = (ui.available_width() - button_width(ui, &choose) - GAP).max(0.0);
            ui.add_sized([width, ui.spacing().interact_size.y], edit).labelled_by(label);
            if ui.button(choose).clicked() {
                actions.push(Action::ChooseExportPath);
            }
        });
    }

    fn pseudonyms_ui(&mut self, ui: &mut Ui, look: &Look) {
        ui.checkbox(&mut self.pseudonyms, look.text("export.pseudonyms.label"));
        ui.add(Label::new(weak(look, look.text("export.pseudonyms.hint"))).wrap());
        let mut kept = self.texts == Texts::Kept;
        ui.add_enabled_ui(self.pseudonyms, |ui| {
            ui.checkbox(&mut kept, look.text("export.pseudonyms.keep_texts"));
        });
        self.texts = if kept { Texts::Kept } else { Texts::Replaced };
    }

    /// Offers to leave out the events that cannot be decrypted, if there are any: the export waits for that choice.
    fn encrypted_ui(&mut self, ui: &mut Ui, look: &Look) {
        let encrypted = self.preview.as_ref().map_or(0, |preview| preview.encrypted);
        if encrypted == 0 {
            return;
        }
        let frame = egui::Frame::new()
            .fill(look.palette.warning_ground)
            .corner_radius(crate::ui::theme::CORNER)
            .inner_margin(egui::Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            let hint = format!("{} {}", severity_mark(Severity::Warning), look.text("export.encrypted.hint"));
            ui.add(Label::new(RichText::new(hint).color(look.palette.text)).wrap());
            let label = look.filled("export.encrypted.leave_out", &[("count", &encrypted.to_string())]);
            ui.checkbox(&mut self.leave_out_encrypted, label);
        });
    }
}

/// Draws what was written, with a button that opens its folder.
fn finished_ui(ui: &Ui, title: &str, finished: &Finished, look: &Look) -> (bool, DialogChoice) {
    let mut choice = DialogChoice::None;
    let closed = dialog_ui(
        ui,
        ("export", title),
        look,
        |ui, _| {
            let events = finished.events.to_string();
            let out = finished.out.display().to_string();
            let done = look.filled("export.done", &[("events", &events), ("out", &out)]);
            ui.add(Label::new(RichText::new(format!("{} {done}", icons::CHECK)).color(look.palette.text)).wrap());
        },
        |ui, ()| {
            let open = look.text("export.open_folder");
            choice = choice_ui(ui, &look.text("export.close"), (&open, true), look);
        },
    );
    (closed, choice)
}

/// Draws a label, and what belongs to it beside it.
fn labelled_ui(ui: &mut Ui, label: &str, look: &Look, content: impl FnOnce(&mut Ui, egui::Id)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let shown = RichText::new(label).color(look.palette.weak);
        let label = ui.allocate_ui_with_layout(
            egui::vec2(LABEL_WIDTH - GAP_LARGE, ui.spacing().interact_size.y),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_width(LABEL_WIDTH - GAP_LARGE);
                ui.add(Label::new(shown).wrap()).id
            },
        );
        content(ui, label.inner);
    });
}
