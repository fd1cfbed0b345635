//! Opening an encrypted message: current key first, then the former one, then whose message it is.

use super::ReplyEncryption;
use crate::account::{Account, Accounts};
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::envelope::{self, DecryptError, Plaintext};

/// The message inside `encrypt` and what seals the reply to it, if one of the account's keys opens it;
/// what stands in the way is reported.
pub(super) fn decrypt(
    encrypt: &str,
    account: &Account,
    accounts: &Accounts,
    diagnoses: &mut Vec<Diagnosis>,
) -> Option<(Vec<u8>, ReplyEncryption)> {
    let opened = match account.key() {
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
    let (opened, former_key) = match (opened, account.previous_key()) {
        (Ok(opened), _) => (opened, false),
        (Err(error), former) => {
            let opened = former.and_then(|former| envelope::decrypt(former, encrypt).ok());
            diagnoses.push(opened.as_ref().map_or_else(|| explain(&error), |_| Diagnosis::new(Code::FormerKey)));
            (opened?, true)
        }
    };
    check_app_id(&opened, account, accounts, diagnoses);
    Some((opened.message, ReplyEncryption { former_key, receive_id: opened.receive_id }))
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

/// The AppID at the end says whose message it is; one that belongs to somebody else must not be acted on.
fn check_app_id(opened: &Plaintext, account: &Account, accounts: &Accounts, diagnoses: &mut Vec<Diagnosis>) {
    let found = &opened.receive_id;
    let Some(expected) = &account.app_id else {
        diagnoses.push(Diagnosis::new(Code::AppIdMissing).with("found", found));
        return;
    };
    if found == expected {
        return;
    }
    let other = accounts.iter().find(|other| other.app_id.as_ref() == Some(found));
    diagnoses.push(match other {
        Some(other) => Diagnosis::new(Code::AppIdOtherAccount)
            .with("account", &other.name)
            .with("expected", expected)
            .with("found", found),
        None => Diagnosis::new(Code::AppIdForeign).with("expected", expected).with("found", found),
    });
}
