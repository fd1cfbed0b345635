//! Screen of the composer: the form beside the text, and below them the parse error and the button to send.

use egui::accesskit::Role;
use egui::text::CCursor;
use egui::text_edit::TextEditOutput;
use egui::{
    Button, CentralPanel, ComboBox, Frame, Key, Label, Margin, Modifiers, Panel, RichText, ScrollArea, Stroke,
    TextEdit, TextStyle, Ui,
};

use super::flaw::tree_words;
use super::{Composer, Origin};
use crate::engine::Status;
use crate::texts::safe_text::safe_text;
use crate::ui::action::{Action, SendAction};
use crate::ui::look::Look;
use crate::ui::pane_stop::name_handle;
use crate::ui::theme::{CONTROL_HEIGHT, GAP, GAP_LARGE, GAP_SMALL};
use crate::ui::widgets::controls::{named, small_button, title, weak};
use crate::wechat::compose::{TEMPLATES, as_json, as_xml};
use crate::wechat::tree::{Format, TreeError};

/// Minimum width at which the text is beside the form rather than below, in points.
const SIDE_BY_SIDE: f32 = 780.0;

/// Initial width of the text, and minimum widths of the text and the form, in points.
const TEXT_WIDTH: f32 = 560.0;
const TEXT_SMALLEST: f32 = 320.0;
const FORM_SMALLEST: f32 = 400.0;

/// Maximum length of editable text in bytes; laying out longer texts would block the window.
const LONGEST_TEXT: usize = 64 << 10;

/// Characters that are underlined of a mistake at most, and the shortest line, in points.
const LONGEST_UNDERLINE: usize = 24;
const SHORTEST_UNDERLINE: f32 = 8.0;

/// Margin of both halves, in points.
const MARGIN: i8 = 24;

