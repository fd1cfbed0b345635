//! Elements of a message with path, name, text and byte range, as the detail shows them.

use std::collections::HashMap;
use std::ops::Range;

use super::long_text::LongText;
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::tree::{Element, Tree};

/// Maximum length of a link in bytes; browsers refuse longer ones.
const LONGEST_LINK: usize = 2_000;

/// An element of the message below the root.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Path from the root's children down, in the form of [`Element::path`].
    pub(super) path: String,
    /// The element's name, escaped and truncated.
    pub(super) name: String,
    /// Depth below the root, from 1.
    pub(super) depth: usize,
    pub(super) text: String,
    /// The text prepared for display.
    pub(super) shown: LongText,
    pub(super) has_children: bool,
    /// Set if the text stands in `CDATA`.
    pub(super) has_cdata: bool,
    /// Byte range of the whole element in the message.
    pub(super) span: Range<usize>,
}

impl Field {
    /// Returns true for an element without text and children.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.has_children
    }

    /// The text, if it is a web link; other schemes could start any program.
    pub(super) fn web_link(&self) -> Option<&str> {
        web_link(&self.text)
    }
}

/// Returns the trimmed text if it is an http or https link that is safe to open in a browser.
pub(super) fn web_link(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.len() > LONGEST_LINK {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let plain = !text.contains(|c: char| c.is_whitespace() || crate::ui::widgets::shown::is_spoofing(c));
    (web && plain && !rest.is_empty()).then_some(text)
}

/// Lists every element below the root in document order.
pub(super) fn fields(tree: &Tree<'_>) -> Vec<Field> {
    let mut found = Vec::new();
    gather(tree.root(), "", &mut found);
    found
}

/// Lists every element of a payload, and notes which of them stand in `CDATA`.
pub(super) fn fields_of(tree: &Tree<'_>, payload: &[u8]) -> Vec<Field> {
    let mut found = fields(tree);
    for field in found.iter_mut().filter(|field| !field.has_children) {
        let bytes = payload.get(field.span.clone()).unwrap_or_default();
        field.has_cdata = memchr::memmem::find(bytes, b"<![CDATA[").is_some();
    }
    found
}

/// Numbers siblings in one pass: [`Element::path`] would count them for each, and ten thousand siblings are allowed.
fn gather(parent: Element<'_, '_>, path: &str, found: &mut Vec<Field>) {
    let mut named: HashMap<&str, (usize, usize)> = HashMap::new();
    for child in parent.children() {
        named.entry(child.name()).or_default().0 += 1;
    }
    for child in parent.children() {
        let name = child.name();
        let mut step = name.to_owned();
        if let Some((all @ 2.., before)) = named.get_mut(name) {
            debug_assert!(*before < *all, "more siblings than were counted");
            *before += 1;
            step = format!("{name}[{before}]");
        }
        let path = if path.is_empty() { step } else { format!("{path}/{step}") };
        found.push(Field {
            name: DisplayText::name(name),
            depth: child.depth(),
            text: child.text().to_owned(),
            shown: LongText::of(child.text()),
            has_children: child.has_children(),
            has_cdata: false,
            span: child.span(),
            path: path.clone(),
        });
        gather(child, &path, found);
    }
}

/// Finds the innermost element around a byte offset.
pub(super) fn innermost(fields: &[Field], offset: usize) -> Option<&Field> {
    // In document order, an element follows its ancestors.
    fields.iter().rfind(|field| field.span.contains(&offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_tree() {
        for payload in [
            "<xml><S><P><item><M>a</M></item><item><M>b</M></item></P></S><P/></xml>",
            r#"{"List":[{"A":"1"},{"A":"2"}],"B":{"C":null}}"#,
        ] {
            let tree = Tree::parse(payload.as_bytes()).unwrap();
            let expected: Vec<String> = tree.elements().skip(1).map(|element| element.path()).collect();
            let found: Vec<String> = fields(&tree).into_iter().map(|field| field.path).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_byte_belongs_to_the_innermost_element_around_it() {
        let payload = b"<xml><S><M>a</M></S><N/></xml>";
        let fields = fields(&Tree::parse(payload).unwrap());
        let at = |offset: usize| innermost(&fields, offset).map(|field| &*field.path);
        assert_eq!((at(11), at(5), at(20), at(0)), (Some("S/M"), Some("S"), Some("N"), None));
    }

    #[test]
    fn a_browser_is_given_web_links_only() {
        assert_eq!(web_link(" https://example.com/?a=1&b=2"), Some("https://example.com/?a=1&b=2"));
        for refused in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "weixin://dl/scan",
            "wwwqqcom",
            "https://",
            "http://a\u{202E}b",
        ] {
            assert_eq!(web_link(refused), None, "{refused}");
        }
    }
}
