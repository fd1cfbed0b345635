//! Preview of the user's chat: a bubble, cards, or a grey notice.
//!
//! Nothing is fetched for it and nothing in it can be clicked: pictures are grey, and links show their targets.

use egui::accesskit::Role;
use egui::{CornerRadius, Frame, Label, Margin, Pos2, Rect, Response, RichText, Sense, Shape, Ui, Vec2};

use super::controls::named;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, CORNER_CARD, GAP, GAP_SMALL, TEXT_SMALL};
use crate::wechat::lint::Outcome;
use crate::wechat::reply::PassiveReply;

mod media;
mod news;
mod text;

use text::TextPiece;

/// Maximum width of a bubble, in points.
const BUBBLE_WIDTH: f32 = 340.0;
/// Side of the account's avatar, in points.
const AVATAR: f32 = 36.0;
/// Length of a bubble's tail, in points.
const TAIL: f32 = 6.0;
/// Maximum number of characters drawn of a text: more than WeChat accepts.
const MOST_CHARACTERS: usize = 2_100;
/// Maximum number of characters drawn of a title, an address or an identifier.
const MOST_OF_A_LINE: usize = 300;

/// Draws the effect of a reply in the user's chat, in the available width.
pub(crate) fn bubble_ui(ui: &mut Ui, outcome: &Outcome, reply: Option<&PassiveReply>, look: &Look) {
    let frame = Frame::new()
        .fill(look.palette.chat.ground)
        .corner_radius(CornerRadius::same(CORNER_CARD))
        .inner_margin(Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
        match outcome {
            Outcome::Nothing
            | Outcome::Left
            | Outcome::NoConversation
            | Outcome::OnlyTransfer
            | Outcome::Verified
            | Outcome::NotVerified => {
                notice_ui(ui, &look.text("bubble.nothing"), look);
            }
            Outcome::Encrypted => notice_ui(ui, &look.text("bubble.sealed"), look),
            Outcome::CustomerService => notice_ui(ui, &look.text("bubble.customer_service"), look),
            Outcome::Notice => notice_ui(ui, &look.text("bubble.failed"), look),
            Outcome::Late | Outcome::Unanswered => notice_ui(ui, &look.text("bubble.retried"), look),
            Outcome::NewsCut { shown, dropped } => {
                reply_ui(ui, reply, *shown, look);
                notice_ui(ui, &look.filled("bubble.dropped", &[("count", &dropped.to_string())]), look);
            }
            Outcome::Text
            | Outcome::LongText { .. }
            | Outcome::Image
            | Outcome::Voice
            | Outcome::Video
            | Outcome::Music
            | Outcome::News { .. } => reply_ui(ui, reply, usize::MAX, look),
        }
    });
}

/// Draws a centred notice of the chat itself.
fn notice_ui(ui: &mut Ui, words: &str, look: &Look) {
    ui.vertical_centered(|ui| {
        ui.add(Label::new(RichText::new(words).size(TEXT_SMALL).color(look.palette.chat.notice)).wrap());
    });
}

/// Draws the account's avatar and the reply, with the first `articles` of its articles.
fn reply_ui(ui: &mut Ui, reply: Option<&PassiveReply>, articles: usize, look: &Look) {
    let Some(reply) = reply else { return };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP + TAIL;
        avatar_ui(ui, look);
        // Lines of text are lower than controls.
        ui.spacing_mut().interact_size.y = 0.0;
        match reply {
            PassiveReply::Text { content } => framed(ui, look, |ui| text_ui(ui, content, look)),
            PassiveReply::Image { media_id } => media::image_ui(ui, media_id, look),
            PassiveReply::Voice { media_id } => framed(ui, look, |ui| media::voice_ui(ui, media_id, look)),
            PassiveReply::Video { media_id, title, description } => {
                framed(ui, look, |ui| media::video_ui(ui, [media_id, title, description], look));
            }
            PassiveReply::Music { title, description, music_url, hq_music_url, .. } => {
                let address = if music_url.is_empty() { hq_music_url } else { music_url };
                framed(ui, look, |ui| media::music_ui(ui, [title, description, address], look));
            }
            PassiveReply::News { articles: all } => {
                framed(ui, look, |ui| news::news_ui(ui, &all[..articles.min(all.len())], look));
            }
            // These have no bubble; no outcome leads here with them.
            PassiveReply::Success
            | PassiveReply::Empty
            | PassiveReply::TransferCustomerService { .. }
            | PassiveReply::Raw(_) => {}
        }
    });
}

