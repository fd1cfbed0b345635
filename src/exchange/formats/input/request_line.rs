//! Recognises the line that begins a request in `.http` and hurl files: a method and an address.

/// The methods that begin a request line.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

/// Tells whether the line is a method and an address.
pub(in crate::exchange) fn is_request_line(line: &str) -> bool {
    method_and_address(line)
        .is_some_and(|(_, address)| ["http://", "https://", "{{", "/"].iter().any(|begin| address.starts_with(begin)))
}

/// The method and the address of such a line, if it begins with a method.
pub(in crate::exchange) fn method_and_address(line: &str) -> Option<(&str, &str)> {
    let (method, address) = line.split_once([' ', '\t'])?;
    METHODS.iter().any(|known| known.eq_ignore_ascii_case(method)).then(|| (method, address.trim()))
}
