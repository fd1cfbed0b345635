//! Parses `WIFI:`, the format of printed Wi-Fi networks.

use super::{after_prefix, parts};

/// A Wi-Fi network with its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wifi {
    pub ssid: String,
    /// `WPA`, `WEP`, `SAE`, `nopass` …, as it is written.
    pub security: Option<String>,
    pub password: Option<String>,
    /// The network does not announce its name.
    pub hidden: bool,
}

/// Parses `WIFI:T:WPA;S:name;P:password;H:true;;`, with its parts in any order.
pub(super) fn wifi(text: &str) -> Option<Wifi> {
    let (mut ssid, mut security, mut password, mut hidden) = (None, None, None, false);
    for (name, value) in parts(after_prefix(text, "WIFI:")?) {
        match name.to_ascii_uppercase().as_str() {
            "S" => ssid = Some(unquoted(value)),
            "T" => security = Some(value),
            "P" => password = Some(unquoted(value)),
            "H" => hidden = value.eq_ignore_ascii_case("true"),
            // Enterprise networks have more parts, which only the raw text shows.
            _ => {}
        }
    }
    ssid.map(|ssid| Wifi { ssid, security, password, hidden })
}

/// Removes quotation marks, in which names of hexadecimal digits are printed to tell them from bytes.
fn unquoted(value: String) -> String {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.to_owned(),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_come_in_any_order() {
        let expected = Wifi {
            ssid: "茶馆".to_owned(),
            security: Some("WPA".to_owned()),
            password: Some("12345678".to_owned()),
            hidden: true,
        };
        for text in ["WIFI:T:WPA;S:茶馆;P:12345678;H:true;;", "wifi:P:12345678;H:TRUE;S:茶馆;T:WPA"] {
            assert_eq!(wifi(text).as_ref(), Some(&expected), "{text}");
        }
    }

    #[test]
    fn separators_in_a_name_are_escaped() {
        let wifi = wifi(r#"WIFI:S:a\;b\:c\\d;P:"0123abcd";;"#).unwrap();
        assert_eq!(wifi.ssid, r"a;b:c\d");
        assert_eq!(wifi.password.as_deref(), Some("0123abcd"));
        assert_eq!((wifi.security, wifi.hidden), (None, false));
    }

    #[test]
    fn a_colon_in_a_password_needs_no_escape() {
        let wifi = wifi("WIFI:S:x;P:a:b;;").unwrap();
        assert_eq!(wifi.password.as_deref(), Some("a:b"));
    }

    #[test]
    fn without_a_name_there_is_no_network() {
        assert_eq!(wifi("WIFI:T:WPA;P:12345678;;"), None);
        assert_eq!(wifi("WIFI:"), None);
    }
}