/// Draws a head and shoulders on a square.
fn avatar_ui(ui: &mut Ui, look: &Look) {
    let chat = &look.palette.chat;
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(AVATAR), Sense::empty());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, CornerRadius::same(CORNER), chat.avatar);
    let middle = rect.center();
    painter.circle_filled(middle - Vec2::new(0.0, AVATAR * 0.12), AVATAR * 0.16, chat.on_avatar);
    let shoulders =
        Rect::from_center_size(middle + Vec2::new(0.0, AVATAR * 0.32), Vec2::new(AVATAR * 0.56, AVATAR * 0.4));
    painter.rect_filled(shoulders, CornerRadius::same((AVATAR * 0.2) as u8), chat.on_avatar);
}

/// Draws a bubble with its tail towards the avatar.
fn framed(ui: &mut Ui, look: &Look, content: impl FnOnce(&mut Ui)) {
    let margin = Margin::symmetric(12, 9);
    let width = ui.available_width().min(BUBBLE_WIDTH) - margin.sum().x;
    let chat = &look.palette.chat;
    let frame = Frame::new().fill(chat.bubble).corner_radius(CornerRadius::same(CORNER)).inner_margin(margin);
    let rect = frame.show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
            content(ui);
        });
    });
    let rect = rect.response.rect;
    let tip = Pos2::new(rect.left() - TAIL, rect.top() + AVATAR / 2.0);
    let (above, below) = (Vec2::new(TAIL + 1.0, -TAIL), Vec2::new(TAIL + 1.0, TAIL));
    ui.painter().add(Shape::convex_polygon(vec![tip, tip + above, tip + below], chat.bubble, egui::Stroke::NONE));
}

/// Draws a text with its lines and links.
fn text_ui(ui: &mut Ui, content: &str, look: &Look) {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    let end = content.char_indices().nth(MOST_CHARACTERS).map_or(content.len(), |(at, _)| at);
    for line in text::lines(&content[..end]) {
        match &line[..] {
            [] => ui.add_space(ui.text_style_height(&egui::TextStyle::Body)),
            [piece] => piece_ui(ui, piece, look),
            pieces => drop(ui.horizontal_wrapped(|ui| {
                for piece in pieces {
                    piece_ui(ui, piece, look);
                }
            })),
        }
    }
    if end < content.len() {
        ui.label(RichText::new("…").color(look.palette.chat.weak));
    }
}

fn piece_ui(ui: &mut Ui, piece: &TextPiece, look: &Look) {
    let chat = &look.palette.chat;
    match piece {
        TextPiece::Words(words) => drop(ui.add(Label::new(RichText::new(words).color(chat.text)).wrap())),
        TextPiece::Link { words, target } => {
            let response = ui.add(Label::new(RichText::new(words).color(chat.link)).wrap());
            show_target(response, words, target, look);
        }
    }
}

/// Names a link's target in the accessible name and on hover; the link itself is inert.
fn show_target(response: Response, words: &str, target: &str, look: &Look) {
    let name = look.filled("bubble.link", &[("words", words), ("target", target)]);
    named(response, Role::Link, &name).on_hover_text(target);
}

/// Untrusted text on one line, escaped and truncated.
fn line(text: &str) -> String {
    if text.contains('\n') {
        shortened(&text.replace(['\r', '\n'], " "), MOST_OF_A_LINE)
    } else {
        shortened(text, MOST_OF_A_LINE)
    }
}

/// Draws a caption in a bubble, unless it is empty.
fn caption_ui(ui: &mut Ui, text: &str, look: &Look) {
    if !text.is_empty() {
        ui.add(Label::new(RichText::new(line(text)).size(TEXT_SMALL).color(look.palette.chat.weak)).wrap());
    }
}

/// Draws a grey placeholder with hills and a sun for a picture, which is not fetched.
fn picture_ui(ui: &mut Ui, size: Vec2, source: &str, look: &Look) -> Rect {
    let chat = &look.palette.chat;
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(3), chat.picture);
    if source.is_empty() {
        named(response, Role::Image, &look.text("bubble.no_picture"));
        return rect;
    }
    let at = |x: f32, y: f32| rect.center() + Vec2::new(x, y) * rect.height() * 0.25;
    let mark = chat.weak.gamma_multiply(0.7);
    ui.painter().circle_filled(at(0.7, -0.7), rect.height() * 0.07, mark);
    for hill in [[at(-1.3, 1.0), at(-0.3, -0.6), at(0.7, 1.0)], [at(0.1, 1.0), at(0.75, 0.0), at(1.4, 1.0)]] {
        ui.painter().add(Shape::convex_polygon(hill.to_vec(), mark, egui::Stroke::NONE));
    }
    let source = safe_text(source);
    named(response, Role::Image, &look.filled("bubble.picture", &[("source", &source)])).on_hover_text(&*source);
    rect
}

#[cfg(test)]
mod tests;
