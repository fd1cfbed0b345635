//! Page of the raw bytes: highlighted text with the chosen element lit, or a hex dump.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Align, Align2, FontId, Label, Layout, ScrollArea, Sense, Stroke, TextStyle, Ui, Vec2};

use super::field::{Field, innermost};
use super::hex::hex_ui;
use super::highlight::{HighlightedText, Token};
use crate::capture::Capture;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, Palette};
use crate::ui::widgets::controls::{code_frame, copy_button, weak};

/// Maximum length of text in bytes; longer text is shown as a hex dump, since laying it out would block the window.
const LONGEST_TEXT: usize = 64 << 10;
/// Height of a line of text, in points.
const LINE_HEIGHT: f32 = 18.0;
/// Width of a digit of a line number, in points.
const DIGIT_WIDTH: f32 = 8.0;

/// The bytes shown by the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RawSource {
    /// The message, decrypted in safe and compat mode.
    #[default]
    Message,
    /// The body of the request as received.
    Body,
}

/// State of the page. Only [`raw_ui`] uses the cells, apart from `reveal`.
#[derive(Debug, Default)]
pub(super) struct RawPage {
    message: Option<PayloadText>,
    body: Option<PayloadText>,
    has_body: bool,
    source: Cell<RawSource>,
    in_hex: Cell<bool>,
    /// Request to scroll to the chosen element.
    reveal: Cell<bool>,
}

/// A payload shown as text.
#[derive(Debug)]
struct PayloadText {
    highlighted: HighlightedText,
    lines: usize,
    /// The laid-out text, with the palette and lit bytes that it was built for.
    job: RefCell<Option<(JobKey, Arc<LayoutJob>)>>,
}

type JobKey = (*const Palette, Range<usize>);

impl RawPage {
    /// Highlights the message and the body.
    pub(super) fn of(capture: &Capture) -> Self {
        let body = capture.message.as_ref().map(|_| PayloadText::of(&capture.request.body));
        Self {
            message: PayloadText::of(capture.message()),
            has_body: body.is_some(),
            body: body.flatten(),
            ..Self::default()
        }
    }

    /// Scrolls to the chosen element in the next frame that shows this page.
    pub(super) fn reveal(&self) {
        self.source.set(RawSource::Message);
        self.reveal.set(true);
    }
}

impl PayloadText {
    fn of(payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok().filter(|text| !text.is_empty() && text.len() <= LONGEST_TEXT)?;
        let highlighted = HighlightedText::of(text);
        let lines = highlighted.text.matches('\n').count() + 1;
        Some(Self { highlighted, lines, job: RefCell::default() })
    }

    fn job(&self, lit: &Range<usize>, look: &Look, font: &FontId) -> Arc<LayoutJob> {
        let key = (std::ptr::from_ref(look.palette), lit.clone());
        if let Some((made_for, job)) = &*self.job.borrow()
            && *made_for == key
        {
            return Arc::clone(job);
        }
        let mut job = LayoutJob::default();
        for (text, token, lit) in self.highlighted.cut_at(lit) {
            let mut format =
                TextFormat { line_height: Some(LINE_HEIGHT), ..TextFormat::simple(font.clone(), color(token, look)) };
            if lit {
                format.background = look.palette.lit;
            }
            job.append(text, 0.0, format);
        }
        let job = Arc::new(job);
        *self.job.borrow_mut() = Some((key, Arc::clone(&job)));
        job
    }
}

fn color(token: Token, look: &Look) -> egui::Color32 {
    match token {
        Token::Mark => look.palette.code_mark,
        Token::Name => look.palette.code_name,
        Token::Value | Token::Literal => look.palette.code_value,
        Token::Aside => look.palette.weak,
        Token::Plain => look.palette.text,
        Token::Escaped => look.palette.error,
    }
}

/// Draws the raw page; `chosen` are the bytes of the chosen element.
pub(super) fn raw_ui(
    ui: &mut Ui,
    raw: &RawPage,
    capture: &Capture,
    (fields, chosen): (&[Field], Option<Range<usize>>),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let (bytes, text) = match raw.source.get() {
        RawSource::Message => (capture.message(), &raw.message),
        RawSource::Body => (&*capture.request.body, &raw.body),
    };
    bar_ui(ui, raw, bytes, text.is_some(), look, actions);
    if bytes.is_empty() {
        ui.label(weak(look, look.text("detail.empty_body")));
        return;
    }
    if capture.request.is_cut() && (raw.source.get() == RawSource::Body || !raw.has_body) {
        let (kept, all) = (bytes.len().to_string(), capture.request.body_length.to_string());
        ui.label(look.filled("detail.body_cut", &[("kept", &kept), ("bytes", &all)]));
    }
    let lit = match (chosen, raw.source.get()) {
        (Some(chosen), RawSource::Message) => chosen,
        _ => 0..0,
    };
    let clicked = match text {
        Some(text) if !raw.in_hex.get() => text_ui(ui, text, &lit, raw.reveal.take(), look),
        _ => hex_ui(ui, bytes, &lit, raw.reveal.take(), look),
    };
    let clicked = clicked.filter(|_| raw.source.get() == RawSource::Message);
    if let Some(field) = clicked.and_then(|offset| innermost(fields, offset)) {
        actions.push(Action::ChooseField(field.path.clone()));
    }
}

