//! One connection: the time of a request's first byte, from which WeChat's five seconds run, its request line, and its end.

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::http::Uri;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

/// The longest request line that is kept, in bytes; beyond it the HTTP library's reading of it counts.
const LONGEST_LINE: usize = 16 << 10;

/// The bytes that are read at a time: more than a push has.
const CHUNK: usize = 8 << 10;

/// The connection that a request came on: its peer, and the start of the request. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Origin(Arc<Connection>);

#[derive(Debug)]
struct Connection {
    /// The peer's address, without its port.
    peer: String,
    stream: TcpStream,
    /// Set by the handler, read by the stream: once true, nothing more is written.
    ended: AtomicBool,
    /// Set by the stream, read and cleared by the handler; the lock is held for one assignment.
    start: Mutex<RequestStart>,
}

/// The time and the line of a request's first bytes.
#[derive(Debug, Default)]
struct RequestStart {
    /// `None` between two requests.
    at: Option<Instant>,
    /// The request line, if it came in one piece, else nothing. Its room serves one request after the other.
    line: String,
}

/// The ways to end a connection without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    Closed,
    Reset,
}

impl Origin {
    pub(super) fn new(peer: SocketAddr, stream: TcpStream) -> Self {
        let (ended, start) = (AtomicBool::default(), Mutex::default());
        Self(Arc::new(Connection { peer: peer.ip().to_string(), stream, ended, start }))
    }

    /// The address of the other side, without its port.
    pub(super) fn peer(&self) -> &str {
        &self.0.peer
    }

    /// Resolves once the other side has closed or reset the connection. To be awaited while an answer is pending.
    pub(super) async fn hung_up(&self) {
        if matches!(self.0.stream.peek(&mut [0]).await, Ok(1..)) {
            // The next request is waiting already: whether its sender is still there can no longer be seen.
            std::future::pending::<()>().await;
        }
    }

    /// Ends the connection in place of the next answer.
    pub(super) fn end(&self, how: ConnectionEnd) {
        if how == ConnectionEnd::Reset {
            // Closing now sends a reset: undelivered bytes are thrown away.
            self.0.stream.set_zero_linger().ok();
        }
        self.0.ended.store(true, Ordering::Relaxed);
    }

    fn is_ended(&self) -> bool {
        self.0.ended.load(Ordering::Relaxed)
    }

    /// The time of the current request's first byte.
    pub(super) fn began(&self) -> Instant {
        self.lock().at.unwrap_or_else(Instant::now)
    }

    /// The request target to the byte. The HTTP library cuts it at a `#`: `parsed` is its reading.
    pub(super) fn target(&self, parsed: &Uri) -> String {
        let whole;
        let parsed = match parsed.path_and_query() {
            Some(target) if parsed.scheme().is_none() && parsed.authority().is_none() => target.as_str(),
            _ => {
                whole = parsed.to_string();
                &whole
            }
        };
        match self.lock().line.split(' ').nth(1) {
            Some(target) if target.starts_with(parsed) => target.to_owned(),
            // The line is that of an earlier request, read together with this one.
            _ => parsed.to_owned(),
        }
    }

    /// Ends the request: the next byte belongs to another one.
    pub(super) fn finish(&self) {
        self.lock().at = None;
    }

    fn note_read(&self, bytes: &[u8]) {
        let mut start = self.lock();
        if start.at.is_none() {
            start.at = Some(Instant::now());
            start.line.clear();
            start.line.push_str(first_line(bytes).unwrap_or_default());
        }
    }

    fn lock(&self) -> MutexGuard<'_, RequestStart> {
        self.0.start.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_line(bytes: &[u8]) -> Option<&str> {
    let bytes = &bytes[..bytes.len().min(LONGEST_LINE)];
    let end = memchr::memchr(b'\r', bytes)?;
    std::str::from_utf8(&bytes[..end]).ok()
}

/// A stream that notes the time of each request's first bytes, and that the handler can end without an answer.
pub(super) struct TimedStream {
    origin: Origin,
    chunk: Box<[u8]>,
}

impl TimedStream {
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, chunk: vec![0; CHUNK].into_boxed_slice() }
    }

    fn stream(&self) -> &TcpStream {
        &self.origin.0.stream
    }

    /// Writes as soon as the socket takes bytes, unless the handler has ended the connection.
    fn write(&self, cx: &mut Context<'_>, write: impl Fn(&TcpStream) -> io::Result<usize>) -> Poll<io::Result<usize>> {
        loop {
            if self.origin.is_ended() {
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            ready!(self.stream().poll_write_ready(cx))?;
            match write(self.stream()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

// Through the shared handle, since the handler looks at the same stream: hyper reads nothing while an answer is pending.
impl AsyncRead for TimedStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { origin, chunk } = self.get_mut();
        let stream = &origin.0.stream;
        let room = chunk.len().min(buffer.remaining());
        loop {
            ready!(stream.poll_read_ready(cx))?;
            match read_some(stream, &mut chunk[..room]) {
                Ok(count) => {
                    if count > 0 {
                        origin.note_read(&chunk[..count]);
                    }
                    buffer.put_slice(&chunk[..count]);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Reads what is there. Where that is less than fits, the socket is empty, and the runtime is told so: asking once more, as
/// `try_read` would for the next request, costs a system call for each.
fn read_some(stream: &TcpStream, chunk: &mut [u8]) -> io::Result<usize> {
    let mut partial = None;
    let outcome = stream.try_io(Interest::READABLE, || {
        let count = (&*SockRef::from(stream)).read(chunk)?;
        // Elsewhere, readiness is not told by a change of state.
        if cfg!(any(target_os = "linux", target_os = "macos")) && (1..chunk.len()).contains(&count) {
            partial = Some(count);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(count)
    });
    partial.map_or(outcome, Ok)
}

impl AsyncWrite for TimedStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write(buffer))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Written bytes are with the system already.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // An ended connection gets no orderly shutdown; a peer that has gone already is no error.
        if !self.origin.is_ended() {
            SockRef::from(self.stream()).shutdown(std::net::Shutdown::Write).ok();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream| stream.try_write_vectored(buffers))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
