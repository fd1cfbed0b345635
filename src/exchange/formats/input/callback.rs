//! Tells callbacks from the other requests in files of people and tools.

use crate::capture::RawRequest;
use crate::exchange::import_problem::ImportReason;
use crate::inspect::has_echostr;
use crate::texts::safe_text::shortened;
use crate::wechat::tree::Tree;

/// Characters of a request that are shown.
const SHOWN: usize = 120;

/// Tells whether a platform may send such a request: a message, or a verification.
pub(in crate::exchange) fn is_callback(method: &str, query: &str) -> bool {
    method == "POST" || (method == "GET" && has_echostr(query))
}

/// Tells whether a POST is a callback among requests to other servers: WeChat signed it, or its body is a message.
pub(in crate::exchange) fn is_posted_callback(request: &RawRequest) -> bool {
    is_signed(request)
        || match Tree::parse(&request.body) {
            Ok(tree) => is_message(&tree),
            // It would be one if it were whole.
            Err(_) => request.body.trim_ascii_start().starts_with(b"<xml>"),
        }
}

/// Tells whether a request has the parameters of WeChat's signature.
pub(in crate::exchange) fn is_signed(request: &RawRequest) -> bool {
    let has = |wanted: &str| request.parameters().any(|(name, _)| name == wanted);
    (has("signature") || has("msg_signature")) && has("timestamp") && has("nonce")
}

/// Tells whether it has the elements of every message, encrypted or not.
pub(in crate::exchange) fn is_message(tree: &Tree<'_>) -> bool {
    ["MsgType", "InfoType", "Encrypt"].iter().any(|name| tree.root().child(name).is_some())
}

/// The reason to leave a request out. It names the request without its query, which may hold secrets.
pub(in crate::exchange) fn refusal(method: &str, address: &str) -> ImportReason {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    ImportReason::NotACallback { request: shortened(&format!("{method} {address}"), SHOWN) }
}
