//! A developer's server of somebody else's making: co-wechat under Node, in a process of its own.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::client::{Client, account};

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// More requests than a test leaves unread.
const MANY: usize = 100;

/// All that co-wechat carries: it does not split a `]]>`.
pub(crate) const NASTY: &str = "收到 <菜单>😀 & \"双\" '单' &amp; &#65; \\ {{ x }}\n第二行";

/// What co-wechat writes two Contents of.
const BREAKING: &str = "one]]></Content><Content><![CDATA[two";

/// co-wechat in a process of its own; dropping it ends it.
pub(crate) struct CoWechat {
    child: Child,
    port: u16,
    seen: Receiver<String>,
}

impl CoWechat {
    pub(crate) fn start() -> Self {
        let mut account = account();
        account["replies"] = json!({
            "CLICK": NASTY,
            "location_select": [
                { "title": NASTY, "description": "d", "picurl": "http://x/p.png", "url": "http://x/?a=1&b=2" },
            ],
            "scancode_waitmsg": { "type": "customerService", "kfAccount": "test1@test" },
            "pic_sysphoto": BREAKING,
            "pic_photo_or_album": "no end ]]> yet",
        });
        let mut command = Client::Node.script("co_wechat_server.js");
        command.arg(account.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, seen) = sync_channel(MANY);
        let read = move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
        std::thread::Builder::new().name("co-wechat".to_owned()).spawn(read).unwrap();
        let port = seen.recv_timeout(PATIENCE).unwrap().parse().unwrap();
        Self { child, port, seen }
    }

    pub(crate) fn url(&self, rest: &str) -> String {
        format!("http://127.0.0.1:{}{rest}", self.port)
    }

    /// The next request that it has seen.
    pub(crate) fn saw(&self) -> Value {
        serde_json::from_str(&self.seen.recv_timeout(PATIENCE).unwrap()).unwrap()
    }
}

impl Drop for CoWechat {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The bytes of a member.
pub(crate) fn bytes(seen: &Value, name: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(seen[name].as_str().unwrap()).unwrap()
}

/// Every value of a header that the server saw.
pub(crate) fn values<'a>(seen: &'a Value, name: &str) -> Vec<&'a str> {
    let headers: Vec<_> = seen["headers"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    headers.chunks(2).filter(|header| header[0].eq_ignore_ascii_case(name)).map(|header| header[1]).collect()
}
