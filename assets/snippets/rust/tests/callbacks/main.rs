//! Callbacks that WeChat posted, as tests: each is verified, decrypted and read, then given to your code.
//!
//! ```sh
//! cargo test                                        # says what was skipped, and why
//! MENUSCOPE_TO=http://127.0.0.1:8080/wx cargo test  # posts them to your server, too
//! ```
//! The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify
//! and decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID. To renew the
//! callbacks and keep what you have written here: menuscope export --format pack --out callbacks
//!
//! Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where your
//! server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with pseudonyms,
//! too, whose texts are others; =all also with menuscope's own "success".

mod pack;

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use pack::{Callback, Outcome, Problem, callbacks, environment, equal, failed, skipped};

/// Your code goes here: what does it answer to this message? `None` is no answer.
fn handle(_message: &Message) -> Option<Reply> {
    None
}

/// What WeChat posts: the elements of the menu's events and of the commonest messages. Add what yours have.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Message {
    to_user_name: String,
    from_user_name: String,
    create_time: i64,
    msg_type: String,
    event: String,
    event_key: String,
    msg_id: Option<u64>,
    content: String,
    scan_code_info: ScanCodeInfo,
    send_pics_info: SendPicsInfo,
    send_location_info: SendLocationInfo,
}

/// What a scan found; of a barcode, the result begins with its symbology and a comma.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ScanCodeInfo {
    scan_type: String,
    scan_result: String,
}

/// Pictures that follow as messages. The count and the pictures that are listed need not agree.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct SendPicsInfo {
    count: u32,
    pic_list: Vec<PicList>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PicList {
    item: Vec<Picture>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Picture {
    pic_md5_sum: String,
}

/// A place that was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct SendLocationInfo {
    #[serde(rename = "Location_X")]
    latitude: f64,
    #[serde(rename = "Location_Y")]
    longitude: f64,
    scale: String,
    label: String,
    poiname: String,
}

/// A passive reply with a text.
#[derive(Debug)]
struct Reply {
    to_user_name: String,
    from_user_name: String,
    content: String,
}

impl Reply {
    fn to_xml(&self) -> String {
        let text = |text: &str| text.replace("]]>", "]]]]><![CDATA[>");
        format!(
            "<xml><ToUserName><![CDATA[{}]]></ToUserName><FromUserName><![CDATA[{}]]></FromUserName>\
             <CreateTime>{}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{}]]></Content></xml>",
            text(&self.to_user_name),
            text(&self.from_user_name),
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |now| now.as_secs()),
            text(&self.content),
        )
    }
}

/// WeChat waits no longer for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn signatures_are_what_they_were() {
    each("signature", |callback| {
        match (callback.verify(), callback.is_refused()) {
            (Err(Problem::Failed(_)), true) => Ok(()),
            (Ok(()), true) => failed("a wrong signature passes"),
            (verified, _) => verified,
        }
    });
}

#[test]
fn messages_are_what_they_were() {
    each("message", |callback| {
        let recorded = callback.message()?;
        let message = if callback.is_encrypted() {
            callback.decrypt()?
        } else {
            callback.body.clone()
        };
        equal(
            "the message",
            &message.escape_ascii().to_string(),
            &recorded.escape_ascii().to_string(),
        )
    });
}

