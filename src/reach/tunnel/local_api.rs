//! One GET to an interface on this computer, which may be another program's: bounded in time and size.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A program on this computer answers within some milliseconds.
const PATIENCE: Duration = Duration::from_millis(700);

/// A port is taken or is not: that shows at once, except on Windows, which asks three times.
const CONNECT_PATIENCE: Duration = Duration::from_millis(150);

/// The longest answer that is read, in bytes; those of the clients have some hundred.
const MOST_READ: u64 = 256 << 10;

/// User name and password of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) password: String,
}

/// The body of a 200; `None` for everything else. HTTP/1.0, so that the body ends with the connection.
pub(super) async fn get(address: SocketAddr, path: &str, credentials: Option<&Credentials>) -> Option<Vec<u8>> {
    let authorization = credentials.map_or_else(String::new, |Credentials { user, password }| {
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{password}")))
    });
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n{authorization}\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        let mut limited = stream.take(MOST_READ);
        while !is_whole(&answer) && limited.read_buf(&mut answer).await.ok()? > 0 {}
        Some(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await.ok()??;
    let (head, body) = split(&answer)?;
    let status = head.split(|byte| *byte == b' ').nth(1)?;
    (head.starts_with(b"HTTP/1.") && status == b"200").then(|| body.to_vec())
}

/// Head and body of an answer, once the head is there.
fn split(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(answer.split_at(end + 4))
}

/// Tells whether an answer that announces its length is there. Some programs leave the connection open.
fn is_whole(answer: &[u8]) -> bool {
    let Some((head, body)) = split(answer) else { return false };
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.and_then(|length| length.trim().parse().ok()).is_some_and(|length: usize| body.len() >= length)
}

/// Tells whether a program listens there.
pub(super) async fn is_taken(address: SocketAddr) -> bool {
    matches!(tokio::time::timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_length_or_its_connection() {
        assert!(is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\n\r\n{}"));
        assert!(!is_whole(b"HTTP/1.1 200"));
    }
}
