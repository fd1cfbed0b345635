//! Every reply that is made here, read by the libraries that developers' servers use: wechatpy, co-wechat with xml2js.
#![expect(clippy::unwrap_used, reason = "an answer that cannot be read is a failed test")]

#[path = "interop/client.rs"]
mod client;

use client::{APP_ID, Client, KEY, TOKEN, text};
use menuscope::wechat::envelope::{AesKey, encrypt, encrypted_reply};
use menuscope::wechat::reply::{Address, Article, PassiveReply};
use menuscope::wechat::signature::{msg_signature, signature};
use menuscope::wechat::tree::Format;
use serde_json::{Value, json};

const TIMESTAMP: &str = "1409304348";
const NONCE: &str = "415670741";

/// What has to come out of every text as it went in.
const NASTY: &str = "收到 <菜单>😀 & \"双\" '单' ]]> ]]]]>> <![CDATA[ &amp; &#65; \\ {{ x }}\n\
    第二行\t<a href=\"http://x/?a=1&b=2\">链接</a>";

/// Blanks at the ends, which readers may trim.
const PADDED: &str = "\n  两端有空白 ]]>\u{3000}\n ";

/// A text for the element of that name, unlike that of every other.
fn nasty(name: &str) -> String {
    format!("{name} {NASTY}")
}

fn article(number: usize) -> (Article, Value) {
    let [title, description, pic_url, url] =
        ["Title", "Description", "PicUrl", "Url"].map(|name| nasty(&format!("{name} {number}")));
    let expected = json!({ "Title": title, "Description": description, "PicUrl": pic_url, "Url": url });
    (Article { title, description, pic_url, url }, expected)
}

fn news(count: usize) -> (PassiveReply, Value) {
    let (articles, items): (Vec<_>, Vec<_>) = (1..=count).map(article).unzip();
    let count = count.to_string();
    (
        PassiveReply::News { articles },
        json!({ "MsgType": "news", "ArticleCount": count, "Articles": { "item": items } }),
    )
}

/// Every kind of message, beside its elements as WeChat documents them.
fn cases() -> Vec<(PassiveReply, Value)> {
    let none = String::new;
    let mut cases: Vec<_> = [1, 3, 8].map(news).into();
    let bare = PassiveReply::News { articles: vec![Article { title: "1".to_owned(), ..Article::default() }] };
    let item = json!({ "Title": "1", "Description": "", "PicUrl": "" });
    cases.push((bare, json!({ "MsgType": "news", "ArticleCount": "1", "Articles": { "item": [item] } })));
    for content in [nasty("Content"), "]]>".to_owned(), "😀".repeat(40), "<xml/>".to_owned(), PADDED.to_owned()] {
        let expected = json!({ "MsgType": "text", "Content": content });
        cases.push((PassiveReply::Text { content }, expected));
    }
    let media = json!({ "MediaId": nasty("MediaId") });
    cases.extend([
        (PassiveReply::Image { media_id: nasty("MediaId") }, json!({ "MsgType": "image", "Image": media })),
        (PassiveReply::Voice { media_id: nasty("MediaId") }, json!({ "MsgType": "voice", "Voice": media })),
        (
            PassiveReply::Video { media_id: nasty("MediaId"), title: none(), description: none() },
            json!({ "MsgType": "video", "Video": media }),
        ),
        (
            PassiveReply::Video {
                media_id: nasty("MediaId"),
                title: nasty("Title"),
                description: nasty("Description"),
            },
            json!({ "MsgType": "video", "Video": {
                "MediaId": nasty("MediaId"), "Title": nasty("Title"), "Description": nasty("Description"),
            } }),
        ),
        (
            PassiveReply::Music {
                title: none(),
                description: none(),
                music_url: none(),
                hq_music_url: none(),
                thumb_media_id: nasty("ThumbMediaId"),
            },
            json!({ "MsgType": "music", "Music": { "ThumbMediaId": nasty("ThumbMediaId") } }),
        ),
        (
            PassiveReply::Music {
                title: nasty("Title"),
                description: nasty("Description"),
                music_url: nasty("MusicUrl"),
                hq_music_url: nasty("HQMusicUrl"),
                thumb_media_id: nasty("ThumbMediaId"),
            },
            json!({ "MsgType": "music", "Music": {
                "Title": nasty("Title"), "Description": nasty("Description"), "MusicUrl": nasty("MusicUrl"),
                "HQMusicUrl": nasty("HQMusicUrl"), "ThumbMediaId": nasty("ThumbMediaId"),
            } }),
        ),
        (
            PassiveReply::TransferCustomerService { kf_account: none() },
            json!({ "MsgType": "transfer_customer_service" }),
        ),
        (
            PassiveReply::TransferCustomerService { kf_account: nasty("KfAccount") },
            json!({ "MsgType": "transfer_customer_service", "TransInfo": { "KfAccount": nasty("KfAccount") } }),
        ),
    ]);
    cases
}

