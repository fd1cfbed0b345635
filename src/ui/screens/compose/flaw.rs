//! Errors in a composed message, as text in the user's language.

use crate::texts::safe_text::safe_text;
use crate::ui::look::Look;
use crate::wechat::compose::ComposeError;
use crate::wechat::tree::TreeError;

/// Describes a parse error with its place.
pub(super) fn tree_words(flaw: &TreeError, look: &Look) -> String {
    let (name, reason) = match flaw {
        TreeError::UnknownEntity { name, .. } => (&**name, ""),
        TreeError::NotWellFormed { reason, .. } => ("", &**reason),
        _ => ("", ""),
    };
    let words = look.filled(key(flaw), &[("name", &safe_text(name)), ("reason", &safe_text(reason))]);
    match flaw.place() {
        None => words,
        Some(place) => {
            let (line, column) = (place.line.to_string(), place.column.to_string());
            look.filled("composer.flaw.at", &[("line", &line), ("column", &column), ("flaw", &words)])
        }
    }
}

fn key(flaw: &TreeError) -> &'static str {
    match flaw {
        TreeError::Empty => "composer.flaw.empty",
        TreeError::NotUtf8 { .. } => "composer.flaw.not_utf8",
        TreeError::NotXmlOrJson { .. } => "composer.flaw.neither",
        TreeError::Doctype { .. } => "composer.flaw.doctype",
        TreeError::UnknownEntity { .. } => "composer.flaw.entity",
        TreeError::NotWellFormed { .. } => "composer.flaw.broken",
        TreeError::TooDeep { .. } => "composer.flaw.too_deep",
        TreeError::TooManyElements { .. } => "composer.flaw.too_many",
        TreeError::TooLarge { .. } => "composer.flaw.too_large",
    }
}

/// Describes the error of a refused change.
pub(super) fn compose_words(error: &ComposeError, look: &Look) -> String {
    match error {
        ComposeError::Unreadable(flaw) => tree_words(flaw, look),
        ComposeError::NotXmlText { character, .. } => {
            let character = crate::texts::safe_text::spelled(*character);
            look.filled("composer.flaw.character", &[("character", &character)])
        }
        ComposeError::Name { name } => look.filled("composer.flaw.name", &[("name", &safe_text(name))]),
        ComposeError::NoSuchElement { name } | ComposeError::NotText { name } => {
            look.filled("composer.flaw.element", &[("name", &safe_text(name))])
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::texts::Language;
    use crate::wechat::tree::Tree;

    #[test]
    fn errors_are_described_in_both_languages_with_their_place() {
        let texts = ["", "\u{feff}x", "<!DOCTYPE a><a/>", "<xml>&nbsp;</xml>", "<xml><a></xml>", "{\"a\":}"];
        for language in Language::ALL {
            let look = Look::new(language, egui::Theme::Dark, TimeZone::UTC);
            for text in texts {
                let words = tree_words(&Tree::parse(text.as_bytes()).unwrap_err(), &look);
                assert!(!words.contains("composer.") && !words.contains("%{"), "{text}: {words}");
            }
            for error in [
                ComposeError::NotXmlText { name: "a".to_owned(), character: '\u{1}' },
                ComposeError::Name { name: "a b".to_owned() },
                ComposeError::NotText { name: "a".to_owned() },
            ] {
                let words = compose_words(&error, &look);
                assert!(!words.contains("composer.") && !words.contains("%{"), "{error}: {words}");
            }
        }
        let look = Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC);
        let broken = Tree::parse(b"<xml>\n<a></b></xml>").unwrap_err();
        assert!(tree_words(&broken, &look).contains("ine 2"), "{}", tree_words(&broken, &look));
    }
}
