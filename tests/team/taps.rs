//! Taps as WeChat posts them, in plain and encrypted, and what comes back.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use menuscope::wechat::envelope::{AesKey, decrypt, encrypt, encrypted_push};
use menuscope::wechat::signature::{msg_signature, signature};
use menuscope::wechat::tree::{Format, Tree};

use super::post::{AES_KEY, APP_ID, TOKEN};

/// Far beyond any budget: what is not answered by then hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tap of a user.
pub(crate) fn tap(openid: &str, key: &str, number: u64, is_encrypted: bool) -> Vec<u8> {
    let message = format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>\
         <EventKey><![CDATA[{key}]]></EventKey></xml>",
        1_700_000_000 + number
    );
    let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), number.to_string());
    let mut query = format!(
        "signature={}&timestamp={timestamp}&nonce={nonce}&openid={openid}",
        signature(TOKEN, &timestamp, &nonce)
    );
    let body = if is_encrypted {
        let random = fastrand::u128(..).to_le_bytes();
        let sealed = encrypt(&AesKey::parse(AES_KEY).unwrap(), &random, message.as_bytes(), APP_ID);
        let signed = msg_signature(TOKEN, &timestamp, &nonce, &sealed);
        query += "&encrypt_type=aes&msg_signature=";
        query += &signed;
        encrypted_push(Format::Xml, "gh_1", &sealed)
    } else {
        message.into_bytes()
    };
    let head = format!(
        "POST /wx?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

/// Posts; returns status and body. An error: the relay was killed meanwhile.
pub(crate) fn try_post(address: SocketAddr, request: &[u8]) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let broken = || std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    Ok((status, body.to_owned()))
}

pub(crate) fn post(address: SocketAddr, request: &[u8]) -> (u16, String) {
    try_post(address, request).unwrap()
}

/// The plaintext of an answer.
pub(crate) fn plaintext(body: &str) -> String {
    let tree = Tree::parse(body.as_bytes()).unwrap();
    let opened = decrypt(&AesKey::parse(AES_KEY).unwrap(), tree.root().text_of("Encrypt").unwrap()).unwrap();
    String::from_utf8(opened.message).unwrap()
}

/// The value of an element.
pub(crate) fn element(body: &str, name: &str) -> String {
    let tree = Tree::parse(body.as_bytes()).unwrap();
    tree.root().text_of(name).unwrap().to_owned()
}

/// A text reply to the message in that body, as a developer's own server makes it.
pub(crate) fn text_reply(body: &[u8], text: &str) -> String {
    let tree = Tree::parse(body).unwrap();
    let (from, to) = (tree.root().text_of("ToUserName").unwrap(), tree.root().text_of("FromUserName").unwrap());
    format!(
        "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{from}]]></FromUserName>\
         <CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )
}
