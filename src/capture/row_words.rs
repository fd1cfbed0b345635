//! Words of a row, the same in the window and in `menuscope events`: a summary of what was in an event, and its reply by
//! meaning.

use super::reply_record::{ReplyEnd, ReplySource, ReplySummary};
use super::row_content::{EventContent, ReplyContent};
use super::server_answer::ForwardState;
use super::stored_capture::CaptureSummary;
use crate::texts::Language;
use crate::texts::safe_text::shortened;
use crate::wechat::lint::{LintCode, WECHAT_LIMIT_MS};
use crate::wechat::reply::ReplyKind;

/// Maximum number of characters shown of a key, and of a value.
const KEY: usize = 60;
const VALUE: usize = 200;
/// Maximum number of characters shown of the beginning of bytes that are no reply.
const BYTES: usize = 40;
/// Stands between the parts of a summary.
const BETWEEN: &str = " · ";

/// The meaning of a reply, most remarkable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyMeaning {
    /// A fault was injected on purpose.
    Fault,
    /// The answer came after WeChat's limit, or not at all.
    Late,
    /// WeChat does not take it for a reply.
    Illegal,
    /// The developer's own server was too late, and something else was answered.
    ServerLate,
    /// The developer's own server failed, and something else was answered.
    ServerFailed,
    /// The request was refused: nobody vouches for it.
    Refused,
    /// In time and legal.
    Legal,
    /// There is no answer yet.
    Open,
    /// A message that was sent from here, which the listener never answers.
    Own,
}

impl ReplyMeaning {
    /// The meaning of the reply to an event.
    pub fn of(row: &CaptureSummary) -> Self {
        let Some(reply) = &row.reply else { return if row.replay { Self::Own } else { Self::Open } };
        if reply.fault.is_some() {
            return Self::Fault;
        }
        let is_late = reply.elapsed.as_millis() > u128::from(WECHAT_LIMIT_MS);
        match reply.forward {
            _ if reply.end != ReplyEnd::Answered || is_late => Self::Late,
            _ if reply.source == ReplySource::None && reply.status.is_some_and(|status| status >= 400) => Self::Refused,
            _ if !reply.is_legal() => Self::Illegal,
            Some(ForwardState::Late) => Self::ServerLate,
            Some(ForwardState::Failed) => Self::ServerFailed,
            Some(ForwardState::Ok) | None => Self::Legal,
        }
    }

    /// The mark of the meaning, for a terminal.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Fault => "⚡",
            Self::Late | Self::ServerLate => "⏱",
            Self::Illegal | Self::ServerFailed => "⚠",
            Self::Refused => "×",
            Self::Legal => "✓",
            Self::Open => "…",
            Self::Own => "→",
        }
    }
}

/// The summary of an event: its key and what was in it. Hidden characters are spelled out.
pub fn summary_words(row: &CaptureSummary, language: Language) -> String {
    let key = row.event_key.as_deref().filter(|key| !key.is_empty());
    let is_link = row.kind == "VIEW" || row.kind == "view_miniprogram";
    let key = key.map(|key| shortened(key, if is_link { VALUE } else { KEY }));
    key.into_iter().chain(content_words(row, language)).collect::<Vec<_>>().join(BETWEEN)
}

/// The content of an event beside its key, if there is anything to say of it.
pub fn content_words(row: &CaptureSummary, language: Language) -> Option<String> {
    row.content.as_ref().map(|content| words_of(content, language)).filter(|words| !words.is_empty())
}

fn words_of(content: &EventContent, language: Language) -> String {
    let quoted = |words: &str| quoted(words, language);
    match content {
        EventContent::Words(words) => quoted(words),
        EventContent::Value(value) => shortened(value, VALUE),
        EventContent::Pictures(0) => language.text("row.no_pictures").into_owned(),
        EventContent::Pictures(count) => language.filled("row.pictures", &[("count", count.to_string())]),
        EventContent::Medium { format, words } if words.is_empty() => shortened(format, KEY),
        EventContent::Medium { format, words } => format!("{}{BETWEEN}{}", shortened(format, KEY), quoted(words)),
        EventContent::Request { method, target } => format!("{} {}", shortened(method, KEY), shortened(target, VALUE)),
    }
}

/// The reply to an event by its meaning, without the mark.
pub fn reply_words(row: &CaptureSummary, language: Language) -> String {
    let text = |key: &str| language.text(key).into_owned();
    let Some(reply) = &row.reply else {
        let answered = answered_words(None, row.answer.as_ref().filter(|_| row.replay), language);
        return match answered {
            _ if !row.replay => text("row.open"),
            answered if answered.is_empty() => text("row.own"),
            answered => answered,
        };
    };
    let answered = || answered_words(reply.status, row.answer.as_ref(), language);
    let after = |key: &str| language.filled("row.then", &[("first", text(key)), ("then", answered())]);
    match ReplyMeaning::of(row) {
        ReplyMeaning::Fault => {
            let name = reply.fault.map(|fault| text(&format!("fault.{fault}.name"))).unwrap_or_default();
            language.filled("fault.injected", &[("fault", name)])
        }
        ReplyMeaning::Late if reply.end == ReplyEnd::Answered => after("row.late"),
        ReplyMeaning::Late => text(&format!("detail.end.{}", reply.end.as_str())),
        ReplyMeaning::Illegal => illegal_words(reply, row.illegality, language),
        ReplyMeaning::ServerLate => after("row.server_late"),
        ReplyMeaning::ServerFailed => after("row.server_failed"),
        ReplyMeaning::Refused => {
            let status = reply.status.unwrap_or_default().to_string();
            language.filled("row.refused", &[("status", status)])
        }
        ReplyMeaning::Legal | ReplyMeaning::Open | ReplyMeaning::Own => answered(),
    }
}

