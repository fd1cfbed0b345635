//! A client of the feed to the byte: polls, streams and sockets, each over a connection of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use tungstenite::protocol::{Message, WebSocket};

/// Long enough for any machine; a test never asserts how long something took.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct FeedAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl FeedAnswer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The message of a refusal.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_else(|| panic!("no error: {self:?}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Sends a request as it is, and reads one whole answer.
pub(crate) fn exchange(address: SocketAddr, request: &str) -> std::io::Result<FeedAnswer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let (status, head) = read_head(&mut reader)?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(FeedAnswer { status, head, body: String::from_utf8(body).unwrap() })
}

fn read_head(reader: &mut BufReader<TcpStream>) -> std::io::Result<(u16, String)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line.to_ascii_lowercase());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, head))
}

pub(crate) fn request(target: &str, headers: &[(&str, &str)]) -> String {
    let mut request = format!("GET {target} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        request.push_str("host: 127.0.0.1\r\n");
    }
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    request
}

pub(crate) fn get(address: SocketAddr, target: &str) -> FeedAnswer {
    get_with(address, target, &[])
}

pub(crate) fn get_with(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> FeedAnswer {
    exchange(address, &request(target, headers)).unwrap()
}

/// The events of a poll, and its cursor.
pub(crate) fn poll(address: SocketAddr, parameters: &str) -> (Vec<Value>, i64) {
    let answer = get(address, &format!("/events?{parameters}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    (told["events"].as_array().unwrap().clone(), told["next"].as_i64().unwrap())
}

/// An answer without an end, line by line.
pub(crate) struct Endless {
    pub(crate) reader: BufReader<TcpStream>,
    pub(crate) head: String,
    /// What is left of the chunk.
    chunk: usize,
}

impl Endless {
    pub(crate) fn open(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Self {
        Self::try_open(address, target, headers).unwrap()
    }

    pub(crate) fn try_open(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request(target, headers).as_bytes())?;
        let mut reader = BufReader::new(stream);
        let (status, head) = read_head(&mut reader)?;
        assert_eq!(status, 200, "{target}: {head}");
        assert!(head.contains("transfer-encoding: chunked"), "{head}");
        Ok(Self { reader, head, chunk: 0 })
    }

    /// One line of the body; `None` at its end.
    pub(crate) fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        loop {
            if self.chunk == 0 {
                let mut size = String::new();
                self.reader.read_line(&mut size)?;
                self.chunk =
                    usize::from_str_radix(size.trim(), 16).map_err(|_no_number| std::io::ErrorKind::UnexpectedEof)?;
                if self.chunk == 0 {
                    return Ok(None);
                }
            }
            let mut byte = [0];
            self.reader.read_exact(&mut byte)?;
            self.chunk -= 1;
            if self.chunk == 0 {
                self.reader.read_exact(&mut [0; 2])?;
            }
            if byte[0] == b'\n' {
                return Ok(Some(String::from_utf8(line).unwrap()));
            }
            line.push(byte[0]);
        }
    }

    /// The next event of server-sent events, which its `id` is the number of.
    pub(crate) fn server_sent(&mut self) -> std::io::Result<Option<Value>> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), None);
        while let Some(line) = self.line()? {
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("data", value)) => assert!(data.replace(value.to_owned()).is_none(), "an event has one line"),
                _ if line.is_empty() && data.is_some() => break,
                // A comment.
                _ => assert!(line.is_empty() || line.starts_with(':'), "{line}"),
            }
        }
        let Some(data) = data else { return Ok(None) };
        let event: Value = serde_json::from_str(&data).unwrap();
        assert_eq!((id, &*name), (event["id"].to_string(), "captured"));
        Ok(Some(event))
    }

    /// The next event of JSON Lines.
    pub(crate) fn json_line(&mut self) -> std::io::Result<Option<Value>> {
        Ok(self.line()?.map(|line| serde_json::from_str(&line).unwrap()))
    }

    /// The next event of the page for a hidden iframe.
    pub(crate) fn call(&mut self) -> std::io::Result<Option<Value>> {
        while let Some(line) = self.line()? {
            let Some((_, call)) = line.split_once("parent.captured(") else { continue };
            let json = call.strip_suffix(")</script>").unwrap();
            assert!(!json.contains('<'), "{json}");
            return Ok(Some(serde_json::from_str(json).unwrap()));
        }
        Ok(None)
    }
}

/// A socket of the feed.
pub(crate) type Socket = WebSocket<TcpStream>;

pub(crate) fn socket(address: SocketAddr, parameters: &str) -> Socket {
    try_socket(address, parameters).unwrap()
}

pub(crate) fn try_socket(address: SocketAddr, parameters: &str) -> std::io::Result<Socket> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let url = format!("ws://127.0.0.1:{}/events/socket?{parameters}", address.port());
    let (socket, _) = tungstenite::client(url, stream).map_err(std::io::Error::other)?;
    Ok(socket)
}

/// The next text frame; `None` when the socket is closed.
pub(crate) fn frame(socket: &mut Socket) -> std::io::Result<Option<Value>> {
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => return Ok(Some(serde_json::from_str(&text).unwrap())),
            Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(std::io::Error::other(error)),
        }
    }
}

/// Reads JSON Lines until the connection ends, whichever way: how many, and the number of the last.
pub(crate) fn ids_of_lines(stream: &mut Endless) -> (i64, i64) {
    let (mut count, mut last) = (0, 0);
    while let Ok(Some(event)) = stream.json_line() {
        let id = event["id"].as_i64().unwrap();
        assert_eq!(id, last + 1);
        (count, last) = (count + 1, id);
    }
    (count, last)
}
