//! Reads a request's body within limits of size and time, and keeps what did arrive.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::time::{Instant, timeout_at};

use super::CLIENT_PATIENCE;
use crate::inspect::MAX_BODY;

/// The bytes of an oversized body that are read and thrown away, so that its sender is still there to read the answer, …
const DRAIN_BYTES: u64 = 8 << 20;

/// … for this long at most.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// The part of a body that arrived.
#[derive(Debug, Default)]
pub(super) struct ReceivedBody {
    /// The first [`MAX_BODY`] bytes.
    pub(super) bytes: Bytes,
    /// The number of bytes in all, as far as they were read or announced.
    pub(super) length: u64,
    pub(super) end: BodyEnd,
}

/// The end of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// All of it arrived, or more than is read.
    #[default]
    Complete,
    /// The sender took too long.
    TooSlow,
    /// The sender went away, or its chunks are malformed.
    Broken,
}

/// Reads a body. Over [`MAX_BODY`] the rest is read and thrown away, up to 8 MiB or 2 s.
pub(super) async fn receive<B: Body<Data = Bytes> + Unpin>(mut body: B) -> ReceivedBody {
    let declared = body.size_hint().lower();
    let patience = if declared > MAX_BODY as u64 { DRAIN_TIME } else { CLIENT_PATIENCE };
    let mut deadline = Instant::now() + patience;
    let mut kept = BodyBuffer { declared, ..BodyBuffer::default() };
    loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return kept.received(BodyEnd::Complete),
            Ok(Some(Err(_))) => return kept.received(BodyEnd::Broken),
            Err(_) => return kept.received(BodyEnd::TooSlow),
        };
        let Ok(data) = frame.into_data() else { continue };
        let before = kept.length;
        kept.push(data);
        if kept.length > DRAIN_BYTES {
            return kept.received(BodyEnd::Complete);
        }
        if before <= MAX_BODY as u64 && kept.length > MAX_BODY as u64 {
            deadline = deadline.min(Instant::now() + DRAIN_TIME);
        }
    }
}

/// The bytes read so far. The usual body is one frame, which is kept without copying.
#[derive(Default)]
struct BodyBuffer {
    first: Bytes,
    joined: BytesMut,
    length: u64,
    /// The length that the head announces.
    declared: u64,
}

impl BodyBuffer {
    fn push(&mut self, data: Bytes) {
        self.length += data.len() as u64;
        if self.first.is_empty() && self.joined.is_empty() {
            self.first = data;
            return;
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&self.first);
        }
        let room = MAX_BODY.saturating_sub(self.joined.len());
        self.joined.extend_from_slice(&data[..room.min(data.len())]);
    }

    fn received(self, end: BodyEnd) -> ReceivedBody {
        // An announced length over the limit counts, however little of it came.
        let oversized = self.length.max(self.declared) > MAX_BODY as u64;
        let length = if oversized { self.length.max(self.declared) } else { self.length };
        let end = if oversized { BodyEnd::Complete } else { end };
        let mut bytes = if self.joined.is_empty() { self.first } else { self.joined.freeze() };
        bytes.truncate(MAX_BODY);
        ReceivedBody { bytes, length, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;
    use std::convert::Infallible;

    #[tokio::test]
    async fn a_body_in_pieces_is_put_together() {
        let pieces = ["<xml>", "", "</xml>"].map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::from(piece))));
        let received = receive(StreamBody::new(Iter(pieces.into_iter()))).await;
        assert_eq!((&received.bytes[..], received.length, received.end), (&b"<xml></xml>"[..], 11, BodyEnd::Complete));
    }

    #[tokio::test]
    async fn of_a_body_that_is_too_large_the_first_megabyte_is_kept() {
        let received = receive(Full::new(Bytes::from(vec![b'x'; MAX_BODY + 1]))).await;
        assert_eq!(
            (received.bytes.len(), received.length, received.end),
            (MAX_BODY, MAX_BODY as u64 + 1, BodyEnd::Complete)
        );
    }

    /// An iterator as a stream that is always ready.
    struct Iter<I>(I);

    impl<I: Iterator + Unpin> futures_core::Stream for Iter<I> {
        type Item = I::Item;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.next())
        }
    }
}
