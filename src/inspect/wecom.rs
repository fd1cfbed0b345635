//! Recognises what belongs to `WeCom` (企业微信), another product with the same cipher.

use super::query::Query;
use crate::wechat::tree::Tree;

/// Elements that only `WeCom` sends.
const ELEMENTS: [&str; 4] = ["AgentID", "SuiteId", "AuthCorpId", "ServiceCorpId"];

/// The beginning of the ids of its companies, and their length.
const ID_PREFIX: &str = "ww";
const ID_LENGTH: usize = 18;

/// Tells whether it is the id of a company (`CorpID`) or of a suite.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.starts_with(ID_PREFIX) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Tells whether a query verifies an address as `WeCom` does: its echostr is encrypted, and so `msg_signature` covers it.
pub(super) fn is_handshake(query: &Query<'_>) -> bool {
    query.get("echostr").is_some() && query.signature().is_none() && query.msg_signature().is_some()
}

/// The evidence that a message is `WeCom`'s: an element, or an id.
pub(super) fn sign(tree: &Tree<'_>) -> Option<String> {
    let root = tree.root();
    let element = root.children().map(|child| child.name()).find(|name| ELEMENTS.contains(name)).map(str::to_owned);
    element.or_else(|| root.text_of("ToUserName").map(str::trim).filter(|id| is_id(id)).map(str::to_owned))
}
