//! Form of the articles of a news reply, with their order.

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::{RichText, Ui};

use super::forms::{FieldLabel, ReplyForm};
use crate::ui::theme::GAP;
use crate::ui::widgets::controls::{card, named, small_button};
use crate::wechat::reply::Article;

/// Maximum number of articles: more than WeChat shows, to demonstrate that it drops the others.
const MOST: usize = 10;

/// Change to an article's position.
#[derive(Clone, Copy, Debug)]
enum ArticleChange {
    Up,
    Remove,
}

/// Draws all articles, and a button that adds one.
pub(super) fn articles_ui(ui: &mut Ui, form: &mut ReplyForm<'_>, articles: &mut Vec<Article>) {
    let mut request = None;
    let several = articles.len() > 1;
    for (at, article) in articles.iter_mut().enumerate() {
        card(form.look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            if let Some(change) = head_ui(ui, form, at, several) {
                request = Some((at, change));
            }
            article_ui(ui, form, at, article);
        });
    }
    let add = egui::Button::new(form.look.text("editor.article.add"));
    let added = ui.add_enabled(articles.len() < MOST, add).clicked();
    match request {
        Some((at, ArticleChange::Up)) => articles.swap(at - 1, at),
        Some((at, ArticleChange::Remove)) => drop(articles.remove(at)),
        None if added => articles.push(Article::default()),
        None => return,
    }
    (form.changes.changed, form.changes.arranged) = (true, true);
}

fn head_ui(ui: &mut Ui, form: &ReplyForm<'_>, at: usize, several: bool) -> Option<ArticleChange> {
    let look = form.look;
    let number = (at + 1).to_string();
    let numbered = |key: &str| look.filled(key, &[("number", &number)]);
    let line = ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(numbered("editor.article.title")).strong().color(look.palette.strong));
        let button = |ui: &mut Ui, enabled: bool, text: &str, name: &str| {
            let response = ui.add_enabled(enabled, small_button(&*look.text(text)));
            named(response, Role::Button, &numbered(name)).clicked()
        };
        let up = button(ui, at > 0, "editor.article.up", "editor.article.up_which");
        // A news reply has at least one article.
        let gone = button(ui, several, "editor.article.remove", "editor.article.remove_which");
        (up, gone)
    });
    match line.inner {
        (true, _) => Some(ArticleChange::Up),
        (_, true) => Some(ArticleChange::Remove),
        _ => None,
    }
}

fn article_ui(ui: &mut Ui, form: &mut ReplyForm<'_>, at: usize, article: &mut Article) {
    let field = |name: &'static str, meaning| FieldLabel { name: Cow::Borrowed(name), meaning, article: Some(at + 1) };
    form.line(ui, &field("Title", "news.Title"), &mut article.title);
    form.line(ui, &field("Description", "news.Description"), &mut article.description);
    form.line(ui, &field("PicUrl", "news.PicUrl"), &mut article.pic_url);
    form.line(ui, &field("Url", "news.Url"), &mut article.url);
}
