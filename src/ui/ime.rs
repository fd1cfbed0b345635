//! State of the input method: while it composes, keys are its own.

use egui::{Context, Event, EventFilter, ImeEvent};

/// Follows the input method from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Composition {
    is_open: bool,
}

impl Composition {
    /// Takes in the events of this frame; returns true if the input method was at work.
    pub(crate) fn watch(&mut self, ctx: &Context) -> bool {
        let mut touched = false;
        ctx.input(|input| {
            for event in &input.events {
                if let Event::Ime(event) = event {
                    touched = true;
                    self.is_open = matches!(event, ImeEvent::Preedit { text, .. } if !text.is_empty());
                }
            }
        });
        // The stroke that ends a composition comes in the same frame as its end.
        touched || self.is_open
    }
}

/// Keeps the focus in the field that an input method composes in, whatever key is pressed: egui would take it away on Esc,
/// and what is composed with it.
pub(crate) fn keep_focus(ctx: &Context) {
    const EVERY_KEY: EventFilter =
        EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ctx.memory_mut(|memory| {
        if let Some(field) = memory.focused() {
            memory.set_focus_lock_filter(field, EVERY_KEY);
        }
    });
}

/// Gives the caret's bottom edge as the place of the input method's candidates, where only a point can be given.
///
/// X11 takes one point and no height, and input methods put their window right below it: the caret's top would have it
/// cover the line that is being typed. Elsewhere the caret's whole rectangle is known, and kept clear.
pub(crate) fn place_candidates(ctx: &Context, frame: &eframe::Frame) {
    use winit::raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
    let handle = frame.window_handle().map(|handle| handle.as_raw());
    if matches!(handle, Ok(RawWindowHandle::Xlib(_) | RawWindowHandle::Xcb(_))) {
        ctx.output_mut(|output| {
            if let Some(ime) = &mut output.ime {
                ime.cursor_rect = below(ime.cursor_rect);
            }
        });
    }
}

/// The bottom edge of a caret.
fn below(caret: egui::Rect) -> egui::Rect {
    egui::Rect::from_min_max(caret.left_bottom(), caret.right_bottom())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_stand_below_the_caret() {
        let caret = egui::Rect::from_min_max(egui::pos2(40.0, 100.0), egui::pos2(41.0, 118.0));
        assert_eq!(below(caret).min, egui::pos2(40.0, 118.0));
        assert!(below(caret).height().abs() < f32::EPSILON);
    }
}
