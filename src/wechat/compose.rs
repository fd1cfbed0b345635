//! Composes pushes as WeChat would send them: template bodies, edits, signature and encryption.

mod as_json;
mod as_xml;
mod edit;
mod images;
mod pic_list;
mod templates;

use form_urlencoded::byte_serialize;

pub use self::as_json::as_json;
pub use self::as_xml::as_xml;
pub use self::edit::{ComposeError, Edit, edited, rewritten};
pub use self::images::{images_for, picture_md5};
pub use self::templates::{TEMPLATES, template};
use super::envelope::{self, AesKey};
use super::signature::{msg_signature, signature};
use super::tree::{Format, Tree};

/// A request as WeChat would send it; the caller adds the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The query, with its parameters in the order of genuine pushes.
    pub query: String,
    /// The headers of genuine pushes, in their order. The HTTP client inserts `Host` as the second.
    pub headers: Vec<(&'static str, String)>,
    /// The body, encrypted if requested.
    pub body: Vec<u8>,
}

/// The parameters of a push's signature and of its encryption.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    pub token: &'a str,
    /// The time in seconds, as text. WeChat sends `CreateTime` or one second more.
    pub timestamp: &'a str,
    /// Any text; WeChat sends digits.
    pub nonce: &'a str,
    /// The user's OpenID in the query. It is not signed, and pushes of old accounts lack it.
    pub openid: Option<&'a str>,
    /// The key, the AppID and 16 random bytes for safe mode; `None` for a plain push.
    pub encryption: Option<(&'a AesKey, &'a str, [u8; 16])>,
}

/// Signs a message, encrypts it if requested, and adds the headers of genuine pushes.
pub fn push(message: &[u8], signing: &Signing<'_>) -> Push {
    let Signing { token, timestamp, nonce, openid, encryption } = *signing;
    let format = Format::of(message).unwrap_or(Format::Xml);
    let mut query = String::new();
    add(&mut query, "signature", &signature(token, timestamp, nonce));
    add(&mut query, "timestamp", timestamp);
    add(&mut query, "nonce", nonce);
    if let Some(openid) = openid {
        add(&mut query, "openid", openid);
    }
    let body = match encryption {
        None => message.to_vec(),
        Some((key, app_id, random)) => {
            let encrypt = envelope::encrypt(key, &random, message, app_id);
            add(&mut query, "encrypt_type", "aes");
            add(&mut query, "msg_signature", &msg_signature(token, timestamp, nonce, &encrypt));
            encrypted_body(message, &encrypt)
        }
    };
    Push { query, headers: headers(format, body.len()), body }
}

/// The handshake with which the console verifies a URL: a GET without a body.
pub fn handshake(token: &str, timestamp: &str, nonce: &str, echostr: &str) -> Push {
    let mut query = String::new();
    add(&mut query, "signature", &signature(token, timestamp, nonce));
    add(&mut query, "echostr", echostr);
    add(&mut query, "timestamp", timestamp);
    add(&mut query, "nonce", nonce);
    Push { query, headers: headers_of_any_request(), body: Vec::new() }
}

/// The body around the `Encrypt` of a message. It names the recipient of the push: the account, or the open platform.
pub fn encrypted_body(message: &[u8], encrypt: &str) -> Vec<u8> {
    let tree = Tree::parse(message).ok();
    let format = tree.as_ref().map_or(Format::Xml, Tree::format);
    let text_of = |name| tree.as_ref().and_then(|tree| tree.root().text_of(name));
    match (text_of("ToUserName"), text_of("AppId")) {
        (None, Some(app_id)) => envelope::encrypted_platform_push(format, app_id, encrypt),
        (to_user, _) => envelope::encrypted_push(format, to_user.unwrap_or_default(), encrypt),
    }
}

fn headers(format: Format, length: usize) -> Vec<(&'static str, String)> {
    let content_type = match format {
        Format::Xml => "text/xml",
        Format::Json => "application/json",
    };
    let content = [("Content-Length", length.to_string()), ("Content-Type", content_type.to_owned())];
    headers_of_any_request().into_iter().chain(content).collect()
}

fn headers_of_any_request() -> Vec<(&'static str, String)> {
    vec![("User-Agent", "Mozilla/4.0".to_owned()), ("Accept", "*/*".to_owned()), ("Pragma", "no-cache".to_owned())]
}

