//! Clients that post messages, each of which is found again by its body, and what became of each.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use menuscope::capture::CaptureId;
use menuscope::filter::Filter;
use menuscope::store::Reader;
use menuscope::wechat::envelope::{AesKey, encrypt, encrypted_push};
use menuscope::wechat::signature::{msg_signature, signature};
use menuscope::wechat::tree::Format;

pub(crate) const TOKEN: &str = "pamtest";
pub(crate) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const APP_ID: &str = "wxb11529c136998cb6";

/// Far beyond any budget: what is not answered by then hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes the configuration and the secrets of an account that takes plain and encrypted messages.
pub(crate) fn write_config(data: &Path, more: &str) {
    let account = format!("[accounts.default]\nsecrets = \"file\"\napp_id = \"{APP_ID}\"\n");
    std::fs::write(data.join("config.toml"), format!("{account}{more}")).unwrap();
    let secrets = format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{AES_KEY}\"\n");
    std::fs::write(data.join("secrets.toml"), secrets).unwrap();
    // As menuscope itself leaves them: nothing is to be said about it.
    let only_ours = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(data.join("secrets.toml"), only_ours).unwrap();
}

/// One request, to the byte.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) body: Vec<u8>,
    query: String,
}

impl Message {
    /// A tap on the button of this key; `number` makes it one of its own.
    pub(crate) fn plain(key: &str, number: u64) -> Self {
        let (timestamp, nonce) = (now(), number.to_string());
        let query = format!("signature={}&timestamp={timestamp}&nonce={nonce}", signature(TOKEN, &timestamp, &nonce));
        Self { body: tap(key, number), query }
    }

    /// The same, encrypted.
    pub(crate) fn sealed(key: &str, number: u64) -> Self {
        let (timestamp, nonce) = (now(), number.to_string());
        let random = fastrand::u128(..).to_le_bytes();
        let encrypt = encrypt(&AesKey::parse(AES_KEY).unwrap(), &random, &tap(key, number), APP_ID);
        let signed = msg_signature(TOKEN, &timestamp, &nonce, &encrypt);
        let query = format!(
            "signature={}&timestamp={timestamp}&nonce={nonce}&encrypt_type=aes&msg_signature={signed}",
            signature(TOKEN, &timestamp, &nonce)
        );
        Self { body: encrypted_push(Format::Xml, "gh_1", &encrypt), query }
    }

    /// With so many bytes of an element that nobody knows.
    pub(crate) fn padded(key: &str, number: u64, padding: usize) -> Self {
        let mut message = Self::plain(key, number);
        let end = message.body.len() - "</xml>".len();
        message.body.splice(end..end, format!("<Padding>{}</Padding>", "x".repeat(padding)).into_bytes());
        message
    }

    /// As it goes over the wire.
    pub(crate) fn request(&self) -> Vec<u8> {
        let head =
            format!("POST /wx?{} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", self.query, self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

fn now() -> String {
    jiff::Timestamp::now().as_second().to_string()
}

fn tap(key: &str, number: u64) -> Vec<u8> {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o{number}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event>\
         <EventKey><![CDATA[{key}]]></EventKey></xml>",
        1_700_000_000 + number
    )
    .into_bytes()
}

/// A connection that posts one message after the other.
pub(crate) struct Client {
    stream: TcpStream,
}

impl Client {
    pub(crate) fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Posts and waits for the status. An error: the connection has ended, or nothing came in half a minute.
    pub(crate) fn post(&mut self, message: &Message) -> std::io::Result<u16> {
        self.stream.write_all(&message.request())?;
        self.status()
    }

    /// Reads one answer to its end.
    pub(crate) fn status(&mut self) -> std::io::Result<u16> {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if bytes.len() >= end + 4 + length.unwrap_or(0) {
                    return head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken);
                }
            }
            match self.stream.read(&mut piece)? {
                0 => return Err(broken()),
                read => bytes.extend_from_slice(&piece[..read]),
            }
        }
    }
}

fn broken() -> std::io::Error {
    std::io::ErrorKind::ConnectionAborted.into()
}

/// Posts one message on a connection of its own.
pub(crate) fn post(address: &str, message: &Message) -> u16 {
    Client::connect(address).unwrap().post(message).unwrap()
}

/// What was sent, by body: how often, and how often it was answered 2xx.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sent: BTreeMap<Vec<u8>, (u32, u32)>,
    pub(crate) answered: usize,
}

impl Ledger {
    /// To be called before the first byte leaves.
    pub(crate) fn sending(&mut self, message: &Message) {
        self.sent.entry(message.body.clone()).or_default().0 += 1;
    }

    pub(crate) fn answered(&mut self, message: &Message, status: u16) {
        if (200..300).contains(&status) {
            self.sent.entry(message.body.clone()).or_default().1 += 1;
            self.answered += 1;
        }
    }

    /// Posts, and notes what came of it.
    pub(crate) fn post(&mut self, client: &mut Client, message: &Message) -> std::io::Result<u16> {
        self.sending(message);
        let status = client.post(message)?;
        self.answered(message, status);
        Ok(status)
    }

    pub(crate) fn take_in(&mut self, other: Self) {
        for (body, (sent, answered)) in other.sent {
            let entry = self.sent.entry(body).or_default();
            (entry.0, entry.1) = (entry.0 + sent, entry.1 + answered);
        }
        self.answered += other.answered;
    }

    /// Every answered request is stored with its exact body, none more often than it was sent, and nothing else is.
    pub(crate) fn assert_kept(&self, database: &Path, said: &str) {
        let reader = Reader::open(database).unwrap();
        let mut stored: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        for id in reader.arrived(&Filter::default(), CaptureId(0), usize::MAX).unwrap() {
            let capture = reader.capture(id).unwrap().unwrap().capture;
            *stored.entry(capture.request.body.to_vec()).or_default() += 1;
        }
        for body in stored.keys() {
            assert!(self.sent.contains_key(body), "{said}: never sent: {}", String::from_utf8_lossy(body));
        }
        let wrong: Vec<_> = self
            .sent
            .iter()
            .map(|(body, (sent, answered))| (body, *answered, stored.get(body).copied().unwrap_or(0), *sent))
            .filter(|(_, answered, stored, sent)| stored < answered || stored > sent)
            .map(|(body, answered, stored, sent)| {
                format!("answered {answered}, stored {stored}, sent {sent}: {}", String::from_utf8_lossy(body))
            })
            .collect();
        assert!(
            wrong.is_empty(),
            "{said}: {} of {}: {:#?}",
            wrong.len(),
            self.sent.len(),
            &wrong[..wrong.len().min(5)]
        );
        assert_sound(database, said);
    }
}

/// SQLite finds nothing wrong with it.
pub(crate) fn assert_sound(database: &Path, said: &str) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "{said}");
}
