//! The developer's own server of the demonstration: answers what is replayed and forwarded to it, on loopback.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::texts::Language;
use crate::wechat::reply::{Address, PassiveReply};
use crate::wechat::tree::{Format, Tree};

/// The longest request that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The time a client may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The server; stops when dropped.
#[derive(Debug)]
pub(super) struct OwnServer {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl OwnServer {
    /// Starts the server on any free port.
    pub(super) fn start(language: Language) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (address, stopping) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
        let stops = Arc::clone(&stopping);
        let serve = move || {
            for stream in listener.incoming() {
                if stops.load(Ordering::Acquire) {
                    return;
                }
                // One that breaks off is no loss.
                stream.and_then(|stream| answer(&stream, language)).ok();
            }
        };
        let thread = Some(std::thread::Builder::new().name("demo-server".to_owned()).spawn(serve)?);
        Ok(Self { address, stopping, thread })
    }

    /// The URL that it answers at.
    pub(super) fn url(&self) -> String {
        format!("http://{}/wx", self.address)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // Wakes the thread, which waits for a connection.
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn answer(stream: &TcpStream, language: Language) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(LONGEST));
    let (mut line, mut target, mut length) = (String::new(), String::new(), 0);
    while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            _ if target.is_empty() => line.split(' ').nth(1).unwrap_or_default().clone_into(&mut target),
            _ => {}
        }
        line.clear();
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    let body = reply(&target, &body, language);
    let kind = if body.starts_with(b"<") { "text/xml; charset=utf-8" } else { "text/plain; charset=utf-8" };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// The reply to a request: the echo of a handshake, a text where the story has one, else `success`.
fn reply(target: &str, body: &[u8], language: Language) -> Vec<u8> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let echostr = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "echostr");
    if let Some((_, echostr)) = echostr.filter(|_| body.is_empty()) {
        return echostr.into_owned().into_bytes();
    }
    let success = || b"success".to_vec();
    let Ok(tree) = Tree::parse(body) else { return success() };
    let root = tree.root();
    let text = match (root.text_of("Event"), root.text_of("MsgType")) {
        (Some("CLICK"), _) => "demo.special_later",
        (Some("scancode_waitmsg"), _) => "demo.table",
        (Some("location_select"), _) => "demo.found",
        (Some("pic_sysphoto" | "pic_photo_or_album" | "pic_weixin"), _) => "demo.receipt",
        (Some("subscribe"), _) => "demo.welcome",
        (None, Some("text")) => "demo.thanked",
        _ => return success(),
    };
    let now = crate::clock::now().as_second();
    let address = Address::answering(root.text_of("FromUserName"), root.text_of("ToUserName"), now);
    let Some(address) = address else { return success() };
    PassiveReply::Text { content: language.text(text).into_owned() }
        .to_bytes(&address, Format::of(body).unwrap_or(Format::Xml))
}
