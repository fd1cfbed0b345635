//! Progress of the set-up, for as long as something leads back to its steps.

use super::State;
use crate::ui::screens::first_run::SetUpView;

/// Progress of the set-up beside the list of events.
#[derive(Debug, Default)]
pub(crate) struct SetUpProgress {
    /// True once all steps were done, or the way back to them was put away; lasts.
    pub(crate) is_over: bool,
    /// True once the newest requests have been looked up.
    pub(super) is_known: bool,
}

impl State {
    /// The state that the steps of the set-up tick themselves by.
    pub(crate) fn set_up_view(&self) -> SetUpView<'_> {
        SetUpView {
            handshake: self.handshake.as_deref(),
            push: self.latest_push.as_deref(),
            tunnel: self.settings.tunnel(),
        }
    }

    /// The steps of the set-up that are done, and their number; `None` once that is over.
    pub(crate) fn set_up_steps(&mut self) -> Option<(usize, usize)> {
        if self.set_up.is_over || !self.set_up.is_known {
            return None;
        }
        let steps = self.set_up_view().steps();
        let done = steps.iter().filter(|is_done| **is_done).count();
        self.set_up.is_over = done == steps.len();
        (!self.set_up.is_over).then_some((done, steps.len()))
    }
}
