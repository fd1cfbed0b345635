//! Progress of the set-up, for as long as something leads back to its steps.

use std::time::Duration;

use super::State;
use crate::ui::screens::first_run::SetUpView;

/// Interval between two looks for the newest requests while events arrive, in seconds: each reads all that no index has yet.
const INTERVAL: f64 = 0.5;

/// Progress of the set-up beside the list of events.
#[derive(Debug, Default)]
pub(crate) struct SetUpProgress {
    /// True once all steps were done, or the way back to them was put away; lasts.
    pub(crate) is_over: bool,
    /// True once the newest requests have been looked up.
    pub(super) is_known: bool,
    /// Set if something has been written since the last look for the newest requests.
    pub(crate) is_stale: bool,
    /// The time of that look, on egui's clock.
    looked: Option<f64>,
}

impl SetUpProgress {
    /// The time until the next look, zero if it is to be taken now; `None` if nothing is new.
    pub(crate) fn wait(&mut self, now: f64) -> Option<Duration> {
        if !self.is_stale {
            return None;
        }
        let wait = self.looked.map_or(0.0, |looked| looked + INTERVAL - now);
        if wait <= 0.0 {
            (self.is_stale, self.looked) = (false, Some(now));
        }
        Some(Duration::from_secs_f64(wait.max(0.0)))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_many_arrivals_is_looked_for_at_once_and_the_last_one_too() {
        let mut progress = SetUpProgress::default();
        assert_eq!(progress.wait(7.0), None);
        let mut looks = Vec::new();
        for frame in 0..60 {
            let now = 7.0 + f64::from(frame) / 60.0;
            progress.is_stale = true;
            looks.extend((progress.wait(now) == Some(Duration::ZERO)).then_some(now));
        }
        assert_eq!(looks, [7.0, 7.5]);
        let wait = progress.wait(7.99).unwrap();
        assert!(wait > Duration::ZERO, "the last arrival is still to be looked for");
        assert_eq!((progress.wait(8.0), progress.wait(8.1)), (Some(Duration::ZERO), None));
    }
}
