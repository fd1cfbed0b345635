//! Dialog of exports: the events, the format, the path, and a preview of what pseudonyms replace.

use std::path::PathBuf;

use egui::{ComboBox, Id, Label, RichText, ScrollArea, TextEdit, Ui, Window};

use super::event_selection::EventSelection;
use super::transfer_progress::transfer_progress_ui;
use crate::capture::CaptureId;
use crate::engine::{ExportRequest, Format, Preview, Progress, Selection, Texts, TransferCommand};
use crate::filter::Filter;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{card, weak};

/// Width of the dialog, in points.
const WIDTH: f32 = 560.0;

/// Height of the list of replacements, in points.
const CHANGES_HEIGHT: f32 = 190.0;

/// The dialog, with its last choices.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a checkbox of its own")]
pub(crate) struct ExportDialog {
    shown: bool,
    /// Everything that the filter finds, instead of the chosen rows.
    everything: bool,
    format: Format,
    /// The path as typed; empty for the proposed name.
    out: String,
    /// Folder used if no path is typed.
    folder: PathBuf,
    pseudonyms: bool,
    texts: Texts,
    leave_out_encrypted: bool,
    preview: Option<Preview>,
    /// The last preview asked for; `None` if it has to be asked for again.
    asked: Option<PreviewRequest>,
    /// Goes up with each preview that is asked for, and when the dialog opens or closes.
    generation: u64,
}

/// The choices that a preview depends on. They are compared in each frame, and a preview is asked for when they differ.
#[derive(Debug)]
struct PreviewRequest {
    /// The chosen rows; `None` for everything that the filter finds.
    chosen: Option<Vec<CaptureId>>,
    filter: String,
    pseudonyms: Option<Texts>,
    /// True if the filter can be parsed.
    is_sound: bool,
}

impl Default for ExportDialog {
    fn default() -> Self {
        Self {
            shown: false,
            everything: false,
            format: Format::Pack,
            out: String::new(),
            folder: PathBuf::new(),
            // What leaves this machine unasked names nobody.
            pseudonyms: true,
            texts: Texts::Replaced,
            leave_out_encrypted: false,
            preview: None,
            asked: None,
            generation: 0,
        }
    }
}

impl ExportDialog {
    /// Creates a dialog that proposes a folder.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Opens or closes the dialog.
    pub(crate) fn show(&mut self, shown: bool) {
        self.shown = shown;
        self.forget_preview();
    }

    /// Closes the dialog; returns true if it was open.
    pub(crate) fn close(&mut self) -> bool {
        let was_shown = self.shown;
        if was_shown {
            self.show(false);
        }
        was_shown
    }

    /// Returns true while the dialog is open.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Forgets the preview, and any that is on its way.
    fn forget_preview(&mut self) {
        (self.preview, self.asked) = (None, None);
        self.generation += 1;
    }

    /// Takes a preview, unless the choices have changed since.
    pub(crate) fn previewed(&mut self, generation: u64, preview: Preview) {
        if self.asked.is_some() && generation == self.generation {
            self.preview = Some(preview);
        }
    }

    /// Takes the path chosen in the desktop's dialog.
    pub(crate) fn choose(&mut self, path: &std::path::Path) {
        self.out = path.display().to_string();
    }