fn add(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.extend(byte_serialize(value.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::envelope::decrypt;

    #[test]
    fn a_handshake_is_the_platforms_own_example() {
        let handshake = handshake("AAAAA", "1714036504", "1514711492", "4375120948345356249");
        assert_eq!(
            handshake.query,
            "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249\
             &timestamp=1714036504&nonce=1514711492"
        );
        assert_eq!(handshake.headers.first(), Some(&("User-Agent", "Mozilla/4.0".to_owned())));
        assert_eq!(handshake.body, b"");
    }

    const CLICK: &[u8] = b"<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n</xml>";

    fn signing() -> Signing<'static> {
        Signing {
            token: "AAAAA",
            timestamp: "1714036504",
            nonce: "1514711492",
            openid: Some("oMgHVjngRipVsoxg6TuX3vz6glDg"),
            encryption: None,
        }
    }

    fn key() -> AesKey {
        AesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap()
    }

    #[test]
    fn a_plain_push_is_the_message_with_a_signed_query() {
        let push = push(CLICK, &signing());
        assert_eq!(push.body, CLICK);
        assert_eq!(
            push.query,
            "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504\
             &nonce=1514711492&openid=oMgHVjngRipVsoxg6TuX3vz6glDg"
        );
    }

    #[test]
    fn the_headers_are_those_of_genuine_pushes() {
        let headers = push(CLICK, &signing()).headers;
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            lines,
            [
                "User-Agent: Mozilla/4.0",
                "Accept: */*",
                "Pragma: no-cache",
                &format!("Content-Length: {}", CLICK.len()),
                "Content-Type: text/xml",
            ]
        );
    }

    #[test]
    fn an_encrypted_push_decrypts_and_its_query_is_in_genuine_order() {
        let key = key();
        let encryption = Some((&key, "wxb11529c136998cb6", *b"0123456789abcdef"));
        let push = push(CLICK, &Signing { encryption, ..signing() });
        let names: Vec<_> = push.query.split('&').filter_map(|pair| pair.split('=').next()).collect();
        assert_eq!(names, ["signature", "timestamp", "nonce", "openid", "encrypt_type", "msg_signature"]);
        let tree = Tree::parse(&push.body).unwrap();
        assert_eq!(tree.root().text_of("ToUserName"), Some("gh_1"));
        let encrypt = tree.root().text_of("Encrypt").unwrap();
        assert_eq!(decrypt(&key, encrypt).unwrap().message, CLICK);
        let expected = msg_signature("AAAAA", "1714036504", "1514711492", encrypt);
        assert!(push.query.ends_with(&format!("msg_signature={expected}")));
    }

    #[test]
    fn a_platforms_push_is_addressed_by_its_app_id() {
        let key = key();
        let encryption = Some((&key, "wxb11529c136998cb6", [0; 16]));
        let message = b"<xml><AppId>wx1</AppId><InfoType>authorized</InfoType></xml>";
        let push = push(message, &Signing { encryption, ..signing() });
        let tree = Tree::parse(&push.body).unwrap();
        assert_eq!(tree.root().text_of("AppId"), Some("wx1"));
        assert_eq!(tree.root().text_of("ToUserName"), None);
    }

    #[test]
    fn a_json_message_is_encrypted_in_json() {
        let key = key();
        let encryption = Some((&key, "wxb11529c136998cb6", [0; 16]));
        let push = push(br#"{"ToUserName":"gh_1"}"#, &Signing { encryption, ..signing() });
        assert!(push.body.starts_with(br#"{"ToUserName":"gh_1","Encrypt":"#));
    }

    #[test]
    fn what_is_no_message_is_sent_all_the_same() {
        let key = key();
        let encryption = Some((&key, "wxb11529c136998cb6", [0; 16]));
        let push = push(b"\xff not a message", &Signing { encryption, ..signing() });
        let tree = Tree::parse(&push.body).unwrap();
        let opened = decrypt(&key, tree.root().text_of("Encrypt").unwrap()).unwrap();
        assert_eq!(opened.message, b"\xff not a message");
    }

    #[test]
    fn a_query_value_with_separators_is_escaped() {
        let query = push(CLICK, &Signing { nonce: "a&b=c", ..signing() }).query;
        assert!(query.contains("nonce=a%26b%3Dc&"), "{query}");
    }
}
