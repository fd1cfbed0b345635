//! A path with `$APPID$` in it, where WeChat puts the AppID of the account that a platform's push is about.

/// The part of a configured path that stands for an AppID.
const PLACE: &str = "$APPID$";

/// The length of an AppID: `wx` and 16 hexadecimal digits.
const APP_ID_LENGTH: usize = 18;

/// Tells whether a configured path has a place for an AppID.
pub(super) fn has_place(path: &str) -> bool {
    path.contains(PLACE)
}

/// The length of the beginning of a request's path that a configured one matches, and the AppID in it.
pub(super) fn matched<'p>(configured: &str, path: &'p str) -> Option<(usize, &'p str)> {
    let (before, after) = configured.trim_end_matches('/').split_once(PLACE)?;
    let rest = path.strip_prefix(before)?;
    let app_id = rest.get(..APP_ID_LENGTH).filter(|text| is_app_id(text))?;
    let rest = rest.get(APP_ID_LENGTH..)?.strip_prefix(after)?;
    let is_whole = rest.is_empty() || rest.starts_with('/');
    is_whole.then_some((path.len() - rest.len(), app_id))
}

/// Tells whether a text is an AppID.
fn is_app_id(text: &str) -> bool {
    text.strip_prefix("wx").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "wxba5fad812f8e6fb9";

    #[test]
    fn the_place_holds_an_app_id_and_nothing_else() {
        let path = format!("/wx/{ID}/callback");
        assert_eq!(matched("/wx/$APPID$/callback", &path), Some((path.len(), ID)));
        assert_eq!(matched("/wx/$APPID$", &path), Some((4 + ID.len(), ID)));
        assert_eq!(matched("/wx/$APPID$/", &format!("/wx/{ID}")), Some((4 + ID.len(), ID)));
        for other in
            ["/wx/callback", "/wx/wxba5fad812f8e6fbx/callback", "/wx/wx12/callback", &format!("/wx/{ID}x"), "/w"]
        {
            assert_eq!(matched("/wx/$APPID$/callback", other), None, "{other}");
        }
        assert_eq!(matched("/wx", &path), None);
        assert_eq!(matched("/wx/$APPID$", "/wx/wx例子例子例子例子例子"), None);
    }
}
