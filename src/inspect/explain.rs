//! The calculation of a signature step by step, with the token masked.

use super::ciphertext::Ciphertext;
use super::compressed::ReadableBody;
use super::query::Query;
use crate::account::Account;
use crate::capture::Capture;
use crate::wechat::signature::{msg_signature, same, signature, sorted_parts};
use crate::wechat::tree::Tree;

/// The text in place of the token.
const MASK: &str = "••••••";

/// One calculation, as the protocol prescribes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureCheck {
    /// The parameter that decides: `signature` or `msg_signature`.
    pub parameter: &'static str,
    /// The signed texts in sorted order, the token masked.
    pub parts: Vec<String>,
    /// SHA-1 over the parts joined, in hexadecimal.
    pub computed: String,
    /// The signature in the request; `None` if the parameter is missing.
    pub received: Option<String>,
    pub agrees: bool,
}

/// Calculates again the signature that decides about a capture. `None` if the account has no token, or the query no timestamp
/// or nonce.
pub fn explain_signature(capture: &Capture, account: &Account) -> Option<SignatureCheck> {
    let body = ReadableBody::of(&capture.request, &mut Vec::new());
    let tree = body.bytes().and_then(|bytes| Tree::parse_lenient(bytes).ok());
    let query = Query::of(&capture.request);
    let ciphertext = tree.as_ref().and_then(Ciphertext::of);
    let reading = ciphertext.as_ref().and_then(|ciphertext| ciphertext.reading(&query, account.token()));
    SignatureCheck::of(&query, reading.map(|reading| reading.signed), account.token()?)
}

impl SignatureCheck {
    pub(super) fn of(query: &Query<'_>, encrypt: Option<&str>, token: &str) -> Option<Self> {
        let (timestamp, nonce) = query.stamp()?;
        let parts = [token, timestamp, nonce, encrypt.unwrap_or_default()];
        let parts = sorted_parts(if encrypt.is_some() { &parts } else { &parts[..3] });
        let (parameter, computed) = match encrypt {
            Some(encrypt) => ("msg_signature", msg_signature(token, timestamp, nonce, encrypt)),
            None => ("signature", signature(token, timestamp, nonce)),
        };
        let received = query.get(parameter).map(str::to_owned);
        let agrees = received.as_deref().is_some_and(|received| same(&computed, received));
        let parts = parts.into_iter().map(|part| if part == token { MASK } else { part }.to_owned()).collect();
        Some(Self { parameter, parts, computed, received, agrees })
    }
}
