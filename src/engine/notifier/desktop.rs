//! The notification on the desktop: its text, and its click.

use std::time::Duration;

use notify_rust::Notification;

use crate::capture::Capture;
use crate::texts::Language;
use crate::texts::safe_text::{safe_text, shortened};
use crate::wechat::tree::Tree;

/// Texts from outside are cut to so many characters.
const LONGEST: usize = 80;

/// The name of the click on the notification itself.
const CLICK: &str = "default";

/// The words of a notification: kind, key, and what was in it, never more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotificationText {
    pub(super) title: String,
    pub(super) body: String,
}

impl NotificationText {
    /// The words about an event, the newest of `count`.
    pub(super) fn of(capture: &Capture, count: u64, language: Language) -> Self {
        let key = capture.envelope.event_key.as_deref().filter(|key| !key.is_empty());
        let title = [Some(capture.envelope.kind.as_str()), key].into_iter().flatten().map(shown);
        let more = (count > 1).then(|| language.filled("notify.more", &[("count", (count - 1).to_string())]));
        let body = [summary(capture.message()).as_deref().map(shown), more].into_iter().flatten();
        Self { title: title.collect::<Vec<_>>().join(" · "), body: markup(&body.collect::<Vec<_>>().join("\n")) }
    }
}

/// The part of the message that the user has given.
fn summary(message: &[u8]) -> Option<String> {
    let tree = Tree::parse_lenient(message).ok()?;
    let root = tree.root();
    let inner = |outer: &str, name: &str| root.child(outer).and_then(|outer| outer.text_of(name).map(str::to_owned));
    let text = root
        .text_of("Content")
        .map(str::to_owned)
        .or_else(|| inner("ScanCodeInfo", "ScanResult"))
        .or_else(|| inner("SendLocationInfo", "Label"));
    text.filter(|text| !text.is_empty())
}

fn shown(text: &str) -> String {
    safe_text(&shortened(text, LONGEST)).into_owned()
}

/// The body may be read as markup, where a text from outside must stay a text.
fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A notification that is on the desktop.
pub(super) struct ShownNotification(notify_rust::NotificationHandle);

/// Asks the desktop whether it takes notifications.
pub(super) async fn check(patience: Duration) -> Result<(), String> {
    let asked = tokio::task::spawn_blocking(|| notify_rust::get_server_information().map(|_| ()));
    match tokio::time::timeout(patience, asked).await {
        Ok(Ok(answered)) => answered.map_err(|error| error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it did not answer".to_owned()),
    }
}

/// Shows a notification.
pub(super) async fn show(text: &NotificationText) -> Result<ShownNotification, String> {
    let shown = Notification::new()
        .appname("menuscope")
        .icon("menuscope")
        .summary(&text.title)
        .body(&text.body)
        .action(CLICK, "menuscope")
        .show_async()
        .await;
    shown.map(ShownNotification).map_err(|error| error.to_string())
}

impl ShownNotification {
    /// Waits until it is clicked or closed; tells whether it was clicked.
    pub(super) async fn is_clicked(&self) -> bool {
        let mut is_clicked = false;
        self.0
            .wait_for_action_async(|response| {
                is_clicked = matches!(response, notify_rust::NotificationResponse::Default);
            })
            .await;
        is_clicked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(body: &str) -> Capture {
        let accounts = crate::account::Accounts::new(Vec::new(), None);
        let request = crate::capture::RawRequest {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx?signature=5ecret&openid=oUser".to_owned(),
            headers: vec![("authorization".to_owned(), b"5ecret".to_vec())].into(),
            peer: "127.0.0.1".to_owned(),
            body_length: body.len() as u64,
            body: body.as_bytes().to_vec().into(),
        };
        crate::inspect::inspect(request, &accounts).capture
    }

    #[test]
    fn kind_key_and_what_was_in_it_are_said_and_nothing_else() {
        let scan = capture(include_str!("../../../tests/fixtures/samples/scancode_waitmsg.xml"));
        let text = NotificationText::of(&scan, 1, Language::English);
        assert_eq!((text.title.as_str(), text.body.as_str()), ("scancode_waitmsg · 6", "2"));
        let text = NotificationText::of(&scan, 40, Language::English);
        assert_eq!(text.body, "2\nand 39 more events");
        let told = format!("{text:?}");
        assert!(!told.contains("5ecret") && !told.contains("oMgHVj"), "{told}");
    }

    #[test]
    fn a_text_from_outside_stays_a_short_text() {
        let body =
            format!("<xml><MsgType>text</MsgType><Content><![CDATA[<b>&\u{202e}{}]]></Content></xml>", "x".repeat(500));
        let text = NotificationText::of(&capture(&body), 1, Language::English);
        assert!(text.body.starts_with("&lt;b&gt;&amp;") && !text.body.contains('\u{202e}'), "{}", text.body);
        assert!(text.body.chars().count() < 120, "{}", text.body);
    }
}