    /// Default name of a file of the chosen format.
    pub(crate) fn proposed_name(&self) -> &'static str {
        match self.format {
            Format::Pack => "callbacks",
            Format::Raw => "messages",
            Format::Json => "callbacks.jsonl",
            Format::Curl => "callbacks.sh",
            Format::Http => "callbacks.http",
            Format::Har => "callbacks.har",
            Format::Hurl => "callbacks.hurl",
            Format::Pytest | Format::Node | Format::Phpunit | Format::Junit | Format::Go | Format::Rust => {
                "callback-tests"
            }
        }
    }

    /// Draws the open dialog.
    pub(crate) fn ui(
        &mut self,
        ui: &Ui,
        selection: &EventSelection<'_>,
        progress: Option<&Progress>,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let mut open = true;
        let window = Window::new(look.text("export.title")).id(Id::unique("export")).open(&mut open).collapsible(false);
        let window = window
            .resizable(false)
            .default_width(WIDTH)
            .default_pos(ui.ctx().content_rect().center_top() + egui::vec2(-WIDTH / 2.0, 90.0));
        window.show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = GAP;
            self.what_ui(ui, selection, look);
            self.form_ui(ui, look, actions);
            self.pseudonyms_ui(ui, look);
            self.ask_for_preview(selection, actions);
            if self.pseudonyms {
                preview_ui(ui, self.preview.as_ref(), look);
                self.encrypted_ui(ui, look);
            }
            ui.add_space(GAP_SMALL);
            match progress {
                Some(progress) => transfer_progress_ui(ui, progress, look, actions),
                None => self.button_ui(ui, selection, look, actions),
            }
        });
        if !open {
            actions.push(Action::ShowExport(false));
        }
    }

    fn what_ui(&mut self, ui: &mut Ui, selection: &EventSelection<'_>, look: &Look) {
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
        ui.add_enabled_ui(!chosen.is_empty(), |ui| ui.radio_value(&mut self.everything, false, picked));
        ui.radio_value(&mut self.everything, true, all);
    }

    fn form_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        ui.horizontal(|ui| {
            let label = ui.label(look.text("export.format.label"));
            let name = |format: Format| look.text(&format!("export.format.{}", format.as_str())).into_owned();
            let combo = ComboBox::from_id_salt("format").width(360.0).selected_text(name(self.format));
            let shown = combo.show_ui(ui, |ui| {
                for format in Format::ALL {
                    ui.selectable_value(&mut self.format, format, name(format));
                }
            });
            shown.response.labelled_by(label.id);
        });
        ui.horizontal(|ui| {
            let label = ui.label(look.text("export.out.label"));
            let proposed = self.proposed().display().to_string();
            let edit = TextEdit::singleline(&mut self.out).hint_text(proposed);
            ui.add(edit.font(egui::TextStyle::Monospace).desired_width(360.0)).labelled_by(label.id);
            if ui.button(look.text("export.out.choose")).clicked() {
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

    /// Offers to leave out the events that cannot be decrypted, if there are any.
    fn encrypted_ui(&mut self, ui: &mut Ui, look: &Look) {
        let encrypted = self.preview.as_ref().map_or(0, |preview| preview.encrypted);
        if encrypted > 0 {
            let label = look.filled("export.encrypted.leave_out", &[("count", &encrypted.to_string())]);
            ui.checkbox(&mut self.leave_out_encrypted, label);
            ui.add(Label::new(weak(look, look.text("export.encrypted.hint"))).wrap());
        }
    }

    /// Returns true if the preview shows that the export can be made.
    fn is_exportable(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.encrypted == 0 || self.leave_out_encrypted)
    }

    /// Asks the engine for a preview, once for each choice.
    fn ask_for_preview(&mut self, selection: &EventSelection<'_>, actions: &mut Vec<Action>) {
        if self.asked.as_ref().is_some_and(|asked| self.is_asked(asked, selection)) {
            return;
        }
        self.forget_preview();
        let request = self.request(selection);
        self.asked = Some(PreviewRequest {
            chosen: (!self.everything).then(|| selection.chosen.clone()),
            filter: selection.filter.to_owned(),
            pseudonyms: self.pseudonyms(),
            is_sound: request.is_some(),
        });
        if let Some(request) = request.filter(|_| self.pseudonyms) {
            let (generation, request) = (self.generation, Box::new(request));
            actions.push(Action::Ask(TransferCommand::PreviewExport { generation, request }.into()));
        }
    }

    /// Returns true if these are still the choices.
    fn is_asked(&self, asked: &PreviewRequest, selection: &EventSelection<'_>) -> bool {
        let is_same_choice = match &asked.chosen {
            None => self.everything && asked.filter == selection.filter,
            Some(chosen) => !self.everything && *chosen == selection.chosen,
        };
        is_same_choice && asked.pseudonyms == self.pseudonyms()
    }

    fn pseudonyms(&self) -> Option<Texts> {
        self.pseudonyms.then_some(self.texts)
    }

    fn request(&self, selection: &EventSelection<'_>) -> Option<ExportRequest> {
        let events = if self.everything {
            Selection::Matching(Box::new(Filter::parse(selection.filter, &crate::clock::local_now()).ok()?))
        } else {
            Selection::Ids(selection.chosen.clone())
        };
        let out = match self.out.trim() {
            "" => self.proposed(),
            typed => PathBuf::from(typed),
        };
        let (pseudonyms, leave_out_encrypted) = (self.pseudonyms(), self.leave_out_encrypted);
        Some(ExportRequest { events, format: self.format, out, pseudonyms, leave_out_encrypted })
    }

    fn proposed(&self) -> PathBuf {
        self.folder.join(self.proposed_name())
    }

    fn button_ui(&self, ui: &mut Ui, selection: &EventSelection<'_>, look: &Look, actions: &mut Vec<Action>) {
        let is_sound = self.asked.as_ref().is_some_and(|asked| asked.is_sound);
        let is_ready = is_sound && (!self.pseudonyms || self.is_exportable());
        if ui.add_enabled(is_ready, egui::Button::new(look.text("export.start"))).clicked()
            && let Some(request) = self.request(selection)
        {
            actions.push(Action::Ask(TransferCommand::Export { request: Box::new(request) }.into()));
        }
    }
}

/// Draws the replacements that pseudonyms make, before anything is written.
fn preview_ui(ui: &mut Ui, preview: Option<&Preview>, look: &Look) {
    let Some(preview) = preview else {
        ui.add(Label::new(weak(look, look.text("export.preview.coming"))));
        return;
    };
    let details = [("total", preview.total.to_string()), ("events", preview.events.to_string())];
    let details: Vec<(&str, &str)> = details.iter().map(|(name, value)| (*name, &**value)).collect();
    ui.add(Label::new(RichText::new(look.filled("export.preview.total", &details)).color(look.palette.strong)));
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let height = ui.text_style_height(&egui::TextStyle::Monospace) + GAP_SMALL;
        let area = ScrollArea::vertical()
            .id_salt("changes")
            .max_height(CHANGES_HEIGHT)
            .auto_shrink([false, true])
            .min_scrolled_height(CHANGES_HEIGHT);
        area.show_rows(ui, height, preview.changes.len(), |ui, rows| {
            for change in preview.changes.get(rows).unwrap_or_default() {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP_LARGE;
                    let what = look.text(&format!("export.identifier.{}", change.what.as_str())).into_owned();
                    ui.add_sized([90.0, height], Label::new(weak(look, what)).truncate());
                    let shown = |text: &str| RichText::new(crate::texts::safe_text::shortened(text, 40)).monospace();
                    ui.add_sized([190.0, height], Label::new(shown(&change.before)).truncate());
                    ui.add(Label::new(shown(&change.after).color(look.palette.accent)).truncate());
                });
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Command;

    fn preview(events: u64) -> Preview {
        Preview { events, changes: Vec::new(), total: 0, encrypted: 0 }
    }

    fn asked(actions: &[Action]) -> Vec<u64> {
        let asked = actions.iter().filter_map(|action| match action {
            Action::Ask(Command::Transfer(TransferCommand::PreviewExport { generation, .. })) => Some(*generation),
            _ => None,
        });
        asked.collect()
    }

    #[test]
    fn a_preview_of_something_else_does_not_count() {
        let mut dialog = ExportDialog::default();
        dialog.show(true);
        let mut actions = Vec::new();
        let selection = |id| EventSelection { chosen: vec![CaptureId(id)], listed: 9, filter: "" };
        dialog.ask_for_preview(&selection(1), &mut actions);
        dialog.ask_for_preview(&selection(1), &mut actions);
        dialog.ask_for_preview(&selection(2), &mut actions);
        let [earlier, later] = *asked(&actions) else { panic!("one question for each choice: {actions:?}") };
        dialog.previewed(earlier, preview(1));
        assert!(dialog.preview.is_none());
        dialog.previewed(later, preview(2));
        assert_eq!(dialog.preview.as_ref().map(|preview| preview.events), Some(2));
        dialog.show(false);
        dialog.show(true);
        dialog.previewed(later, preview(2));
        assert!(dialog.preview.is_none());
    }
    #[test]
    fn a_filter_that_cannot_be_read_is_looked_at_once_and_nothing_is_asked() {
        let mut dialog = ExportDialog { everything: true, ..ExportDialog::default() };
        let mut actions = Vec::new();
        let selection = |filter| EventSelection { chosen: Vec::new(), listed: 9, filter };
        dialog.ask_for_preview(&selection("nonsense:x"), &mut actions);
        assert!(actions.is_empty() && dialog.asked.as_ref().is_some_and(|asked| !asked.is_sound));
        let generation = dialog.generation;
        dialog.ask_for_preview(&selection("nonsense:x"), &mut actions);
        assert_eq!(dialog.generation, generation);
        dialog.ask_for_preview(&selection("CLICK"), &mut actions);
        assert_eq!(asked(&actions), [generation + 1]);
        // Without pseudonyms there is nothing to be previewed.
        dialog.pseudonyms = false;
        dialog.ask_for_preview(&selection("CLICK"), &mut actions);
        assert!(actions.len() == 1 && dialog.asked.as_ref().is_some_and(|asked| asked.is_sound));
    }
}
