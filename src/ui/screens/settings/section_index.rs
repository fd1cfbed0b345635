//! Index at the left of the settings: a click goes to a section, and the one in view is marked.

use egui::style::ScrollAnimation;
use egui::{Align, Button, Frame, Margin, Panel, Rect, RichText, ScrollArea, Ui, Vec2};

use crate::ui::action::SettingsSection;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_PAGE, GAP_SMALL};
use crate::ui::widgets::controls::{page_ui, section_ui};

/// Width of the index, in points.
const WIDTH: f32 = 176.0;
/// Distance from the top at which a section counts as the one in view, in points.
const IN_VIEW: f32 = 96.0;

impl SettingsSection {
    /// Sections from the top of the page down.
    pub(crate) const ALL: [Self; 9] = [
        Self::Listener,
        Self::Tunnel,
        Self::Accounts,
        Self::Feed,
        Self::Look,
        Self::Notifications,
        Self::Team,
        Self::Database,
        Self::Folder,
    ];

    /// Locale key of the title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Listener => "settings.listener.title",
            Self::Tunnel => "tunnel.title",
            Self::Accounts => "settings.accounts.title",
            Self::Feed => "feed.title",
            Self::Look => "settings.look.title",
            Self::Notifications => "notify.title",
            Self::Team => "team.title",
            Self::Database => "removing.data.title",
            Self::Folder => "settings.data.title",
        }
    }
}

/// The index, and the place of the page.
#[derive(Debug, Default)]
pub(super) struct SettingsIndex {
    current: SettingsSection,
    /// The section to scroll to in this frame.
    to_show: Option<SettingsSection>,
    /// True in the frame after that.
    is_led: bool,
}

impl SettingsIndex {
    /// Scrolls to a section in the next frame.
    pub(super) fn show(&mut self, section: SettingsSection) {
        (self.to_show, self.current) = (Some(section), section);
    }

    /// Draws the index, and the page beside it with the sections that `section` draws.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        sections: &[SettingsSection],
        look: &Look,
        mut section: impl FnMut(&mut Ui, SettingsSection),
    ) {
        let frame =
            Frame::new().inner_margin(Margin { left: GAP_PAGE as i8, right: 0, top: GAP_PAGE as i8, bottom: 0 });
        let index = Panel::left("settings index").resizable(false).exact_size(WIDTH).frame(frame);
        index.show(ui, |ui| self.entries_ui(ui, sections, look));
        let to_show = self.to_show.take();
        let mut in_view = SettingsSection::default();
        let mut last_height = 0.0;
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
            let (top, height) = (ui.clip_rect().top(), ui.clip_rect().height());
            page_ui(ui, |ui| {
                for one in sections {
                    let at = ui.cursor().min;
                    if at.y < top + IN_VIEW {
                        in_view = *one;
                    }
                    if to_show == Some(*one) {
                        let title = Rect::from_min_size(at - Vec2::new(0.0, GAP), Vec2::splat(1.0));
                        ui.scroll_to_rect_animation(title, Some(Align::Min), ScrollAnimation::none());
                    }
                    section_ui(ui, one.title(), look, |ui| section(ui, *one));
                    last_height = ui.cursor().min.y - at.y;
                }
                // Room for the last section to come to the top, where the index marks it.
                ui.add_space((height - last_height - GAP_PAGE - GAP).max(0.0));
            });
        });
        // The page moves at the end of the next frame.
        let is_led = std::mem::replace(&mut self.is_led, to_show.is_some());
        if self.is_led || is_led {
            ui.ctx().request_repaint();
        } else if self.current != in_view {
            // The index was drawn before.
            self.current = in_view;
            ui.ctx().request_repaint();
        }
    }

    fn entries_ui(&mut self, ui: &mut Ui, sections: &[SettingsSection], look: &Look) {
        ui.spacing_mut().item_spacing.y = GAP_SMALL / 2.0;
        for section in sections {
            let is_current = self.current == *section;
            let color = if is_current { look.palette.strong } else { look.palette.weak };
            let entry = Button::selectable(is_current, RichText::new(look.text(section.title())).color(color));
            let entry = ui.add(entry.min_size(Vec2::new(ui.available_width(), 0.0)).right_text(""));
            entry.widget_info(|| {
                let name = look.filled("settings.go_to", &[("section", &look.text(section.title()))]);
                egui::WidgetInfo::selected(egui::Role::Link, true, is_current, name)
            });
            if entry.clicked() {
                self.show(*section);
                ui.ctx().request_repaint();
            }
        }
    }
}
