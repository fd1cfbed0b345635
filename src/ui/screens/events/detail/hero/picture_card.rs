//! Card of pictures: a tile for each, with its MD5, the image message that belongs to it, and the picture once it is fetched.

use std::cell::RefCell;

use egui::accesskit::Role;
use egui::{CornerRadius, Frame, Label, Layout, Margin, Rect, RichText, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::super::picture_cache::{FetchState, PictureCache};
use super::caption_ui;
use crate::engine::{Command, EventDetail, ImageMessage, PictureFile, is_picture_url};
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{CORNER, GAP, GAP_SMALL, TEXT_SMALL};
use crate::ui::widgets::controls::{copy_icon, named, small_button, weak};
use crate::ui::widgets::quantities::size;
use crate::wechat::message::Pictures;

/// Minimum width of a tile and height of its picture, in points.
const TILE: Vec2 = Vec2::new(148.0, 100.0);

/// The most tiles drawn: WeChat sends nine pictures at most.
const MOST_TILES: usize = 9;

/// Characters shown of an MD5's beginning and end.
const MD5_SHOWN: usize = 6;

/// Maximum number of characters of a dropped file's name.
const NAME_CHARS: usize = 60;

/// The pictures of an event as they are displayed.
#[derive(Debug, Default)]
pub(in super::super) struct PictureCard {
    /// `PicMd5Sum` of each listed picture, in lower case.
    md5s: Vec<String>,
    /// Set for a menu event, whose pictures come as messages of their own.
    is_list: bool,
    /// Files that were dropped onto the window: their names, and the numbers of the pictures that they are.
    dropped: RefCell<Vec<(String, Vec<usize>)>>,
}

impl PictureCard {
    /// The pictures that a menu event lists.
    pub(super) fn of_list(pictures: &Pictures<'_>, _opened: &EventDetail) -> Self {
        let md5s = pictures.md5s.iter().map(|md5| md5.to_ascii_lowercase()).collect();
        Self { md5s, is_list: true, dropped: RefCell::default() }
    }

    /// The picture of an image message.
    pub(super) fn of_message(_opened: &EventDetail) -> Self {
        Self::default()
    }

    /// Finds dropped files among the pictures.
    pub(in super::super) fn recognise(&self, files: &[PictureFile]) {
        let found = files.iter().map(|file| {
            let numbers = self.md5s.iter().enumerate().filter(|(_, md5)| **md5 == file.md5).map(|(at, _)| at);
            (shortened(&file.name, NAME_CHARS), numbers.collect())
        });
        *self.dropped.borrow_mut() = found.collect();
    }

    /// Returns true if dropped files are looked for in it.
    pub(in super::super) fn takes_files(&self) -> bool {
        !self.md5s.is_empty()
    }

    pub(super) fn ui(
        &self,
        ui: &mut Ui,
        opened: &EventDetail,
        cache: &mut PictureCache,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        let messages = &opened.image_messages;
        let tiles = self.md5s.len().max(messages.len());
        if self.is_list {
            let count = self.md5s.len().to_string();
            caption_ui(ui, &look.filled("hero.pictures.count", &[("count", &count)]), look);
        }
        let columns = ((ui.available_width() + GAP) / (TILE.x + GAP)).floor().max(1.0);
        let width = ((ui.available_width() - (columns - 1.0) * GAP) / columns).min(TILE.x * 1.4);
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        let numbers: Vec<usize> = (0..tiles.min(MOST_TILES)).collect();
        for row in numbers.chunks(columns as usize) {
            ui.horizontal_top(|ui| {
                for at in row {
                    let tile =
                        Tile { at: *at, md5: self.md5s.get(*at), message: self.message(*at, messages, cache), width };
                    self.tile_ui(ui, &tile, cache, look, actions);
                }
            });
        }
        if tiles > MOST_TILES {
            let more = (tiles - MOST_TILES).to_string();
            caption_ui(ui, &look.filled("hero.pictures.more", &[("count", &more)]), look);
        }
        self.notes_ui(ui, messages, look);
    }

    /// The image message of a picture: the one whose fetched bytes have its MD5, else the one in its place.
    fn message<'m>(
        &self,
        at: usize,
        messages: &'m [ImageMessage],
        cache: &mut PictureCache,
    ) -> Option<&'m ImageMessage> {
        let mut fetched = |message: &ImageMessage| {
            let url = message.picture_url.as_deref()?;
            match cache.get(url) {
                Some(FetchState::Fetched(picture)) => Some(picture.md5.clone()),
                _ => None,
            }
        };
        let own = self.md5s.get(at);
        let same = messages.iter().find(|message| own.is_some() && fetched(message).as_ref() == own);
        same.or_else(|| {
            let in_place = messages.get(at)?;
            // It has turned out to be another one of the list.
            let belongs_elsewhere = fetched(in_place).is_some_and(|md5| own != Some(&md5) && self.md5s.contains(&md5));
            (!belongs_elsewhere).then_some(in_place)
        })
    }

    fn tile_ui(&self, ui: &mut Ui, tile: &Tile<'_>, cache: &mut PictureCache, look: &Look, actions: &mut Vec<Action>) {
        let frame = Frame::new()
            .fill(look.palette.field)
            .stroke(Stroke::new(1.0, look.palette.line))
            .corner_radius(CornerRadius::same(CORNER))
            .inner_margin(Margin::same(6));
        frame.show(ui, |ui| {
            let inner = tile.width - 14.0;
            ui.allocate_ui_with_layout(Vec2::new(inner, 0.0), Layout::top_down(egui::Align::LEFT), |ui| {
                ui.set_width(inner);
                ui.spacing_mut().item_spacing.y = GAP_SMALL;
                picture_ui(ui, tile, cache, look, actions);
                self.caption_ui(ui, tile, cache, look, actions);
            });
        });
    }

    /// Draws the number, MD5 and message of a picture, and what it was found to be.
    fn caption_ui(
        &self,
        ui: &mut Ui,
        tile: &Tile<'_>,
        cache: &mut PictureCache,
        look: &Look,
        actions: &mut Vec<Action>,
    ) {
        if let Some(md5) = tile.md5 {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP_SMALL;
                let short = RichText::new(shortened_md5(md5)).monospace().size(TEXT_SMALL);
                ui.add(Label::new(short).truncate()).on_hover_text(safe_text(md5));
                let number = (tile.at + 1).to_string();
                copy_icon(ui, look, &look.filled("hero.pictures.md5", &[("number", &number)]), || md5.clone(), actions);
            });
        }
        if let Some(message) = tile.message.filter(|_| self.is_list) {
            if ui.link(look.filled("detail.image_message", &[("id", &message.id.to_string())])).clicked() {
                actions.push(Action::Select(message.id));
            }
        } else if self.is_list {
            ui.label(weak(look, look.text("hero.pictures.no_message")));
        }
        if let Some(FetchState::Fetched(picture)) = tile.url().and_then(|url| cache.get(url)) {
            let key = match tile.md5 {
                Some(md5) if *md5 == picture.md5 => "hero.pictures.same_md5",
                Some(_) => "hero.pictures.other_md5",
                None => "hero.pictures.own_md5",
            };
            let [width, height] = picture.original.unwrap_or_default().map(|side| side.to_string());
            let details = [
                ("md5", &*picture.md5),
                ("size", &*size(picture.bytes as u64)),
                ("width", &*width),
                ("height", &*height),
            ];
            ui.add(Label::new(weak(look, look.filled(key, &details))).wrap());
        }
        for (name, _) in self.dropped.borrow().iter().filter(|(_, numbers)| numbers.contains(&tile.at)) {
            let words = format!("✓ {name}");
            ui.add(Label::new(RichText::new(words).size(TEXT_SMALL).color(look.palette.ok)).truncate());
        }
    }

    fn notes_ui(&self, ui: &mut Ui, messages: &[ImageMessage], look: &Look) {
        for (name, _) in self.dropped.borrow().iter().filter(|(_, numbers)| numbers.is_empty()) {
            let words = look.filled("hero.pictures.not_listed", &[("name", name)]);
            ui.add(Label::new(RichText::new(words).color(look.palette.warning)).wrap());
        }
        if !self.is_list {
            return;
        }
        let key = if messages.is_empty() { "detail.images_none" } else { "detail.images_matched" };
        caption_ui(ui, &look.text(key), look);
        if self.takes_files() {
            caption_ui(ui, &look.text("hero.pictures.drop"), look);
        }
    }
}

