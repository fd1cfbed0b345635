//! Refused requests: a status, and a JSON object that says what is wrong and what to do.

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::response;

/// The reason that a request is not answered as it asks.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Refusal {
    /// A mistake in a parameter.
    pub(super) fn mistake(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    /// Nobody may ask so.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, message: message.into() }
    }

    /// The database, or the feed itself, cannot answer now.
    pub(super) fn unavailable(message: &(impl fmt::Display + ?Sized)) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message: message.to_string() }
    }

    /// The object that says it.
    pub(super) fn json(&self) -> String {
        json!({ "error": self.message }).to_string()
    }

    /// The response, after which the connection closes: a body that nobody asked for may follow.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = response::json(self.status, format!("{}\n", self.json()));
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD")),
            StatusCode::UNAUTHORIZED => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            StatusCode::UPGRADE_REQUIRED => headers.insert(header::UPGRADE, HeaderValue::from_static("websocket")),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1")),
            _ => None,
        };
        response
    }
}
