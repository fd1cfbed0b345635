//! Words of an error in a filter, with a hint where there is one.

use crate::filter::{FilterError, FilterErrorKind as Kind, Name};
use crate::ui::look::Look;

/// Words of the reason, and of what would be right in that place.
pub(crate) fn words(mistake: &FilterError, look: &Look) -> String {
    let column = mistake.column.to_string();
    let reason = reason(&mistake.kind, look);
    let words = look.filled("window.mistake.at", &[("column", &column), ("reason", &reason)]);
    match hint(mistake, look) {
        Some(hint) => look.filled("window.mistake.with_hint", &[("mistake", &words), ("hint", &hint)]),
        None => words,
    }
}

fn reason(kind: &Kind, look: &Look) -> String {
    let filled = |key: &str, name: &str, value: &str| look.filled(key, &[("name", name), ("value", value)]);
    match kind {
        Kind::UnknownName { name } => filled("window.mistake.unknown_name", name, ""),
        Kind::UnknownValue { name, value } => filled("window.mistake.unknown_value", name, value),
        Kind::NoValue { name } => filled("window.mistake.no_value", name, ""),
        Kind::NotNumber { name, value } => filled("window.mistake.not_number", name, value),
        Kind::NotTime { name, value } => filled("window.mistake.not_time", name, value),
        Kind::OutOfRange { name, value } => filled("window.mistake.out_of_range", name, value),
        Kind::BackwardsRange { value } => filled("window.mistake.backwards", "", value),
        Kind::OfLater { term } => filled("window.mistake.of_later", "", term),
        Kind::UnclosedQuote => look.text("window.mistake.unclosed_quote").into_owned(),
        Kind::UnclosedParenthesis => look.text("window.mistake.unclosed_parenthesis").into_owned(),
        Kind::StrayParenthesis => look.text("window.mistake.stray_parenthesis").into_owned(),
        Kind::EmptyParentheses => look.text("window.mistake.empty_parentheses").into_owned(),
        Kind::LonelyMinus => look.text("window.mistake.lonely_minus").into_owned(),
        Kind::LonelyOr => look.text("window.mistake.lonely_or").into_owned(),
        Kind::TooLong | Kind::TooDeep | Kind::TooManyTerms => look.text("window.mistake.too_much").into_owned(),
        Kind::Unreadable => look.text("window.mistake.unreadable").into_owned(),
    }
}

/// Words of a hint, if there is no suggestion, which has a button of its own.
fn hint(mistake: &FilterError, look: &Look) -> Option<String> {
    if mistake.suggestion.is_some() {
        return None;
    }
    Some(match &mistake.kind {
        Kind::UnknownName { name } => look.filled("window.mistake.hint_quote", &[("text", &format!("\"{name}:…\""))]),
        Kind::UnknownValue { name, .. } => {
            let values = Name::find(name).map_or(&[][..], |known| known.values).join(", ");
            look.filled("window.mistake.hint_values", &[("values", &values)])
        }
        Kind::NotNumber { .. } => look.text("window.mistake.hint_number").into_owned(),
        Kind::NotTime { .. } => look.text("window.mistake.hint_time").into_owned(),
        Kind::NoValue { name } => look.filled("window.mistake.hint_empty", &[("text", &format!("{name}:\"\""))]),
        _ => return None,
    })
}