/// A picture with what belongs to it.
struct Tile<'t> {
    at: usize,
    md5: Option<&'t String>,
    message: Option<&'t ImageMessage>,
    width: f32,
}

impl Tile<'_> {
    fn url(&self) -> Option<&str> {
        self.message?.picture_url.as_deref()
    }
}

/// Draws the picture, the button that fetches it, or the reason why there is none.
fn picture_ui(ui: &mut Ui, tile: &Tile<'_>, cache: &mut PictureCache, look: &Look, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), TILE.y), Sense::hover());
    let number = (tile.at + 1).to_string();
    named(response, Role::Image, &look.filled("detail.note.picture_number", &[("number", &number)]));
    ui.painter().rect_filled(rect, CornerRadius::same(3), look.palette.chat.picture);
    let Some(url) = tile.url().map(str::to_owned) else {
        placeholder_ui(ui, rect, &number, look);
        return;
    };
    let ctx = ui.ctx().clone();
    match cache.get(&url) {
        Some(FetchState::Pending) => {
            let place = rect.shrink2(rect.size() / 2.0 - Vec2::splat(10.0));
            put(ui, place, egui::Spinner::new());
        }
        Some(FetchState::Fetched(picture)) => match picture.texture(&ctx) {
            Some(texture) => {
                let scale = (rect.size() / texture.size_vec2()).min_elem();
                let shown = Rect::from_center_size(rect.center(), texture.size_vec2() * scale);
                egui::Image::new(texture).paint_at(ui, shown);
            }
            None => words_ui(ui, rect, &look.text("hero.pictures.not_decoded"), look),
        },
        Some(FetchState::Failed(error)) => {
            let words = look.trouble(error);
            words_ui(ui, rect, &words, look);
            fetch_button(ui, rect, &url, "hero.pictures.again", cache, look, actions);
        }
        None if is_picture_url(&url) => fetch_button(ui, rect, &url, "hero.pictures.fetch", cache, look, actions),
        None => words_ui(ui, rect, &look.text("hero.pictures.elsewhere"), look),
    }
}

