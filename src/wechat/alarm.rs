//! WeChat's alarm messages (接口报警): what failed, how often, and the event that stands as an example.
//!
//! Source: the platform's page 报警排查指引. An alarm is a chat message of labelled lines, `Appid:`, `昵称:`, `时间:`, `内容:`, `次数:`
//! and `错误样例:` with `[OpenID=…][Stamp=…][Event=…]`. Copied texts hold several, and lose their line ends.

use super::codes::codes;

codes! {
    /// The kind of an alarm; its spelling is part of its locale keys, `alarm.CODE.message` and `.remedy`.
    AlarmKind "alarm" {
    /// DNS失败: the name of the host has no address.
    DnsFailed "dns-failed" Error,
    /// DNS超时: no address within five seconds.
    DnsTimeout "dns-timeout" Error,
    /// 连接超时: the server does not take connections.
    ConnectTimeout "connect-timeout" Error,
    /// 请求超时: no answer within five seconds.
    RequestTimeout "request-timeout" Error,
    /// 回应失败: the answer is not legal.
    ReplyIllegal "reply-illegal" Error,
    /// `MarkFail`, 自动屏蔽: nothing is pushed for one minute.
    MarkFail "mark-fail" Error,
    /// A text that names none of the six.
    Unknown "unknown" Warning,
    }
}

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The kind, told by the text.
    pub kind: AlarmKind,
    /// The account's AppID.
    pub app_id: Option<String>,
    /// The account's name.
    pub nickname: Option<String>,
    /// The time of the first failure, as written.
    pub time: Option<String>,
    /// The description.
    pub content: Option<String>,
    /// The number of failures, as written (`5分钟 1272次`).
    pub times: Option<String>,
    /// The events that stand as examples.
    pub examples: Vec<AlarmExample>,
}

/// The event in an alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmExample {
    /// The user's OpenID.
    pub openid: Option<String>,
    /// The event's CreateTime, in seconds.
    pub stamp: Option<i64>,
    /// The event in the alarm's own words, such as `Click Menu Url`.
    pub event: Option<String>,
    /// The address of the developer's server.
    pub ip: Option<String>,
    /// The length of the answer in bytes, as written.
    pub response_length: Option<String>,
    /// The beginning of the answer.
    pub response_content: Option<String>,
}

/// The labels of an alarm's parts; the first begins an alarm.
const LABELS: [&str; 6] = ["Appid", "昵称", "时间", "内容", "次数", "错误样例"];

/// Words of an alarm's `Event` that stand for a kind of push. They are English, and not the names of the protocol.
const EVENTS: [(&str, &str); 4] = [
    ("click menu url", "VIEW"),
    ("click menu", "CLICK"),
    ("fans unfollow", "unsubscribe"),
    ("fans follow", "subscribe"),
];

impl AlarmExample {
    /// The kind of push that the words of `Event` stand for, if it is known.
    pub fn kind(&self) -> Option<&str> {
        let words = self.event.as_deref()?;
        let lower = words.to_ascii_lowercase();
        let known = EVENTS.iter().find(|(known, _)| lower.starts_with(known)).map(|(_, kind)| *kind);
        known.or_else(|| super::kind::lookup(words).map(|known| known.name))
    }

    fn is_empty(&self) -> bool {
        self.openid.is_none() && self.stamp.is_none() && self.event.is_none()
    }
}

/// The alarms in a text, in their order; none where it holds no alarm.
pub fn alarms(text: &str) -> Vec<Alarm> {
    let mut starts: Vec<usize> = labels(text).filter(|(_, label)| *label == 0).map(|(at, _)| at).collect();
    if starts.is_empty() && (text.contains('[') || kind_of(text) != AlarmKind::Unknown) {
        starts.push(0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts: Vec<&str> = starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end)).collect();
    let read = parts.into_iter().map(alarm);
    read.filter(|alarm| alarm.kind != AlarmKind::Unknown || !alarm.examples.is_empty()).collect()
}

