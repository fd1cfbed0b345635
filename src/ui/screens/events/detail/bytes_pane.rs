//! Pane of the bytes, always in view: highlighted text or a hex dump with the chosen element lit, the request, its headers.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{
    Align, Align2, Button, FontId, Label, Layout, RichText, ScrollArea, Sense, Sides, Stroke, TextStyle, TextWrapMode,
    Ui, Vec2,
};

use super::Detail;
use super::detail_view::{BytesSource, DetailView};
use super::field::innermost;
use super::hex::hex_ui;
use super::highlight::{HighlightedText, Token};
use super::request_view::{headers_ui, request_ui};
use super::scroll::mark_part;
use super::text_rows::TextRows;
use crate::capture::Capture;
use crate::texts::safe_text::grouped;
use crate::ui::action::{Action, BytesView, DetailPart};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, Palette};
use crate::ui::widgets::controls::{code_frame, copy_icon, title, weak};

/// Maximum length in bytes of a text that is laid out as one; longer ones go by rows.
const LAID_OUT_AT_ONCE: usize = 8 << 10;
/// Height of a line of text, in points.
const LINE_HEIGHT: f32 = 18.0;
/// Width of a digit of a line number, in points.
const DIGIT_WIDTH: f32 = 8.0;

/// Width from which the choice of the payload stands beside that of the view, in points.
const ROOM_FOR_SOURCES: f32 = 600.0;

/// State of the pane for one capture. Only [`bytes_pane_ui`] uses the cells, apart from `reveal`.
#[derive(Debug, Default)]
pub(super) struct BytesPane {
    message: PayloadText,
    body: PayloadText,
    has_body: bool,
    /// Request to scroll to the chosen element.
    reveal: Cell<bool>,
}

/// A payload shown as text.
#[derive(Debug, Default)]
struct PayloadText {
    is_utf8: bool,
    rows: TextRows,
    /// A short text laid out as one, with what it was made for.
    whole: RefCell<Option<(WholeKey, WholeText)>>,
}

/// The palette, the lit bytes, and whether white space is visible.
type WholeKey = (*const Palette, Range<usize>, bool);

#[derive(Clone, Debug)]
struct WholeText {
    highlighted: Arc<HighlightedText>,
    lines: usize,
    job: Arc<LayoutJob>,
}

impl BytesPane {
    /// The pane of a capture.
    pub(super) fn of(capture: &Capture) -> Self {
        let body = capture.message.as_ref().map(|_| &capture.request.body);
        Self {
            message: PayloadText::of(capture.message()),
            has_body: body.is_some(),
            body: body.map(|body| PayloadText::of(body)).unwrap_or_default(),
            reveal: Cell::default(),
        }
    }

    /// Scrolls to the chosen element in the next frame.
    pub(super) fn reveal(&self) {
        self.reveal.set(true);
    }
}

impl PayloadText {
    fn of(payload: &[u8]) -> Self {
        Self { is_utf8: std::str::from_utf8(payload).is_ok(), ..Self::default() }
    }

    fn whole(&self, text: &str, lit: &Range<usize>, shows_space: bool, look: &Look, font: &FontId) -> WholeText {
        let key = (std::ptr::from_ref(look.palette), lit.clone(), shows_space);
        if let Some((made_for, whole)) = &*self.whole.borrow()
            && *made_for == key
        {
            return whole.clone();
        }
        let highlighted = HighlightedText::of(text, shows_space);
        let mut job = LayoutJob::default();
        // A row that breaks at white space alone leaves the indentation of a long value on a row of its own.
        job.wrap.break_anywhere = true;
        for (text, token, lit) in highlighted.cut_at(lit) {
            let color = token_color(token, look);
            let mut format = TextFormat { line_height: Some(LINE_HEIGHT), ..TextFormat::simple(font.clone(), color) };
            if lit {
                format.background = look.palette.lit;
            }
            job.append(text, 0.0, format);
        }
        let lines = highlighted.text.matches('\n').count() + 1;
        let whole = WholeText { highlighted: Arc::new(highlighted), lines, job: Arc::new(job) };
        *self.whole.borrow_mut() = Some((key, whole.clone()));
        whole
    }
}

