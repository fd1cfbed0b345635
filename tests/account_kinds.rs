//! The kinds of accounts over a real socket: the platform's own worked examples for each, and what each refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use common::{TestListener, codes, signed};
use menuscope::capture::Signature;
use menuscope::wechat::envelope::{AesKey, decrypt};
use menuscope::wechat::tree::Tree;
use serde_json::Value;

#[path = "common/command.rs"]
mod command;
#[path = "common/mod.rs"]
mod common;

/// V1 to V6 are from the platform's documentation.
const VECTORS: &str = include_str!("fixtures/vectors.json");

/// The `AppID`s of the worked examples: of the platform, and of an account.
const PLATFORM: &str = "wx134c8103faa5a59e";
const ACCOUNT: &str = "wxba5fad812f8e6fb9";

/// The AppID that stands in the path: of an account that authorized the platform.
const AUTHORIZER: &str = "wx0123456789abcdef";

fn vector(id: &str) -> Value {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    all["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == id).unwrap().clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("{name} of {vector}"))
}

/// The query of an encrypted worked example.
fn query(vector: &Value) -> String {
    let [signature, timestamp, nonce, sealed] =
        ["signature", "timestamp", "nonce", "msg_signature"].map(|name| text(vector, name));
    format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&msg_signature={sealed}")
}

/// The secrets of the worked examples, for these accounts.
fn secrets(names: &[&str]) -> String {
    let key = text(&vector("V3"), "encoding_aes_key").to_owned();
    let each = |name: &&str| format!("[{name}]\ntoken = \"AAAAA\"\naes_key = \"{key}\"\n");
    names.iter().map(each).collect::<Vec<_>>().concat()
}

fn headers(pairs: &[(&str, &str)], target: &str, body: &str) -> Vec<u8> {
    let lines: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let lines = lines.concat();
    let length = body.len();
    format!("POST {target} HTTP/1.1\r\nhost: x\r\n{lines}content-length: {length}\r\n\r\n{body}").into_bytes()
}

#[test]
fn an_official_accounts_worked_examples_are_valid() {
    let listener = TestListener::with("[account.default]\nsecrets = \"file\"\n", &secrets(&["default"]));
    let first = vector("V1");
    let [signature, timestamp, nonce, echostr] =
        ["signature", "timestamp", "nonce", "echostr"].map(|name| text(&first, name).to_owned());
    let query = format!("signature={signature}&echostr={echostr}&timestamp={timestamp}&nonce={nonce}");
    let answer = listener.send(format!("GET /wx?{query} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes());
    assert_eq!((answer.status, answer.text()), (200, &*echostr));
    let second = vector("V2");
    let [signature, timestamp, nonce] = ["signature", "timestamp", "nonce"].map(|name| text(&second, name).to_owned());
    let body = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}"#;
    let target = format!("/wx?signature={signature}&timestamp={timestamp}&nonce={nonce}");
    assert_eq!(listener.post(&target, body.as_bytes()).status, 200);
    let stored = listener.newest();
    assert_eq!((stored.capture.signature, &*stored.capture.envelope.kind), (Signature::Valid, "debug_demo"));
}

#[test]
fn a_platforms_worked_example_belongs_to_the_account_in_its_path_and_is_answered_with_the_platforms_tail() {
    let config = format!(
        "[account.platform]\nkind = \"platform\"\npath = \"/wx/$APPID$/callback\"\napp_id = \"{PLATFORM}\"\nsecrets = \"file\"\n\
         [account.shop]\napp_id = \"{AUTHORIZER}\"\n\
         [[rules]]\nname = \"hello\"\nmatch = \"event:debug_demo\"\nreply = {{ MsgType = \"text\", Content = \"good luck\" }}\n"
    );
    let listener = TestListener::with(&config, &secrets(&["platform"]));
    let example = vector("V5");
    let body = format!(
        "<xml>\n    <ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n    <Encrypt><![CDATA[{}]]></Encrypt>\n</xml>",
        text(&example, "encrypt")
    );
    let post = |app_id: &str| listener.post(&format!("/wx/{app_id}/callback?{}", query(&example)), body.as_bytes());
    let answer = post(AUTHORIZER);
    let stored = listener.newest();
    assert_eq!((&*stored.capture.account, stored.capture.signature), ("shop", Signature::Valid));
    assert_eq!(stored.capture.envelope.kind, "debug_demo");
    let found = codes(&stored);
    assert!(!found.iter().any(|code| code.starts_with("appid") || *code == "mode-unexpected"), "{found:?}");
    let tree = Tree::parse(&answer.body).unwrap();
    let key = AesKey::parse(text(&example, "encoding_aes_key")).unwrap();
    let reply = decrypt(&key, tree.root().text_of("Encrypt").unwrap()).unwrap();
    assert_eq!(reply.receive_id, PLATFORM);
    assert!(String::from_utf8(reply.message).unwrap().contains("good luck"));
    // An account that nobody configured is the platform's.
    for (in_the_place, account, code) in [
        (ACCOUNT, "platform", Some("path-appid-unlisted")),
        ("xx", "platform", Some("path-appid-form")),
        ("$APPID$", "platform", Some("path-appid-form")),
        ("", "platform", Some("path-appid-form")),
        (&AUTHORIZER.to_uppercase(), "shop", None),
    ] {
        post(in_the_place);
        let stored = listener.newest();
        let found: Vec<&str> = codes(&stored).into_iter().filter(|code| code.starts_with("path-")).collect();
        assert_eq!((&*stored.capture.account, found), (account, Vec::from_iter(code)), "{in_the_place}");
        assert_eq!(stored.capture.signature, Signature::Valid, "{in_the_place}");
    }
}

#[test]
fn a_platforms_own_pushes_are_known_by_kind_and_found_by_their_app_id() {
    let config = format!(
        "[account.default]\n[account.platform]\nkind = \"platform\"\npath = \"/wx/$APPID$/callback\"\n\
         app_id = \"{PLATFORM}\"\nsecrets = \"file\"\n"
    );
    let listener = TestListener::with(&config, &secrets(&["platform"]));
    let key = AesKey::parse(text(&vector("V5"), "encoding_aes_key")).unwrap();
    for kind in ["component_verify_ticket", "authorized", "updateauthorized", "unauthorized"] {
        let message = format!(
            "<xml><AppId>{PLATFORM}</AppId><CreateTime>1413192605</CreateTime><InfoType>{kind}</InfoType>\
             <AuthorizerAppid>{AUTHORIZER}</AuthorizerAppid></xml>"
        );
        let encrypt = menuscope::wechat::envelope::encrypt(&key, b"0123456789abcdef", message.as_bytes(), PLATFORM);
        let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), "1");
        let sealed = menuscope::wechat::signature::msg_signature("AAAAA", &timestamp, nonce, &encrypt);
        let target = format!("/auth?timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&msg_signature={sealed}");
        let body = format!("<xml><AppId>{PLATFORM}</AppId><Encrypt>{encrypt}</Encrypt></xml>");
        let answer = listener.post(&target, body.as_bytes());
        assert_eq!((answer.status, answer.text()), (200, "success"), "{kind}");
        let stored = listener.newest();
        assert_eq!((&*stored.capture.envelope.kind, &*stored.capture.account), (kind, "platform"));
        assert_eq!(stored.capture.signature, Signature::Valid);
        let found = codes(&stored);
        assert!(!found.contains(&"kind-unknown") && !found.contains(&"msgtype-missing"), "{kind}: {found:?}");
    }
}

