//! What makes a request a callback: the files of people and of tools are full of other ones.

use crate::capture::RawRequest;
use crate::exchange::import_problem::ImportReason;
use crate::inspect::has_echostr;
use crate::texts::safe_text::shortened;
use crate::wechat::tree::Tree;

/// So many characters of a request are shown.
const SHOWN: usize = 120;

/// Whether a platform may send it: a message, or a verification.
pub(in crate::exchange) fn is_callback(method: &str, query: &str) -> bool {
    method == "POST" || (method == "GET" && has_echostr(query))
}

/// Whether a POST is one even among the requests of other servers: WeChat signed it, or its body is a message.
pub(in crate::exchange) fn is_posted_callback(request: &RawRequest) -> bool {
    let has = |wanted: &str| request.parameters().any(|(name, _)| name == wanted);
    let is_signed = (has("signature") || has("msg_signature")) && has("timestamp") && has("nonce");
    is_signed
        || match Tree::parse(&request.body) {
            Ok(tree) => is_message(&tree),
            // It would be one if it were whole.
            Err(_) => request.body.trim_ascii_start().starts_with(b"<xml>"),
        }
}

/// Whether it has what every message has, encrypted or not.
pub(in crate::exchange) fn is_message(tree: &Tree<'_>) -> bool {
    ["MsgType", "InfoType", "Encrypt"].iter().any(|name| tree.root().child(name).is_some())
}

/// Says which request is none, without its query: that may hold what is nobody's business.
pub(in crate::exchange) fn refusal(method: &str, address: &str) -> ImportReason {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    ImportReason::NotACallback { request: shortened(&format!("{method} {address}"), SHOWN) }
}