/// The colour of a syntactic class.
pub(super) fn token_color(token: Token, look: &Look) -> egui::Color32 {
    match token {
        Token::Mark | Token::Space => look.palette.code_mark,
        Token::Name => look.palette.code_name,
        Token::Value | Token::Literal => look.palette.code_value,
        Token::Aside => look.palette.weak,
        Token::Plain => look.palette.text,
        Token::Escaped => look.palette.error,
    }
}

/// Draws the pane.
pub(super) fn bytes_pane_ui(
    ui: &mut Ui,
    detail: &Detail,
    view: &mut DetailView,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    // It is always in view.
    view.takes_reveal(DetailPart::Bytes);
    bar_ui(ui, detail, view, look, actions);
    match view.bytes {
        BytesView::Text | BytesView::Hex => payload_ui(ui, detail, view, look, actions),
        BytesView::Request => request_ui(ui, &detail.opened, &detail.request, look, actions),
        BytesView::Headers => headers_ui(ui, &detail.request, look, actions),
    }
}

fn payload_ui(ui: &mut Ui, detail: &Detail, view: &DetailView, look: &Look, actions: &mut Vec<Action>) {
    let (pane, capture) = (&detail.bytes, &detail.opened.stored.capture);
    let is_message = !pane.has_body || view.source == BytesSource::Message;
    let (bytes, payload) =
        if is_message { (capture.message(), &pane.message) } else { (&*capture.request.body, &pane.body) };
    if bytes.is_empty() {
        ui.label(weak(look, look.text("detail.empty_body")));
        return;
    }
    if capture.request.is_cut() && (!is_message || !pane.has_body) {
        let (kept, all) = (bytes.len().to_string(), capture.request.body_length.to_string());
        ui.label(look.filled("detail.body_cut", &[("kept", &kept), ("bytes", &all)]));
    }
    let lit = detail.chosen.as_ref().filter(|_| is_message).map_or(0..0, |chosen| chosen.bytes.clone());
    let reveal = pane.reveal.take();
    let text = std::str::from_utf8(bytes).ok().filter(|_| payload.is_utf8 && view.bytes == BytesView::Text);
    let clicked = match text {
        Some(text) if text.len() <= LAID_OUT_AT_ONCE => {
            text_ui(ui, payload, text, (&lit, reveal), view.shows_space, look)
        }
        Some(text) => payload.rows.ui(ui, text, (&lit, reveal), view.shows_space, look),
        None => hex_ui(ui, bytes, &lit, reveal, look),
    };
    let field = clicked.filter(|_| is_message).and_then(|offset| innermost(&detail.fields, offset));
    if let Some(field) = field {
        actions.push(Action::ChooseField(field.path.clone()));
    }
}

/// Draws the heading, the choice of the view, the caption of what is lit, and the number of bytes.
fn bar_ui(ui: &mut Ui, detail: &Detail, view: &mut DetailView, look: &Look, actions: &mut Vec<Action>) {
    let (pane, capture) = (&detail.bytes, &detail.opened.stored.capture);
    let is_body = pane.has_body && view.source == BytesSource::Body;
    let bytes: &[u8] = if is_body { &capture.request.body } else { capture.message() };
    let part = view.part();
    let shows_payload = matches!(view.bytes, BytesView::Text | BytesView::Hex);
    let has_sources = pane.has_body && shows_payload;
    let is_beside = has_sources && ui.available_width() >= ROOM_FOR_SOURCES;
    Sides::new().shrink_left().wrap().show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            let heading = ui.scope(|ui| title(ui, look, &look.text("hero.bytes.title"))).response;
            mark_part(ui, heading.rect, DetailPart::Bytes, part, look);
            ui.add_space(GAP_SMALL);
            for one in BytesView::ALL {
                let key = match one {
                    BytesView::Text => "detail.raw.text",
                    BytesView::Hex => "detail.raw.hex",
                    BytesView::Request => "hero.bytes.request",
                    BytesView::Headers => "hero.bytes.headers",
                };
                if ui
                    .add(Button::selectable(view.bytes == one, look.text(key)).wrap_mode(TextWrapMode::Extend))
                    .clicked()
                {
                    view.bytes = one;
                }
            }
            if is_beside {
                ui.separator();
                sources_ui(ui, &mut view.source, look);
            }
        },
        |ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            if shows_payload {
                copy_icon(ui, look, &look.text("detail.raw.message"), || copy_text(bytes), actions);
                let mark = RichText::new("¶");
                let toggle = ui.selectable_label(view.shows_space, mark).on_hover_text(look.text("hero.bytes.space"));
                let toggle = crate::ui::widgets::controls::named(
                    toggle,
                    egui::accesskit::Role::CheckBox,
                    &look.text("hero.bytes.space"),
                );
                if toggle.clicked() {
                    view.shows_space = !view.shows_space;
                }
            }
        },
    );
    if has_sources && !is_beside {
        ui.horizontal(|ui| sources_ui(ui, &mut view.source, look));
    }
    if shows_payload {
        caption_ui(ui, detail, bytes, is_body, view, look);
    }
}