#[test]
fn a_mini_programs_json_is_read_and_a_reply_that_nobody_sees_is_named() {
    let config = format!(
        "[account.default]\nkind = \"mini-program\"\napp_id = \"{ACCOUNT}\"\nsecrets = \"file\"\n\
         [[rules]]\nname = \"hello\"\nmatch = \"type:text\"\nreply = {{ MsgType = \"text\", Content = \"hi\" }}\n"
    );
    let listener = TestListener::with(&config, &secrets(&["default"]));
    let example = vector("V3");
    let body = format!(r#"{{"ToUserName":"gh_97417a04a28d","Encrypt":"{}"}}"#, text(&example, "encrypt"));
    assert_eq!(listener.post(&format!("/wx?{}", query(&example)), body.as_bytes()).text(), "success");
    let stored = listener.newest();
    assert_eq!((stored.capture.signature, &*stored.capture.envelope.kind), (Signature::Valid, "debug_demo"));
    assert_eq!(stored.capture.mode.as_str(), "safe");
    assert!(!codes(&stored).iter().any(|code| code.starts_with("appid")), "{:?}", codes(&stored));
    let written = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"oABCD","CreateTime":1482048670,"MsgType":"text","Content":"?","MsgId":1234567890123456}"#;
    listener.post(&format!("/wx?{}", signed("AAAAA")), written.as_bytes());
    let stored = listener.newest();
    let lint: Vec<_> = stored.reply.unwrap().lint.iter().map(|finding| finding.code.as_str()).collect();
    assert!(lint.contains(&"only-transfer-seen"), "{lint:?}");
    let entered = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"oABCD","CreateTime":1482048670,"MsgType":"event","Event":"user_enter_tempsession","SessionFrom":"s"}"#;
    listener.post(&format!("/wx?{}", signed("AAAAA")), entered.as_bytes());
    let stored = listener.newest();
    assert_eq!(stored.capture.envelope.kind, "user_enter_tempsession");
    assert!(!codes(&stored).contains(&"kind-unknown"));
}

