//! Pictures of a `pic_*` event: their MD5 sums, the files they come from, and the image messages that follow.

use egui::accesskit::Role;
use egui::{Label, RichText, TextEdit, TextStyle, Ui};

use super::flaw::compose_words;
use super::{Composer, Origin, PICTURE};
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, SendAction};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, named, small_button, title, weak};
use crate::wechat::compose::picture_md5;

/// Maximum number of pictures that a user of WeChat can select at once.
const MOST_PICTURES: usize = 9;

/// Width of the field of an MD5 sum in points, and maximum number of characters shown of a file's name.
const MD5_WIDTH: f32 = 262.0;
const NAME: usize = 24;

impl Composer {
    /// Draws the pictures, if the message lists any, and applies changes to them.
    pub(super) fn pictures_ui(&mut self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if !self.lists_pictures() {
            return;
        }
        let before = self.parsed().pictures.clone();
        let mut md5s = before.clone();
        title(ui, look, &look.filled("composer.pictures.title", &[("count", &md5s.len().to_string())]));
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP_SMALL;
            self.sums_ui(ui, &mut md5s, look);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                if ui.button(look.text("composer.pictures.choose")).clicked() {
                    actions.push(Action::Send(SendAction::ChoosePictures));
                }
                let can_add = md5s.len() < MOST_PICTURES;
                let add = egui::Button::new(look.text("composer.pictures.add"));
                if ui.add_enabled(can_add, add).on_hover_text(look.text("composer.pictures.add_hint")).clicked() {
                    md5s.push(picture_md5(&fastrand::u128(..).to_be_bytes()));
                }
            });
            if self.origin == Origin::New {
                ui.add_space(GAP_SMALL);
                ui.checkbox(&mut self.images_follow, look.text("composer.pictures.follow"));
                ui.add(Label::new(weak(look, look.text("composer.pictures.follow_hint"))).wrap());
            }
        });
        if md5s != before {
            self.set_pictures(&md5s);
        }
    }

    /// Draws one line for each picture.
    fn sums_ui(&self, ui: &mut Ui, md5s: &mut Vec<String>, look: &Look) {
        let can_remove = md5s.len() > 1;
        let mut removed = None;
        for (at, md5) in md5s.iter_mut().enumerate() {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                let number = (at + 1).to_string();
                let label = ui.label(RichText::new(look.filled("composer.pictures.number", &[("number", &number)])));
                let name = self.names.get(md5).map(|name| shortened(name, NAME));
                let edit = TextEdit::singleline(md5).font(TextStyle::Monospace).id_salt(("picture", at, self.number));
                ui.add(edit.desired_width(MD5_WIDTH)).labelled_by(label.id);
                let what = look.filled("composer.pictures.remove_what", &[("number", &number)]);
                let button = named(ui.add_enabled(can_remove, small_button("×")), Role::Button, &what);
                if button.on_hover_text(&*what).clicked() {
                    removed = Some(at);
                }
                if let Some(name) = name {
                    ui.label(weak(look, name));
                }
            });
        }
        if let Some(at) = removed {
            md5s.remove(at);
        }
        if let Some((path, error)) = &self.refused
            && path == PICTURE
        {
            let words = format!("× {}", compose_words(error, look));
            ui.add(Label::new(RichText::new(words).color(look.palette.error)).wrap());
        }
    }
}