/// Draws the choice of bytes and of their display, and their number.
fn bar_ui(ui: &mut Ui, raw: &RawPage, bytes: &[u8], is_text: bool, look: &Look, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        if raw.has_body {
            for (source, key) in [(RawSource::Message, "detail.raw.message"), (RawSource::Body, "detail.raw.body")] {
                if ui.selectable_label(raw.source.get() == source, look.text(key)).clicked() {
                    raw.source.set(source);
                }
            }
            ui.separator();
        }
        if is_text {
            for (in_hex, key) in [(false, "detail.raw.text"), (true, "detail.raw.hex")] {
                if ui.selectable_label(raw.in_hex.get() == in_hex, look.text(key)).clicked() {
                    raw.in_hex.set(in_hex);
                }
            }
        } else if std::str::from_utf8(bytes).is_err() {
            ui.label(weak(look, look.text("detail.raw.not_utf8")));
        }
        ui.label(weak(look, look.filled("detail.raw.bytes", &[("count", &bytes.len().to_string())])));
        copy_button(ui, look, &look.text("detail.raw.message"), || copy_text(bytes), actions);
    });
}

/// The bytes as text, or in hexadecimal if they are not UTF-8.
fn copy_text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    std::str::from_utf8(bytes).map(str::to_owned).unwrap_or_else(|_| {
        bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            write!(hex, "{byte:02x}").ok();
            hex
        })
    })
}

/// Draws the highlighted text and returns the clicked byte.
fn text_ui(ui: &mut Ui, text: &PayloadText, lit: &Range<usize>, reveal: bool, look: &Look) -> Option<usize> {
    let font = TextStyle::Monospace.resolve(ui.style());
    let gutter = text.lines.to_string().len() as f32 * DIGIT_WIDTH + GAP;
    let area = ScrollArea::vertical().id_salt("text").auto_shrink(false);
    let scrolled = area.show(ui, |ui| {
        code_frame(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let layout = Layout::left_to_right(Align::TOP);
            let size = Vec2::new(ui.available_width(), 0.0);
            ui.allocate_ui_with_layout(size, layout, |ui| {
                ui.add_space(gutter);
                let label = Label::new(text.job(lit, look, &font)).wrap().selectable(true).sense(Sense::click());
                let (at, galley, response) = label.layout_in_ui(ui);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, galley.text()));
                line_numbers(ui, at, &galley, look, &font);
                if reveal && let Some(start) = shown_start(&text.highlighted, lit) {
                    let rect = galley.pos_from_cursor(CCursor::new(start)).translate(at.to_vec2());
                    ui.scroll_to_rect(rect, Some(Align::Center));
                }
                let clicked = response.clicked().then(|| response.interact_pointer_pos()).flatten();
                let clicked = clicked.map(|point| galley.cursor_from_pos(point - at).index.0);
                LabelSelectionState::label_text_selection(ui, &response, at, galley, look.palette.text, Stroke::NONE);
                clicked
            })
            .inner
        })
    });
    let index = scrolled.inner.inner?;
    let shown = &text.highlighted.text;
    text.highlighted.byte_at(shown.char_indices().nth(index).map_or(shown.len(), |(byte, _)| byte))
}

/// Position of the first lit character in the visible text, in characters.
fn shown_start(highlighted: &HighlightedText, lit: &Range<usize>) -> Option<usize> {
    let span = highlighted.spans.iter().find(|span| span.bytes.end > lit.start).filter(|_| !lit.is_empty())?;
    Some(highlighted.text[..span.shown.start].chars().count())
}

/// Draws a number beside the first row of each line.
fn line_numbers(ui: &Ui, at: egui::Pos2, galley: &egui::Galley, look: &Look, font: &FontId) {
    let (mut number, mut begins) = (0, true);
    for row in &galley.rows {
        if begins {
            number += 1;
            let beside = at + Vec2::new(-GAP, row.pos.y + LINE_HEIGHT / 2.0);
            if ui.is_rect_visible(egui::Rect::from_center_size(beside, Vec2::splat(40.0))) {
                ui.painter().text(beside, Align2::RIGHT_CENTER, number, font.clone(), look.palette.code_mark);
            }
        }
        begins = row.ends_with_newline;
    }
}
