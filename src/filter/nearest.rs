//! The valid spelling nearest to one that is not.

use super::names::NAMES;

/// Names that users of WeChat or of other tools try, with the name that they have here.
const ALIASES: &[(&str, &str)] = &[
    ("code", "diagnosis"),
    ("elapsed", "ms"),
    ("eventkey", "key"),
    ("event_key", "key"),
    ("from", "openid"),
    ("kind", "event"),
    ("msgtype", "type"),
    ("msg_type", "type"),
    ("since", "after"),
    ("source", "reply"),
    ("state", "is"),
    ("until", "before"),
    ("user", "openid"),
];

/// The nearest name, where one is near.
pub(super) fn nearest_name(typed: &str) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == typed).map(|(_, name)| *name);
    alias.or_else(|| nearest(&typed, NAMES.iter().map(|known| known.name)))
}

/// The nearest of these, where one is near: a slip or two, or cut short, or drawn out.
pub(super) fn nearest<'a>(typed: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let length = typed.chars().count();
    valid
        .filter_map(|candidate| {
            let longer = length.max(candidate.len());
            // One slip in a short word, three in a long one.
            let tolerance = (longer / 3).clamp(1, 3);
            if length.abs_diff(candidate.len()) <= tolerance {
                let distance = strsim::osa_distance(&typed, candidate);
                if distance <= tolerance && distance < longer {
                    return Some((distance, candidate));
                }
            }
            let stem =
                length.min(candidate.len()) >= 3 && (typed.starts_with(candidate) || candidate.starts_with(&typed));
            stem.then_some((tolerance + 1, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leads_to_the_name_that_was_meant() {
        for (typed, meant) in [
            ("evnt", "event"),
            ("opneid", "openid"),
            ("diag", "diagnosis"),
            ("signature", "sig"),
            ("MsgType", "type"),
            ("stauts", "status"),
            ("id2", "id"),
        ] {
            assert_eq!(nearest_name(typed), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_is_near_to_nothing_leads_nowhere() {
        for typed in ["note", "http", "x", "Label", "地址", ""] {
            assert_eq!(nearest_name(typed), None, "{typed}");
        }
    }
}
