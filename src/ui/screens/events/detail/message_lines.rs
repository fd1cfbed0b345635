//! The decoded page as lines of text: elements with their remarks, then what is derived from them.

use jiff::tz::TimeZone;

use super::field;
use super::meaning::{FactRow, Note, derived_rows, value_notes};
use crate::texts::Language;
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

/// A line about a message: an element, or a value that is derived from elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageLine {
    /// Depth below the root, from 0.
    pub depth: usize,
    /// The element's name, or the label of a derived value.
    pub name: String,
    /// The text, exactly as received where it is an element's.
    pub value: String,
    /// Remarks about the value, such as the date of a number of seconds.
    pub remarks: Vec<String>,
}

/// The lines of a message, as the window says them; `None` where it cannot be parsed.
pub fn message_lines(message: &[u8], language: Language, zone: &TimeZone) -> Option<Vec<MessageLine>> {
    let tree = Tree::parse_lenient(message).ok()?;
    let message = Message::decode(&tree);
    let remark = |note| match note {
        Note::Words(words) => words,
        Note::Instant(instant) => instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    };
    let elements = field::fields(&tree).into_iter().map(|field| MessageLine {
        depth: field.depth - 1,
        remarks: value_notes(&field, &message, language).into_iter().map(remark).collect(),
        name: field.name,
        value: field.text,
    });
    let derived = derived_rows(&message, language).into_iter();
    let derived =
        derived.map(|FactRow { label, value, .. }| MessageLine { depth: 0, name: label, value, remarks: Vec::new() });
    Some(elements.chain(derived).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_coordinates_are_said_as_in_the_window() {
        let message = b"<xml><CreateTime>1408090606</CreateTime><MsgType>event</MsgType><Event>location_select</Event>\
            <SendLocationInfo><Location_X>23</Location_X><Location_Y>113</Location_Y></SendLocationInfo></xml>";
        let lines = message_lines(message, Language::English, &TimeZone::UTC).unwrap();
        assert_eq!((lines[0].name.as_str(), lines[0].value.as_str()), ("CreateTime", "1408090606"));
        assert_eq!(lines[0].remarks, ["2014-08-15 08:16:46"]);
        assert_eq!((lines[4].depth, lines[4].name.as_str()), (1, "Location_X"));
        assert!(lines.iter().any(|line| line.name.contains("WGS-84") && line.value.starts_with("23.")), "{lines:?}");
        assert_eq!(message_lines(b"success", Language::English, &TimeZone::UTC), None);
    }
}
