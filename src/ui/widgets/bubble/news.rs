//! Articles in the chat: a single one as a card, several as a large one with rows below.

use egui::{Align, Color32, CornerRadius, Label, Layout, Rect, RichText, Stroke, TextWrapMode, Ui, UiBuilder, Vec2};

use super::{caption_ui, line, picture_ui, show_target};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::wechat::reply::Article;

/// Aspect ratio of a large picture: WeChat asks for 900 by 383 pixels.
const LARGE_RATIO: f32 = 900.0 / 383.0;
/// Side of a small picture, in points.
const SMALL: f32 = 44.0;
/// Height of the band behind a title on a picture, in points.
const BAND: f32 = 30.0;
/// Opacity of that band, up to 255.
const BAND_ALPHA: u8 = 150;

/// Draws all given articles.
pub(super) fn news_ui(ui: &mut Ui, articles: &[Article], look: &Look) {
    ui.set_width(ui.available_width());
    ui.spacing_mut().item_spacing.y = GAP - 2.0;
    match articles {
        [] => {}
        [article] => single_ui(ui, article, look),
        [first, others @ ..] => {
            first_ui(ui, first, look);
            for article in others {
                let (left, right, top) = (ui.max_rect().left(), ui.max_rect().right(), ui.cursor().top());
                ui.painter().hline(left..=right, top, Stroke::new(1.0, look.palette.chat.line));
                ui.add_space(GAP_SMALL);
                row_ui(ui, article, look);
            }
        }
    }
}

fn single_ui(ui: &mut Ui, article: &Article, look: &Look) {
    title_ui(ui, article, (look.palette.chat.text, TextWrapMode::Wrap), look);
    if !article.pic_url.is_empty() {
        large_ui(ui, article, look);
    }
    caption_ui(ui, &article.description, look);
}

fn large_ui(ui: &mut Ui, article: &Article, look: &Look) -> Rect {
    let width = ui.available_width();
    picture_ui(ui, Vec2::new(width, width / LARGE_RATIO), &article.pic_url, look)
}

/// Draws the first of several, with its title on the picture.
fn first_ui(ui: &mut Ui, article: &Article, look: &Look) {
    let picture = large_ui(ui, article, look);
    let band = Rect::from_min_max(egui::pos2(picture.left(), picture.bottom() - BAND), picture.max);
    let corners = CornerRadius { nw: 0, ne: 0, sw: 3, se: 3 };
    ui.painter().rect_filled(band, corners, Color32::from_black_alpha(BAND_ALPHA));
    let inside =
        UiBuilder::new().max_rect(band.shrink2(Vec2::new(GAP, 0.0))).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(inside, |ui| title_ui(ui, article, (Color32::WHITE, TextWrapMode::Truncate), look));
}

/// Draws a further one, with its title on the left and its picture on the right.
fn row_ui(ui: &mut Ui, article: &Article, look: &Look) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let words = ui.available_width() - SMALL - GAP;
        ui.allocate_ui_with_layout(Vec2::new(words, SMALL), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(words);
            title_ui(ui, article, (look.palette.chat.text, TextWrapMode::Wrap), look);
        });
        picture_ui(ui, Vec2::splat(SMALL), &article.pic_url, look);
    });
}

/// Draws the title, which links to the article.
fn title_ui(ui: &mut Ui, article: &Article, (color, wrap): (Color32, TextWrapMode), look: &Look) {
    let title = if article.title.is_empty() { look.text("bubble.untitled").into_owned() } else { line(&article.title) };
    let response = ui.add(Label::new(RichText::new(&title).color(color)).wrap_mode(wrap));
    if !article.url.is_empty() {
        show_target(response, &title, &line(&article.url), look);
    }
}
