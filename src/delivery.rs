//! Posting a push to a server as WeChat does: the query byte for byte, no redirects, no proxy, five seconds.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Uri, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::trouble::Trouble;
use crate::wechat::compose::Push;

/// WeChat waits this long for an answer.
pub const WECHAT_PATIENCE: Duration = Duration::from_secs(5);

/// More of an answer is not read, in bytes: a passive reply is a few kilobytes.
const MAX_ANSWER: usize = 8 << 20;

/// Why a push got no answer.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The target is no address of a server.
    #[error("\"{target}\" is no URL to post to; write it as http://HOST:PORT/PATH or https://…")]
    Target {
        /// What was given.
        target: String,
    },
    /// No certificates to check an https server with.
    #[error("cannot post to an https address: this system has no certificates to check it with ({source})")]
    Certificates {
        /// What is missing.
        source: std::io::Error,
    },
    /// The server cannot be reached, or broke off.
    #[error("no answer ({cause}); check that the server is running: {target}")]
    Unreachable {
        /// What happened.
        cause: String,
        /// Where.
        target: String,
    },
    /// It took longer than WeChat waits.
    #[error("no answer within {} s, the time that WeChat waits: {target}", WECHAT_PATIENCE.as_secs())]
    TooLate {
        /// Where.
        target: String,
    },
}

impl From<&DeliveryError> for Trouble {
    fn from(error: &DeliveryError) -> Self {
        match error {
            DeliveryError::Target { target } => Self::of("trouble.delivery.target", error).with("target", target),
            DeliveryError::Certificates { source } => {
                Self::of("trouble.delivery.certificates", error).with("cause", source)
            }
            DeliveryError::Unreachable { cause, target } => {
                Self::of("trouble.delivery.unreachable", error).with("cause", cause).with("target", target)
            }
            DeliveryError::TooLate { target } => Self::of("trouble.delivery.too_late", error)
                .with("seconds", WECHAT_PATIENCE.as_secs())
                .with("target", target),
        }
    }
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, as it came.
    pub body: Bytes,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

/// Posts pushes, and keeps connections open between them.
#[derive(Clone, Debug)]
pub struct Courier {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Courier {
    /// A courier; needs no network until it delivers.
    pub fn new() -> Result<Self, DeliveryError> {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(|source| DeliveryError::Certificates { source })?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Posts to `target`, whose own query comes before WeChat's.
    pub async fn deliver(&self, push: &Push, target: &str) -> Result<Delivered, DeliveryError> {
        let uri = address(target, &push.query)?;
        let authority = uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let mut request = Request::post(uri);
        for (name, value) in &push.headers {
            request = request.header(*name, value);
        }
        request = request.header(header::HOST, authority);
        let refused = |_error| DeliveryError::Target { target: target.to_owned() };
        let request = request.body(Full::new(Bytes::from(push.body.clone()))).map_err(refused)?;
        let began = Instant::now();
        let exchange = async {
            let unreachable = |error: &dyn std::error::Error| unreachable(error, target);
            let response = self.client.request(request).await.map_err(|error| unreachable(&error))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| unreachable(&*error))?;
            let headers =
                head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
            Ok(Delivered {
                status: head.status.as_u16(),
                headers: headers.collect(),
                body: body.to_bytes(),
                elapsed: began.elapsed(),
            })
        };
        let late = |_elapsed| DeliveryError::TooLate { target: target.to_owned() };
        tokio::time::timeout(WECHAT_PATIENCE, exchange).await.map_err(late)?
    }
}

/// The outermost error says little ("client error"): what is behind it says why.
fn unreachable(error: &dyn std::error::Error, target: &str) -> DeliveryError {
    let mut cause = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        cause = error.to_string();
        inner = error.source();
    }
    DeliveryError::Unreachable { cause, target: target.to_owned() }
}

/// The target with WeChat's query behind its own.
fn address(target: &str, query: &str) -> Result<Uri, DeliveryError> {
    let refused = || DeliveryError::Target { target: target.to_owned() };
    let bare = target.split('#').next().unwrap_or_default();
    let full = match bare.split_once('?') {
        _ if query.is_empty() => bare.to_owned(),
        Some((_, "")) => format!("{bare}{query}"),
        Some(_) => format!("{bare}&{query}"),
        None => format!("{bare}?{query}"),
    };
    let uri: Uri = full.parse().map_err(|_invalid| refused())?;
    let speaks_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if speaks_http && uri.host().is_some_and(|host| !host.is_empty()) { Ok(uri) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_own_query_comes_before_wechats() {
        let full = |target: &str| address(target, "signature=1&nonce=%2B").unwrap().to_string();
        assert_eq!(full("http://127.0.0.1:1/wx"), "http://127.0.0.1:1/wx?signature=1&nonce=%2B");
        assert_eq!(full("http://127.0.0.1:1/wx?a=b"), "http://127.0.0.1:1/wx?a=b&signature=1&nonce=%2B");
        assert_eq!(full("http://127.0.0.1:1"), "http://127.0.0.1:1/?signature=1&nonce=%2B");
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
            Trouble::from(error).assert_said();
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused_with_the_form_that_is_wanted() {
        for target in ["localhost:80", "ftp://x/", "", "http://", "/wx"] {
            assert!(matches!(address(target, "a=b"), Err(DeliveryError::Target { .. })), "{target}");
        }
    }
}
