//! Tests of posting over real sockets; the server here serves the tests of this folder.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::delivery_error::DeliveryError;
use super::post::MAX_RESPONSE;
use super::*;
use crate::texts::user_error::UserError;
use crate::wechat::compose::Push;

/// A server that answers what it is told to.
pub(super) struct Server(TcpListener);

impl Server {
    pub(super) async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(super) fn authority(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    pub(super) fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.authority())
    }

    pub(super) async fn accept(&self) -> Connection {
        Connection(self.0.accept().await.unwrap().0)
    }

    /// Takes a connection, reads a request, gives that answer, and closes; the request.
    pub(super) async fn answer(&self, answer: &[u8]) -> Vec<u8> {
        let mut connection = self.accept().await;
        let asked = connection.request().await;
        connection.answer(answer).await;
        asked
    }
}

pub(super) struct Connection(TcpStream);

impl Connection {
    /// Head and body to the byte; the body is as long as `content-length` says.
    pub(super) async fn request(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut end = usize::MAX;
        while bytes.len() < end && self.0.read_buf(&mut bytes).await.unwrap() > 0 {
            if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(&bytes[..head]);
                let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
                end = head + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap());
            }
        }
        bytes
    }

    pub(super) async fn answer(&mut self, bytes: &[u8]) {
        // Who has read enough hangs up in the middle.
        self.0.write_all(bytes).await.ok();
    }
}

fn push() -> Push {
    let headers = vec![("User-Agent", "Mozilla/4.0".to_owned()), ("Content-Type", "text/xml".to_owned())];
    Push { query: "signature=1&nonce=%2B".to_owned(), headers, body: b"<xml></xml>".to_vec() }
}

#[tokio::test]
async fn a_push_is_posted_and_its_answer_given_back() {
    let server = Server::start().await;
    let (client, push, target) = (HttpClient::new(), push(), server.url("/wx?a=b"));
    let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno";
    let (response, asked) = tokio::join!(client.post(&push, &target), server.answer(answer));
    let response = response.unwrap();
    assert_eq!((response.status, &response.body[..]), (404, &b"no"[..]));
    let expected = format!(
        "POST /wx?a=b&signature=1&nonce=%2B HTTP/1.1\r\nuser-agent: Mozilla/4.0\r\ncontent-type: text/xml\r\nhost: {}\r\n\
         content-length: 11\r\n\r\n<xml></xml>",
        server.authority()
    );
    assert_eq!(String::from_utf8(asked).unwrap(), expected);
}

#[tokio::test]
async fn a_push_without_an_answer_says_why() {
    let server = Server::start().await;
    let (client, push, target) = (HttpClient::new(), push(), server.url(""));
    let (response, _) = tokio::join!(client.post(&push, &target), server.answer(b""));
    assert!(matches!(response, Err(DeliveryError::Unreachable { cause, .. }) if !cause.is_empty()));
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(answer.len() + MAX_RESPONSE + 1, b'x');
    let (response, _) = tokio::join!(client.post(&push, &target), server.answer(&answer));
    assert!(matches!(response, Err(DeliveryError::Unreachable { cause, .. }) if cause.contains("8 MiB")));
    drop(server);
    let response = client.post(&push, &target).await;
    assert!(matches!(response, Err(DeliveryError::Unreachable { .. })), "{response:?}");
    let refused = client.post(&push, "localhost:80").await;
    assert!(matches!(refused, Err(DeliveryError::Target { target }) if target == "localhost:80"));
}

#[test]
fn both_languages_say_why_there_is_no_answer() {
    let target = || "http://x/".to_owned();
    let errors = [
        DeliveryError::Target { target: target() },
        DeliveryError::Certificates { source: std::io::Error::from(std::io::ErrorKind::NotFound) },
        DeliveryError::Unreachable { cause: "refused".to_owned(), target: target() },
        DeliveryError::TooLate { target: target() },
    ];
    for error in &errors {
        UserError::from(error).assert_said();
    }
}
