//! What was filled into a text, found again in the text: JSON has the words of findings, the store what they are made from.

use crate::capture::diagnosis::{Coded, Finding};
use crate::texts::Language;

/// A longer text is not taken apart.
const LONGEST: usize = 1 << 20;

/// So many places are tried for the parts of one text: enough for any that this program writes, and soon through with others.
const MOST_TRIES: u32 = 1_000;

/// Stands between the texts of one finding, which are taken apart together: what is in both has to be the same.
const BETWEEN: &str = "\0";

/// What stands for a part of a text that does not say it.
const UNKNOWN: &str = "?";

/// The finding of that code in whose words these texts are, in whichever language.
pub(super) fn finding<C: Coded>(code: C, message: &str, remedy: &str) -> Finding<C> {
    let stem = format!("{}.{}", C::STEM, code.as_str());
    let details = details(&[&format!("{stem}.message"), &format!("{stem}.remedy")], &[message, remedy]);
    Finding { details, ..Finding::new(code) }
}

/// What was filled into the texts of these keys, by name; where the texts are of another version, marks of what is not known.
pub(super) fn details(keys: &[&str], texts: &[&str]) -> Vec<(String, String)> {
    let text = texts.join(BETWEEN);
    let template = |language: Language| keys.iter().map(|key| language.text(key)).collect::<Vec<_>>().join(BETWEEN);
    let templates = Language::ALL.map(template);
    if text.len() <= LONGEST {
        for template in &templates {
            let mut found = Vec::new();
            if fits(&pieces(template), &text, &mut found, &mut MOST_TRIES.clone()) {
                return found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            }
        }
    }
    unknown(&templates)
}

fn unknown(templates: &[String]) -> Vec<(String, String)> {
    let mut details: Vec<(String, String)> = Vec::new();
    for piece in templates.iter().flat_map(|template| pieces(template)) {
        if let Piece::Detail(name) = piece
            && !details.iter().any(|(known, _)| known == name)
        {
            details.push((name.to_owned(), UNKNOWN.to_owned()));
        }
    }
    details
}

/// A part of a template.
#[derive(Clone, Copy, Debug)]
enum Piece<'t> {
    /// Words.
    Words(&'t str),
    /// Something to fill in.
    Detail(&'t str),
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((words, (name, after))) =
        rest.split_once("%{").and_then(|(words, after)| Some((words, after.split_once('}')?)))
    {
        pieces.extend((!words.is_empty()).then_some(Piece::Words(words)));
        pieces.push(Piece::Detail(name));
        rest = after;
    }
    pieces.extend((!rest.is_empty()).then_some(Piece::Words(rest)));
    pieces
}

/// Whether the text is those pieces, and what the details are then. The recursion is as deep as a template has pieces.
fn fits<'t>(pieces: &[Piece<'t>], text: &'t str, found: &mut Vec<(&'t str, &'t str)>, tries: &mut u32) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return text.is_empty() };
    let known = match *first {
        Piece::Words(words) => Some(words),
        Piece::Detail(name) => found.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
    };
    if let Some(known) = known {
        return text.strip_prefix(known).is_some_and(|left| fits(rest, left, found, tries));
    }
    let Piece::Detail(name) = *first else { return false };
    let mut from = 0;
    while let Some(end) = next_end(rest.first(), text, from) {
        *tries = tries.saturating_sub(1);
        if *tries == 0 {
            return false;
        }
        found.push((name, &text[..end]));
        if fits(rest, &text[end..], found, tries) {
            return true;
        }
        found.pop();
        from = end + text[end..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// Where a detail may end that is followed by that piece.
fn next_end(next: Option<&Piece<'_>>, text: &str, from: usize) -> Option<usize> {
    match next {
        None => (from <= text.len()).then_some(text.len()),
        Some(Piece::Words(words)) => text.get(from..)?.find(words).map(|at| from + at),
        Some(Piece::Detail(_)) => (from <= text.len()).then_some(from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::diagnosis::{Code, Diagnosis};
    use crate::wechat::lint;

    /// A finding with everything filled in that its texts name.
    fn filled<C: Coded>(code: C, value: impl Fn(&str) -> String) -> Finding<C> {
        let stem = format!("{}.{}", C::STEM, code.as_str());
        let templates = Language::ALL
            .map(|language| ["message", "remedy"].map(|part| language.text(&format!("{stem}.{part}"))).concat());
        let details = unknown(&templates).into_iter().map(|(name, _)| (name.clone(), value(&name)));
        Finding { details: details.collect(), ..Finding::new(code) }
    }

    fn is_found_again<C: Coded>(code: C) {
        for value in ["", "a", "7", "，，, %{name} (", "签名"] {
            let original = filled(code, |name| format!("{value}{name}{value}"));
            for language in Language::ALL {
                let (message, remedy) = (original.message(language), original.remedy(language));
                let again = finding(code, &message, &remedy);
                assert_eq!((again.message(language), again.remedy(language)), (message, remedy));
            }
        }
    }

    #[test]
    fn the_details_of_every_finding_are_found_in_its_words() {
        for code in Code::ALL {
            is_found_again(*code);
        }
        for code in lint::Code::ALL {
            is_found_again(*code);
        }
    }

    #[test]
    fn what_was_found_in_one_language_is_said_in_the_other() {
        let original = Diagnosis::new(Code::SignatureMismatch)
            .with("parts", "[a, b, c]")
            .with("joined", "abc")
            .with("computed", "00ff")
            .with("received", "ff00");
        let [english, chinese] = Language::ALL;
        let again = finding(Code::SignatureMismatch, &original.message(chinese), &original.remedy(chinese));
        assert_eq!(again.message(english), original.message(english));
        assert_eq!(again.details.len(), 4);
    }

    #[test]
    fn words_of_another_version_leave_no_holes() {
        let again = finding(Code::ParameterMissing, "The query lacks timestamp", "");
        assert!(!again.message(Language::English).contains("%{"));
        let hostile = "a, joined ".repeat(50_000);
        assert_eq!(finding(Code::SignatureMismatch, &hostile, &hostile).details.len(), 4);
    }
}
