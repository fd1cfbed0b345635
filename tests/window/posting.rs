//! Callbacks as WeChat posts them, to a window's listener.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use menuscope::wechat::signature::signature;

use super::{PATIENCE, TOKEN, Window};

pub(crate) fn tap(key: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></FromUserName>\
         <CreateTime>1408090502</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>\
         <EventKey><![CDATA[{key}]]></EventKey></xml>"
    )
}

impl Window {
    pub(crate) fn post(&self, bodies: &[String]) {
        post(&self.address().unwrap(), bodies);
    }

    /// Posts a tap for each of these numbers: `KEY_0`, `KEY_1` …
    pub(crate) fn tap(&self, keys: std::ops::Range<usize>) {
        self.post(&keys.map(|key| tap(&format!("KEY_{key}"))).collect::<Vec<_>>());
    }
}

/// Posts one body after another over one connection, each of which has to be answered `success`.
pub(crate) fn post(address: &str, bodies: &[String]) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for body in bodies {
        // In one piece: what trickles waits for the other side's acknowledgements.
        stream.write_all(request("", body).as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"success") {
            let mut some = [0; 1024];
            let read = stream.read(&mut some).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&some[..read]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
}

pub(crate) fn request(headers: &str, body: &str) -> String {
    let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), "486452656");
    let query = format!("signature={}&timestamp={timestamp}&nonce={nonce}", signature(TOKEN, &timestamp, nonce));
    format!("POST /wx?{query} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn sample(kind: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
