//! Interprets scan results: links, product codes, Wi-Fi networks, contacts, places …
//!
//! Scan results are untrusted input: nothing is fetched.

mod contact;
mod product;
mod wifi;

pub use self::contact::Contact;
pub use self::product::{Product, ProductCode};
pub use self::wifi::Wifi;

/// The meaning of a scan result, with its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum ScanMeaning<'a> {
    /// A link, of any scheme that has an authority (`https://…`, `weixin://…`).
    Url(Link<'a>),
    /// The number of a product or of a book.
    Product(Product<'a>),
    /// A Wi-Fi network to join.
    Wifi(Wifi),
    /// A person or a company.
    Contact(Contact),
    /// A place on the map, in WGS-84 by definition.
    Geo(GeoPoint),
    /// A telephone number to call.
    Telephone {
        /// The number as it is written.
        number: String,
    },
    /// A text message to write.
    Sms {
        number: String,
        /// The text to begin with.
        body: Option<String>,
    },
    /// A mail to write.
    Mail {
        address: String,
        /// The subject to begin with.
        subject: Option<String>,
        /// The text to begin with.
        body: Option<String>,
    },
    /// Any other text.
    Text,
}

/// The parts of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// `https` as it is written.
    pub scheme: &'a str,
    /// The host that it leads to, without user name, password and port.
    pub host: &'a str,
    /// The part before an `@`, which may be made to look like the host.
    pub user_info: Option<&'a str>,
    /// The rest behind the authority.
    pub rest: &'a str,
}

/// The parts of a `geo:` address.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoPoint {
    /// The latitude in degrees north.
    pub latitude: f64,
    /// The longitude in degrees east.
    pub longitude: f64,
    /// The search text, from `?q=`.
    pub query: Option<String>,
}

/// Interprets a scan result.
///
/// `scan_type` and `symbology` are those of the event. Digits are a product number only in a bar
/// code: in a QR code they may be any number.
pub fn meaning<'a>(scan_type: &str, symbology: Option<&str>, content: &'a str) -> ScanMeaning<'a> {
    if scan_type == "barcode" {
        return product::product(symbology, content).map_or(ScanMeaning::Text, ScanMeaning::Product);
    }
    let text = content.trim();
    // Every text in the form of an address is tried as one, with any scheme.
    wifi::wifi(text)
        .map(ScanMeaning::Wifi)
        .or_else(|| contact::contact(text).map(ScanMeaning::Contact))
        .or_else(|| product::written_isbn(text).map(ScanMeaning::Product))
        .or_else(|| mat_mail(text))
        .or_else(|| address(text))
        .or_else(|| link(text).map(ScanMeaning::Url))
        .unwrap_or(ScanMeaning::Text)
}

fn link(text: &str) -> Option<Link<'_>> {
    let (scheme, behind) = text.split_once("://")?;
    let mut letters = scheme.chars();
    let named = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !named || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    // A backslash ends the authority for browsers as a slash does.
    let end = behind.find(['/', '?', '#', '\\']).unwrap_or(behind.len());
    let (authority, rest) = behind.split_at(end);
    let (user_info, place) = match authority.rsplit_once('@') {
        Some((user_info, place)) => (Some(user_info), place),
        None => (None, authority),
    };
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (!host.is_empty() || !web && !rest.is_empty()).then_some(Link { scheme, host, user_info, rest })
}

/// `tel:`, `sms:`, `smsto:`, `mailto:` and `geo:`.
fn address<'a>(text: &str) -> Option<ScanMeaning<'a>> {
    let (scheme, rest) = text.split_once(':')?;
    let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
    if target.is_empty() && query.is_empty() {
        return None;
    }
    let parameter = |name: &str| parameter(query, name);
    match scheme.to_ascii_lowercase().as_str() {
        "tel" => Some(ScanMeaning::Telephone { number: percent_decoded(rest) }),
        "sms" | "smsto" | "mms" | "mmsto" => {
            let (number, body) = match target.split_once(':') {
                Some((number, body)) => (number, Some(percent_decoded(body))),
                None => (target, parameter("body")),
            };
            Some(ScanMeaning::Sms { number: percent_decoded(number), body })
        }
        "mailto" => Some(ScanMeaning::Mail {
            address: percent_decoded(target),
            subject: parameter("subject"),
            body: parameter("body"),
        }),
        "geo" => {
            let mut numbers = target.split(';').next()?.split(',').map(str::parse::<f64>);
            let latitude = numbers.next()?.ok().filter(|degrees| degrees.abs() <= 90.0)?;
            let longitude = numbers.next()?.ok().filter(|degrees| degrees.abs() <= 180.0)?;
            Some(ScanMeaning::Geo(GeoPoint { latitude, longitude, query: parameter("q") }))
        }
        _ => None,
    }
}

/// A mail in the format of Japanese telephones: `MATMSG:TO:…;SUB:…;BODY:…;;`.
fn mat_mail<'a>(text: &str) -> Option<ScanMeaning<'a>> {
    let mut parts = parts(after_prefix(text, "MATMSG:")?);
    let mut take = |name: &str| {
        let index = parts.iter().position(|(part, _)| part.eq_ignore_ascii_case(name))?;
        Some(parts.swap_remove(index).1)
    };
    let address = take("TO")?;
    Some(ScanMeaning::Mail { address, subject: take("SUB"), body: take("BODY") })
}

