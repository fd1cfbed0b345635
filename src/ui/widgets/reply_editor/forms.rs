//! Form of a reply: the fields of its kind, each labelled with WeChat's name of the element.

use std::borrow::Cow;
use std::fmt::Write as _;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Key, Label, RichText, ScrollArea, TextEdit, Ui};

use super::articles;
use crate::capture::diagnosis::Severity;
use crate::rules::is_template;
use crate::ui::look::{Look, severity_mark};
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{code_frame, weak};
use crate::wechat::lint::MAX_TEXT_BYTES;
use crate::wechat::reply::PassiveReply;

/// Initial number of lines of a multi-line field.
const ROWS: usize = 4;
/// Maximum height of the field of raw bytes, in points; longer content is scrolled.
const RAW_HEIGHT: f32 = 240.0;
/// Maximum number of bytes shown of content that is not text.
const HEX_BYTES: usize = 512;

/// Draws the fields of a reply and collects the changes made in them.
#[derive(Debug)]
pub(super) struct ReplyForm<'a> {
    pub(super) look: &'a Look,
    /// Set if the texts are templates, whose results are not known yet.
    is_template: bool,
    /// Makes the next field take the focus.
    pub(super) focus: bool,
    /// Makes that field select what is in it.
    pub(super) selects: bool,
    pub(super) changes: FormChanges,
}

/// Changes made in the fields during one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FormChanges {
    pub(super) changed: bool,
    /// Enter was pressed in a single-line field.
    pub(super) submitted: bool,
    /// Articles were added, removed or moved.
    pub(super) arranged: bool,
}

/// Label of a field.
#[derive(Debug)]
pub(super) struct FieldLabel<'a> {
    /// WeChat's name of the element.
    pub(super) name: Cow<'a, str>,
    /// Key of the element's meaning, below `editor.meaning` in the locale.
    pub(super) meaning: &'static str,
    /// Number of the article that the field belongs to, from 1.
    pub(super) article: Option<usize>,
}

fn field<'a>(name: &'a str, meaning: &'static str) -> FieldLabel<'a> {
    FieldLabel { name: Cow::Borrowed(name), meaning, article: None }
}

impl<'a> ReplyForm<'a> {
    /// Starts a form whose texts may be templates.
    pub(super) fn new(look: &'a Look, is_template: bool) -> Self {
        Self { look, is_template, focus: false, selects: false, changes: FormChanges::default() }
    }

    /// Draws the fields of a reply.
    pub(super) fn ui(&mut self, ui: &mut Ui, reply: &mut PassiveReply) {
        ui.spacing_mut().item_spacing.y = GAP;
        match reply {
            PassiveReply::Success => self.note_ui(ui, "editor.meaning.success"),
            PassiveReply::Empty => self.note_ui(ui, "editor.meaning.empty"),
            PassiveReply::Text { content } => self.text_ui(ui, content),
            PassiveReply::Image { media_id } => self.line(ui, &field("MediaId", "image.MediaId"), media_id),
            PassiveReply::Voice { media_id } => self.line(ui, &field("MediaId", "voice.MediaId"), media_id),
            PassiveReply::Video { media_id, title, description } => {
                self.line(ui, &field("MediaId", "video.MediaId"), media_id);
                self.line(ui, &field("Title", "video.Title"), title);
                self.line(ui, &field("Description", "video.Description"), description);
            }
            PassiveReply::Music { title, description, music_url, hq_music_url, thumb_media_id } => {
                self.line(ui, &field("ThumbMediaId", "music.ThumbMediaId"), thumb_media_id);
                self.line(ui, &field("Title", "music.Title"), title);
                self.line(ui, &field("Description", "music.Description"), description);
                self.line(ui, &field("MusicUrl", "music.MusicUrl"), music_url);
                self.line(ui, &field("HQMusicUrl", "music.HQMusicUrl"), hq_music_url);
            }
            PassiveReply::News { articles } => articles::articles_ui(ui, self, articles),
            PassiveReply::TransferCustomerService { kf_account } => {
                self.line(ui, &field("KfAccount", "transfer_customer_service.KfAccount"), kf_account);
            }
            PassiveReply::Raw(bytes) => self.raw_ui(ui, bytes),
        }
    }

    /// Draws a single-line field, in which Enter submits.
    pub(super) fn line(&mut self, ui: &mut Ui, field: &FieldLabel<'_>, text: &mut String) {
        let edit = TextEdit::singleline(text).id_salt((&*field.name, field.article));
        let response = self.field_ui(ui, field, edit);
        self.changes.submitted |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    }

