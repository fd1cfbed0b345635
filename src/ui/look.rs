//! Language, colours and time zone for drawing, with the words and marks that follow from them.

use std::borrow::Cow;

use egui::Color32;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::capture::diagnosis::Severity;
use crate::capture::{ForwardState, HANDSHAKE, Signature, UNREADABLE};
use crate::texts::Language;
use crate::texts::safe_text::{beginning, shortened, told};
use crate::texts::user_error::UserError;
use crate::ui::theme::{DARK, LIGHT, Palette, icons};
use crate::wechat::kind::Family;

/// Language, colours and time zone of one frame, given to every panel.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) language: Language,
    /// The palette, dark or light.
    pub(crate) palette: &'static Palette,
    zone: TimeZone,
    today: Date,
}

impl Look {
    /// Creates the look of a frame.
    pub(crate) fn new(language: Language, theme: egui::Theme, zone: TimeZone) -> Self {
        let palette = match theme {
            egui::Theme::Dark => &DARK,
            egui::Theme::Light => &LIGHT,
        };
        let today = crate::clock::now().to_zoned(zone.clone()).date();
        Self { language, palette, zone, today }
    }

    /// Returns true if every text reads the same with another look.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.language == other.language && self.zone == other.zone
    }

    /// The text of a locale key.
    pub(crate) fn text<'k>(&self, key: &'k str) -> Cow<'k, str> {
        self.language.text(key)
    }

    /// The text of that key with every `%{name}` filled in. What is filled in may come from anywhere: it is made visible
    /// and cut.
    pub(crate) fn filled(&self, key: &str, details: &[(&str, &str)]) -> String {
        let details: Vec<_> = details.iter().map(|(name, value)| (*name, quoted(value))).collect();
        self.language.filled(key, &details)
    }

    /// The words of an error.
    pub(crate) fn trouble(&self, trouble: &UserError) -> String {
        quoted(&trouble.words(self.language))
    }

    /// The name of a kind, safe to draw: names of WeChat's as received, names of our own in the language of the window.
    pub(crate) fn kind(&self, kind: &str, longest: usize) -> String {
        match kind {
            HANDSHAKE => self.text("window.kind.handshake").into_owned(),
            UNREADABLE => self.text("window.kind.unreadable").into_owned(),
            official => shortened(official, longest),
        }
    }

    /// The hue of a family of kinds.
    pub(crate) fn family_color(&self, family: Family) -> Color32 {
        let at = Family::ALL.iter().position(|other| *other == family).unwrap_or(0);
        self.palette.families[at]
    }

    /// The colour of a severity; its mark and its word go with it.
    pub(crate) fn severity_color(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Note => self.palette.note,
            Severity::Warning => self.palette.warning,
            Severity::Error => self.palette.error,
        }
    }

    /// The ground behind words of a severity.
    pub(crate) fn severity_ground(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Note => self.palette.note_ground,
            Severity::Warning => self.palette.warning_ground,
            Severity::Error => self.palette.error_ground,
        }
    }

    /// The colour of a signature's state; its mark and its word go with it.
    pub(crate) fn signature_color(&self, signature: Signature) -> Color32 {
        match signature {
            Signature::Valid => self.palette.ok,
            Signature::Invalid | Signature::Missing => self.palette.error,
            Signature::Unchecked => self.palette.weak,
        }
    }

    /// An instant on the local clock: `14:03:07.123`.
    pub(crate) fn clock(&self, instant: Timestamp) -> String {
        self.local(instant).strftime("%H:%M:%S.%3f").to_string()
    }

    /// An instant with its date: `27 Nov 14:03:07`, with the year where it is another.
    pub(crate) fn dated(&self, instant: Timestamp) -> String {
        let local = self.local(instant);
        let is_this_year = local.year() == self.today().year();
        let form = match self.language {
            _ if !is_this_year => "%Y-%m-%d %H:%M",
            Language::English => "%-d %b %H:%M:%S",
            Language::Chinese => "%m-%d %H:%M:%S",
        };
        local.strftime(form).to_string()
    }

    /// A day in full: `Saturday, 28 November 2026`.
    pub(crate) fn day(&self, day: Date) -> String {
        match self.language {
            Language::English => day.strftime("%A, %-d %B %Y").to_string(),
            Language::Chinese => {
                let weekday = ["日", "一", "二", "三", "四", "五", "六"];
                let at = usize::try_from(day.weekday().to_sunday_zero_offset()).unwrap_or(0);
                format!("{} 星期{}", day.strftime("%Y年%-m月%-d日"), weekday.get(at).copied().unwrap_or_default())
            }
        }
    }

    /// An instant to the microsecond, with its offset.
    pub(crate) fn exact(&self, instant: Timestamp) -> String {
        self.local(instant).strftime("%Y-%m-%d %H:%M:%S.%6f %:z").to_string()
    }

    /// Today in the local time zone, when the frame began.
    pub(crate) fn today(&self) -> Date {
        self.today
    }

    /// An instant in the local time zone.
    pub(crate) fn local(&self, instant: Timestamp) -> jiff::Zoned {
        instant.to_zoned(self.zone.clone())
    }
}

