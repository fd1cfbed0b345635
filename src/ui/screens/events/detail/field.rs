//! The message's elements as the detail needs them: path, official name, text, and where their bytes are.

use std::collections::HashMap;
use std::ops::Range;

use crate::ui::widgets::shown::Shown;
use crate::wechat::tree::{Element, Tree};

/// A longer link is none that anybody would follow, and no browser takes it.
const LONGEST_LINK: usize = 2_000;

/// One element of the message, the root aside.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Names from the root's children down, as [`Element::path`] spells them.
    pub(super) path: String,
    /// Its official name.
    pub(super) name: String,
    /// From 1.
    pub(super) depth: usize,
    /// Its text to the character.
    pub(super) text: String,
    /// Its text as it is shown.
    pub(super) shown: Shown,
    /// Whether it holds other elements.
    pub(super) has_children: bool,
    /// All of it, in the message's bytes.
    pub(super) span: Range<usize>,
}

impl Field {
    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.has_children
    }

    /// The text, where it is a link that a browser may be given. Other schemes could start anything.
    pub(super) fn web_link(&self) -> Option<&str> {
        web_link(&self.text)
    }
}

/// The text, where it is a link that a browser may be given.
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

/// Every element below the root, in document order.
pub(super) fn fields(tree: &Tree<'_>) -> Vec<Field> {
    let mut found = Vec::new();
    gather(tree.root(), "", &mut found);
    found
}

/// Counts the names of siblings once, where [`Element::path`] would for each of them: ten thousand siblings are allowed.
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
            name: Shown::name(name),
            depth: child.depth(),
            text: child.text().to_owned(),
            shown: Shown::of(child.text()),
            has_children: child.has_children(),
            span: child.span(),
            path: path.clone(),
        });
        gather(child, &path, found);
    }
}

/// The innermost element around the byte at `offset`.
pub(super) fn innermost(fields: &[Field], offset: usize) -> Option<&Field> {
    // An element stands behind those that it is in.
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