/// Draws the number of a picture in place of it.
fn placeholder_ui(ui: &Ui, rect: Rect, number: &str, look: &Look) {
    let font = egui::TextStyle::Heading.resolve(ui.style());
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, number, font, look.palette.chat.weak);
    ui.painter().rect_stroke(rect, CornerRadius::same(3), Stroke::new(1.0, look.palette.line), StrokeKind::Inside);
}

/// Draws a widget within the picture. What is below stands below the picture, and not below the widget.
fn put(ui: &mut Ui, place: Rect, widget: impl egui::Widget) -> egui::Response {
    let mut room = ui.new_child(egui::UiBuilder::new().id_salt("within").max_rect(place));
    room.put(place, widget)
}

fn words_ui(ui: &mut Ui, rect: Rect, words: &str, look: &Look) {
    let text = RichText::new(shortened(words, NAME_CHARS)).size(TEXT_SMALL).color(look.palette.chat.weak);
    let room = Rect::from_min_max(rect.min, rect.max - Vec2::new(0.0, rect.height() * 0.4)).shrink(6.0);
    put(ui, room, Label::new(text).wrap()).on_hover_text(words);
}

/// Draws the button that fetches a picture from WeChat's host, which is named before anything is asked of it.
fn fetch_button(
    ui: &mut Ui,
    rect: Rect,
    url: &str,
    key: &str,
    cache: &mut PictureCache,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let button_size = Vec2::new((rect.width() - 16.0).min(120.0), 26.0);
    let place = Rect::from_center_size(rect.center() + Vec2::new(0.0, rect.height() * 0.25), button_size);
    let place = if key == "hero.pictures.fetch" { Rect::from_center_size(rect.center(), button_size) } else { place };
    let response = put(ui, place, small_button(&*look.text(key)));
    let hint = look.filled("hero.pictures.fetch_hint", &[("url", url)]);
    if response.on_hover_text(hint).clicked() {
        cache.begin(url);
        actions.push(Action::Ask(Command::FetchPicture { url: url.to_owned() }));
    }
}

/// The beginning and the end of an MD5.
fn shortened_md5(md5: &str) -> String {
    let characters: Vec<char> = safe_text(md5).chars().collect();
    if characters.len() <= 2 * MD5_SHOWN + 1 {
        return characters.into_iter().collect();
    }
    let (start, end) = (&characters[..MD5_SHOWN], &characters[characters.len() - MD5_SHOWN..]);
    format!("{}…{}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_is_every_picture_with_its_sum_or_none() {
        let card = PictureCard { md5s: vec!["a".into(), "b".into(), "a".into()], ..PictureCard::default() };
        let file = |name: &str, md5: &str| PictureFile { name: name.to_owned(), md5: md5.to_owned() };
        card.recognise(&[file("one.jpg", "a"), file("two.jpg", "c")]);
        assert_eq!(*card.dropped.borrow(), [("one.jpg".to_owned(), vec![0, 2]), ("two.jpg".to_owned(), vec![])]);
    }

    #[test]
    fn an_md5_is_known_by_its_ends() {
        assert_eq!(shortened_md5("5a75aaca956d97be686719218f275c6b"), "5a75aa…275c6b");
        assert_eq!(shortened_md5("5a75"), "5a75");
    }
}
