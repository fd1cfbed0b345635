//! Reduced motion: the person's choice, else the system's where it can be read.
//!
//! The system is asked once, by its own program, and never waited for: the answer counts from the frame after it comes.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use egui::Context;

/// The program that knows, its arguments, and the answer that means reduced motion.
const QUESTION: Option<(&str, &[&str], &str)> = if cfg!(target_os = "macos") {
    Some(("defaults", &["read", "com.apple.universalaccess", "reduceMotion"], "1"))
} else if cfg!(windows) {
    Some((
        "reg",
        &["query", r"HKCU\Control Panel\Desktop\WindowMetrics", "/v", "MinAnimate"],
        "MinAnimate    REG_SZ    0",
    ))
} else if cfg!(unix) {
    Some(("gsettings", &["get", "org.gnome.desktop.interface", "enable-animations"], "false"))
} else {
    None
};

/// The time for an answer; a desktop that needs longer has none.
const PATIENCE: Duration = Duration::from_secs(2);
/// The time between two looks whether it is there, while it is awaited.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The duration of an animation in a window that moves, in seconds.
const ANIMATION: f32 = 0.1;

/// The system's choice, once it is known.
#[derive(Debug, Default)]
pub(super) struct SystemMotion {
    asked: Option<Asked>,
    is_reduced: bool,
}

/// The program that was asked, until it has answered.
#[derive(Debug)]
struct Asked {
    child: Child,
    since: Instant,
}

impl SystemMotion {
    /// Asks the system.
    pub(super) fn ask() -> Self {
        let asked = QUESTION.and_then(|(program, arguments, _)| {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
            Some(Asked { child: command.spawn().ok()?, since: Instant::now() })
        });
        Self { asked, is_reduced: false }
    }

    /// Takes the answer if it is there.
    pub(super) fn note(&mut self, ctx: &Context) {
        let Some(Asked { child, since }) = &mut self.asked else { return };
        match child.try_wait() {
            Ok(None) if since.elapsed() < PATIENCE => {
                ctx.request_repaint_after(LOOK_AGAIN);
                return;
            }
            Ok(Some(status)) if status.success() => {
                let mut answer = String::new();
                // It has ended: what it said is in the pipe already.
                if let Some(mut said) = child.stdout.take() {
                    said.read_to_string(&mut answer).ok();
                }
                self.is_reduced = means_reduced(&answer);
            }
            _ => drop(child.kill()),
        }
        self.asked = None;
    }

    /// Tells whether motion is reduced, by the person's choice or else the system's.
    pub(super) fn is_reduced(&self, chosen: Option<bool>) -> bool {
        chosen.unwrap_or(self.is_reduced)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // Ended already, or no longer of use.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn means_reduced(answer: &str) -> bool {
    QUESTION.is_some_and(|(_, _, reduced)| answer.contains(reduced))
}

/// Lets controls fade, or change at once.
pub(super) fn apply(ctx: &Context, is_reduced: bool) {
    let duration = if is_reduced { 0.0 } else { ANIMATION };
    let is_applied = [egui::Theme::Dark, egui::Theme::Light]
        .into_iter()
        .all(|theme| (ctx.style_of(theme).animation_time - duration).abs() < f32::EPSILON);
    if !is_applied {
        ctx.all_styles_mut(|style| {
            style.animation_time = duration;
            let scroll =
                if is_reduced { egui::style::ScrollAnimation::none() } else { egui::style::ScrollAnimation::default() };
            style.scroll_animation = scroll;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_choice_outranks_the_systems() {
        let system = SystemMotion { asked: None, is_reduced: true };
        assert!(system.is_reduced(None) && system.is_reduced(Some(true)) && !system.is_reduced(Some(false)));
        assert!(!SystemMotion::default().is_reduced(None));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_answer_of_the_desktop_is_read() {
        assert!(means_reduced("false\n") && !means_reduced("true\n") && !means_reduced(""));
    }

    #[test]
    fn controls_neither_fade_nor_glide_when_motion_is_reduced() {
        let ctx = Context::default();
        for (is_reduced, duration) in [(true, 0.0), (false, ANIMATION)] {
            apply(&ctx, is_reduced);
            for theme in [egui::Theme::Dark, egui::Theme::Light] {
                assert!((ctx.style_of(theme).animation_time - duration).abs() < f32::EPSILON);
            }
        }
    }
}
