//! Responses: what all of them carry, so that no page of somebody else's, no cache and no guess makes more of them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// JSON on one line.
pub(super) const JSON: &str = "application/json";

/// A whole answer as JSON.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    whole(status, JSON, body)
}

/// A whole answer.
pub(super) fn whole(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    guard(response.headers_mut());
    response
}

/// Adds the headers of every answer.
pub(super) fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'"));
}
