//! The one scroll of the detail: findings, content, reply, layers, fields and replays, one below the other.

use egui::accesskit::Role;
use egui::{Label, Rect, ScrollArea, Stroke, Ui, Vec2};

use super::Detail;
use super::attempts::{attempts_ui, has_attempts};
use super::beside::replays_title;
use super::copies_section::copies_ui;
use super::detail_view::DetailView;
use super::fields_section::fields_ui;
use super::hero::hero_ui;
use super::layers_section::layers_ui;
use super::mends::mendable_findings_ui;
use super::replays_section::replays_ui;
use super::reply_section::reply_section_ui;
use crate::capture::UNREADABLE;
use crate::ui::action::{Action, DetailPart};
use crate::ui::look::Look;
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::theme::{GAP, GAP_LARGE, GAP_SMALL, section_text};
use crate::ui::widgets::controls::{named, title, weak};

/// Width of the mark beside the heading of the part that the keys turned to, in points.
const MARK_WIDTH: f32 = 3.0;
/// Distance of that mark from the heading, in points.
const MARK_GAP: f32 = 6.0;

/// Draws the scroll.
pub(super) fn scroll_ui(
    ui: &mut Ui,
    detail: &Detail,
    (view, answering): (&mut DetailView, &mut ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let mut area = ScrollArea::vertical().id_salt("detail").auto_shrink(false);
    if view.takes_top() {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        // Room for the scroll bar, which floats.
        ui.set_width(ui.available_width() - GAP);
        // The reply that is being written comes before what it is about: its time runs.
        if view.answers_first {
            answer_ui(ui, detail, (view, answering), look, actions);
            content_ui(ui, detail, view, look, actions);
        } else {
            content_ui(ui, detail, view, look, actions);
            answer_ui(ui, detail, (view, answering), look, actions);
        }
        attempts_below_ui(ui, detail, (view, answering), look, actions);
        if let Some(layers) = &detail.opened.layers {
            layers_ui(ui, layers, detail, look);
        }
        if let Some(copies) = &detail.copies {
            copies_ui(ui, copies, look);
        }
        if !detail.fields.is_empty() {
            heading_ui(ui, &look.text("hero.fields"), DetailPart::Fields, view, look);
            fields_ui(ui, detail, view, look, actions);
        }
        let is_beside = view.is_wide && view.shows_beside;
        if !is_beside && !detail.opened.replays.is_empty() {
            heading_ui(ui, &replays_title(detail, look), DetailPart::Replays, view, look);
            replays_ui(ui, (&detail.replays, &detail.opened), look, actions);
        }
        ui.add_space(GAP_LARGE);
    });
}

/// Draws the reply below its heading.
fn answer_ui(
    ui: &mut Ui,
    detail: &Detail,
    (view, answering): (&mut DetailView, &mut ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    heading_ui(ui, &look.text("hero.reply.title"), DetailPart::Reply, view, look);
    reply_section_ui(ui, &detail.opened.stored, detail.reply.as_ref(), answering, look, actions);
}

/// Draws the timeline where it is unfolded and has no column of its own.
fn attempts_below_ui(
    ui: &mut Ui,
    detail: &Detail,
    (view, answering): (&mut DetailView, &ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    if view.is_wide || !view.shows_attempts || !has_attempts(&detail.opened) {
        return;
    }
    let drawn = ui.scope(|ui| {
        if detail.opened.attempts.len() > 1 {
            title(ui, look, &look.text("detail.attempts"));
        }
        attempts_ui(ui, (&detail.lanes, detail.id()), answering, look, actions);
    });
    if view.takes_attempts() {
        ui.scroll_to_rect(drawn.response.rect, None);
    }
}

/// Draws the findings, and the card of the kind.
fn content_ui(ui: &mut Ui, detail: &Detail, view: &mut DetailView, look: &Look, actions: &mut Vec<Action>) {
    let has_no_replays = detail.opened.replays.is_empty() || (view.is_wide && view.shows_beside);
    if view.takes_reveal(DetailPart::Content) || (has_no_replays && view.takes_reveal(DetailPart::Replays)) {
        ui.scroll_to_rect(Rect::from_min_size(ui.cursor().min, Vec2::splat(1.0)), Some(egui::Align::Min));
    }
    mendable_findings_ui(ui, &detail.findings, look, actions);
    if let Some(hero) = &detail.hero {
        hero_ui(ui, hero, &detail.opened, view, look, actions);
    } else if detail.opened.stored.capture.envelope.kind == UNREADABLE && detail.fields.is_empty() {
        ui.add(Label::new(weak(look, look.text("detail.unreadable"))).wrap());
    }
}

/// Marks the heading of the part that the keys turned to.
pub(super) fn mark_part(ui: &Ui, heading: Rect, part: DetailPart, turned_to: DetailPart, look: &Look) {
    if turned_to == part && part != DetailPart::Content {
        let left = heading.left() - MARK_GAP - MARK_WIDTH;
        let mark = Rect::from_x_y_ranges(left..=left + MARK_WIDTH, heading.y_range());
        // It stands in the margin, which the scroll clips.
        let painter = ui.painter().with_clip_rect(ui.clip_rect().expand2(Vec2::new(MARK_GAP + MARK_WIDTH, 0.0)));
        painter.rect_filled(mark, 1.0, look.palette.accent);
    }
}

/// Draws the heading of a part below a hairline; scrolls to it where that is asked for.
pub(super) fn heading_ui(ui: &mut Ui, words: &str, part: DetailPart, view: &mut DetailView, look: &Look) {
    let is_first = ui.min_rect().height() == 0.0;
    ui.add_space(if is_first { 0.0 } else { GAP_SMALL });
    let (line, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 1.0), egui::Sense::empty());
    if !is_first {
        // Below the header there is a line already.
        ui.painter().hline(line.x_range(), line.center().y, Stroke::new(1.0, look.palette.line));
    }
    let shown = section_text(words).color(look.palette.strong);
    let response = named(ui.add(Label::new(shown).selectable(false)), Role::Heading, words);
    mark_part(ui, response.rect, part, view.part(), look);
    if view.takes_reveal(part) {
        ui.scroll_to_rect(line.union(response.rect), Some(egui::Align::Min));
    }
}