#[test]
fn messages_say_what_was_recorded() {
    each("fields", |callback| {
        let message = callback.parse::<Message>()?;
        let fields = callback.fields();
        let (scan, pictures, place) = (
            &message.scan_code_info,
            &message.send_pics_info,
            &message.send_location_info,
        );
        for (path, found) in [
            ("/ToUserName", &message.to_user_name),
            ("/FromUserName", &message.from_user_name),
            ("/MsgType", &message.msg_type),
            ("/Event", &message.event),
            ("/EventKey", &message.event_key),
            ("/Content", &message.content),
            ("/ScanCodeInfo/ScanType", &scan.scan_type),
            ("/ScanCodeInfo/ScanResult", &scan.scan_result),
            ("/SendLocationInfo/Scale", &place.scale),
            ("/SendLocationInfo/Label", &place.label),
            ("/SendLocationInfo/Poiname", &place.poiname),
        ] {
            // quick-xml trims texts, and reads the line ends of Windows as plain ones.
            let sent = fields
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .replace("\r\n", "\n");
            equal(path, found.trim(), sent.trim())?;
        }
        for (path, found) in [
            ("/CreateTime", message.create_time as f64),
            ("/SendPicsInfo/Count", f64::from(pictures.count)),
            ("/SendLocationInfo/Location_X", place.latitude),
            ("/SendLocationInfo/Location_Y", place.longitude),
        ] {
            let sent = fields.pointer(path).and_then(Value::as_str).unwrap_or("0");
            equal(path, &Ok(found), &sent.trim().parse())?;
        }
        let msg_id = fields
            .get("MsgId")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        equal("/MsgId", &message.msg_id, &msg_id)?;
        let sums = pictures
            .pic_list
            .iter()
            .flat_map(|list| &list.item)
            .map(|picture| Some(&*picture.pic_md5_sum));
        let sent = fields
            .pointer("/SendPicsInfo/PicList")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let sent: Vec<_> = sent.map(|picture| picture["PicMd5Sum"].as_str()).collect();
        equal("/SendPicsInfo/PicList", &sums.collect(), &sent)
    });
}

#[test]
fn your_handler_answers() {
    each("your handler", |callback| {
        if callback.is_refused() {
            return skipped("its signature is wrong: your server never gets to the message");
        }
        let message = callback.parse::<Message>()?;
        let Some(reply) = handle(&message) else {
            return Ok(());
        };
        equal(
            "whom the reply is for",
            &reply.to_user_name,
            &message.from_user_name,
        )?;
        equal(
            "whom the reply is from",
            &reply.from_user_name,
            &message.to_user_name,
        )?;
        callback.compare(&reply.to_xml())
    });
}

/// A server that checks how old a timestamp is wants it made anew: `menuscope replay --mode resign --to URL`.
#[test]
fn your_server_answers() {
    each("your server", |callback| {
        let Some(server) = environment("MENUSCOPE_TO") else {
            return skipped("MENUSCOPE_TO is not set: the URL of your server");
        };
        if callback.is_refused() {
            return skipped(
                "its signature is wrong: your server should refuse it, in whichever way it does",
            );
        }
        if callback.is_cut() {
            return skipped("only the beginning of its body was kept");
        }
        let started = Instant::now();
        let answer =
            post(&server, callback).or_else(|error| failed(format!("{server}: {error}")))?;
        if started.elapsed() > PATIENCE {
            return failed("the answer takes more than five seconds");
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        equal("the status", &head.split(' ').nth(1), &Some("200"))?;
        if callback.is_handshake() {
            equal("the answer", body, callback.parameter("echostr"))?;
        }
        callback.compare(body)
    });
}

/// Runs a check on every callback, says what was skipped, and fails if it failed on any.
fn each(what: &str, check: fn(&Callback) -> Outcome) {
    let (mut reasons, mut failures) = (BTreeMap::new(), Vec::new());
    for callback in callbacks() {
        match check(&callback) {
            Ok(()) => {}
            Err(Problem::Skipped(reason)) => *reasons.entry(reason).or_insert(0) += 1,
            Err(Problem::Failed(reason)) => {
                failures.push(format!("{}: {reason}", callback.folder()))
            }
        }
    }
    for (reason, count) in reasons {
        // Straight to the terminal: what a test that passes prints is not shown.
        let line = format!("{what}: {count} skipped: {reason}\n");
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
    assert!(
        failures.is_empty(),
        "{what}: {} failed\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Posts the request, and gives back the whole answer.
fn post(server: &str, callback: &Callback) -> io::Result<String> {
    let address = server
        .strip_prefix("http://")
        .ok_or_else(|| io::Error::other("only http:// is spoken here"))?;
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let port = if host.contains(':') { "" } else { ":80" };
    let separator = if path.contains('?') { '&' } else { '?' };
    let socket = format!("{host}{port}")
        .to_socket_addrs()?
        .next()
        .ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect_timeout(&socket, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // To HTTP/1.0 no server answers in chunks. X-Menuscope names the sender to a menuscope on the way.
    let head = format!(
        "{} /{path}{separator}{} HTTP/1.0\r\nHost: {host}\r\nX-Menuscope: test\r\n\
         Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
        callback.method,
        callback.query_string,
        callback.content_type,
        callback.body.len(),
    );
    stream.write_all(&[head.as_bytes(), &callback.body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
