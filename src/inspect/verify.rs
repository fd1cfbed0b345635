//! Verifies the signature that decides about a request, and recognises common mistakes in one that is wrong.

use zeroize::Zeroizing;

use super::explain::SignatureCheck;
use super::query::Query;
use super::wecom;
use crate::account::{Account, Accounts, Secret};
use crate::capture::Signature;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::signature::{msg_signature, same, signature};

/// The distance of a timestamp from the clock that is diagnosed, in seconds.
const FAR_SECONDS: i64 = 300;

/// Tells whether the deciding signature matches with this token.
pub(super) fn verifies(query: &Query<'_>, encrypt: Option<&str>, token: &str) -> bool {
    let Some((timestamp, nonce)) = query.stamp() else { return false };
    match encrypt {
        Some(encrypt) => {
            query.msg_signature().is_some_and(|got| same(&msg_signature(token, timestamp, nonce, encrypt), got))
        }
        None => query.signature().is_some_and(|got| same(&signature(token, timestamp, nonce), got)),
    }
}

/// Verifies the request for its account. With a readable `Encrypt`, `msg_signature` decides; else `signature`.
pub(super) fn verify(
    query: &Query<'_>,
    encrypt: Option<&str>,
    account: &Account,
    accounts: &Accounts,
    diagnoses: &mut Vec<Diagnosis>,
) -> Signature {
    query.diagnose(diagnoses);
    let Some(token) = account.token() else {
        diagnoses.push(Diagnosis::new(Code::TokenMissing));
        return Signature::Unchecked;
    };
    if !well_formed(token) {
        diagnoses.push(Diagnosis::new(Code::TokenForm));
    }
    let deciding = if encrypt.is_some() { "msg_signature" } else { "signature" };
    let absent: Vec<&str> =
        [deciding, "timestamp", "nonce"].into_iter().filter(|name| query.get(name).is_none()).collect();
    if !absent.is_empty() {
        let separator = query.separator();
        // What is there behind a wrong separator, or what another product does not send, is not lost on the way.
        let is_hidden = |name: &str| separator.as_ref().is_some_and(|separator| separator.names.contains(&name));
        let is_lost = |name: &&str| !(is_hidden(name) || (*name == "signature" && wecom::is_handshake(query)));
        let lost = absent.into_iter().filter(is_lost);
        diagnoses.extend(lost.map(|name| Diagnosis::new(Code::ParameterMissing).with("name", name)));
        return Signature::Missing;
    }
    if verifies(query, encrypt, token) {
        beside(query, encrypt, token, diagnoses);
        return Signature::Valid;
    }
    diagnoses.push(reason(query, encrypt, account, accounts).unwrap_or_else(|| mismatch(query, encrypt, token)));
    Signature::Invalid
}

/// Diagnoses a timestamp that is not a number, or far from the time of arrival.
pub(super) fn diagnose_time(query: &Query<'_>, arrived: i64, diagnoses: &mut Vec<Diagnosis>) {
    let Some(text) = query.get("timestamp") else { return };
    match text.parse::<i64>() {
        Err(_) => diagnoses.push(Diagnosis::new(Code::TimestampNotNumber).with("text", text)),
        Ok(stamp) if stamp.saturating_sub(arrived).saturating_abs() > FAR_SECONDS => {
            diagnoses.push(
                Diagnosis::new(Code::TimestampFar).with("seconds", stamp.saturating_sub(arrived).saturating_abs()),
            );
        }
        Ok(_) => {}
    }
}

/// The token WeChat's console accepts: 3 to 32 letters and digits.
fn well_formed(token: &str) -> bool {
    (3..=32).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Diagnoses a wrong `signature` beside a valid `msg_signature`.
fn beside(query: &Query<'_>, encrypt: Option<&str>, token: &str, diagnoses: &mut Vec<Diagnosis>) {
    if encrypt.is_some() && query.signature().is_some() && !verifies(query, None, token) {
        diagnoses.push(Diagnosis::new(Code::SignatureBesideWrong));
    }
}

/// The mistake behind a wrong signature, recognised by another calculation that matches.
fn reason(query: &Query<'_>, encrypt: Option<&str>, account: &Account, accounts: &Accounts) -> Option<Diagnosis> {
    let token = account.token()?;
    let (timestamp, nonce) = query.stamp()?;
    let matches = |candidate: &str| candidate != token && verifies(query, encrypt, candidate);
    if query.msg_signature().is_some_and(|got| same(&signature(token, timestamp, nonce), got)) {
        return Some(Diagnosis::new(Code::SignatureForMsgSignature));
    }
    if let (Some(encrypt), Some(got)) = (encrypt, query.signature())
        && same(&msg_signature(token, timestamp, nonce, encrypt), got)
    {
        return Some(Diagnosis::new(Code::MsgSignatureForSignature));
    }
    if matches(token.trim()) {
        return Some(Diagnosis::new(Code::SignatureTokenTrimmed));
    }
    if [token.to_lowercase(), token.to_uppercase(), swapped_case(token)]
        .map(Zeroizing::new)
        .iter()
        .any(|cased| matches(cased))
    {
        return Some(Diagnosis::new(Code::SignatureTokenCase));
    }
    if account.secrets.previous_token.as_ref().map(Secret::reveal).is_some_and(matches) {
        return Some(Diagnosis::new(Code::SignatureTokenFormer));
    }
    let other = accounts.iter().find(|other| other.name != account.name && other.token().is_some_and(matches))?;
    Some(Diagnosis::new(Code::SignatureTokenOtherAccount).with("account", &other.name))
}

fn swapped_case(token: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    token.chars().map(swap).collect()
}

/// The diagnosis with the calculation: sorted parts, the joined string and the digest.
fn mismatch(query: &Query<'_>, encrypt: Option<&str>, token: &str) -> Diagnosis {
    let diagnosis = Diagnosis::new(Code::SignatureMismatch);
    let Some(check) = SignatureCheck::of(query, encrypt, token) else { return diagnosis };
    diagnosis
        .with("parts", check.parts.join(" · "))
        .with("joined", check.parts.concat())
        .with("computed", check.computed)
        .with("received", check.received.unwrap_or_default())
}
