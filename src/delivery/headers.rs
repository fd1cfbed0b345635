//! The headers of a captured request on the way to another server, and the request with them.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, Uri};

use super::target::Target;
use crate::capture::{OWN_HEADER, RawRequest};

/// Headers of one connection, which end with it. Those that `connection` lists come on top.
const HOP_BY_HOP: [&str; 7] = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"];

/// A header that tunnels add: WeChat asks for nothing compressed, and a compressed answer could not be linted.
const OF_THE_TUNNEL: &str = "accept-encoding";

/// The captured headers in their order, without those of the connection; host and length are those of the new request.
pub(super) fn headers_for(request: &RawRequest, length: usize, target: &Target) -> Vec<(String, Vec<u8>)> {
    let ends_here = |name: &str| {
        // A client must not remove the marker, or hide the origin of a request, by listing them.
        let protected = name == OWN_HEADER || name.starts_with("x-forwarded-");
        let is_listed = || words(request, "connection").any(|listed| listed.eq_ignore_ascii_case(name.as_bytes()));
        HOP_BY_HOP.contains(&name) || name == OF_THE_TUNNEL || name.starts_with("proxy-") || (!protected && is_listed())
    };
    let kept = request.headers.iter().filter(|(name, _)| !ends_here(name));
    let mut headers: Vec<_> = kept.map(|(name, value)| (name.to_owned(), value.to_vec())).collect();
    put(&mut headers, "host", target.authority().into());
    // The captured length is wrong if the body came in chunks, or was cut.
    if request.method == "POST" || length > 0 || request.header("content-length").is_some() {
        put(&mut headers, "content-length", length.to_string().into());
    }
    headers
}

/// The request to send; `None` if HTTP cannot carry it.
pub(super) fn outgoing(
    method: &str,
    uri: Uri,
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
) -> Option<Request<Full<Bytes>>> {
    let mut outgoing = Request::builder().method(Method::from_bytes(method.as_bytes()).ok()?).uri(uri);
    for (name, value) in headers {
        outgoing = outgoing.header(name, value);
    }
    outgoing.body(Full::new(body)).ok()
}

/// The values of all headers of that name.
pub(super) fn values<'a>(request: &'a RawRequest, name: &str) -> impl Iterator<Item = &'a [u8]> {
    request.headers.iter().filter(move |(found, _)| *found == name).map(|(_, value)| value)
}

/// The members of a list header, of all headers of that name.
pub(super) fn words<'a>(request: &'a RawRequest, name: &str) -> impl Iterator<Item = &'a [u8]> {
    values(request, name).flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

/// Sets the header of that name to one value, in the place of the first one, else at the end.
pub(super) fn put(headers: &mut Vec<(String, Vec<u8>)>, name: &str, value: Vec<u8>) {
    let place = headers.iter().position(|(found, _)| found == name).unwrap_or(headers.len());
    headers.retain(|(found, _)| found != name);
    headers.insert(place, (name.to_owned(), value));
}
