//! Stops of Tab for panes: the list, the detail and the bytes are one each, with a ring around what has the focus.

use egui::{Context, Id, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo};

use crate::ui::look::Look;
use crate::ui::theme;

/// A pane that Tab stops at as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaneStop {
    List,
    Detail,
    Bytes,
}

impl PaneStop {
    const ALL: [Self; 3] = [Self::List, Self::Detail, Self::Bytes];

    fn id(self) -> Id {
        Id::unique(match self {
            Self::List => "stop of the list",
            Self::Detail => "stop of the detail",
            Self::Bytes => "stop of the bytes",
        })
    }

    fn text(self) -> &'static str {
        match self {
            Self::List => "palette.pane.list",
            Self::Detail => "palette.pane.detail",
            Self::Bytes => "palette.pane.bytes",
        }
    }

    /// Tells whether a pane has the focus: unlike a button, it leaves Enter and Space to the shortcuts.
    pub(crate) fn any_has_focus(ctx: &Context) -> bool {
        let focused = ctx.memory(|memory| memory.focused());
        focused.is_some_and(|id| Self::ALL.iter().any(|stop| stop.id() == id))
    }
}

/// Lets Tab stop at a pane, before what it holds; to be called before that is drawn.
pub(crate) fn pane_stop_ui(ui: &Ui, rect: Rect, stop: PaneStop, look: &Look) {
    let response = ui.interact(rect, stop.id(), Sense::FOCUSABLE);
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, look.text(stop.text())));
    if response.has_focus() {
        // Above the pane, which is drawn afterwards.
        let above = egui::LayerId::new(egui::Order::Middle, stop.id());
        let painter = ui.ctx().layer_painter(above).with_clip_rect(rect);
        let stroke = egui::Stroke::new(theme::FOCUS_WIDTH, look.palette.accent);
        painter.rect_stroke(rect, theme::CORNER, stroke, egui::StrokeKind::Inside);
    }
}

/// Takes the whole room of a panel that is filled later; an empty panel would shrink to its least size.
pub(crate) fn take_room(ui: &mut Ui) -> Rect {
    let room = ui.max_rect();
    ui.expand_to_include_rect(room);
    room
}

/// Names the handle of a panel that was shown in this place: the toolkit's own name is English, and the same for all.
pub(crate) fn name_handle(ui: &Ui, panel: &str, key: &str, look: &Look) {
    let handle = ui.scope_id().with(panel).with("__resize");
    ui.ctx().accesskit_node_builder(handle, |node| node.set_label(&*look.text(key)));
}

/// Draws into a place that was taken before, so that it comes after what is drawn in between: for Tab, and for who listens.
pub(crate) fn drawn_later_ui(ui: &mut Ui, name: &str, place: Rect, content: impl FnOnce(&mut Ui)) {
    let mut later = ui.new_child(UiBuilder::new().id_salt(name).max_rect(place));
    later.set_clip_rect(place.intersect(ui.clip_rect()));
    content(&mut later);
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::ui::test_support::{dress, look};

    #[test]
    fn tab_stops_at_a_pane_and_the_pane_leaves_enter_alone() {
        let mut harness = Harness::builder().with_size([400.0, 300.0]).with_context_setup(dress).build_ui(|ui| {
            let look = look(ui.ctx().theme());
            pane_stop_ui(ui, ui.max_rect(), PaneStop::Detail, &look);
            // What a pane holds for the pointer alone is no stop.
            ui.add(egui::Label::new("a value").sense(Sense::CLICK));
            ui.add(egui::Button::new("a button")).clicked();
        });
        harness.key_press(egui::Key::Tab);
        harness.run();
        assert!(harness.get_by_label("Detail").is_focused());
        assert!(PaneStop::any_has_focus(&harness.ctx));
        harness.key_press(egui::Key::Tab);
        harness.run();
        assert!(harness.get_by_label("a button").is_focused());
        assert!(!PaneStop::any_has_focus(&harness.ctx));
    }
}
