//! State of the input method: while it composes, keys are its own.

use egui::{Context, Event, ImeEvent};

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
