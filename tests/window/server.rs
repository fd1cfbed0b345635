//! A developer's own server that answers what it is told to, and keeps what it was asked.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server and the test share.
#[derive(Debug, Default)]
struct Shared {
    answer: String,
    asked: Vec<String>,
}

/// The server; its thread ends with the process of the test.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Mutex<Shared>>,
    pub(crate) url: String,
}

impl Server {
    /// One that answers this with 200.
    pub(crate) fn answering(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/wx", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared { answer: answer.to_owned(), asked: Vec::new() }));
        let server = Self { shared: Arc::clone(&shared), url };
        let run = move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                let serve = move || {
                    serve(stream, &shared);
                };
                std::thread::Builder::new().name("connection".to_owned()).spawn(serve).unwrap();
            }
        };
        std::thread::Builder::new().name("server".to_owned()).spawn(run).unwrap();
        server
    }

    /// Answers this from now on.
    pub(crate) fn answer(&self, answer: &str) {
        answer.clone_into(&mut self.shared.lock().unwrap().answer);
    }

    /// The requests so far, whole.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.lock().unwrap().asked.clone()
    }
}

/// Answers one request after another until the other side is done.
fn serve(mut stream: TcpStream, shared: &Mutex<Shared>) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let (length, whole) = loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
                });
                let whole = head.len() + 4 + length.unwrap_or_default();
                if bytes.len() >= whole {
                    break (whole, String::from_utf8_lossy(&bytes[..whole]).into_owned());
                }
            }
            let mut some = [0; 4096];
            let read = stream.read(&mut some).ok().filter(|read| *read > 0)?;
            bytes.extend_from_slice(&some[..read]);
        };
        bytes.drain(..length);
        let answer = {
            let mut shared = shared.lock().ok()?;
            shared.asked.push(whole);
            shared.answer.clone()
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(format!("{head}{answer}").as_bytes()).ok()?;
    }
}

/// A text as the reply to [`super::tap`].
pub(crate) fn text_reply(text: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[oMgHVjngRipVsoxg6TuX3vz6glDg]]></ToUserName>\n\
         <FromUserName><![CDATA[gh_1]]></FromUserName>\n<CreateTime>1408090502</CreateTime>\n\
         <MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[{text}]]></Content>\n</xml>"
    )
}
