//! Conditional menus: the one that a user with a tag and a platform would see, and why.

use egui::{ComboBox, Label, RichText, TextEdit, Ui};

use super::edited_menu::{EditedMenu, menu_words};
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{title, weak};
use crate::wechat::custom_menu::{MenuUser, Platform, Resolution, RuleOutcome, resolve};

/// Conditional menus whose outcome is listed; the newest come first.
const MOST_STEPS: usize = 20;

/// The user that is asked about.
#[derive(Debug)]
pub(super) struct Visitor {
    /// Numbers of tags, as typed.
    tags: String,
    platform: Platform,
    /// `None` until it is asked for again.
    resolution: Option<Resolution>,
}

impl Default for Visitor {
    fn default() -> Self {
        Self { tags: String::new(), platform: Platform::Ios, resolution: None }
    }
}

impl Visitor {
    /// Forgets the answer: there is another menu.
    pub(super) fn forget(&mut self) {
        self.resolution = None;
    }

    /// Draws the question and the answer, where there are conditional menus.
    pub(super) fn ui(&mut self, ui: &mut Ui, menu: &mut EditedMenu, look: &Look) {
        if menu.opened().conditional.is_empty() {
            return;
        }
        title(ui, look, &look.text("board.visitor.title"));
        ui.horizontal(|ui| {
            let label = ui.label(look.text("board.visitor.tags"));
            let edit = TextEdit::singleline(&mut self.tags).desired_width(72.0).char_limit(64);
            if ui.add(edit).labelled_by(label.id).changed() {
                self.forget();
            }
            let platform = ComboBox::from_id_salt("visitor platform").width(88.0);
            let name = |platform: Platform| look.text(&format!("board.platform.{}", platform.as_str())).into_owned();
            let shown = platform.selected_text(name(self.platform)).show_ui(ui, |ui| {
                for one in Platform::ALL {
                    if ui.selectable_value(&mut self.platform, one, name(one)).changed() {
                        self.resolution = None;
                    }
                }
            });
            let named = look.text("board.visitor.platform");
            ui.ctx().accesskit_node_builder(shown.response.id, |node| node.set_label(&*named));
        });
        let resolution = self.resolution.get_or_insert_with(|| {
            let separators = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、');
            let tags = self.tags.split(separators).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
            resolve(menu.opened(), &MenuUser { tags, platform: self.platform })
        });
        resolution_ui(ui, resolution, menu, look);
    }
}

fn resolution_ui(ui: &mut Ui, resolution: &Resolution, menu: &mut EditedMenu, look: &Look) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    let named =
        |index: usize| menu.opened().conditional.get(index).map(|one| menu_words(one, look)).unwrap_or_default();
    let seen = match resolution.chosen {
        Some(index) => look.filled("board.visitor.sees", &[("menu", &named(index))]),
        None => look.text("menu.sees_default").into_owned(),
    };
    ui.add(Label::new(RichText::new(seen).color(look.palette.strong)).wrap());
    for (index, outcome) in resolution.steps.iter().take(MOST_STEPS) {
        let details = [("menu", &*named(*index)), ("outcome", &*outcome_words(outcome, look))];
        let words = look.filled("board.visitor.step", &details);
        ui.add(Label::new(weak(look, words)).wrap());
    }
    let place = resolution.chosen.map_or(0, |index| index + usize::from(menu.opened().default.is_some()));
    let show = egui::Button::new(look.text("board.visitor.show"));
    if ui.add_enabled(!menu.is_changed(), show).clicked() {
        menu.show_menu(place);
    }
}

fn outcome_words(outcome: &RuleOutcome, look: &Look) -> String {
    let (sentence, value) = outcome.sentence();
    look.filled(sentence, &[("value", &value)])
}
