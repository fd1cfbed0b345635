//! What is exported: every menu event in every mode, and what test code must not stumble over.

use jiff::{Timestamp, ToSpan as _};
use menuscope::account::{Account, Accounts, Secret, Secrets};
use menuscope::capture::{RawRequest, Reply, ReplyEnd, ReplySource, Signature, UNREADABLE};
use menuscope::inspect::inspect;
use menuscope::store::ImportEvent;
use menuscope::wechat::compose::{Push, Signing, push, template};
use menuscope::wechat::envelope::AesKey;
use menuscope::wechat::kind::MENU_EVENTS;
use menuscope::wechat::signature::signature;
use menuscope::wechat::tree::Tree;

use crate::client::{APP_ID, KEY, TOKEN};

/// How many of the events are legible XML with a genuine signature.
pub(crate) const LEGIBLE: usize = 3 * MENU_EVENTS.len() + 2 * ODD.len();

/// How many of them a server refuses.
pub(crate) const REFUSED: usize = 5;

const TIMESTAMP: &str = "1409304348";
const NONCE: &str = "415670741";

/// Messages that readers are known to stumble over, each as its last elements.
const ODD: [&str; 8] = [
    "<Event>pic_weixin</Event><EventKey/><SendPicsInfo><Count>0</Count></SendPicsInfo>",
    "<Event>pic_weixin</Event><EventKey></EventKey><SendPicsInfo><Count>0</Count><PicList></PicList></SendPicsInfo>",
    "<Event>pic_weixin</Event><EventKey>k</EventKey><SendPicsInfo><Count>3</Count><PicList>\
     <item><PicMd5Sum>a</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>",
    "<Event>pic_weixin</Event><EventKey>k</EventKey><SendPicsInfo>\
     <PicList><item><PicMd5Sum>a</PicMd5Sum></item></PicList>\
     <PicList><item><PicMd5Sum>b</PicMd5Sum></item></PicList><Count>2</Count></SendPicsInfo>",
    "<Event>scancode_push</Event><EventKey>k</EventKey><ScanCodeInfo><ScanType>barcode</ScanType>\
     <ScanResult><![CDATA[EAN_13,]]]]><![CDATA[> &amp; 收到😀]]></ScanResult></ScanCodeInfo>",
    "<Event>subscribe</Event><EventKey>qrscene_123</EventKey><Ticket>t</Ticket>",
    "<Event>CLICK</Event><EventKey>one\r\ntwo</EventKey>",
    "<Event>never_heard_of</Event><New><A>1</A><A>2</A><B><C> 3 </C></B></New>",
];

/// Rests of messages that a parser of an SDK may refuse: a control character, and a MsgId that is no number.
const REFUSED_BY_PARSERS: [&str; 3] = [
    "<Event>CLICK</Event><EventKey>a\u{1d}b</EventKey>",
    "<Event>CLICK</Event><EventKey>k</EventKey><MsgId>no number</MsgId>",
    "<Event>CLICK</Event><EventKey>&#x1;</EventKey>",
];

/// Messages that the parser of an SDK may refuse.
pub(crate) fn refused_by_parsers() -> Vec<ImportEvent> {
    let messages = REFUSED_BY_PARSERS.map(event);
    let requests =
        messages.iter().flat_map(|message| [false, true].map(|sealed| posted(message.as_bytes(), TOKEN, sealed)));
    (0..).zip(requests).map(|(n, request)| recorded(n, request)).collect()
}

/// A text and the reply that the developer's own server gave to it.
pub(crate) fn answered(reply: &str) -> ImportEvent {
    let mut answered = recorded(0, posted(template("text").unwrap().as_bytes(), TOKEN, false));
    answered.reply = Some(Reply {
        status: Some(200),
        body: reply.as_bytes().to_vec(),
        wire: None,
        source: ReplySource::Rule("words".to_owned()),
        fault: None,
        elapsed: std::time::Duration::from_millis(3),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        forwarded: None,
    });
    answered
}