    fn text_ui(&mut self, ui: &mut Ui, content: &mut String) {
        let edit = TextEdit::multiline(content).id_salt("Content").desired_rows(ROWS);
        self.field_ui(ui, &field("Content", "text.Content"), edit);
        if self.is_template && is_template(content) {
            return;
        }
        let bytes = content.len();
        let details = [("bytes", bytes.to_string()), ("limit", MAX_TEXT_BYTES.to_string())];
        let words = self.look.language.filled("editor.bytes_of", &details);
        let shown = if bytes > MAX_TEXT_BYTES {
            let mark = severity_mark(Severity::Warning);
            RichText::new(format!("{mark} {words}")).small().color(self.look.palette.warning)
        } else {
            weak(self.look, words)
        };
        ui.add(Label::new(shown).wrap());
    }

    /// Draws raw bytes: text can be edited, other bytes are shown in hexadecimal.
    fn raw_ui(&mut self, ui: &mut Ui, bytes: &mut Vec<u8>) {
        match String::from_utf8(std::mem::take(bytes)) {
            Ok(mut text) => {
                let name = FieldLabel { name: self.look.text("editor.raw.name"), meaning: "raw", article: None };
                ScrollArea::vertical().id_salt("raw").max_height(RAW_HEIGHT).show(ui, |ui| {
                    let edit = TextEdit::multiline(&mut text).id_salt("raw").code_editor().lock_focus(false);
                    self.field_ui(ui, &name, edit.desired_rows(ROWS));
                });
                *bytes = text.into_bytes();
                let count = bytes.len().to_string();
                ui.label(weak(self.look, self.look.filled("editor.bytes", &[("bytes", &count)])));
            }
            Err(error) => {
                *bytes = error.into_bytes();
                self.hex_ui(ui, bytes);
            }
        }
    }

    fn hex_ui(&mut self, ui: &mut Ui, bytes: &mut Vec<u8>) {
        self.note_ui(ui, "editor.raw.no_text");
        code_frame(self.look).show(ui, |ui| {
            ui.add(Label::new(RichText::new(hex(bytes)).monospace()).wrap());
        });
        if ui.button(self.look.text("editor.raw.clear")).clicked() {
            bytes.clear();
            (self.changes.changed, self.focus) = (true, true);
        }
    }

    fn note_ui(&self, ui: &mut Ui, key: &str) {
        ui.add(Label::new(weak(self.look, self.look.text(key))).wrap());
    }

    fn field_ui(&mut self, ui: &mut Ui, field: &FieldLabel<'_>, edit: TextEdit<'_>) -> egui::Response {
        let response = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = GAP_SMALL;
            let label = ui.horizontal_wrapped(|ui| {
                let name = RichText::new(&*field.name).monospace().color(self.look.palette.strong);
                let label = ui.label(name);
                ui.label(weak(self.look, self.look.text(&format!("editor.meaning.{}", field.meaning))));
                label.id
            });
            let response = ui.add(edit.desired_width(f32::INFINITY));
            match field.article {
                None => response.labelled_by(label.inner),
                Some(article) => {
                    let details = [("name", &*field.name), ("number", &article.to_string())];
                    let name = self.look.filled("editor.article.field", &details);
                    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
                    response
                }
            }
        });
        let response = response.inner;
        if std::mem::take(&mut self.focus) {
            response.request_focus();
            if std::mem::take(&mut self.selects) {
                select_all(ui, response.id);
            }
        }
        self.changes.changed |= response.changed();
        response
    }
}

/// Selects the whole text of a field.
fn select_all(ui: &Ui, field: egui::Id) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), field) {
        // The end is wherever the text ends.
        let all = CCursorRange::two(CCursor::new(0), CCursor::new(usize::MAX));
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), field);
    }
}

/// Formats bytes in hexadecimal, with the number of bytes left out.
fn hex(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(HEX_BYTES)];
    let mut text = String::with_capacity(shown.len() * 3 + 16);
    for byte in shown {
        // Writing to a `String` never fails.
        write!(text, "{byte:02x} ").ok();
    }
    if shown.len() < bytes.len() {
        write!(text, "… (+{})", bytes.len() - shown.len()).ok();
    }
    text.truncate(text.trim_end().len());
    text
}