/// The content of a reply: its kind with its text, else its status.
fn answered_words(status: Option<u16>, content: Option<&ReplyContent>, language: Language) -> String {
    match content {
        Some(ReplyContent::Passive(kind, words)) => {
            let name = match kind {
                ReplyKind::Success | ReplyKind::Raw => return kind.as_str().to_owned(),
                kind => language.text(&format!("row.kind.{}", kind.as_str())).into_owned(),
            };
            if words.is_empty() {
                return name;
            }
            format!("{name} {}", quoted(words, language))
        }
        Some(ReplyContent::Bytes(start)) if !start.is_empty() => shortened(start, BYTES),
        Some(ReplyContent::Bytes(_)) | None => status.map_or_else(String::new, |status| status.to_string()),
    }
}

/// A text in quotes, on one line: a line end is a mark of its own there.
fn quoted(text: &str, language: Language) -> String {
    let line = text.replace("\r\n", "\n").replace('\n', "↵").replace('\t', " ");
    language.filled("row.quoted", &[("text", shortened(&line, VALUE))])
}

fn illegal_words(reply: &ReplySummary, code: Option<LintCode>, language: Language) -> String {
    if let Some(status) = reply.status.filter(|status| *status != 200) {
        return language.filled("row.illegal.status", &[("status", status.to_string())]);
    }
    let key = match code {
        Some(LintCode::JsonBody) => "row.illegal.json",
        Some(LintCode::HtmlPage | LintCode::ErrorPage | LintCode::LoginPage | LintCode::TunnelPage) => {
            "row.illegal.html"
        }
        Some(LintCode::PhpOutput | LintCode::StackTrace | LintCode::DebugBar) => "row.illegal.output",
        Some(LintCode::NotWellFormed | LintCode::CharacterForbidden | LintCode::EntityUnknown) => "row.illegal.xml",
        Some(LintCode::SuccessQuoted | LintCode::SuccessCase | LintCode::SuccessWhite) => "row.illegal.success",
        Some(_) | None => "row.illegal.other",
    };
    language.text(key).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn row(kind: &str, key: Option<&str>) -> CaptureSummary {
        CaptureSummary { event_key: key.map(str::to_owned), ..CaptureSummary::unanswered(1, kind) }
    }

    fn answered(body: &[u8], change: impl Fn(&mut ReplySummary)) -> CaptureSummary {
        let elapsed = Duration::from_millis(16);
        let mut reply = ReplySummary { source: ReplySource::Forward, elapsed, ..ReplySummary::answered() };
        change(&mut reply);
        CaptureSummary { reply: Some(reply), answer: Some(ReplyContent::read(body)), ..row("CLICK", Some("K")) }
    }

    #[test]
    fn a_summary_is_the_key_and_what_was_in_it() {
        let mut scan = row("scancode_waitmsg", Some("6"));
        scan.content = Some(EventContent::Value("https://e.com/p".to_owned()));
        assert_eq!(summary_words(&scan, Language::English), "6 · https://e.com/p");
        let mut text = row("text", None);
        text.content = Some(EventContent::Words("a\u{202E}b".to_owned()));
        assert_eq!(summary_words(&text, Language::English), "“a‹U+202E›b”");
        let mut pictures = row("pic_weixin", Some("P"));
        pictures.content = Some(EventContent::Pictures(1));
        assert_eq!(summary_words(&pictures, Language::English), "P · 1 picture");
        assert_eq!(summary_words(&pictures, Language::Chinese), "P · 1 张图片");
        assert_eq!(summary_words(&row("unsubscribe", None), Language::English), "");
    }

    #[test]
    fn a_reply_is_told_by_its_meaning() {
        let words =
            |row: &CaptureSummary| format!("{} {}", ReplyMeaning::of(row).mark(), reply_words(row, Language::English));
        assert_eq!(words(&answered(b"success", |_| {})), "✓ success");
        let text = "<xml><MsgType>text</MsgType><Content>你好</Content></xml>".as_bytes();
        assert_eq!(words(&answered(text, |_| {})), "✓ text “你好”");
        let lines = b"<xml><MsgType>text</MsgType><Content>one\r\ntwo</Content></xml>";
        assert_eq!(words(&answered(lines, |_| {})), "✓ text “one↵two”");
        let late = answered(b"success", |reply| reply.forward = Some(ForwardState::Late));
        assert_eq!(words(&late), "⏱ server late → success");
        let mut json = answered(b"{}", |reply| reply.severity = Some(crate::capture::diagnosis::Severity::Error));
        json.illegality = Some(LintCode::JsonBody);
        assert_eq!(words(&json), "⚠ illegal JSON");
        let fault = answered(b"success", |reply| reply.fault = Some("late"));
        assert_eq!(words(&fault), "⚡ fault: Too late");
        let refused = answered(b"", |reply| (reply.status, reply.source) = (Some(403), ReplySource::None));
        assert_eq!(words(&refused), "× refused, 403");
        assert_eq!(words(&row("CLICK", None)), "… no reply yet");
        let own = |answer: Option<ReplyContent>| CaptureSummary { replay: true, answer, ..row("CLICK", None) };
        assert_eq!(words(&own(Some(ReplyContent::read(b"success")))), "→ success");
        assert_eq!(words(&own(None)), "→ sent from here");
    }
}
