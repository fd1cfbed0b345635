//! Rows that have just arrived: they slide in, and keep an accent edge until they have been in view for two seconds.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use egui::Context;

use crate::capture::CaptureId;

/// Time for which the edge stays, in seconds. It begins when the window has the focus: what came meanwhile is new.
const EDGE: f64 = 2.0;
/// Time in which a row slides in, in seconds, and the way it goes, in points.
const SLIDE: f64 = 0.16;
const SLIDE_WAY: f32 = 16.0;
/// Maximum number of rows that are new; in a flood the earlier ones are no news.
const MOST: usize = 256;

/// Rows that are new since the last look.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// In order of arrival.
    order: VecDeque<CaptureId>,
    /// The time at which each was first in view, on egui's clock.
    seen: HashMap<CaptureId, Option<f64>>,
}

/// The way that a new row is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Novelty {
    /// Distance from its place, in points.
    pub(super) offset: f32,
}

impl Arrivals {
    /// Adds captures that have arrived, in order.
    pub(super) fn add(&mut self, ids: &[CaptureId]) {
        for id in ids.iter().rev().take(MOST).rev() {
            if self.seen.insert(*id, None).is_none() {
                self.order.push_back(*id);
            }
        }
        while self.order.len() > MOST {
            if let Some(old) = self.order.pop_front() {
                self.seen.remove(&old);
            }
        }
    }

    /// Forgets a row that somebody has opened.
    pub(super) fn look_at(&mut self, id: CaptureId) {
        if self.seen.remove(&id).is_some() {
            self.order.retain(|other| *other != id);
        }
    }

    /// The novelty of a row that is being drawn; `None` if it is not new any more.
    pub(super) fn novelty(&mut self, ctx: &Context, id: CaptureId) -> Option<Novelty> {
        let seen = self.seen.get_mut(&id)?;
        let (now, is_focused) = ctx.input(|input| (input.time, input.focused));
        if !is_focused && seen.is_none() {
            return Some(Novelty { offset: 0.0 });
        }
        let age = now - *seen.get_or_insert(now);
        if age >= EDGE {
            self.look_at(id);
            return None;
        }
        let offset = if has_motion(ctx) { slide(age) } else { 0.0 };
        if offset > 0.0 {
            ctx.request_repaint();
        } else {
            ctx.request_repaint_after(Duration::from_secs_f64(EDGE - age));
        }
        Some(Novelty { offset })
    }
}

/// Tells whether things may move: with reduced motion, no animation takes any time.
fn has_motion(ctx: &Context) -> bool {
    ctx.global_style().animation_time > 0.0
}

/// Distance of a row from its place at that age: quick at first, then slower.
fn slide(age: f64) -> f32 {
    let left = (1.0 - age / SLIDE).max(0.0) as f32;
    left * left * SLIDE_WAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn novelty_at(ctx: &Context, arrivals: &mut Arrivals, time: f64, focused: bool) -> Option<Novelty> {
        let mut found = None;
        let input = egui::RawInput { time: Some(time), focused, ..egui::RawInput::default() };
        let mut output = ctx.run_ui(input, |ui| found = arrivals.novelty(ui.ctx(), CaptureId(7)));
        output.textures_delta.clear();
        found
    }

    #[test]
    fn a_row_is_new_until_it_was_in_view_for_a_while() {
        let (ctx, mut arrivals) = (Context::default(), Arrivals::default());
        assert_eq!(novelty_at(&ctx, &mut arrivals, 0.0, true), None);
        arrivals.add(&[CaptureId(7)]);
        assert!(novelty_at(&ctx, &mut arrivals, 5.0, false).is_some(), "nobody has looked");
        assert!(novelty_at(&ctx, &mut arrivals, 50.0, true).is_some_and(|novelty| novelty.offset > 0.0));
        assert_eq!(novelty_at(&ctx, &mut arrivals, 51.0, true), Some(Novelty { offset: 0.0 }));
        assert_eq!(novelty_at(&ctx, &mut arrivals, 52.5, true), None);
    }

    #[test]
    fn with_reduced_motion_nothing_slides() {
        let (ctx, mut arrivals) = (Context::default(), Arrivals::default());
        ctx.all_styles_mut(|style| style.animation_time = 0.0);
        arrivals.add(&[CaptureId(7)]);
        assert_eq!(novelty_at(&ctx, &mut arrivals, 1.0, true), Some(Novelty { offset: 0.0 }));
    }

    #[test]
    fn a_flood_leaves_the_newest_alone() {
        let mut arrivals = Arrivals::default();
        let ids: Vec<CaptureId> = (0..10_000).map(CaptureId).collect();
        arrivals.add(&ids);
        assert_eq!(arrivals.seen.len(), MOST);
        assert!(arrivals.seen.contains_key(&CaptureId(9_999)));
    }
}