fn alarm(text: &str) -> Alarm {
    let labels: Vec<(usize, usize)> = labels(text).collect();
    let value = |wanted: usize| {
        let place = labels.iter().position(|(_, label)| *label == wanted)?;
        let (start, label) = *labels.get(place)?;
        let end = labels.get(place + 1).map_or(text.len(), |(next, _)| *next);
        let value =
            text.get(start + LABELS.get(label)?.len()..end)?.trim_start().trim_start_matches([':', '：']).trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    Alarm {
        kind: kind_of(value(3).as_deref().unwrap_or(text)),
        app_id: value(0).and_then(|value| value.split_whitespace().next().map(str::to_owned)),
        nickname: value(1),
        time: value(2),
        content: value(3),
        times: value(4),
        examples: examples(text),
    }
}

/// The labels in a text, by place. A label is followed by a colon.
fn labels(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (index, label) in LABELS.iter().enumerate() {
        for (at, _) in text.match_indices(label) {
            let after = text.get(at + label.len()..).unwrap_or_default().trim_start_matches(' ');
            if after.starts_with([':', '：']) {
                found.push((at, index));
            }
        }
    }
    found.sort_unstable();
    found.into_iter()
}

fn kind_of(text: &str) -> AlarmKind {
    let lower = text.to_ascii_lowercase();
    let has = |word: &str| lower.contains(word);
    let is_late = has("超时") || has("timeout") || has("timed out");
    match () {
        () if has("markfail") || has("屏蔽") || has("暂时不推送") => AlarmKind::MarkFail,
        () if has("dns") && is_late => AlarmKind::DnsTimeout,
        () if has("dns") => AlarmKind::DnsFailed,
        () if (has("连接") || has("connect")) && is_late => AlarmKind::ConnectTimeout,
        () if has("没有返回") || has("请求超时") || is_late => AlarmKind::RequestTimeout,
        () if has("回应") || has("不合法") || has("response_content") => AlarmKind::ReplyIllegal,
        () => AlarmKind::Unknown,
    }
}

/// The groups of `[Name=value]`; a new one begins where a name comes again.
fn examples(text: &str) -> Vec<AlarmExample> {
    let mut list = Vec::new();
    let mut current = AlarmExample::default();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('[') {
        let Some((inside, beyond)) = after.split_once(']') else { break };
        rest = beyond;
        let Some((name, value)) = inside.split_once(['=', ':', '：']) else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let is_taken = match name.as_str() {
            "openid" => current.openid.is_some(),
            "stamp" => current.stamp.is_some(),
            "event" => current.event.is_some(),
            _ => false,
        };
        if is_taken {
            list.push(std::mem::take(&mut current));
        }
        let text = Some(value.to_owned());
        match name.as_str() {
            "openid" => current.openid = text,
            "stamp" => current.stamp = value.parse().ok(),
            "event" => current.event = text,
            "ip" => current.ip = text,
            "response_length" => current.response_length = text,
            "response_content" => current.response_content = text,
            _ => {}
        }
    }
    list.push(current);
    list.retain(|example| !example.is_empty());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> String {
        format!(
            "Appid: wx0123456789abcdef\n昵称: 示例\n时间: 2026-11-28 20:12:00\n内容: {content}\n次数: 5分钟 1272次\n\
             错误样例: [IP=203.0.113.9][OpenID=oMgHVjngRipVsoxg6TuX3vz6glDg][Stamp=1408090606][Event=Click Menu Url]"
        )
    }

    #[test]
    fn the_six_kinds_are_told_by_their_words() {
        let cases = [
            ("微信服务器向公众号推送消息或事件时，解析DNS失败", AlarmKind::DnsFailed),
            ("微信服务器向公众号推送消息或事件时，解析DNS超时，超时时间为5秒", AlarmKind::DnsTimeout),
            ("微信服务器连接公众号开发者服务器时发生超时，超时时间为5秒", AlarmKind::ConnectTimeout),
            ("微信服务器向公众号推送消息或事件后，开发者5秒内没有返回", AlarmKind::RequestTimeout),
            ("微信服务器向公众号推送消息或事件后，得到的回应不合法", AlarmKind::ReplyIllegal),
            ("MarkFail(自动屏蔽)：发生多次失败后，暂时不推送消息，一分钟后解除屏蔽", AlarmKind::MarkFail),
        ];
        for (content, kind) in cases {
            let alarms = alarms(&text(content));
            assert_eq!((alarms.len(), alarms[0].kind), (1, kind), "{content}");
        }
    }

    #[test]
    fn the_parts_are_read_with_and_without_line_ends() {
        let text = format!("{}[response_length=10][response_content=Error 500:]", text("得到的回应不合法"));
        for text in [text.clone(), text.replace('\n', " "), text.replace(": ", "：")] {
            let alarm = alarms(&text).remove(0);
            assert_eq!(alarm.app_id.as_deref(), Some("wx0123456789abcdef"));
            assert_eq!(alarm.times.as_deref(), Some("5分钟 1272次"));
            assert_eq!(alarm.time.as_deref(), Some("2026-11-28 20:12:00"));
            let example = &alarm.examples[0];
            assert_eq!(example.openid.as_deref(), Some("oMgHVjngRipVsoxg6TuX3vz6glDg"));
            assert_eq!((example.stamp, example.kind()), (Some(1_408_090_606), Some("VIEW")));
            assert_eq!(example.response_content.as_deref().map(|text| &text[..5]), Some("Error"));
        }
    }

    #[test]
    fn several_alarms_and_several_examples_are_kept_apart() {
        let two = format!("{}\n\n{}", text("开发者5秒内没有返回"), text("解析DNS失败"));
        assert_eq!(
            alarms(&two).iter().map(|alarm| alarm.kind).collect::<Vec<_>>(),
            [AlarmKind::RequestTimeout, AlarmKind::DnsFailed]
        );
        let more = format!("{}\n[OpenID=oOther][Stamp=5][Event=CLICK]", text("没有返回"));
        let examples = &alarms(&more)[0].examples;
        assert_eq!(examples.len(), 2);
        assert_eq!(
            (examples[1].openid.as_deref(), examples[1].stamp, examples[1].kind()),
            (Some("oOther"), Some(5), Some("CLICK"))
        );
    }

    #[test]
    fn other_texts_hold_no_alarm() {
        for text in ["", "hello", "[x]", "Appid: wx1", "\u{0}[[[]]]", "[Stamp=99999999999999999999]"] {
            assert_eq!(alarms(text), [], "{text}");
        }
        assert_eq!(alarms("[OpenID=o1][Stamp=5][Event=CLICK]").len(), 1);
    }
}
