//! Dialog of exports: the events, the format, the path, and a preview of what pseudonyms replace.

use std::path::PathBuf;

use super::event_selection::EventSelection;
use crate::capture::CaptureId;
use crate::engine::{ExportRequest, ExportSummary, Format, Preview, Selection, Texts, TransferCommand};
use crate::filter::Filter;
use crate::ui::action::Action;

mod export_ui;
mod replacements;

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
    /// The export that was made last, until the dialog closes.
    finished: Option<Finished>,
}

/// An export that was made.
#[derive(Debug)]
struct Finished {
    events: u64,
    /// The file or folder that was written.
    out: PathBuf,
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
            finished: None,
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
        self.finished = None;
        self.forget_preview();
    }

    /// Shows in the open dialog what was written.
    pub(crate) fn exported(&mut self, exported: &ExportSummary) {
        self.finished = self.shown.then(|| Finished { events: exported.events, out: exported.out.clone() });
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

    /// Returns true if nothing keeps the export from being started.
    fn is_ready(&self) -> bool {
        let is_sound = self.asked.as_ref().is_some_and(|asked| asked.is_sound);
        is_sound && (!self.pseudonyms || self.is_exportable())
    }
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