/// A message of the usual user.
fn event(rest: &str) -> String {
    format!(
        "<xml><ToUserName>gh_e136c6e50636</ToUserName><FromUserName>oMgHVjngRipVsoxg6TuX3vz6glDg</FromUserName>\
         <CreateTime>1408090606</CreateTime><MsgType>event</MsgType>{rest}</xml>"
    )
}

pub(crate) fn accounts() -> Accounts {
    let secrets = Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
    let mut account = Account::named("default");
    account.app_id = Some(APP_ID.to_owned());
    Accounts::new(vec![account.with_secrets(secrets)], None)
}

/// In the order of their arrival, a second apart.
pub(crate) fn events() -> Vec<ImportEvent> {
    let mut requests = Vec::new();
    for kind in MENU_EVENTS {
        let message = template(kind).unwrap().as_bytes();
        requests.extend([posted(message, TOKEN, false), posted(message, TOKEN, true), compatible(message)]);
    }
    for rest in ODD {
        let message = event(rest);
        requests.extend([false, true].map(|sealed| posted(message.as_bytes(), TOKEN, sealed)));
    }
    let json =
        br#"{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo"}"#;
    let click = template("CLICK").unwrap().as_bytes();
    requests.extend([false, true].map(|sealed| posted(json, TOKEN, sealed)));
    requests.extend([false, true].map(|sealed| posted(click, "another", sealed)));
    requests.push(request("GET", &handshake(TOKEN), b""));
    requests.push(request("GET", &handshake("another"), b""));
    requests.push(request("POST", &format!("timestamp={TIMESTAMP}"), click));
    requests.push(request("POST", "", b"\xff\xfe no message"));
    requests.push(posted(b"<xml><MsgType>", TOKEN, false));
    let recorded: Vec<_> = (0..).zip(requests).map(|(n, request)| recorded(n, request)).collect();
    assert_eq!(recorded.iter().filter(|event| is_refused(event)).count(), REFUSED);
    assert_eq!(recorded.iter().filter(|event| is_legible(event)).count(), LEGIBLE);
    recorded
}

fn is_refused(event: &ImportEvent) -> bool {
    event.capture.signature.is_refused()
}

fn is_legible(event: &ImportEvent) -> bool {
    let capture = &event.capture;
    let is_xml = Tree::parse(capture.message()).is_ok() && capture.message().starts_with(b"<");
    capture.signature == Signature::Valid && capture.envelope.kind != UNREADABLE && is_xml
}

fn recorded(n: i64, request: RawRequest) -> ImportEvent {
    let request = RawRequest { received_at: request.received_at + n.seconds(), ..request };
    ImportEvent::unanswered(inspect(request, &accounts()).capture)
}

fn signed(message: &[u8], token: &str, sealed: bool) -> Push {
    let key = AesKey::parse(KEY).unwrap();
    let encryption = sealed.then_some((&key, APP_ID, *b"0123456789abcdef"));
    push(message, &Signing { token, timestamp: TIMESTAMP, nonce: NONCE, openid: Some("o1"), encryption })
}

fn posted(message: &[u8], token: &str, sealed: bool) -> RawRequest {
    let push = signed(message, token, sealed);
    request("POST", &push.query, &push.body)
}

/// The message, and beside its elements the same one encrypted.
fn compatible(message: &[u8]) -> RawRequest {
    let push = signed(message, TOKEN, true);
    let sealed = Tree::parse(&push.body).unwrap();
    let encrypt = format!("<Encrypt>{}</Encrypt></xml>", sealed.root().text_of("Encrypt").unwrap());
    let body = std::str::from_utf8(message).unwrap().replace("</xml>", &encrypt);
    request("POST", &push.query, body.as_bytes())
}

fn handshake(token: &str) -> String {
    let signature = signature(token, TIMESTAMP, NONCE);
    format!("signature={signature}&echostr=4375120948345356249&timestamp={TIMESTAMP}&nonce={NONCE}")
}

fn request(method: &str, query: &str, body: &[u8]) -> RawRequest {
    RawRequest {
        received_at: "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap(),
        method: method.to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: format!("/wx?{query}"),
        headers: [("content-type", "text/xml")].into_iter().collect(),
        peer: "192.0.2.1".to_owned(),
        body_length: body.len() as u64,
        body: body.to_vec().into(),
    }
}
