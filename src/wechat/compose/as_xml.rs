//! Converts a message from JSON to XML, the format of most accounts.

use super::super::fields::TEXT;
use super::super::tree::{Element, Format, TextForm, Tree};
use super::edit::{ComposeError, check_name, xml_text};

/// Converts a message to XML: an element for each member, one for each item of a list, and numbers without CDATA.
/// An XML message is returned unchanged.
///
/// # Errors
/// A message that is neither XML nor JSON, and names and characters that XML cannot represent.
pub fn as_xml(message: &[u8]) -> Result<Vec<u8>, ComposeError> {
    let tree = Tree::parse(message)?;
    if tree.format() == Format::Xml {
        return Ok(message.to_vec());
    }
    let mut xml = String::from("<xml>");
    write(tree.root(), &mut xml)?;
    xml.push_str("</xml>");
    Ok(xml.into_bytes())
}

/// Writes the content of an element. The depth of a tree bounds the recursion.
fn write(element: Element<'_, '_>, xml: &mut String) -> Result<(), ComposeError> {
    for child in element.children() {
        let name = child.name();
        if name == TEXT {
            xml.push_str(&xml_text(name, TextForm::Bare, child.text())?);
            continue;
        }
        check_name(name)?;
        xml.extend(["<", name, ">"]);
        if child.has_children() {
            write(child, xml)?;
        } else if !child.text().is_empty() {
            let is_literal = child.form() == TextForm::JsonLiteral;
            let form = if is_literal { TextForm::Bare } else { TextForm::Cdata };
            xml.push_str(&xml_text(name, form, child.text())?);
        }
        // One element per line, as in genuine pushes.
        xml.extend(["</", name, ">\n"]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::compose::{TEMPLATES, as_json};
    use crate::wechat::fields::fields;

    #[test]
    fn every_kind_comes_back_from_json_as_it_was() {
        for (kind, body) in TEMPLATES {
            let xml = as_xml(&as_json(body.as_bytes()).unwrap()).unwrap();
            let (before, after) = (Tree::parse(body.as_bytes()).unwrap(), Tree::parse(&xml).unwrap());
            assert_eq!(fields(before.root()), fields(after.root()), "{kind}");
        }
    }

    #[test]
    fn xml_stays_as_it_is_and_what_xml_cannot_say_is_refused() {
        let xml = b"<xml>\n <a/>\n</xml>";
        assert_eq!(as_xml(xml).unwrap(), xml);
        let name = as_xml(br#"{"no name":1}"#).unwrap_err();
        assert_eq!(name, ComposeError::Name { name: "no name".to_owned() });
        let character = as_xml(br#"{"a":"\u0001"}"#).unwrap_err();
        assert_eq!(character, ComposeError::NotXmlText { name: "a".to_owned(), character: '\u{1}' });
        assert!(as_xml(b"neither").is_err());
    }
}
