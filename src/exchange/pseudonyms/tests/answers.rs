//! Tests of answers: addressed to the stand-ins, encrypted with the published key, and as valid as they were.

use std::time::Duration;

use super::*;
use crate::capture::ServerAnswer;
use crate::inspect::reply::lint_reply;
use crate::wechat::lint::{HttpResponse, LintCode};
use crate::wechat::reply::{Address, PassiveReply};

fn plain(content: &str) -> Vec<u8> {
    let address = Address { to_user: OPEN_ID.to_owned(), from_user: TO_USER.to_owned(), create_time: 1 };
    PassiveReply::Text { content: content.to_owned() }.to_bytes(&address, Format::Xml)
}

fn sealed(body: &[u8], with: &str) -> Vec<u8> {
    let encrypt = encrypt(&key(with), &[7; 16], body, APP_ID);
    encrypted_reply(Format::Xml, &encrypt, &msg_signature(TOKEN, "11", "22", &encrypt), "11", "22")
}

fn answered(travels: Travels, body: Vec<u8>, wire: Option<Vec<u8>>) -> (Fixture, Fixture) {
    let mut event = fixture(request(template("CLICK").unwrap().as_bytes(), travels), &accounts(), 1);
    let capture = &event.stored.capture;
    let sent = wire.as_deref().unwrap_or(&body);
    let lint =
        lint_reply(&HttpResponse { status: 200, body: sent, elapsed_ms: Some(3) }, capture, Some(&account())).findings;
    let forwarded = ServerAnswer {
        target: format!("http://127.0.0.1:3000{}", capture.request.target),
        status: Some(200),
        headers: vec![("set-cookie".to_owned(), b"session=abcdefgh1234".to_vec())],
        body: Bytes::from(sent.to_vec()),
        first_byte: None,
        elapsed: Duration::from_millis(2),
        problem: None,
        passed_on: true,
        lint: lint.clone(),
    };
    event.stored.reply = Some(Reply {
        status: Some(200),
        body,
        wire,
        source: ReplySource::Forward,
        elapsed: Duration::from_millis(3),
        end: ReplyEnd::Answered,
        lint,
        fault: None,
        forwarded: Some(Box::new(forwarded)),
    });
    let after = pseudonyms(Texts::Replaced).apply(event.clone(), &accounts(), &mut Originals::default()).unwrap();
    (event, after)
}

fn codes(fixture: &Fixture) -> Vec<LintCode> {
    fixture.stored.reply.as_ref().unwrap().lint.iter().map(|finding| finding.code).collect()
}

