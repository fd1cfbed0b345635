//! Matches the children of an element with the allowed names: missing, misspelt, repeated, unknown or empty ones.

use std::ops::Range;

use super::findings::{Findings, quoted};
use super::{LintCode, LintFinding};
use crate::wechat::tree::{Element, is_all_white};

/// The only element that is a list in a JSON reply.
const ARTICLES: &str = "Articles";

/// The longest name that is compared for misspelling, in bytes.
const LONGEST_NAME: usize = 32;

/// The number of unknown siblings that are compared with the missing names.
const COMPARED: usize = 32;

/// The shortest beginning of a name that counts as a misspelling of it: `touser` is meant for `ToUserName`.
const SHORTEST_BEGINNING: usize = 6;

/// The children that an element may have.
pub(super) struct AllowedChildren<'n> {
    /// The prefix of the names in findings: `Image/`, or nothing at the root.
    pub(super) within: &'n str,
    /// Names whose absence is an error.
    pub(super) required: &'n [&'n str],
    /// Names that may be absent.
    pub(super) optional: &'n [&'n str],
    /// Other names are reported, as a note.
    pub(super) closed: bool,
}

/// The children of an element by their intended names.
pub(super) struct Children<'t, 'a> {
    found: Vec<(&'static str, Element<'t, 'a>)>,
    unknown: Vec<Element<'t, 'a>>,
}

impl<'t, 'a> Children<'t, 'a> {
    /// The first child of that name, or the misspelt one taken for it.
    pub(super) fn get(&self, name: &str) -> Option<Element<'t, 'a>> {
        self.found.iter().find(|(found, _)| *found == name).map(|(_, element)| *element)
    }

    /// Sorts the children of `parent` into known and unknown names. Repeated ones are reported.
    pub(super) fn sort(
        parent: Element<'t, 'a>,
        within: &str,
        names: &(impl Iterator<Item = &'static str> + Clone),
        findings: &mut Findings<'_>,
    ) -> Self {
        let mut sorted = Self { found: Vec::new(), unknown: Vec::new() };
        // The items of a JSON list are siblings of one name.
        let is_list = |name| parent.name().is_empty() && name == ARTICLES;
        for child in parent.children() {
            match names.clone().find(|name| *name == child.name()) {
                Some(name) if sorted.get(name).is_some() && is_list(name) => {}
                Some(name) if sorted.get(name).is_some() => {
                    let finding = LintFinding::new(LintCode::ElementRepeated).with("name", format!("{within}{name}"));
                    findings.add_at(finding, child.span());
                }
                Some(name) => sorted.found.push((name, child)),
                None if sorted.unknown.len() < COMPARED => sorted.unknown.push(child),
                None => {}
            }
        }
        sorted
    }

    /// Takes the unknown child whose name is most similar to `name`.
    pub(super) fn take_misspelt(&mut self, name: &'static str) -> Option<Element<'t, 'a>> {
        let likeness = |child: &Element<'_, '_>| likeness(child.name(), name);
        let best = (0..self.unknown.len())
            .filter_map(|index| Some((likeness(&self.unknown[index])?, index)))
            .min_by_key(|(distance, _)| *distance)?;
        let child = self.unknown.remove(best.1);
        self.found.push((name, child));
        Some(child)
    }

    /// Removes and returns the unknown child of exactly that name.
    pub(super) fn take(&mut self, name: &str) -> Option<Element<'t, 'a>> {
        let index = self.unknown.iter().position(|child| child.name() == name)?;
        Some(self.unknown.remove(index))
    }

    /// The children without an allowed name.
    pub(super) fn unknown(&self) -> &[Element<'t, 'a>] {
        &self.unknown
    }
}

impl AllowedChildren<'static> {
    /// Checks the children of an element. A misspelt child counts as the one it was meant for.
    pub(super) fn check<'t, 'a>(&self, parent: Element<'t, 'a>, findings: &mut Findings<'_>) -> Children<'t, 'a> {
        let Self { within, required, optional, closed } = *self;
        let names = required.iter().chain(optional).copied();
        let mut children = Children::sort(parent, within, &names, findings);
        for (names, is_required) in [(required, true), (optional, false)] {
            for &name in names {
                if children.get(name).is_some() {
                    continue;
                }
                let misspelt = children.take_misspelt(name);
                report_absent(name, within, misspelt, is_required, parent, findings);
            }
        }
        if closed {
            for child in children.unknown() {
                let name = format!("{within}{}", quoted(child.name()));
                findings.add_at(LintFinding::new(LintCode::ElementUnknown).with("name", name), child.span());
            }
        }
        children
    }
}

fn report_absent(
    name: &str,
    within: &str,
    misspelt: Option<Element<'_, '_>>,
    required: bool,
    parent: Element<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let full = format!("{within}{name}");
    match misspelt {
        Some(child) => {
            let code = if required { LintCode::ElementMisspelt } else { LintCode::OptionalMisspelt };
            let finding = LintFinding::new(code).with("found", quoted(child.name())).with("name", full);
            findings.add_at(finding, name_of(child));
        }
        None if required => {
            findings
                .add_at(LintFinding::new(LintCode::ElementMissing).with("name", full), super::elements::tag_of(parent));
        }
        None => {}
    }
}

/// The span of an element's name.
pub(super) fn name_of(element: Element<'_, '_>) -> Range<usize> {
    // After the `<`, or the quotation mark of JSON.
    let start = element.span().start + 1;
    start..(start + element.name().len()).min(element.span().end)
}

/// The edit distance of a name from the intended one; `None` if they are too different.
fn likeness(found: &str, name: &str) -> Option<usize> {
    if found.len() > LONGEST_NAME {
        return None;
    }
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    let (found, name) = (plain(found), plain(name));
    let distance = strsim::damerau_levenshtein(&found, &name);
    // One wrong letter in a short name, two in a long one.
    let allowed = (name.len() / 4).min(2);
    if distance <= allowed {
        return Some(distance);
    }
    (found.len() >= SHORTEST_BEGINNING && name.starts_with(&found)).then_some(distance)
}

/// Checks that a required value is text, and reports it otherwise. Values that WeChat compares must not be padded with white
/// space.
pub(super) fn check_value(element: Element<'_, '_>, name: &str, compared: bool, findings: &mut Findings<'_>) -> bool {
    let text = element.text();
    let code = match () {
        () if element.has_children() => LintCode::MarkupInValue,
        () if is_all_white(text) => LintCode::ElementEmpty,
        () if compared && text.trim() != text => LintCode::ValuePadded,
        () => return true,
    };
    findings.add_at(LintFinding::new(code).with("name", name), element.span());
    code == LintCode::ValuePadded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_likened_to_what_was_meant_and_to_nothing_else() {
        for (found, name) in [
            ("content", "Content"),
            ("MusicURL", "MusicUrl"),
            ("ArticlesCount", "ArticleCount"),
            ("Articel", "Articles"),
            ("media_id", "MediaId"),
            ("touser", "ToUserName"),
            ("items", "item"),
            ("Msgtype", "MsgType"),
        ] {
            assert!(likeness(found, name).is_some(), "{found} {name}");
        }
        for (found, name) in [("Url", "Title"), ("FuncFlag", "Content"), ("Music", "MusicUrl"), ("PicUrl", "Url")] {
            assert_eq!(likeness(found, name), None, "{found} {name}");
        }
        assert_eq!(likeness(&"a".repeat(1 << 20), "Content"), None);
    }
}
