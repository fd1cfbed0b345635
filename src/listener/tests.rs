//! Tests of the listener as a whole: its errors in words, and one parse for each push.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::account::{Account, Secret, Secrets};
use crate::delivery::HttpClient;
use crate::filter::Filter;
use crate::rules::{Response, Rule, RuleSet};
use crate::store::{Limits, Store, StoreHead};
use crate::waker::Waker;
use crate::wechat::compose::{Signing, push};
use crate::wechat::envelope::AesKey;
use crate::wechat::reply::PassiveReply;
use crate::wechat::tree::parse_count;

const TOKEN: &str = "pamtest";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";

/// The EventKey by which the pushes of these tests are counted.
const COUNTED: &str = "counted_key";

#[test]
fn both_languages_say_why_nothing_listens() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let source = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    UserError::from(&ListenError::Taken { address }).assert_said();
    UserError::from(&ListenError::Bind { address, source }).assert_said();
}

fn rule(name: &str, filter: &str, response: Response) -> Rule {
    let (name, filter) = (name.to_owned(), filter.to_owned());
    Rule { name, filter, enabled: true, response, delay_ms: 0, status: None, fault: None }
}

fn policy(rules: Vec<Rule>) -> ReplyPolicy {
    let rules = RuleSet::compile(rules, &crate::clock::local_now()).unwrap();
    ReplyPolicy {
        rules: watch::Sender::new(Arc::new(rules)).subscribe(),
        rule_usage: watch::Sender::default(),
        held: HeldPushes::new(Waker::silent()),
        forward: watch::Sender::default().subscribe(),
        desktops: TeamDesktops::default(),
        armed_fault: ArmedFault::default(),
        http_client: HttpClient::new(),
        instance: "0123abcd".into(),
    }
}

fn account() -> Account {
    let secrets = Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
    let mut account = Account::named("default").with_secrets(secrets);
    account.app_id = Some(APP_ID.to_owned());
    account
}

/// A CLICK as WeChat posts it, in plain or encrypted.
fn request(encrypted: bool) -> Vec<u8> {
    let key = AesKey::parse(KEY).unwrap();
    let encryption = encrypted.then_some((&key, APP_ID, *b"0123456789abcdef"));
    let timestamp = crate::clock::now().as_second().to_string();
    let signing = Signing { token: TOKEN, timestamp: &timestamp, nonce: "1", openid: None, encryption };
    let message = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>\
         <MsgType>event</MsgType><Event>CLICK</Event><EventKey>{COUNTED}</EventKey></xml>"
    );
    let push = push(message.as_bytes(), &signing);
    let head = format!(
        "POST /?{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        push.query,
        push.body.len()
    );
    [head.into_bytes(), push.body].concat()
}

/// The answer to a request, and how often the message in it was parsed.
async fn answer(policy: ReplyPolicy, request: &[u8]) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (head, path) = (watch::Sender::new(StoreHead::default()), folder.path().join("captures.sqlite"));
    let store = Store::open(&path, Limits::default(), head, Waker::silent()).unwrap();
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (_accounts, accounts) = watch::channel(Arc::new(Accounts::new(vec![account()], None)));
    let context = ListenerContext { accounts, store: store.handle(), reply_budget: Duration::from_secs(4), policy };
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(serve(listener, context, stopped));
    parse_count::start(COUNTED);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let parses = parse_count::count(COUNTED);
    stop.send(()).unwrap();
    serving.await.unwrap();
    (answer, parses)
}

#[tokio::test]
async fn a_push_that_a_rule_answers_is_parsed_once() {
    for encrypted in [false, true] {
        // Filters, the template, the address and the lint all read the message.
        let rules = vec![
            rule("other", "\"no such word\"", Response::Hold),
            rule("words", "event:CLICK counted", text_reply("{{ kind }} {{ Event }}")),
        ];
        let policy = policy(rules);
        policy.held.switch(Some(Filter::parse("\"never held\"", &crate::clock::local_now()).unwrap()));
        let (answer, parses) = answer(policy, &request(encrypted)).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(answer.contains("<Content><![CDATA[CLICK CLICK]]></Content>"), !encrypted, "{answer}");
        assert_eq!(parses, 1, "encrypted: {encrypted}");
    }
}

fn text_reply(content: &str) -> Response {
    Response::Reply(PassiveReply::Text { content: content.to_owned() })
}
