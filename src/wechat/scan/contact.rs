//! Parses vCard and MECARD contacts.

use super::{after_prefix, parts};

/// A person or a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The formatted name if there is one, else the parts of the name as written.
    pub name: Option<String>,
    pub organisation: Option<String>,
    /// Telephone numbers, in order.
    pub telephones: Vec<String>,
    /// Mail addresses, in order.
    pub emails: Vec<String>,
    /// Links to web pages, in order.
    pub urls: Vec<String>,
}

/// Mark between the components of a structured value, once its escapes are resolved.
const COMPONENT_END: char = '\u{1F}';

/// Parses a vCard or a MECARD.
pub(super) fn contact(text: &str) -> Option<Contact> {
    if let Some(rest) = after_prefix(text, "MECARD:") {
        return Some(gathered(parts(rest)));
    }
    after_prefix(text, "BEGIN:VCARD").map(|rest| gathered(properties(rest)))
}

fn gathered(parts: Vec<(String, String)>) -> Contact {
    let (telephones, emails, urls) = (Vec::new(), Vec::new(), Vec::new());
    let (name, organisation) = (None, None);
    let mut contact = Contact { name, organisation, telephones, emails, urls };
    for (name, value) in parts {
        match name.to_ascii_uppercase().as_str() {
            "FN" => contact.name = Some(value),
            "N" => contact.name = contact.name.or(Some(person(&value))),
            "ORG" => contact.organisation = Some(components(&value).collect::<Vec<_>>().join(", ")),
            "TEL" => contact.telephones.push(value),
            "EMAIL" => contact.emails.push(value),
            "URL" => contact.urls.push(value),
            _ => {}
        }
    }
    contact
}

/// The components of a structured value that are not empty.
fn components(value: &str) -> impl Iterator<Item = &str> {
    value.split(COMPONENT_END).map(str::trim).filter(|component| !component.is_empty())
}

/// A name of family; given; further; prefix; suffix, in the order in which it is spoken: a Chinese one as it stands.
fn person(value: &str) -> String {
    if value.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')) {
        return components(value).collect();
    }
    let parts: Vec<&str> = value.split(COMPONENT_END).map(str::trim).collect();
    let spoken = [3, 1, 2, 0, 4].into_iter().filter_map(|at| parts.get(at)).filter(|part| !part.is_empty());
    spoken.copied().collect::<Vec<_>>().join(" ")
}

/// The properties of a vCard: folded lines joined, groups and parameters removed, escapes resolved.
fn properties(text: &str) -> Vec<(String, String)> {
    let mut unfolded: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(continued), Some(last)) => last.push_str(continued),
            _ => unfolded.push(line.to_owned()),
        }
    }
    unfolded.iter().filter_map(|line| property(line)).collect()
}

fn property(line: &str) -> Option<(String, String)> {
    let (head, value) = line.split_once(':')?;
    let name = head.split(';').next().unwrap_or(head);
    let name = name.rsplit('.').next().unwrap_or(name);
    let is_structured = name.eq_ignore_ascii_case("N") || name.eq_ignore_ascii_case("ORG");
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                other => text.extend(other),
            },
            ';' if is_structured => text.push(COMPONENT_END),
            other => text.push(other),
        }
    }
    Some((name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vcard_gives_its_name_numbers_and_addresses() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:王;小明;;;\r\nFN:王小明\r\nORG:茶馆\r\n\
                    item1.TEL;TYPE=CELL:13800000000\r\nTEL:020\r\nEMAIL;TYPE=WORK:a@b.example\r\n\
                    URL:https://b.ex\r\n ample/x\r\nEND:VCARD";
        let contact = contact(card).unwrap();
        assert_eq!(contact.name.as_deref(), Some("王小明"));
        assert_eq!(contact.organisation.as_deref(), Some("茶馆"));
        assert_eq!(contact.telephones, ["13800000000", "020"]);
        assert_eq!(contact.emails, ["a@b.example"]);
        assert_eq!(contact.urls, ["https://b.example/x"]);
    }

    #[test]
    fn a_mecard_gives_the_same() {
        let contact = contact(r"MECARD:N:Wang,Xiaoming;TEL:020;TEL:021;URL:https\://b.example;;");
        let contact = contact.unwrap();
        assert_eq!(contact.name.as_deref(), Some("Wang,Xiaoming"));
        assert_eq!(contact.telephones, ["020", "021"]);
        assert_eq!(contact.urls, ["https://b.example"]);
    }

    #[test]
    fn the_formatted_name_wins_wherever_it_stands() {
        for card in ["BEGIN:VCARD\nFN:A B\nN:B;A", "BEGIN:VCARD\nN:B;A\nFN:A B"] {
            assert_eq!(contact(card).unwrap().name.as_deref(), Some("A B"));
        }
    }

    #[test]
    fn escapes_in_a_vcard_are_resolved() {
        let contact = contact("BEGIN:VCARD\nFN:a\\, b\\nc\\").unwrap();
        assert_eq!(contact.name.as_deref(), Some("a, b\nc"));
    }
}
