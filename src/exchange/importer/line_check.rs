//! Refuses requests that cannot be written as HTTP: with a line end or zero byte in a line.

use crate::capture::{RawRequest, header_pairs};
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// Characters of a header's name that are shown.
const SHOWN: usize = 60;

/// Refuses such a request, and names the part.
pub(in crate::exchange) fn check_lines(request: &RawRequest) -> Result<(), ImportReason> {
    for (part, text) in [("method", &request.method), ("target", &request.target), ("version", &request.version)] {
        if !is_of_one_line(text.as_bytes()) {
            return Err(ImportReason::NotHttp { part: part.to_owned() });
        }
    }
    check_pairs(request.headers.iter())
}

/// The same of headers alone.
pub(in crate::exchange) fn check_headers(headers: &[(String, Vec<u8>)]) -> Result<(), ImportReason> {
    check_pairs(header_pairs(headers))
}

fn check_pairs<'a>(mut headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<(), ImportReason> {
    let is_one =
        |name: &str, value: &[u8]| !name.contains(':') && is_of_one_line(name.as_bytes()) && is_of_one_line(value);
    match headers.find(|(name, value)| !is_one(name, value)) {
        Some((name, _)) => Err(ImportReason::NotHttp { part: format!("header {}", shortened(name, SHOWN)) }),
        None => Ok(()),
    }
}

fn is_of_one_line(text: &[u8]) -> bool {
    !text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::importer::posted;
    use jiff::Timestamp;

    #[test]
    fn a_line_that_would_become_two_is_refused() {
        let request = |target: &str, name: &str, value: &[u8]| RawRequest {
            target: target.to_owned(),
            headers: [(name, value)].into_iter().collect(),
            ..posted(Vec::new(), Timestamp::UNIX_EPOCH)
        };
        assert_eq!(check_lines(&request("/wx?a b", "x-a", b" a: b \xff")), Ok(()));
        for (target, name, value, part) in [
            ("/ HTTP/1.1\r\nx-b: c", "x-a", &b"a"[..], "target"),
            ("/\0", "x-a", b"a", "target"),
            ("/", "x-a", b"a\nx-b: c", "header x-a"),
            ("/", "x-a: b", b"a", "header x-a: b"),
            ("/", "x-a", b"\r", "header x-a"),
            ("/", "x-a", b"\0", "header x-a"),
        ] {
            let refused = check_lines(&request(target, name, value)).unwrap_err();
            assert_eq!(refused, ImportReason::NotHttp { part: part.to_owned() });
        }
        let posted = RawRequest { method: "POST\n".to_owned(), ..request("/", "a", b"") };
        assert_eq!(check_lines(&posted), Err(ImportReason::NotHttp { part: "method".to_owned() }));
    }
}
