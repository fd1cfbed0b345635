//! The articles of a news reply: what they say, and in which order.

use std::borrow::Cow;

use egui::accesskit::Role;
use egui::{RichText, Ui};

use super::forms::{Field, Form};
use crate::ui::theme::GAP;
use crate::ui::widgets::controls::{card, named, small_button};
use crate::wechat::reply::Article;

/// Some more than WeChat shows, so that one can see what becomes of the others.
const MOST: usize = 10;

/// What is to become of an article.
#[derive(Clone, Copy, Debug)]
enum Change {
    Up,
    Remove,
}

/// Draws them all, and a button for one more.
pub(super) fn articles_ui(ui: &mut Ui, form: &mut Form<'_>, articles: &mut Vec<Article>) {
    let mut asked = None;
    let several = articles.len() > 1;
    for (at, article) in articles.iter_mut().enumerate() {
        card(form.look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            if let Some(change) = head_ui(ui, form, at, several) {
                asked = Some((at, change));
            }
            article_ui(ui, form, at, article);
        });
    }
    let add = egui::Button::new(form.look.text("editor.article.add"));
    let added = ui.add_enabled(articles.len() < MOST, add).clicked();
    match asked {
        Some((at, Change::Up)) => articles.swap(at - 1, at),
        Some((at, Change::Remove)) => drop(articles.remove(at)),
        None if added => articles.push(Article::default()),
        None => return,
    }
    (form.done.changed, form.done.arranged) = (true, true);
}

fn head_ui(ui: &mut Ui, form: &Form<'_>, at: usize, several: bool) -> Option<Change> {
    let look = form.look;
    let number = (at + 1).to_string();
    let said = |key: &str| look.filled(key, &[("number", &number)]);
    let line = ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(said("editor.article.title")).strong().color(look.palette.strong));
        let button = |ui: &mut Ui, enabled: bool, text: &str, name: &str| {
            let response = ui.add_enabled(enabled, small_button(&*look.text(text)));
            named(response, Role::Button, &said(name)).clicked()
        };
        let up = button(ui, at > 0, "editor.article.up", "editor.article.up_which");
        // A reply of articles has at least one.
        let gone = button(ui, several, "editor.article.remove", "editor.article.remove_which");
        (up, gone)
    });
    match line.inner {
        (true, _) => Some(Change::Up),
        (_, true) => Some(Change::Remove),
        _ => None,
    }
}

fn article_ui(ui: &mut Ui, form: &mut Form<'_>, at: usize, article: &mut Article) {
    let field = |name: &'static str, meaning| Field { name: Cow::Borrowed(name), meaning, article: Some(at + 1) };
    form.line(ui, &field("Title", "news.Title"), &mut article.title);
    form.line(ui, &field("Description", "news.Description"), &mut article.description);
    form.line(ui, &field("PicUrl", "news.PicUrl"), &mut article.pic_url);
    form.line(ui, &field("Url", "news.Url"), &mut article.url);
}
