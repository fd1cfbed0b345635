//! A path with `$APPID$` in it, where WeChat puts the AppID of the account that a platform's push is about.

/// The part of a configured path that stands for an AppID.
const PLACE: &str = "$APPID$";

/// The same with its dollar signs percent-encoded, as some clients send it.
const ENCODED_PLACE: &str = "%24APPID%24";

/// The hexadecimal digits of an AppID after its `wx`.
const DIGITS: usize = 16;

/// The beginning of a request's path that a configured one matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PathMatch<'p> {
    /// Its length.
    pub(super) length: usize,
    /// The text in the place of the AppID, whatever it is.
    pub(super) text: &'p str,
}

/// Tells whether a configured path has a place for an AppID.
pub(super) fn has_place(path: &str) -> bool {
    path.contains(PLACE)
}

/// Tells whether a text is the placeholder itself.
pub(super) fn is_place(text: &str) -> bool {
    text.eq_ignore_ascii_case(PLACE) || text.eq_ignore_ascii_case(ENCODED_PLACE)
}

/// Matches a request's path with a configured one. In the place of the AppID stands what is left of that part of the path.
pub(super) fn matched<'p>(configured: &str, path: &'p str) -> Option<PathMatch<'p>> {
    let (before, after) = configured.trim_end_matches('/').split_once(PLACE)?;
    let (part_end, further) = after.split_at(after.find('/').unwrap_or(after.len()));
    let rest = path.strip_prefix(before)?;
    let (part, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let text = part.strip_suffix(part_end)?;
    let rest = rest.strip_prefix(further)?;
    let is_whole = rest.is_empty() || rest.starts_with('/');
    is_whole.then_some(PathMatch { length: path.len() - rest.len(), text })
}

/// Tells whether a text is an AppID: `wx` and 16 hexadecimal digits, in any case.
pub(super) fn is_app_id(text: &str) -> bool {
    let digits = text.get(..2).filter(|start| start.eq_ignore_ascii_case("wx")).and_then(|_| text.get(2..));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "wxba5fad812f8e6fb9";

    fn found<'p>(configured: &str, path: &'p str) -> Option<(usize, &'p str)> {
        matched(configured, path).map(|found| (found.length, found.text))
    }

    #[test]
    fn the_place_holds_whatever_stands_there() {
        let path = format!("/wx/{ID}/callback");
        assert_eq!(found("/wx/$APPID$/callback", &path), Some((path.len(), ID)));
        assert_eq!(found("/wx/$APPID$/callback", &format!("{path}/more")), Some((path.len(), ID)));
        assert_eq!(found("/wx/$APPID$", &path), Some((4 + ID.len(), ID)));
        assert_eq!(found("/wx/$APPID$/", &format!("/wx/{ID}")), Some((4 + ID.len(), ID)));
        assert_eq!(found("/wx/of-$APPID$.do", &format!("/wx/of-{ID}.do")), Some((10 + ID.len(), ID)));
        for text in ["", "xx", "$APPID$", "wxba5fad812f8e6fbx", "wx例子例子例子例子例子"] {
            let path = format!("/wx/{text}/callback");
            assert_eq!(found("/wx/$APPID$/callback", &path), Some((path.len(), text)));
        }
    }

    #[test]
    fn another_path_is_not_matched() {
        for other in ["/wx/callback", "/wx/wx12/call", "/wx/wx12/callbacks", "/w", "/wx", &format!("/wx/{ID}")] {
            assert_eq!(found("/wx/$APPID$/callback", other), None, "{other}");
        }
        assert_eq!(found("/wx", "/wx"), None);
        assert_eq!(found("/wx/of-$APPID$.do", "/wx/of-x"), None);
    }

    #[test]
    fn an_app_id_is_told_from_other_texts() {
        assert!(is_app_id(ID) && is_app_id(&ID.to_uppercase()));
        for other in ["", "wx", "wx12", "wxba5fad812f8e6fbx", "gh_a5fad812f8e6fb99", "wxba5fad812f8e6fb9a", "例子"] {
            assert!(!is_app_id(other), "{other}");
        }
        assert!(is_place("$APPID$") && is_place("%24appid%24") && !is_place("APPID"));
    }
}