/// The text after a prefix in any case.
fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

/// The `NAME:value;` parts of `WIFI:`, `MECARD:` and `MATMSG:`, with their backslashes resolved.
fn parts(text: &str) -> Vec<(String, String)> {
    let (mut found, mut name, mut piece) = (Vec::new(), None, String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => piece.extend(characters.next()),
            ':' if name.is_none() => name = Some(std::mem::take(&mut piece)),
            ';' => {
                let value = std::mem::take(&mut piece);
                found.extend(name.take().map(|name: String| (name, value)));
            }
            other => piece.push(other),
        }
    }
    found.extend(name.map(|name| (name, piece)));
    found
}

fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| percent_decoded(value))
}

/// Decodes percent-encoding. A `+` stays a plus sign in these addresses.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let decoded = tail
            .first_chunk::<2>()
            .filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn qr(content: &str) -> ScanMeaning<'_> {
        meaning("qrcode", None, content)
    }

    fn url(content: &str) -> Link<'_> {
        match qr(content) {
            ScanMeaning::Url(link) => link,
            other => panic!("{content} is {other:?}"),
        }
    }

    #[test]
    fn a_link_is_taken_apart() {
        let link = url("https://shop.example.com:8443/a?b=1&c=2#d");
        assert_eq!((link.scheme, link.host), ("https", "shop.example.com"));
        assert_eq!((link.user_info, link.rest), (None, "/a?b=1&c=2#d"));
    }

    #[test]
    fn the_host_of_a_link_is_where_it_leads_and_not_what_it_pretends() {
        let link = url("http://weixin.qq.com@evil.example/pay");
        assert_eq!((link.host, link.user_info), ("evil.example", Some("weixin.qq.com")));
        assert_eq!(url(r"http://evil.example\@weixin.qq.com").host, "evil.example");
    }

    #[test]
    fn links_into_apps_and_to_numeric_hosts_are_links() {
        assert_eq!(url("weixin://wxpay/bizpayurl?pr=x").host, "wxpay");
        assert_eq!(url("HTTP://[::1]:80/").host, "[::1]");
        assert_eq!(url("https://例子.测试/路").host, "例子.测试");
    }

    #[test]
    fn what_only_resembles_a_link_is_text() {
        for text in ["https://", "http://?a", "://x", "1http://x", "see http://x.example", "a b://c"] {
            assert_eq!(qr(text), ScanMeaning::Text, "{text}");
        }
    }

    #[test]
    fn numbers_to_call_and_to_write_to_are_told_apart() {
        let number = "+8620".to_owned();
        assert_eq!(qr("TEL:+8620"), ScanMeaning::Telephone { number: number.clone() });
        let body = Some("hi all".to_owned());
        let sms = ScanMeaning::Sms { number, body };
        assert_eq!(qr("smsto:+8620:hi all"), sms);
        assert_eq!(qr("sms:+8620?body=hi%20all"), sms);
        assert_eq!(qr("tel:"), ScanMeaning::Text);
    }

    #[test]
    fn both_forms_of_a_mail_mean_the_same() {
        let mail =
            ScanMeaning::Mail { address: "a@b.example".to_owned(), subject: Some("菜单".to_owned()), body: None };
        assert_eq!(qr("mailto:a@b.example?subject=%E8%8F%9C%E5%8D%95"), mail);
        assert_eq!(qr("MATMSG:TO:a@b.example;SUB:菜单;;"), mail);
    }

    #[test]
    fn a_place_has_coordinates_that_exist() {
        let query = Some("茶".to_owned());
        let place = GeoPoint { latitude: 23.0, longitude: 113.5, query };
        assert_eq!(qr("geo:23.0,113.5;u=35?q=%E8%8C%B6"), ScanMeaning::Geo(place));
        for text in ["geo:123,113", "geo:north", "geo:1", "geo:NaN,1"] {
            assert_eq!(qr(text), ScanMeaning::Text, "{text}");
        }
    }

    #[test]
    fn digits_in_a_qr_code_are_text() {
        assert_eq!(qr("6911316223400"), ScanMeaning::Text);
        assert_eq!(qr(""), ScanMeaning::Text);
        assert_eq!(qr("菜单_1"), ScanMeaning::Text);
    }

    #[test]
    fn digits_in_a_bar_code_are_a_product() {
        let code = meaning("barcode", Some("EAN_13"), "6911316223400");
        assert!(matches!(code, ScanMeaning::Product(_)), "{code:?}");
        assert_eq!(meaning("barcode", Some("CODE_128"), "http://x.example"), ScanMeaning::Text);
    }

    #[test]
    fn a_half_written_escape_stays_as_it_is() {
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%4%41+%zz"), "%4A+%zz");
    }

    proptest! {
        #[test]
        fn any_result_means_something(scan_type in "qrcode|barcode|.{3}", text in ".{0,60}") {
            meaning(&scan_type, None, &text);
            meaning(&scan_type, Some(&text), &text);
        }

        #[test]
        fn any_result_behind_a_known_prefix_means_something(
            prefix in "WIFI:|MECARD:|BEGIN:VCARD\n|MATMSG:|geo:|tel:|sms:|mailto:|http://|ISBN ",
            text in "(?s).{0,60}",
        ) {
            meaning("qrcode", None, &format!("{prefix}{text}"));
        }
    }
}
