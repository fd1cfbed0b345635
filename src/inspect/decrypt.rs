//! Decrypts a message with the account's current key, else with the former one, and checks the AppID in it.

use super::ReplyEncryption;
use super::wecom;
use crate::account::{Account, Accounts};
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::envelope::{self, DecryptError, Plaintext};

/// The message inside `encrypt` and the encryption of its reply, if one of the account's keys decrypts it; the reason of a
/// failure is a diagnosis.
pub(super) fn decrypt(
    encrypt: &str,
    account: &Account,
    accounts: &Accounts,
    diagnoses: &mut Vec<Diagnosis>,
) -> Option<(Vec<u8>, ReplyEncryption)> {
    let plaintext = match account.key() {
        None => {
            diagnoses.push(Diagnosis::new(Code::AesKeyMissing));
            return None;
        }
        Some(Err(error)) => {
            diagnoses.push(Diagnosis::new(Code::AesKeyForm).with("reason", error));
            return None;
        }
        Some(Ok(key)) => envelope::decrypt(key, encrypt),
    };
    let (plaintext, former_key) = match (plaintext, account.previous_key()) {
        (Ok(plaintext), _) => (plaintext, false),
        (Err(error), former) => {
            let plaintext = former.and_then(|former| envelope::decrypt(former, encrypt).ok());
            diagnoses.push(plaintext.as_ref().map_or_else(|| explain(&error), |_| Diagnosis::new(Code::FormerKey)));
            (plaintext?, true)
        }
    };
    check_app_id(&plaintext, account, accounts, diagnoses);
    Some((plaintext.message, ReplyEncryption { former_key, receive_id: plaintext.receive_id }))
}

fn explain(error: &DecryptError) -> Diagnosis {
    match error {
        DecryptError::NotBase64 { source } => Diagnosis::new(Code::CiphertextNotBase64).with("reason", source),
        DecryptError::Length { bytes } => Diagnosis::new(Code::CiphertextLength).with("bytes", bytes),
        DecryptError::BadLength { declared, available } => {
            Diagnosis::new(Code::CiphertextCut).with("declared", declared).with("available", available)
        }
        DecryptError::BadPadding { .. } | DecryptError::TooShort { .. } | DecryptError::ReceiveIdNotUtf8 => {
            Diagnosis::new(Code::DecryptFailed).with("reason", error)
        }
    }
}

/// Compares the AppID at the end of the plaintext: a message for another AppID must not be acted on.
fn check_app_id(plaintext: &Plaintext, account: &Account, accounts: &Accounts, diagnoses: &mut Vec<Diagnosis>) {
    let found = &plaintext.receive_id;
    // Another product, which has a diagnosis of its own.
    if wecom::is_id(found) {
        return;
    }
    let Some(expected) = account.receive_id() else {
        diagnoses.push(Diagnosis::new(Code::AppIdMissing).with("found", found));
        return;
    };
    if found == expected {
        return;
    }
    let other = accounts.iter().find(|other| other.receive_id() == Some(found));
    diagnoses.push(match other {
        Some(other) => Diagnosis::new(Code::AppIdOtherAccount)
            .with("account", &other.name)
            .with("expected", expected)
            .with("found", found),
        None => Diagnosis::new(Code::AppIdForeign).with("expected", expected).with("found", found),
    });
}
