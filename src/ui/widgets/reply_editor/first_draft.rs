//! Suggested reply to an event, which a developer can recognise on the phone.

use crate::capture::Capture;
use crate::texts::Language;
use crate::wechat::kind::{self, Answer};
use crate::wechat::message::{Location, MenuEvent, Message, Payload, Pictures, ScanCode, UserMessage};
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::Tree;

/// Maximum number of quoted characters: in Chinese, twice as many fit into a text that WeChat accepts.
const QUOTED: usize = 300;

/// Suggests a text that quotes the event, or `success` if the user would not see it.
pub(super) fn draft_for(capture: &Capture, language: Language) -> PassiveReply {
    let Ok(tree) = Tree::parse_lenient(capture.message()) else { return PassiveReply::Success };
    let message = Message::decode(&tree);
    if !is_visible(&message) || Address::answering(message.from_user, message.to_user, 0).is_none() {
        return PassiveReply::Success;
    }
    let content = DraftText { language }.of(&message);
    PassiveReply::Text { content }
}

/// Returns true if the user sees a reply to this kind; unknown kinds are assumed to be seen.
fn is_visible(message: &Message<'_>) -> bool {
    kind::known(message.msg_type, message.kind()).is_none_or(|known| known.answer == Answer::Seen)
}

/// Composes the text of a suggestion in one language.
struct DraftText {
    language: Language,
}

impl DraftText {
    fn of(&self, message: &Message<'_>) -> String {
        match &message.payload {
            Payload::Menu(event) => self.of_menu(event, message),
            Payload::Message(UserMessage::Text { content: Some(content), .. }) if !content.is_empty() => {
                quoted(content)
            }
            Payload::Message(UserMessage::Location(location)) => self.of_location(location),
            Payload::Event(_) if message.kind().eq_ignore_ascii_case("subscribe") => self.fixed("subscribe"),
            Payload::Message(_) | Payload::Event(_) | Payload::Platform | Payload::Unknown => {
                self.quoting("received", message.kind())
            }
        }
    }

    fn of_menu(&self, event: &MenuEvent<'_>, message: &Message<'_>) -> String {
        match event {
            MenuEvent::ScancodePush(scan) | MenuEvent::ScancodeWaitmsg(scan) => self.of_scan(scan),
            MenuEvent::PicSysphoto(pictures)
            | MenuEvent::PicPhotoOrAlbum(pictures)
            | MenuEvent::PicWeixin(pictures) => self.of_pictures(pictures),
            MenuEvent::LocationSelect(location) => self.of_location(location),
            MenuEvent::Click | MenuEvent::View { .. } | MenuEvent::ViewMiniprogram { .. } => {
                match message.event_key.filter(|key| !key.is_empty()) {
                    Some(key) => self.quoting("click", key),
                    None => self.fixed("click_without_key"),
                }
            }
        }
    }

    fn of_scan(&self, scan: &ScanCode<'_>) -> String {
        match scan.content.filter(|content| !content.is_empty()) {
            Some(content) => self.quoting("scan", content),
            None => self.fixed("scan_of_nothing"),
        }
    }

    fn of_pictures(&self, pictures: &Pictures<'_>) -> String {
        let listed = i64::try_from(pictures.md5s.len()).unwrap_or(i64::MAX);
        let count = pictures.count.unwrap_or(listed);
        self.quoting("pictures", &count.to_string())
    }

    /// Quotes a location by its name, or else its address, or else its coordinates.
    fn of_location(&self, location: &Location<'_>) -> String {
        let named =
            [location.poiname, location.label].into_iter().flatten().map(str::trim).find(|name| !name.is_empty());
        let coordinates = || {
            let (latitude, longitude) = (location.latitude_text?, location.longitude_text?);
            Some(format!("{}, {}", latitude.trim(), longitude.trim()))
        };
        match named.map(str::to_owned).or_else(coordinates) {
            Some(place) => self.quoting("location", &place),
            None => self.fixed("location_of_nothing"),
        }
    }

    fn fixed(&self, key: &str) -> String {
        self.language.text(&format!("editor.draft.{key}")).into_owned()
    }

    fn quoting(&self, key: &str, text: &str) -> String {
        self.language.filled(&format!("editor.draft.{key}"), &[("text", quoted(text))])
    }
}

/// Quotes a text exactly, truncated to [`QUOTED`] characters.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::test_support::{request, stored};

    fn suggested(inside: &str) -> PassiveReply {
        let message = format!("<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName>{inside}</xml>");
        let capture = stored(request("POST", "/wx".to_owned(), message.as_bytes()), 200).capture;
        draft_for(&capture, Language::English)
    }

    fn event(name: &str, inside: &str) -> PassiveReply {
        suggested(&format!("<MsgType>event</MsgType><Event>{name}</Event>{inside}"))
    }

    fn text(content: &str) -> PassiveReply {
        PassiveReply::Text { content: content.to_owned() }
    }

    #[test]
    fn a_draft_quotes_what_the_event_is_about() {
        let scan = "<ScanCodeInfo><ScanType>barcode</ScanType><ScanResult>EAN_13,690</ScanResult></ScanCodeInfo>";
        assert_eq!(event("scancode_waitmsg", scan), text("You scanned 690"));
        assert_eq!(event("CLICK", "<EventKey>MENU_1</EventKey>"), text("You tapped MENU_1"));
        let pictures = "<SendPicsInfo><Count>2</Count></SendPicsInfo>";
        assert_eq!(event("pic_weixin", pictures), text("Pictures received: 2"));
        let place = |name: &str| {
            format!(
                "<SendLocationInfo><Location_X>23</Location_X><Location_Y>113</Location_Y><Label>广州</Label>\
                 <Poiname>{name}</Poiname></SendLocationInfo>"
            )
        };
        assert_eq!(event("location_select", &place("")), text("You chose 广州"));
        assert_eq!(event("location_select", &place("塔")), text("You chose 塔"));
        assert_eq!(suggested("<MsgType>text</MsgType><Content>hello</Content>"), text("hello"));
    }

    #[test]
    fn the_draft_is_success_if_the_user_sees_no_reply() {
        let view = "<EventKey>http://a</EventKey>";
        assert_eq!(event("VIEW", view), PassiveReply::Success);
        assert_eq!(event("unsubscribe", ""), PassiveReply::Success);
        assert_eq!(event("TEMPLATESENDJOBFINISH", ""), PassiveReply::Success);
    }

    #[test]
    fn an_event_without_a_sender_cannot_be_answered() {
        let capture = stored(request("POST", "/wx".to_owned(), b"<xml><MsgType>text</MsgType></xml>"), 200).capture;
        assert_eq!(draft_for(&capture, Language::English), PassiveReply::Success);
    }

    #[test]
    fn a_long_text_is_quoted_in_part() {
        let long = "字".repeat(QUOTED + 1);
        let suggested = suggested(&format!("<MsgType>text</MsgType><Content>{long}</Content>"));
        assert_eq!(suggested, text(&format!("{}…", "字".repeat(QUOTED))));
    }

    #[test]
    fn every_draft_is_there_in_every_language() {
        let keys = [
            "scan",
            "scan_of_nothing",
            "click",
            "click_without_key",
            "pictures",
            "location",
            "location_of_nothing",
            "subscribe",
            "received",
        ];
        for (key, language) in keys.iter().flat_map(|key| Language::ALL.map(|language| (key, language))) {
            assert!(language.has(&format!("editor.draft.{key}")), "{language:?} lacks {key}");
        }
    }
}