/// Draws the choice between the message and the body that it was decrypted from.
fn sources_ui(ui: &mut Ui, chosen: &mut BytesSource, look: &Look) {
    for (source, key) in [(BytesSource::Message, "detail.raw.message"), (BytesSource::Body, "detail.raw.body")] {
        let choice = Button::selectable(*chosen == source, look.text(key));
        if ui.add(choice.wrap_mode(TextWrapMode::Extend)).clicked() {
            *chosen = source;
        }
    }
}

/// Draws what is lit, such as `ScanResult · bytes 334–372 · 38 B`, else the number of bytes.
fn caption_ui(ui: &mut Ui, detail: &Detail, bytes: &[u8], is_body: bool, view: &DetailView, look: &Look) {
    let lit = detail.chosen.as_ref().filter(|_| !is_body);
    let words = match lit {
        Some(chosen) => {
            let range = &chosen.bytes;
            let field = detail.fields.iter().find(|field| field.path == chosen.path);
            let name = field.map_or_else(|| look.text("hero.bytes.character").into_owned(), |field| field.name.clone());
            let (from, to) = (grouped(range.start as u64), grouped(range.end as u64));
            let count = grouped(range.len() as u64);
            look.filled("hero.bytes.lit", &[("name", &name), ("from", &from), ("to", &to), ("count", &count)])
        }
        None => look.filled("detail.raw.bytes", &[("count", &bytes.len().to_string())]),
    };
    let is_text = std::str::from_utf8(bytes).is_ok();
    let words = if is_text || view.bytes == BytesView::Hex {
        words
    } else {
        format!("{words} · {}", look.text("detail.raw.not_utf8"))
    };
    ui.add(Label::new(weak(look, words)).truncate());
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

/// Draws a short text as one, and returns the clicked byte.
fn text_ui(
    ui: &mut Ui,
    payload: &PayloadText,
    text: &str,
    (lit, reveal): (&Range<usize>, bool),
    shows_space: bool,
    look: &Look,
) -> Option<usize> {
    let font = TextStyle::Monospace.resolve(ui.style());
    let WholeText { highlighted, lines, job } = payload.whole(text, lit, shows_space, look, &font);
    let gutter = lines.to_string().len() as f32 * DIGIT_WIDTH + GAP;
    let area = ScrollArea::vertical().id_salt("text").auto_shrink(false);
    let mut clicked = None;
    code_frame(look).show(ui, |ui| {
        clicked = area
            .show(ui, |ui| {
                // Room for the scroll bar, which floats.
                ui.set_width(ui.available_width() - GAP);
                let layout = Layout::left_to_right(Align::TOP);
                let size = Vec2::new(ui.available_width(), 0.0);
                ui.allocate_ui_with_layout(size, layout, |ui| {
                    ui.add_space(gutter);
                    let label = Label::new(job).wrap().selectable(true).sense(Sense::CLICK);
                    let (at, galley, response) = label.layout_in_ui(ui);
                    response
                        .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, galley.text()));
                    line_numbers(ui, at, &galley, look, &font);
                    if reveal && let Some(start) = shown_start(&highlighted, lit) {
                        let rect = galley.pos_from_cursor(CCursor::new(start)).translate(at.to_vec2());
                        ui.scroll_to_rect(rect, Some(Align::Center));
                    }
                    let clicked = response.clicked().then(|| response.interact_pointer_pos()).flatten();
                    let clicked = clicked.map(|point| galley.cursor_from_pos(point - at).index.0);
                    LabelSelectionState::label_text_selection(
                        ui,
                        &response,
                        at,
                        galley,
                        look.palette.text,
                        Stroke::NONE,
                    );
                    clicked
                })
                .inner
            })
            .inner;
    });
    let character = clicked?;
    let (shown, _) = highlighted.text.char_indices().nth(character)?;
    highlighted.byte_at(shown)
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