#[test]
fn a_test_account_sends_plain_messages_and_another_mode_is_named() {
    let config = format!("[account.default]\nkind = \"test\"\napp_id = \"{ACCOUNT}\"\nsecrets = \"file\"\n");
    let listener = TestListener::with(&config, &secrets(&["default"]));
    listener.post(&format!("/wx?{}", signed("AAAAA")), &common::sample("CLICK"));
    let stored = listener.newest();
    assert_eq!(stored.capture.signature, Signature::Valid);
    assert!(!codes(&stored).contains(&"mode-unexpected"), "{:?}", codes(&stored));
    let example = vector("V3");
    let body = format!(r#"{{"ToUserName":"gh_97417a04a28d","Encrypt":"{}"}}"#, text(&example, "encrypt"));
    listener.post(&format!("/wx?{}", query(&example)), body.as_bytes());
    assert!(codes(&listener.newest()).contains(&"mode-unexpected"));
}

#[test]
fn cloud_hostings_unsigned_pushes_are_taken_by_header_and_sender_and_never_called_valid() {
    let config = "[account.default]\nkind = \"cloud\"\nsecrets = \"file\"\n";
    let listener = TestListener::with(config, &secrets(&["default"]));
    let message = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"oABCD","CreateTime":1482048670,"MsgType":"text","Content":"hi","MsgId":1}"#;
    let answer = listener.send(&headers(&[("x-wx-source", "wx_client")], "/wx", message));
    assert_eq!((answer.status, answer.text()), (200, "success"));
    let stored = listener.newest();
    assert_eq!((stored.capture.signature, &*stored.capture.envelope.kind), (Signature::Unchecked, "text"));
    assert!(codes(&stored).contains(&"cloud-unsigned"), "{:?}", codes(&stored));
    // Without the header anybody may have sent it.
    assert_eq!(listener.send(&headers(&[], "/wx", message)).status, 403);
    assert!(codes(&listener.newest()).contains(&"cloud-source-missing"));
    // What is signed is verified as ever.
    assert_eq!(listener.post(&format!("/wx?{}", signed("AAAAA")), message.as_bytes()).status, 200);
    assert_eq!(listener.newest().capture.signature, Signature::Valid);
    let forged = format!("/wx?{}", signed("wrong"));
    assert_eq!(listener.send(&headers(&[("x-wx-source", "x")], &forged, message)).status, 403);
}

#[test]
fn cloud_hostings_check_is_answered_whatever_the_rules_say() {
    let config = "[account.default]\nkind = \"cloud\"\n\
        [[rules]]\nname = \"all\"\nreply = { MsgType = \"text\", Content = \"hi\" }\n";
    let listener = TestListener::with(config, "");
    for body in [r#"{"action":"CheckContainerPath"}"#, "<xml><action>CheckContainerPath</action></xml>"] {
        let answer = listener.send(&headers(&[("x-wx-source", "x")], "/", body));
        assert_eq!((answer.status, answer.text()), (200, "success"), "{body}");
        let stored = listener.newest();
        assert_eq!(stored.capture.envelope.kind, "CheckContainerPath");
        let found = codes(&stored);
        assert!(!found.contains(&"msgtype-missing") && !found.contains(&"kind-unknown"), "{found:?}");
    }
    let other = listener.send(&headers(&[("x-wx-source", "x")], "/", r#"{"action":"SomethingElse"}"#));
    assert_eq!(other.text(), "success");
    assert_eq!(listener.newest().capture.envelope.kind, "unreadable");
}

#[test]
fn what_is_wecoms_is_named_as_such() {
    let listener = TestListener::with_token();
    let body = "<xml><ToUserName>ww1234567890abcdef</ToUserName><AgentID>218</AgentID><Encrypt>abcd</Encrypt></xml>";
    listener.post("/wx?msg_signature=1&timestamp=1&nonce=1", body.as_bytes());
    assert!(codes(&listener.newest()).contains(&"wecom"));
}

#[test]
fn the_command_sets_and_lists_the_kind() {
    let data = tempfile::tempdir().unwrap();
    let set = |kind: &str| command::run(data.path(), &["account", "set", "shop", "--kind", kind, "--no-prompt"]);
    assert!(set("mini-program").status.success());
    let config = std::fs::read_to_string(data.path().join("config.toml")).unwrap();
    assert!(config.contains("kind = \"mini-program\""), "{config}");
    let listed = command::run(data.path(), &["account", "list", "--json"]);
    let account: Value = serde_json::from_str(command::stdout(&listed).lines().next().unwrap()).unwrap();
    assert_eq!((&account["account"], &account["kind"]), (&"shop".into(), &"mini-program".into()));
    assert_eq!(set("minigame").status.code(), Some(2));
    assert!(set("official").status.success());
    let config = std::fs::read_to_string(data.path().join("config.toml")).unwrap();
    assert!(!config.contains("kind"), "{config}");
}
