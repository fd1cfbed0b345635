//! How a request began: when its first byte came, the clock that WeChat's five seconds run on, and its line to the byte.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::http::Uri;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A request line longer than this is taken from the HTTP library instead, in bytes.
const LONGEST_LINE: usize = 16 << 10;

/// Whose connection it is, and how the request on it began.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) peer: SocketAddr,
    /// Set by the stream, read and cleared by the handler; the lock is held for one assignment.
    beginning: Arc<Mutex<Option<Beginning>>>,
}

/// The first bytes of a request.
#[derive(Clone, Debug)]
struct Beginning {
    at: Instant,
    /// The request line, where it came in one piece.
    line: Option<String>,
}

impl Origin {
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self { peer, beginning: Arc::default() }
    }

    /// When the current request's first byte came.
    pub(super) fn began(&self) -> Instant {
        self.lock().as_ref().map_or_else(Instant::now, |beginning| beginning.at)
    }

    /// The request target as it came, which the HTTP library cuts at a `#`; `parsed` is what it makes of it.
    pub(super) fn target(&self, parsed: &Uri) -> String {
        let parsed = parsed.to_string();
        let beginning = self.lock();
        let line = beginning.as_ref().and_then(|beginning| beginning.line.as_deref());
        match line.and_then(|line| line.split(' ').nth(1)) {
            Some(target) if target.starts_with(&parsed) => target.to_owned(),
            // Another request's line, read together with the one before.
            _ => parsed,
        }
    }

    /// The next byte belongs to another request.
    pub(super) fn finish(&self) {
        *self.lock() = None;
    }

    fn read_something(&self, bytes: &[u8]) {
        self.lock().get_or_insert_with(|| Beginning { at: Instant::now(), line: first_line(bytes) });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Beginning>> {
        self.beginning.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(LONGEST_LINE)];
    let end = memchr::memchr(b'\r', bytes)?;
    std::str::from_utf8(&bytes[..end]).ok().map(str::to_owned)
}

/// A stream that notes when bytes come.
pub(super) struct TimedStream {
    stream: TcpStream,
    origin: Origin,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, origin: Origin) -> Self {
        Self { stream, origin }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.origin.read_something(&buffer.filled()[before..]);
        }
        outcome
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