/// Maximum number of characters quoted within a sentence.
const QUOTED: usize = 1_000;

fn quoted(text: &str) -> String {
    match beginning(text, QUOTED) {
        (all, None) => told(all).into_owned(),
        (start, Some(_)) => format!("{}…", told(start)),
    }
}

/// The mark of a severity: a shape that is told apart without its colour.
pub(crate) fn severity_mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "●",
        Severity::Warning => "▲",
        Severity::Error => "⚠",
    }
}

/// The mark of a signature's state.
pub(crate) fn signature_mark(signature: Signature) -> &'static str {
    match signature {
        Signature::Valid => "✓",
        Signature::Invalid => "×",
        Signature::Missing => "?",
        Signature::Unchecked => "–",
    }
}

/// The icon of a signature's state.
pub(crate) fn signature_icon(signature: Signature) -> &'static str {
    match signature {
        Signature::Valid => icons::SHIELD_CHECK,
        Signature::Invalid | Signature::Missing => icons::SHIELD_X,
        Signature::Unchecked => icons::SHIELD_QUESTION_MARK,
    }
}

/// The words for an injected fault.
pub(crate) fn fault_hint(name: &str, look: &Look) -> String {
    look.filled("fault.injected", &[("fault", &look.text(&format!("fault.{name}.name")))])
}

/// The icon and the words for a forward that went wrong.
pub(crate) fn forward_hint(state: ForwardState, look: &Look) -> Option<(&'static str, String)> {
    let (mark, key) = match state {
        ForwardState::Ok => return None,
        ForwardState::Late => (icons::TIMER_OFF, "forwarded.late"),
        ForwardState::Failed => (icons::SERVER_OFF, "forwarded.failed"),
    };
    Some((mark, look.text(key).into_owned()))
}

/// The mark of an attempt: ① to ⑩, then digits.
pub(crate) fn attempt_mark(attempt: u32) -> String {
    match attempt {
        1..=10 => char::from_u32(0x245F + attempt).map(String::from).unwrap_or_default(),
        more => more.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_are_translated() {
        let look = Look::new(Language::Chinese, egui::Theme::Dark, TimeZone::UTC);
        assert_eq!(
            ["handshake", "unreadable", "CLICK"].map(|kind| look.kind(kind, 9)),
            ["地址验证", "无法解析", "CLICK"]
        );
    }

    #[test]
    fn days_are_written_as_each_language_does() {
        let look = |language| Look::new(language, egui::Theme::Dark, TimeZone::UTC);
        let day = jiff::civil::date(2026, 11, 28);
        assert_eq!(look(Language::English).day(day), "Saturday, 28 November 2026");
        assert_eq!(look(Language::Chinese).day(day), "2026年11月28日 星期六");
        let long_ago = "2019-03-01T10:02:11Z".parse().unwrap();
        assert_eq!(look(Language::Chinese).dated(long_ago), "2019-03-01 10:02");
    }

    #[test]
    fn attempts_are_counted_in_circles_as_far_as_they_go() {
        assert_eq!([1, 3, 10, 11].map(attempt_mark), ["①", "③", "⑩", "11"]);
    }
}
