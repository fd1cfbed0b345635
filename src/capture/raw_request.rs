//! A request as it came off the wire.

use bytes::Bytes;
use jiff::Timestamp;

use super::Headers;

/// A request as it came off the wire; everything else is derived from it.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The time at which its head had been read.
    pub received_at: Timestamp,
    pub method: String,
    /// `HTTP/1.0` or `HTTP/1.1`.
    pub version: String,
    /// The request target to the byte: path and query.
    pub target: String,
    pub headers: Headers,
    /// The address that the connection came from.
    pub peer: String,
    /// The body without chunking; cut if [`Self::body_length`] is larger.
    pub body: Bytes,
    /// The number of bytes that arrived; more than `body` holds if it was cut.
    pub body_length: u64,
}

impl RawRequest {
    /// The target up to the query.
    pub fn path(&self) -> &str {
        let path = self.target.split_once('?').map_or(&*self.target, |(path, _)| path);
        // Some proxies send the whole address.
        match path.strip_prefix("http://").or_else(|| path.strip_prefix("https://")) {
            Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
            None => path,
        }
    }

    /// The target's query, undecoded.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The query's parameters, decoded, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)> {
        form_urlencoded::parse(self.query().as_bytes())
    }

    /// The first value of the header of that name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name)
    }

    /// Tells whether less of the body is kept than arrived.
    pub fn is_cut(&self) -> bool {
        (self.body.len() as u64) < self.body_length
    }

    /// Request line, headers and body as one text, the way `show --raw` and the raw view give it.
    pub fn to_http(&self) -> Vec<u8> {
        let mut http = format!("{} {} {}\r\n", self.method, self.target, self.version).into_bytes();
        http.extend_from_slice(self.headers.lines());
        http.extend_from_slice(b"\r\n");
        http.extend_from_slice(&self.body);
        http
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> RawRequest {
        RawRequest {
            received_at: Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx?a=1&a=2".to_owned(),
            headers: [("x-bytes", [0xff, b'a'])].into_iter().collect(),
            peer: "127.0.0.1".to_owned(),
            body: Bytes::from_static(b"<xml>\xff</xml>"),
            body_length: 13,
        }
    }

    #[test]
    fn the_raw_view_gives_back_what_was_received() {
        let request = raw();
        assert_eq!(request.to_http(), b"POST /wx?a=1&a=2 HTTP/1.1\r\nx-bytes: \xffa\r\n\r\n<xml>\xff</xml>");
        assert_eq!((request.path(), request.query()), ("/wx", "a=1&a=2"));
    }

    #[test]
    fn a_whole_address_has_a_path_too() {
        let path = |target: &str| {
            let target = target.to_owned();
            RawRequest { target, ..raw() }.path().to_owned()
        };
        assert_eq!(path("http://h/wx?a=b"), "/wx");
        assert_eq!(path("http://h?a=b"), "/");
    }
}
