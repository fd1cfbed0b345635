//! Parses `request.http`: a request as one text.

use bytes::Bytes;
use jiff::Timestamp;

use crate::capture::RawRequest;

/// Parses a request. Its time and its sender are not in the text.
///
/// Lines may end in LF alone: editors and version control change that. The body is taken as it is.
pub(in crate::exchange) fn parse(text: Vec<u8>) -> Result<RawRequest, &'static str> {
    let (line, rest) = next_line(&text).ok_or("it has no request line")?;
    let line = std::str::from_utf8(line).ok().ok_or("its request line is not UTF-8")?;
    let (method, target) = line.split_once(' ').ok_or("its request line has no target")?;
    let (target, version) = target.rsplit_once(' ').ok_or("its request line has no version")?;
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_method || !version.starts_with("HTTP/") {
        return Err("its first line is no request line");
    }
    let (method, target, version) = (method.to_owned(), target.to_owned(), version.to_owned());
    let (headers, rest) = head(rest)?;
    let at = text.len() - rest.len();
    let body = Bytes::from(text).slice(at..);
    Ok(RawRequest {
        received_at: Timestamp::UNIX_EPOCH,
        method,
        version,
        target,
        headers: headers.into(),
        peer: String::new(),
        body_length: body.len() as u64,
        body,
    })
}

/// Headers with names in lower case.
pub(in crate::exchange) type Headers = Vec<(String, Vec<u8>)>;

/// The headers behind the first line, and the body behind them.
pub(in crate::exchange) fn head(mut rest: &[u8]) -> Result<(Headers, &[u8]), &'static str> {
    let mut headers = Vec::new();
    loop {
        let (line, after) = next_line(rest).ok_or("it breaks off in its headers")?;
        rest = after;
        if line.is_empty() {
            return Ok((headers, rest));
        }
        headers.push(header(line).ok_or("a line in its headers is none")?);
    }
}

/// A line without its end, and what follows it.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', text)?;
    let line = &text[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &text[end + 1..]))
}

/// One space after the colon is the separator's; everything else is the value's.
fn header(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = memchr::memchr(b':', line)?;
    let name = std::str::from_utf8(&line[..colon]).ok().filter(|name| !name.is_empty())?;
    let value = &line[colon + 1..];
    Some((name.to_ascii_lowercase(), value.strip_prefix(b" ").unwrap_or(value).to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_comes_back_to_the_byte() {
        let text =
            b"POST /wx?a=%20&b=\xc3\xa9 HTTP/1.1\r\nhost: h\r\nx-bytes:  \xff \r\nempty: \r\n\r\n<xml>\r\n\n\xff</xml>";
        let request = parse(text.to_vec()).unwrap();
        assert_eq!(request.to_http(), text);
        assert_eq!(request.headers.iter().nth(1), Some(("x-bytes", &b" \xff "[..])));
        assert_eq!(request.body_length, 15);
    }

    #[test]
    fn a_target_with_spaces_is_kept_whole() {
        assert_eq!(parse(b"GET /a b HTTP/1.1\r\n\r\n".to_vec()).unwrap().target, "/a b");
    }

    #[test]
    fn lines_that_version_control_has_shortened_are_understood() {
        let request = parse(b"POST / HTTP/1.1\nHost:h\n\n<xml/>\n".to_vec()).unwrap();
        assert_eq!((request.header("host"), &*request.body), (Some(&b"h"[..]), &b"<xml/>\n"[..]));
    }

    #[test]
    fn what_is_no_request_is_told_apart() {
        for text in
            ["", "POST / HTTP/1.1", "POST / HTTP/1.1\r\nhost: h\r\n", "<xml>\n\n</xml>", "POST /\r\n\r\n", "a b c\n\n"]
        {
            assert!(parse(text.as_bytes().to_vec()).is_err(), "{text}");
        }
        assert!(parse(b"POST / HTTP/1.1\r\nno header\r\n\r\n".to_vec()).is_err());
    }
}
