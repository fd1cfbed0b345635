//! The answer to one request: its HTTP response, and its record.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use crate::capture::{Reply, ReplyEnd, ReplySource, ServerAnswer};
use crate::inspect::Disposition;
use crate::wechat::lint::LintFinding;

/// The body that tells WeChat that all is well, and shows the user nothing.
const SUCCESS: &str = "success";

/// The body of an answer: whole, or cut in the middle.
pub(super) type AnswerBody = Either<Full<Bytes>, CutBody>;

/// Adds the `Date` header, which HTTP leaves out where there is no sensible clock.
pub(super) fn add_date(response: &mut Response<AnswerBody>) {
    // It says seconds, and thousands of answers leave within one.
    thread_local! {
        static LATEST: RefCell<Option<(i64, HeaderValue)>> = const { RefCell::new(None) };
    }
    let now = crate::clock::now();
    let second = now.as_second();
    let date = LATEST.with_borrow_mut(|latest| {
        latest.take_if(|(of, _)| *of != second);
        if latest.is_none() {
            let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
            *latest = date.ok().and_then(|date| HeaderValue::try_from(date).ok()).map(|date| (second, date));
        }
        latest.as_ref().map(|(_, date)| date.clone())
    });
    if let Some(date) = date {
        response.headers_mut().insert(header::DATE, date);
    }
}

/// The page for a person who opens the address in a browser.
const PAGE: &str = "menuscope is listening here for WeChat's callbacks.\n\
    Save this address as the server URL in WeChat's console. Nothing else is served here.\n";

/// The time between the first half of a cut answer and the end of the connection: the half has to leave first.
const BEFORE_THE_CUT: Duration = Duration::from_millis(50);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// An answer before it is wrapped into HTTP.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// `None` if nothing is answered.
    pub(super) status: Option<StatusCode>,
    /// In plaintext.
    pub(super) body: Bytes,
    /// The encrypted envelope around the body, if there is one.
    pub(super) encrypted: Option<Bytes>,
    pub(super) content_type: HeaderValue,
    /// Headers taken over from the developer's own server.
    pub(super) passed_on: Vec<(HeaderName, HeaderValue)>,
    pub(super) source: ReplySource,
    /// The name of the fault that was injected.
    pub(super) fault: Option<&'static str>,
    pub(super) end: ReplyEnd,
    pub(super) lint: Vec<LintFinding>,
    pub(super) forwarded: Option<Box<ServerAnswer>>,
}

impl Answer {
    /// The answer that the protocol prescribes.
    pub(super) fn to(disposition: &Disposition) -> Self {
        match disposition {
            Disposition::Echo(echostr) => Self::given(Bytes::from(echostr.clone())),
            Disposition::Accept => Self::success(),
            Disposition::Refuse => Self::refused(StatusCode::FORBIDDEN),
            Disposition::TooLarge => Self::refused(StatusCode::PAYLOAD_TOO_LARGE),
            Disposition::TooSlow => Self::refused(StatusCode::REQUEST_TIMEOUT),
            Disposition::Broken => Self::refused(StatusCode::BAD_REQUEST),
            Disposition::Loop => Self::refused(StatusCode::LOOP_DETECTED),
        }
    }

    /// 200 `success`.
    pub(super) fn success() -> Self {
        Self::given(Bytes::from_static(SUCCESS.as_bytes()))
    }

    /// 503: the request is not on disk.
    pub(super) fn not_stored() -> Self {
        Self::refused(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// No answer at all: the connection has ended, or is about to.
    pub(super) fn none(end: ReplyEnd) -> Self {
        Self { status: None, end, ..Self::refused(StatusCode::OK) }
    }

    fn given(body: Bytes) -> Self {
        Self {
            status: Some(StatusCode::OK),
            body,
            encrypted: None,
            content_type: TEXT,
            passed_on: Vec::new(),
            source: ReplySource::Default,
            fault: None,
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            forwarded: None,
        }
    }

    fn refused(status: StatusCode) -> Self {
        Self { status: Some(status), source: ReplySource::None, ..Self::given(Bytes::new()) }
    }

    /// The bytes for the wire.
    pub(super) fn wire(&self) -> &Bytes {
        self.encrypted.as_ref().unwrap_or(&self.body)
    }

    /// The bytes that arrive: half of them if the answer is cut.
    pub(super) fn arriving(&self) -> Bytes {
        let wire = self.wire();
        if self.end == ReplyEnd::Cut { wire.slice(..wire.len() / 2) } else { wire.clone() }
    }

    /// The record of the answer, `elapsed` after the request's first byte.
    pub(super) fn record(&self, elapsed: Duration) -> Reply {
        let arriving = self.arriving();
        Reply {
            status: self.status.map(|status| status.as_u16()),
            body: self.body.to_vec(),
            wire: (arriving != self.body).then(|| arriving.to_vec()),
            source: self.source.clone(),
            elapsed,
            end: self.end,
            lint: self.lint.clone(),
            fault: self.fault,
            forwarded: self.forwarded.clone(),
        }
    }

    /// The HTTP response. It says `nosniff`, so that an `echostr` is never taken for a page.
    pub(super) fn into_response(self) -> Response<AnswerBody> {
        let status = self.status.unwrap_or(StatusCode::OK);
        // The rest of a body that was not read to its end must not be taken for the next request.
        let closes =
            matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_REQUEST)
                && self.source == ReplySource::None;
        let arriving = self.arriving();
        let whole = self.wire().len();
        let body = match self.end {
            ReplyEnd::Cut => Either::Right(CutBody::new(arriving, whole)),
            _ => Either::Left(Full::new(arriving)),
        };
        let mut response = typed(status, self.content_type, body);
        let headers = response.headers_mut();
        if closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        headers.extend(self.passed_on);
        response
    }
}

/// The page for a person with a browser.
pub(super) fn page() -> Response<AnswerBody> {
    typed(StatusCode::OK, TEXT, Either::Left(Full::from(PAGE)))
}

/// The answer to a method that WeChat never uses.
pub(super) fn method_not_allowed() -> Response<AnswerBody> {
    let mut response = typed(StatusCode::METHOD_NOT_ALLOWED, TEXT, Either::Left(Full::default()));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn typed(status: StatusCode, content_type: HeaderValue, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A body that announces its whole length and breaks off in the middle.
pub(super) struct CutBody {
    half: Option<Bytes>,
    length: u64,
    pause: Pin<Box<Sleep>>,
}

impl CutBody {
    fn new(half: Bytes, whole: usize) -> Self {
        let pause = Box::pin(tokio::time::sleep(BEFORE_THE_CUT));
        // An empty body has no middle: one byte is announced, and none comes.
        Self { half: (!half.is_empty()).then_some(half), length: whole.max(1) as u64, pause }
    }
}

impl hyper::body::Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        self.pause
            .as_mut()
            .poll(cx)
            .map(|()| Some(Err(std::io::Error::other("the answer is cut in the middle, as asked for"))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
