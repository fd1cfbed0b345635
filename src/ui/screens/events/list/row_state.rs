//! States of a row: each an icon, a colour and words, so that none is told by colour alone.

use egui::Color32;

use super::row_texts::RowTexts;
use crate::capture::diagnosis::Severity;
use crate::capture::{CaptureSummary, Mode, ReplyMeaning, Signature, Verdict};
use crate::engine::AccountStatus;
use crate::ui::look::{Look, signature_icon};
use crate::ui::theme::icons;
use crate::ui::widgets::annotation;
use crate::ui::widgets::team_badge::badge_words;
use crate::ui::widgets::verdicts::replayed_words;

/// A state of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StateMark {
    pub(super) icon: &'static str,
    pub(super) color: Color32,
    pub(super) words: String,
}

/// Icon and colour of a reply's meaning. What is usual is neutral.
pub(super) fn meaning_mark(meaning: ReplyMeaning, look: &Look) -> (&'static str, Color32) {
    let palette = look.palette;
    match meaning {
        ReplyMeaning::Fault => (icons::ZAP, palette.fault),
        ReplyMeaning::Late => (icons::TIMER_OFF, palette.error),
        ReplyMeaning::Illegal => (icons::TRIANGLE_ALERT, palette.error),
        ReplyMeaning::ServerLate => (icons::TIMER_OFF, palette.warning),
        ReplyMeaning::ServerFailed => (icons::SERVER_OFF, palette.warning),
        ReplyMeaning::Refused => (icons::CIRCLE_SLASH, palette.weak),
        ReplyMeaning::Legal => (icons::CHECK, palette.weak),
        ReplyMeaning::Open => (icons::ELLIPSIS, palette.warning),
        ReplyMeaning::Own => (icons::FLASK_CONICAL, palette.weak),
    }
}

/// The state in the first column: the most remarkable one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstState {
    /// Waiting for a reply by hand.
    Held,
    /// The signature is wrong or missing.
    Forged,
    /// The reply was as it should be, and something is wrong with the request.
    Found(Severity),
    /// The reply says most.
    Replied(ReplyMeaning),
}

impl FirstState {
    /// The first state of a row.
    pub(super) fn of(row: &CaptureSummary, meaning: ReplyMeaning, is_held: bool) -> Self {
        let is_usual = matches!(meaning, ReplyMeaning::Legal | ReplyMeaning::Own);
        match row.severity {
            _ if is_held => Self::Held,
            _ if matches!(row.signature, Signature::Invalid | Signature::Missing) => Self::Forged,
            Some(severity) if is_usual && severity != Severity::Note => Self::Found(severity),
            _ => Self::Replied(meaning),
        }
    }

    /// Its icon and colour.
    pub(super) fn icon(self, look: &Look) -> (&'static str, Color32) {
        match self {
            Self::Held => (icons::PAUSE, look.palette.warning),
            Self::Forged => (icons::SHIELD_X, look.palette.error),
            Self::Found(severity) => (icons::CIRCLE_ALERT, look.severity_color(severity)),
            Self::Replied(meaning) => meaning_mark(meaning, look),
        }
    }

    /// Its words.
    pub(super) fn words(self, texts: &RowTexts, look: &Look) -> String {
        match self {
            Self::Held => look.text("list.held").into_owned(),
            Self::Forged => look.filled("window.row.signature", &[("state", &texts.signature)]),
            Self::Found(severity) => look.text(&format!("severity.{}", severity.as_str())).into_owned(),
            Self::Replied(ReplyMeaning::Legal) => look.text("list.legal").into_owned(),
            Self::Replied(ReplyMeaning::Own) => look.text("list.own").into_owned(),
            Self::Replied(ReplyMeaning::Illegal) => look.filled("list.illegal", &[("reply", &texts.reply)]),
            Self::Replied(_) => texts.reply.clone(),
        }
    }
}

fn signature_mark(row: &CaptureSummary, texts: &RowTexts, look: &Look) -> StateMark {
    let words = look.filled("window.row.signature", &[("state", &texts.signature)]);
    StateMark { icon: signature_icon(row.signature), color: look.signature_color(row.signature), words }
}

