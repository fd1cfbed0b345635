//! What goes back over HTTP, and what is recorded of it.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::capture::ReplySource;
use crate::inspect::Disposition;

/// What tells WeChat that all is well and nothing is to be shown.
const SUCCESS: &str = "success";

/// What a person sees who opens the address in a browser.
const PAGE: &str = "menuscope is listening here for WeChat's callbacks.\n\
    Save this address as the server URL in WeChat's console. Nothing else is served here.\n";

/// An answer before it is wrapped into HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
    pub(super) source: ReplySource,
}

impl Answer {
    /// The answer that the protocol wants.
    pub(super) fn to(disposition: &Disposition) -> Self {
        match disposition {
            Disposition::Echo(echostr) => Self::given(echostr.clone()),
            Disposition::Accept => Self::given(SUCCESS.to_owned()),
            Disposition::Refuse => Self::refused(StatusCode::FORBIDDEN),
            Disposition::TooLarge => Self::refused(StatusCode::PAYLOAD_TOO_LARGE),
            Disposition::TooSlow => Self::refused(StatusCode::REQUEST_TIMEOUT),
            Disposition::Broken => Self::refused(StatusCode::BAD_REQUEST),
        }
    }

    /// Nothing could be promised: it is not on disk.
    pub(super) fn not_stored() -> Self {
        Self::refused(StatusCode::SERVICE_UNAVAILABLE)
    }

    fn given(body: String) -> Self {
        Self { status: StatusCode::OK, body, source: ReplySource::Default }
    }

    fn refused(status: StatusCode) -> Self {
        Self { status, body: String::new(), source: ReplySource::None }
    }

    /// Wraps it into HTTP. `nosniff`, so that an `echostr` is never taken for a page.
    pub(super) fn into_response(self) -> Response<Body> {
        // The rest of a body that was not read to its end must not be taken for the next request.
        let closes = matches!(
            self.status,
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_REQUEST
        );
        let mut response = plain(self.status, self.body);
        if closes {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The page for a person with a browser.
pub(super) fn page() -> Response<Body> {
    plain(StatusCode::OK, PAGE)
}

/// The answer to a method that WeChat never uses.
pub(super) fn method_not_allowed() -> Response<Body> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

fn plain(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
