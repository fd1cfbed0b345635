//! Encrypts a reply for the account, with the key that decrypted the push, and injects the faults of encryption.

use crate::account::Account;
use crate::inspect::ReplyEncryption;
use crate::wechat::envelope::{AesKey, KEY_CHARACTERS, encrypt, encrypted_reply};
use crate::wechat::fault::Fault;
use crate::wechat::signature::{msg_signature, signature};
use crate::wechat::tree::{BOM, Format};

/// The encrypted envelope; `None` if the account no longer has the key.
pub(super) fn encrypt_reply(
    reply: &[u8],
    account: &Account,
    encryption: &ReplyEncryption,
    format: Format,
    fault: Option<Fault>,
) -> Option<Vec<u8>> {
    let [own, other] = account.keys(encryption.former_key);
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok()?;
    let encrypt = match fault {
        Some(Fault::FormerKey) => {
            let foreign = foreign_key()?;
            encrypt(other.unwrap_or(&foreign), &random, reply, &encryption.receive_id)
        }
        _ => encrypt(own?, &random, reply, &encryption.receive_id),
    };
    let timestamp = crate::clock::now().as_second().to_string();
    let nonce = fastrand::u32(100_000_000..).to_string();
    let token = account.token().unwrap_or_default();
    let signed = match fault {
        // The commonest mistake: the query's signature, which does not cover the message.
        Some(Fault::WrongSignature) => signature(token, &timestamp, &nonce),
        _ => msg_signature(token, &timestamp, &nonce, &encrypt),
    };
    let envelope = encrypted_reply(format, &encrypt, &signed, &timestamp, &nonce);
    Some(if fault == Some(Fault::Bom) { [BOM, &envelope].concat() } else { envelope })
}

/// A stand-in for a former key that is not known: any other key has the same effect.
fn foreign_key() -> Option<AesKey> {
    AesKey::parse(&"A".repeat(KEY_CHARACTERS)).ok()
}