/// The findings of a stranger about the answer.
fn judged(fixture: &Fixture) -> Vec<LintCode> {
    let accounts = published_accounts(fixture.app_id.as_deref());
    let reply = fixture.stored.reply.as_ref().unwrap();
    let answered = HttpResponse { status: 200, body: reply.sent(), elapsed_ms: Some(3) };
    let report = lint_reply(&answered, &fixture.stored.capture, Some(accounts.default_account()));
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn an_answer_goes_to_the_stand_in() {
    let (before, after) = answered(Travels::Plain, plain(&format!("hello {OPEN_ID}")), None);
    let reply = after.stored.reply.as_ref().unwrap();
    let tree = Tree::parse(&reply.body).unwrap();
    let envelope = &after.stored.capture.envelope;
    assert_eq!(tree.root().text_of("ToUserName"), envelope.openid.as_deref());
    assert_eq!(tree.root().text_of("FromUserName"), envelope.to_user.as_deref());
    assert_eq!(tree.root().text_of("Content"), envelope.openid.as_ref().map(|user| format!("hello {user}")).as_deref());
    assert_eq!((codes(&after), judged(&after)), (codes(&before), codes(&before)));
    assert_eq!(codes(&after), []);
    let forwarded = reply.forwarded.as_ref().unwrap();
    assert_eq!(forwarded.body, reply.body);
    assert_eq!(forwarded.target, format!("http://127.0.0.1:3000{}", after.stored.capture.request.target));
    assert!(!forwarded.headers[0].1.ends_with(b"abcdefgh1234") && forwarded.headers[0].1.starts_with(b"session="));
}

#[test]
fn a_sealed_answer_opens_with_the_published_key() {
    for travels in [Travels::Safe, Travels::Compat] {
        let body = plain("hi");
        let (before, after) = answered(travels, body.clone(), Some(sealed(&body, KEYS[0])));
        let reply = after.stored.reply.as_ref().unwrap();
        let tree = Tree::parse(reply.sent()).unwrap();
        let opened = decrypt(&key(published::AES_KEY), tree.root().text_of("Encrypt").unwrap()).unwrap();
        assert_eq!((&opened.message, Some(&opened.receive_id)), (&reply.body, after.app_id.as_ref()));
        assert_eq!((tree.root().text_of("TimeStamp"), tree.root().text_of("Nonce")), (Some("11"), Some("22")));
        assert_eq!((codes(&before), codes(&after), judged(&after)), (vec![], vec![], vec![]));
        assert_eq!(reply.forwarded.as_ref().unwrap().body, reply.sent());
    }
}

#[test]
fn a_wrong_answer_is_as_wrong_as_it_was() {
    let body = plain("hi");
    let unsigned = |wire: Vec<u8>| {
        let text = String::from_utf8(wire).unwrap();
        let start = text.find("<MsgSignature><![CDATA[").unwrap() + 23;
        format!("{}{}{}", &text[..start], "0a".repeat(20), &text[start + 40..]).into_bytes()
    };
    let whole = sealed(&body, KEYS[0]);
    for (wire, expected) in [
        (Some(sealed(&body, KEYS[1])), LintCode::EncryptOtherKey),
        (Some(unsigned(whole.clone())), LintCode::MsgSignatureWrong),
        (Some(whole[..whole.len() / 2].to_vec()), LintCode::NotWellFormed),
        (None, LintCode::PlainInSafe),
    ] {
        let (before, after) = answered(Travels::Safe, body.clone(), wire);
        assert!(codes(&before).contains(&expected), "{:?}", codes(&before));
        assert_eq!(codes(&after), codes(&before), "{expected:?}");
        let raw = after.stored.reply.as_ref().unwrap().sent();
        assert!(memchr::memmem::find(raw, OPEN_ID.as_bytes()).is_none());
        let ciphertext = &whole[whole.len() / 4..][..40];
        assert!(memchr::memmem::find(raw, ciphertext).is_none());
        let is_known = |code: &LintCode| judged(&after).contains(code);
        assert!(is_known(&expected) || expected == LintCode::EncryptOtherKey, "{:?}", judged(&after));
    }
}

#[test]
fn an_answer_is_as_legal_as_it_was_when_the_keys_have_changed_since() {
    let body = plain("hi");
    for (with, expected) in [(KEYS[0], vec![]), (KEYS[1], vec![LintCode::EncryptOtherKey])] {
        let (before, _) = answered(Travels::Safe, body.clone(), Some(sealed(&body, with)));
        assert_eq!(codes(&before), expected);
        let mut other = Account::named("default").with_secrets(Secrets::default());
        other.app_id = Some(APP_ID.to_owned());
        let others = Accounts::new(vec![other], None);
        let after = pseudonyms(Texts::Replaced).apply(before.clone(), &others, &mut Originals::default()).unwrap();
        assert_eq!(published_capture(&after).signature, Signature::Valid);
        assert_eq!(judged(&after).is_empty(), expected.is_empty(), "{:?}", judged(&after));
        assert_eq!(codes(&after), expected);
    }
}

#[test]
fn what_a_user_wrote_is_replaced_in_the_answer_too() {
    let message = template("text").unwrap().replace("你好", "我要退款");
    let mut event = fixture(request(message.as_bytes(), Travels::Plain), &accounts(), 1);
    let body = plain("您说：我要退款");
    event.stored.reply = answered(Travels::Plain, body, None).0.stored.reply;
    let after = pseudonyms(Texts::Replaced).apply(event, &accounts(), &mut Originals::default()).unwrap();
    let capture =
        Tree::parse(&after.stored.capture.request.body).map(|tree| tree.root().text_of("Content").unwrap().to_owned());
    let reply = Tree::parse(&after.stored.reply.as_ref().unwrap().body)
        .map(|tree| tree.root().text_of("Content").unwrap().to_owned());
    assert_eq!(reply.unwrap(), format!("您说：{}", capture.unwrap()));
}

#[test]
fn no_secret_of_an_account_stays_in_an_answer() {
    let (_, after) = answered(Travels::Plain, plain(&format!("token {TOKEN}, key {}", KEYS[0])), None);
    let body = &after.stored.reply.as_ref().unwrap().body;
    assert!([TOKEN, KEYS[0]].iter().all(|secret| memchr::memmem::find(body, secret.as_bytes()).is_none()));
    let (_, after) = answered(Travels::Plain, b"<html>debug: 203.205.254.1 \xff</html>".to_vec(), None);
    let body = &after.stored.reply.as_ref().unwrap().body;
    assert!(body.starts_with(b"<html>debug: 198.1") && body.ends_with(b" \xff</html>"));
}

#[test]
fn an_answer_in_another_encoding_leaves_nothing_to_be_read() {
    let text = format!("<xml><ToUserName>{OPEN_ID}</ToUserName></xml>");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_, after) = answered(Travels::Plain, utf_16.clone(), None);
    let body = after.stored.reply.unwrap().body;
    assert_eq!(body.len(), utf_16.len());
    assert!(body.windows(8).all(|window| !utf_16.windows(8).any(|before| before == window)));
}
