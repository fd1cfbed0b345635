//! A stand-in of WeChat's API: an answer for each path, and the requests that it got.
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An answer to the requests for a path: the path, the status and the body.
pub(crate) type PathAnswer = (&'static str, u16, String);

/// Answers each connection with what the path of its request has, and 404 where that is nothing.
#[derive(Clone)]
pub(crate) struct PlatformApi {
    pub(crate) url: String,
    answers: Arc<Mutex<Vec<PathAnswer>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl PlatformApi {
    /// Answers on a port of its own until the test program ends: it has no state to lose.
    pub(crate) fn start(answers: Vec<PathAnswer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let api = Self { url, answers: Arc::new(Mutex::new(answers)), asked: Arc::default() };
        let shared = api.clone();
        std::thread::Builder::new()
            .name("platform".to_owned())
            .spawn(move || listener.incoming().flatten().for_each(|stream| shared.serve(stream)))
            .unwrap();
        api
    }

    /// Answers a path with 200 and this from now on.
    pub(crate) fn answer(&self, path: &'static str, body: &str) {
        let mut answers = self.answers.lock().unwrap();
        answers.retain(|(known, ..)| *known != path);
        answers.push((path, 200, body.to_owned()));
    }

    /// Refuses a path from now on, as WeChat does: with 200 and an errcode.
    pub(crate) fn refuse(&self, path: &'static str, errcode: i64, errmsg: &str) {
        self.answer(path, &format!(r#"{{"errcode":{errcode},"errmsg":"{errmsg}"}}"#));
    }

    /// The request line and the body of each request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        stream.read_line(&mut line).unwrap();
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).unwrap();
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        self.asked.lock().unwrap().push(format!("{} {}", line.trim(), String::from_utf8_lossy(&body)));
        let path = line.split([' ', '?']).nth(1).unwrap();
        let answers = self.answers.lock().unwrap();
        let found = answers.iter().find(|(known, ..)| *known == path);
        let (status, body) = found.map_or((404, ""), |(_, status, body)| (*status, body));
        let is_redirect = (300..400).contains(&status);
        let location = if is_redirect { "location: http://u:p@login.example.com/in?back=s3cr3t\r\n" } else { "" };
        let head =
            format!("HTTP/1.1 {status} X\r\n{location}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
    }
}
