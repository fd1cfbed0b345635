//! Calls WeChat's API: a GET, or a POST of JSON, without a push's signature.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, header};

use super::super::delivery_error::DeliveryError;
use super::super::target::Target;
use super::HttpClient;
use super::post::PushResponse;

/// The time for one call; WeChat answers within one second, and a person is waiting.
const CALL_PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer that is read, in bytes: a menu has some kilobytes.
const MAX_ANSWER: usize = 2 << 20;

/// A call of the API.
#[derive(Clone, Copy, Debug)]
pub struct ApiCall<'a> {
    /// The address of the API's host, such as `https://api.weixin.qq.com`.
    pub host: &'a str,
    /// The path of the call, such as `/cgi-bin/menu/get`.
    pub path: &'a str,
    /// The query, which may hold an access token and is in no error.
    pub query: &'a str,
    /// The JSON to post; `None` for a GET.
    pub body: Option<&'a [u8]>,
}

impl HttpClient {
    /// Makes the call. Errors name the host and the path, never the query.
    pub async fn call(&self, call: &ApiCall<'_>) -> Result<PushResponse, DeliveryError> {
        let shown = format!("{}{}", call.host.trim_end_matches('/'), call.path);
        let refused = || DeliveryError::Target { target: shown.clone() };
        let target = Target::parse(&shown)?;
        let uri = target.uri(call.path, call.query).ok_or_else(refused)?;
        let request = match call.body {
            None => Request::get(uri).header(header::HOST, target.authority()),
            Some(_) => Request::post(uri)
                .header(header::HOST, target.authority())
                .header(header::CONTENT_TYPE, "application/json; charset=utf-8"),
        };
        let body = call.body.map(Bytes::copy_from_slice).unwrap_or_default();
        let request = request.body(Full::new(body)).map_err(|_invalid| refused())?;
        self.exchange(request, MAX_ANSWER, CALL_PATIENCE).await.into_push_response(&shown, MAX_ANSWER)
    }
}
