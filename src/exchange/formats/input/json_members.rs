//! Lists the members of a JSON text's first object, by which formats are recognised.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::lines::head_text;

/// The names of the first object's members, in their order, as far as the beginning shows them.
///
/// UTF-16 is read, too, so that an import can name the encoding that it refuses.
pub(in crate::exchange) fn members(head: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let Some(text) = head_text(head) else { return names };
    let mut json = serde_json::Deserializer::from_str(&text);
    // A head breaks off somewhere; the names before that are known.
    Names(&mut names).deserialize(&mut json).ok();
    names
}

struct Names<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            self.0.push(name);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_known_as_far_as_the_beginning_goes() {
        assert_eq!(members(br#"{"id":1,"a":{"b":2},"c":"br"#), ["id", "a", "c"]);
        assert_eq!(members(b"\xEF\xBB\xBF {\"log\": {\"ver"), ["log"]);
        assert_eq!(members(b"[1]"), [""; 0]);
        assert_eq!(members(b""), [""; 0]);
    }

    #[test]
    fn what_a_file_of_two_bytes_a_character_is_can_be_told() {
        let mut little = vec![0xff, 0xfe];
        little.extend("{\"log\":{".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(members(&little), ["log"]);
    }
}
