//! Checks of the urls of buttons.

use super::definition::Menu;

/// The limit of a url in bytes.
pub(super) const MAX_URL_BYTES: usize = 1_024;

/// The limit of domains that the urls of a conditional menu lead to.
pub(super) const MAX_DOMAINS: usize = 3;

/// The domains of WeChat itself, which do not count as leading out of it.
const OWN_DOMAINS: [&str; 2] = ["weixin.qq.com", ".weixin.qq.com"];

/// The host of a url with a scheme that WeChat takes; `None` where it would refuse the url.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let is_whole =
        !host.is_empty() && !url.chars().any(|character| character.is_whitespace() || character.is_control());
    is_whole.then_some(host)
}

/// The domains outside WeChat that the urls of a menu lead to, in order and once each.
pub(super) fn domains(menu: &Menu) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    for (_, button) in menu.all_buttons() {
        let Some(host) = button.value_of("url").and_then(host).map(str::to_ascii_lowercase) else { continue };
        let [own, below] = OWN_DOMAINS;
        if host != own && !host.ends_with(below) && !domains.contains(&host) {
            domains.push(host);
        }
    }
    domains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_needs_a_scheme_and_a_host() {
        assert_eq!(host("https://e.com:443/p?q#f"), Some("e.com"));
        assert_eq!(host("HTTP://user@e.com"), Some("e.com"));
        for url in
            ["www.qq.com", "ftp://e.com", "http://", "https:///p", "http://e.com/a b", "javascript:alert(1)", "微"]
        {
            assert_eq!(host(url), None, "{url}");
        }
    }
}
