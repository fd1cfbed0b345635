//! A signature's calculation laid open, with the token masked.

use crate::account::Account;
use crate::capture::Capture;
use crate::wechat::signature::{msg_signature, same, signature, sorted_parts};
use crate::wechat::tree::Tree;

/// What stands for the token.
const MASK: &str = "••••••";

/// One calculation, as the protocol prescribes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureCheck {
    /// The parameter that decides: `signature` or `msg_signature`.
    pub parameter: &'static str,
    /// What is signed, in sorted order; the token masked.
    pub parts: Vec<String>,
    /// SHA-1 over the parts joined, in hexadecimal.
    pub computed: String,
    /// What the request carries; `None` where the parameter is missing.
    pub received: Option<String>,
    /// Whether the two agree.
    pub agrees: bool,
}

/// Calculates again what decides about a capture. `None` where the account has no token or the query no timestamp or nonce.
pub fn explain_signature(capture: &Capture, account: &Account) -> Option<SignatureCheck> {
    let token = account.token()?;
    let query = |name: &str| capture.request.parameters().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    let (timestamp, nonce) = (query("timestamp")?, query("nonce")?);
    let tree = Tree::parse(&capture.request.body).ok();
    let encrypt = tree.as_ref().and_then(|tree| tree.root().child("Encrypt")).map(|element| element.text());
    let encrypt = encrypt.filter(|text| !text.is_empty());
    let parts = [token, &timestamp, &nonce, encrypt.unwrap_or_default()];
    let parts = sorted_parts(if encrypt.is_some() { &parts } else { &parts[..3] });
    let (parameter, computed) = match encrypt {
        Some(encrypt) => ("msg_signature", msg_signature(token, &timestamp, &nonce, encrypt)),
        None => ("signature", signature(token, &timestamp, &nonce)),
    };
    let received = query(parameter);
    let agrees = received.as_deref().is_some_and(|received| same(&computed, received));
    let parts = parts.into_iter().map(|part| if part == token { MASK.to_owned() } else { part.to_owned() }).collect();
    Some(SignatureCheck { parameter, parts, computed, received, agrees })
}