/// Marks at the end of the summary: what sets a row apart beside its reply, where the account does not expect it.
pub(super) fn further_states(
    row: &CaptureSummary,
    texts: &RowTexts,
    account: Option<&AccountStatus>,
    look: &Look,
) -> Vec<StateMark> {
    let palette = look.palette;
    let has_token = account.is_none_or(|account| account.has_token);
    let mut marks = Vec::new();
    if row.signature == Signature::Unchecked && has_token && !row.replay {
        marks.push(signature_mark(row, texts, look));
    }
    if row.mode != Mode::Plain {
        let words = format!("{} · {}", look.text("list.encrypted"), texts.mode);
        marks.push(StateMark { icon: icons::LOCK, color: palette.weak, words });
    }
    if let Some(verdict) = row.verdict {
        marks.push(verdict_mark(verdict, look));
    }
    if row.replay && texts.meaning != ReplyMeaning::Own {
        let words = look.text("list.own").into_owned();
        marks.push(StateMark { icon: icons::FLASK_CONICAL, color: palette.weak, words });
    }
    if let Some(words) = badge_words(&row.team, look) {
        marks.push(StateMark { icon: icons::USERS, color: palette.note, words });
    }
    let annotation = &row.annotation;
    let icons = [(annotation.pinned, icons::PIN), (annotation.note.is_some(), icons::STICKY_NOTE)];
    let icons = icons.into_iter().filter(|(is_set, _)| *is_set).map(|(_, icon)| icon);
    let annotated = icons.zip(annotation::words(annotation, look));
    marks.extend(annotated.map(|(icon, words)| StateMark { icon, color: palette.accent, words }));
    marks
}

/// The verdict on the last replay: equal or not, and whether that is good.
fn verdict_mark(verdict: Verdict, look: &Look) -> StateMark {
    let (icon, color) = match verdict {
        Verdict::New => (icons::ROTATE_CW, look.palette.weak),
        Verdict::Same => (icons::EQUAL, look.palette.weak),
        Verdict::Different => (icons::EQUAL_NOT, look.palette.warning),
        Verdict::Fixed => (icons::CIRCLE_CHECK, look.palette.ok),
        Verdict::Regressed => (icons::CIRCLE_X, look.palette.error),
    };
    StateMark { icon, color, words: replayed_words(verdict, look) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::super::row_texts::ReadRow;
    use super::*;
    use crate::capture::{Annotation, ReplyContent, ReplySource, ReplySummary};
    use crate::texts::Language;

    fn row(change: impl FnOnce(&mut CaptureSummary, &mut ReplySummary)) -> CaptureSummary {
        let mut row = CaptureSummary {
            event_key: Some("K".to_owned()),
            answer: Some(ReplyContent::read(b"success")),
            ..CaptureSummary::unanswered(1, "CLICK")
        };
        let mut reply = ReplySummary::answered();
        change(&mut row, &mut reply);
        CaptureSummary { reply: Some(reply), ..row }
    }

    fn look() -> Look {
        Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC)
    }

    fn first(row: CaptureSummary, is_held: bool) -> String {
        let row = ReadRow::new(row);
        let texts = row.texts(&look());
        FirstState::of(&row.summary, texts.meaning, is_held).words(texts, &look())
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a test names both at each call")]
    fn further(row: CaptureSummary, has_token: bool, has_aes_key: bool) -> Vec<String> {
        let account = AccountStatus {
            name: "default".to_owned(),
            has_token,
            has_aes_key,
            has_app_id: false,
            has_app_secret: false,
        };
        let row = ReadRow::new(row);
        let marks = further_states(&row.summary, row.texts(&look()), Some(&account), &look());
        marks.into_iter().map(|mark| mark.words).collect()
    }

    #[test]
    fn the_most_remarkable_state_comes_first() {
        assert_eq!(first(row(|_, _| {}), false), "answered, and WeChat takes it");
        assert_eq!(first(row(|_, _| {}), true), "held for a reply by hand");
        let late = row(|_, reply| reply.elapsed = Duration::from_secs(6));
        assert_eq!(first(late, false), "too late → success");
        let forged = row(|row, reply| {
            row.signature = Signature::Invalid;
            (reply.status, reply.source) = (Some(403), ReplySource::None);
        });
        assert_eq!(first(forged, false), "signature invalid");
        assert_eq!(first(row(|row, _| row.severity = Some(Severity::Error)), false), "Error");
        assert_eq!(first(row(|row, _| row.severity = Some(Severity::Note)), false), "answered, and WeChat takes it");
    }

    #[test]
    fn what_the_account_expects_needs_no_mark() {
        let unchecked = || row(|row, _| row.signature = Signature::Unchecked);
        assert!(further(unchecked(), false, false).is_empty(), "without a token nothing is checked");
        assert_eq!(further(unchecked(), true, false), ["signature unchecked"]);
        assert!(further(row(|_, _| {}), true, false).is_empty());
        assert!(further(row(|_, _| {}), true, true).is_empty(), "a key alone does not say which mode is set");
        assert_eq!(further(row(|row, _| row.mode = Mode::Safe), true, true), ["encrypted · safe"]);
        let replayed = row(|row, _| row.verdict = Some(Verdict::Regressed));
        assert_eq!(further(replayed, true, false), ["Replayed: regressed"]);
        let marked = row(|row, _| row.annotation = Annotation { pinned: true, note: Some("look".to_owned()) });
        assert_eq!(further(marked, true, false).len(), 2);
        assert_eq!(further(row(|row, _| row.replay = true), true, false), ["sent from here, not by a tap"]);
    }
}