/// The elements of the whole reply.
fn whole(own: &Value) -> Value {
    let mut whole = json!({ "ToUserName": "oUser_-1", "FromUserName": "gh_e136c6e50636", "CreateTime": TIMESTAMP });
    whole.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    whole
}

fn to_xml(reply: &PassiveReply) -> Vec<u8> {
    let address = Address {
        to_user: "oUser_-1".to_owned(),
        from_user: "gh_e136c6e50636".to_owned(),
        create_time: TIMESTAMP.parse().unwrap(),
    };
    reply.to_bytes(&address, Format::Xml)
}

fn in_envelope(message: &[u8]) -> Vec<u8> {
    let encrypt = encrypt(&AesKey::parse(KEY).unwrap(), b"0123456789abcdef", message, APP_ID);
    let signed = msg_signature(TOKEN, TIMESTAMP, NONCE, &encrypt);
    encrypted_reply(Format::Xml, &encrypt, &signed, TIMESTAMP, NONCE)
}

/// What a library makes of every reply, once in plain and once sealed.
fn read_by(client: Client) -> Vec<(Value, Value)> {
    let query = json!({
        "signature": signature(TOKEN, TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE,
    });
    let (mut requests, mut expected) = (Vec::new(), Vec::new());
    for (reply, own) in cases() {
        let message = to_xml(&reply);
        for (body, sealed) in [(message.clone(), false), (in_envelope(&message), true)] {
            let body = String::from_utf8(body).unwrap();
            requests.push(json!({ "op": "read_reply", "query": query, "sealed": sealed, "body": body }));
            expected.push(whole(&own));
        }
    }
    expected.into_iter().zip(client.ask(&requests)).collect()
}

/// With every text trimmed.
fn trimmed(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.trim()),
        Value::Array(values) => values.iter().map(trimmed).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), trimmed(value))).collect())
        }
        other => other.clone(),
    }
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

#[test]
fn wechatpy_reads_every_element_of_every_reply() {
    for (expected, answer) in read_by(Client::Python) {
        // wechatpy lets xmltodict trim.
        assert_eq!(answer["elements"], trimmed(&expected));
    }
}

#[test]
fn wechatpy_makes_its_own_reply_of_every_reply() {
    for (expected, answer) in read_by(Client::Python) {
        let articles = expected["Articles"]["item"].as_array().map_or(0, Vec::len);
        if articles == 1 {
            // It takes an only article for the list, and stumbles; its elements are compared above.
            assert_eq!(answer["reply"], "TypeError");
            continue;
        }
        // It makes a number of the time, counts articles itself, and knows no TransInfo.
        let mut expected = without(without(trimmed(&expected), "ArticleCount"), "TransInfo");
        expected["CreateTime"] = json!(TIMESTAMP.parse::<i64>().unwrap());
        assert_eq!(answer["reply"], expected);
    }
}

#[test]
fn xml2js_reads_every_element_of_every_reply_to_the_last_blank() {
    for (expected, answer) in read_by(Client::Node) {
        assert_eq!(answer["elements"], expected);
    }
}

#[test]
fn co_wechat_verifies_opens_and_reads_every_reply() {
    for (expected, answer) in read_by(Client::Node) {
        assert_eq!(answer["reply"], trimmed(&expected), "{}", answer["error"]);
    }
}

#[test]
fn what_says_nothing_is_no_message_to_the_libraries() {
    let classify =
        |reply: &PassiveReply| json!({ "op": "classify", "body": String::from_utf8(to_xml(reply)).unwrap() });
    let requests = [PassiveReply::Empty, PassiveReply::Success].map(|reply| classify(&reply));
    let answers = Client::Python.ask(&requests);
    assert_eq!(text(&answers[0], "class"), "EmptyReply");
    // `success` is no XML, and wechatpy has no class for it. co-wechat has nothing that reads either.
    assert_eq!(text(&answers[1], "error"), "ValueError");
}