impl Composer {
    /// Draws the screen of the composer.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        (status, destination): (&Status, Option<&str>),
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let bar = Frame::new().fill(look.palette.frame).inner_margin(Margin::symmetric(MARGIN, 8));
        let bar = Panel::bottom("composer buttons").frame(bar);
        let (sent, asks) = bar.show(ui, |ui| self.buttons_ui(ui, destination, look)).inner;
        let by_key = !ui.ctx().egui_wants_keyboard_input() || ui.ctx().text_edit_focused();
        let by_key = by_key && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        if sent || asks || by_key {
            self.parsed();
            let send = if asks { SendAction::This } else { SendAction::ThisAtOnce };
            actions.extend(self.to_send().map(|messages| Action::Send(send(Box::new(messages)))));
        }
        let room = ui.available_width();
        if room >= SIDE_BY_SIDE {
            let largest = (room - FORM_SMALLEST).max(TEXT_SMALLEST);
            let panel = Panel::right("composed text").resizable(true).default_size(TEXT_WIDTH.min(largest));
            let panel = panel.size_range(TEXT_SMALLEST..=largest);
            panel.frame(half(look)).show(ui, |ui| {
                if self.has_answer() {
                    let area = ScrollArea::vertical().id_salt("composed and answered").auto_shrink(false);
                    area.show(ui, |ui| self.text_and_answers_ui(ui, look, actions));
                } else {
                    self.text_ui(ui, true, look);
                }
            });
            name_handle(ui, "composed text", "palette.handle.text", look);
        }
        CentralPanel::default().frame(half(look)).show(ui, |ui| {
            ScrollArea::vertical().id_salt("composer").auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = GAP;
                self.head_ui(ui, status, look, actions);
                self.pictures_ui(ui, look, actions);
                self.form_ui(ui, look);
                if room < SIDE_BY_SIDE {
                    ui.add_space(GAP_LARGE);
                    self.text_and_answers_ui(ui, look, actions);
                }
            });
        });
    }

    /// Draws the message as text, and right below it what was answered.
    fn text_and_answers_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        self.text_ui(ui, false, look);
        if self.has_answer() {
            ui.add_space(GAP_LARGE);
            self.answers_ui(ui, look, actions);
        }
    }

    fn head_ui(&mut self, ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
        title(ui, look, &self.title(look));
        let hint = match self.origin {
            Origin::New => "composer.hint",
            Origin::Edited(_) => "composer.hint_edited",
        };
        ui.add(Label::new(weak(look, look.text(hint))).wrap());
        if let Origin::Edited(id) = self.origin {
            ui.horizontal_wrapped(|ui| {
                if ui.add(small_button(look.text("composer.show_event").into_owned())).clicked() {
                    actions.push(Action::Select(id));
                }
                if ui.add(small_button(look.text("composer.new").into_owned())).clicked() {
                    self.take_template(super::FIRST_KIND, status);
                }
            });
            return;
        }
        let kind = self.kind().to_owned();
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new(look.text("composer.kind")).color(look.palette.weak));
            let shown = if kind.is_empty() { look.text("composer.kind_unknown") } else { safe_text(&kind) };
            let mut chosen = None;
            let combo = ComboBox::from_id_salt("kind").width(260.0).height(420.0).selected_text(&*shown);
            let combo = combo.show_ui(ui, |ui| {
                for (name, _) in TEMPLATES {
                    if ui.selectable_label(*name == kind, *name).clicked() {
                        chosen = Some(*name);
                    }
                }
            });
            combo.response.labelled_by(label.id);
            if let Some(name) = chosen {
                self.take_template(name, status);
            }
        });
    }

    /// Draws the message as text; with `fills`, it takes the whole height.
    fn text_ui(&mut self, ui: &mut Ui, fills: bool, look: &Look) {
        ui.spacing_mut().item_spacing.y = GAP;
        self.format_ui(ui, look);
        if self.text.len() > LONGEST_TEXT {
            ui.add(Label::new(look.text("composer.text.too_long")).wrap());
            return;
        }
        let rows = if fills { 4 } else { 12 };
        let focus = std::mem::take(&mut self.focus);
        let mistake = self.parsed().flaw.as_ref().and_then(TreeError::place).map(|place| place.offset);
        let height = if fills { ui.available_height() } else { 0.0 };
        let edit = |ui: &mut Ui, text: &mut String, number: u32| {
            let edit = TextEdit::multiline(text).font(TextStyle::Monospace).id_salt(("composed", number));
            let edit = edit.margin(Margin::symmetric(10, 8)).min_size(egui::vec2(0.0, height));
            let output = edit.lock_focus(false).desired_rows(rows).desired_width(f32::INFINITY).show(ui);
            if let Some(offset) = mistake {
                underline(ui, &output, text, offset, look);
            }
            let response = output.response.response;
            if focus {
                response.request_focus();
            }
            let changed = response.changed();
            named(response, Role::MultilineTextInput, &look.text("composer.text.title"));
            changed
        };
        let changed = if fills {
            let area = ScrollArea::vertical().id_salt("composed text").auto_shrink(false);
            area.show(ui, |ui| edit(ui, &mut self.text, self.number)).inner
        } else {
            edit(ui, &mut self.text, self.number)
        };
        if changed {
            (self.parsed, self.refused) = (None, None);
        }
    }

    fn format_ui(&mut self, ui: &mut Ui, look: &Look) {
        let format = self.parsed().format;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = GAP_SMALL;
            title(ui, look, &look.text("composer.text.title"));
            ui.add_space(GAP);
            for (one, name) in [(Format::Xml, "XML"), (Format::Json, "JSON")] {
                let label = egui::Button::selectable(format == Some(one), name);
                let response = ui.add_enabled(format.is_some(), label);
                if response.clicked() && format != Some(one) {
                    self.convert_to(one);
                }
            }
        });
    }

    /// Converts the message to another format.
    fn convert_to(&mut self, format: Format) {
        let message = self.text.as_bytes();
        let converted = match format {
            Format::Xml => as_xml(message),
            Format::Json => as_json(message).map_err(Into::into),
        };
        match converted {
            Ok(message) => {
                self.set_message(message);
                self.refused = None;
            }
            Err(error) => self.refused = Some((String::new(), error)),
        }
    }

    /// Draws the state of the text and the buttons to send; returns whether it is to be sent at once, and whether with other
    /// settings.
    fn buttons_ui(&mut self, ui: &mut Ui, destination: Option<&str>, look: &Look) -> (bool, bool) {
        let is_empty = self.text.trim().is_empty();
        self.parsed();
        let refused = self.refused.as_ref().filter(|(what, _)| what.is_empty());
        let refused = refused.map(|(_, error)| super::flaw::compose_words(error, look));
        let Self { parsed, text, .. } = self;
        let parsed = parsed.get_or_insert_with(|| super::ParsedMessage::of(text));
        let (words, color) = match (&parsed.flaw, refused) {
            (_, Some(words)) => (format!("× {words}"), look.palette.error),
            (Some(flaw), None) => (format!("× {}", tree_words(flaw, look)), look.palette.error),
            (None, None) => {
                let format = if parsed.format == Some(Format::Json) { "JSON" } else { "XML" };
                let details = [("format", format), ("kind", &*safe_text(&parsed.kind))];
                (format!("✓ {}", look.filled("composer.well_formed", &details)), look.palette.ok)
            }
        };
        let row = ui.horizontal_wrapped(|ui| {
            let is_flawed = parsed.flaw.is_some();
            let name = look.text(if is_flawed { "composer.send_anyway" } else { "composer.send" });
            let button = if is_flawed {
                Button::new(&*name)
            } else {
                Button::new(RichText::new(&*name).color(look.palette.on_accent).strong()).fill(look.palette.accent)
            };
            let button = button.min_size(egui::Vec2::new(0.0, CONTROL_HEIGHT));
            let response = named(ui.add_enabled(!is_empty, button), Role::Button, &name);
            let words_to = match destination {
                Some(target) => look.filled("composer.goes_to", &[("target", target)]),
                None => look.text("composer.asks_where").into_owned(),
            };
            ui.add(Label::new(RichText::new(words_to).color(look.palette.text)).wrap());
            let asking = ui.add_enabled(!is_empty, Button::new(look.text("composer.send_asking")));
            ui.add(Label::new(RichText::new(words).color(color)).wrap());
            (response.on_hover_text("Ctrl+Enter").clicked(), asking.clicked())
        });
        row.inner
    }
}

/// Underlines the word at a byte of the text.
fn underline(ui: &Ui, output: &TextEditOutput, text: &str, offset: usize, look: &Look) {
    let start = text.floor_char_boundary(offset.min(text.len()));
    let first = text[..start].chars().count();
    let word = text[start..].chars().take_while(|c| !c.is_whitespace()).take(LONGEST_UNDERLINE).count();
    let place = |at: usize| output.galley.pos_from_cursor(CCursor::new(at)).translate(output.galley_pos.to_vec2());
    let (from, to) = (place(first), place(first + word));
    let right = if to.top() > from.top() { output.text_clip_rect.right() } else { to.left() };
    let line = from.left()..=right.max(from.left() + SHORTEST_UNDERLINE);
    let painter = ui.painter().with_clip_rect(output.text_clip_rect.intersect(ui.clip_rect()));
    painter.hline(line, from.bottom() - 1.0, Stroke::new(2.0, look.palette.error));
}

fn half(look: &Look) -> Frame {
    Frame::new().fill(look.palette.surface).inner_margin(Margin::same(MARGIN)).stroke(Stroke::NONE)
}
