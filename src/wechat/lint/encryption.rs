//! Checks and decrypts an encrypted reply: its four elements, signature, key and AppID.

use super::children::{AllowedChildren, Children, check_value};
use super::findings::{Findings, quoted};
use super::{Encryption, Keys, LintCode, LintFinding, PushInfo};
use crate::wechat::envelope::{self, DecryptError, Plaintext};
use crate::wechat::signature::{msg_signature, same, signature};
use crate::wechat::tree::Element;

const ENCRYPT: &str = "Encrypt";

/// Padding has 1 to 32 bytes, each of which holds their number.
const LARGEST_PAD: u8 = 32;

const ELEMENTS: AllowedChildren<'static> = AllowedChildren {
    within: "",
    required: &[ENCRYPT, "MsgSignature", "TimeStamp", "Nonce"],
    // Some SDKs address the envelope as well.
    optional: &["ToUserName", "FromUserName"],
    closed: true,
};

/// Tells whether this is the envelope of an encrypted reply, in any case of letters. An empty Encrypt beside a MsgType is
/// none.
pub(super) fn is_encrypted(root: Element<'_, '_>) -> bool {
    let is = |child: &Element<'_, '_>, name: &str| child.name().eq_ignore_ascii_case(name);
    let has_text = |child: &Element<'_, '_>| !child.text().is_empty();
    let mut children = root.children();
    let is_plain = root.child("MsgType").is_some();
    children.any(|child| is(&child, ENCRYPT) && has_text(&child))
        || (!is_plain && root.children().any(|child| is(&child, ENCRYPT) || is(&child, "MsgSignature")))
}

/// Decrypts the message if possible, and reports the flaws of its envelope.
pub(super) fn decrypted(root: Element<'_, '_>, push: &PushInfo<'_>, findings: &mut Findings<'_>) -> Option<Vec<u8>> {
    let keys = match push.encryption {
        Encryption::Plain => {
            findings.add_at(LintFinding::new(LintCode::EncryptedInPlain), super::elements::tag_of(root));
            return None;
        }
        Encryption::Unchecked => None,
        Encryption::Compat(keys) | Encryption::Safe(keys) => keys,
    };
    let elements = ELEMENTS.check(root, findings);
    for name in ["MsgSignature", "TimeStamp", "Nonce"] {
        if let Some(element) = elements.get(name) {
            check_value(element, name, false, findings);
        }
    }
    let encrypt = elements.get(ENCRYPT)?;
    if !check_value(encrypt, ENCRYPT, false, findings) {
        return None;
    }
    let Some(keys) = keys else {
        findings.add_at(LintFinding::new(LintCode::EncryptedUnchecked), super::elements::tag_of(root));
        return None;
    };
    check_signature(&elements, encrypt.text(), &keys, findings);
    let plaintext = decrypt_with_either_key(encrypt, &keys, findings)?;
    check_app_id(&plaintext, encrypt, &keys, findings);
    Some(plaintext.message)
}

fn check_signature(elements: &Children<'_, '_>, encrypt: &str, keys: &Keys<'_>, findings: &mut Findings<'_>) {
    let text = |name| elements.get(name).map(|element| element.text()).filter(|text| !text.is_empty());
    let (Some(element), Some(received), Some(time), Some(nonce)) =
        (elements.get("MsgSignature"), text("MsgSignature"), text("TimeStamp"), text("Nonce"))
    else {
        return;
    };
    let token = keys.token;
    let computed = msg_signature(token, time, nonce, encrypt);
    if same(&computed, received) {
        return;
    }
    let finding = match () {
        () if same(&signature(token, time, nonce), received) => LintFinding::new(LintCode::MsgSignatureWithoutEncrypt),
        () => {
            LintFinding::new(LintCode::MsgSignatureWrong).with("computed", computed).with("received", quoted(received))
        }
    };
    findings.add_at(finding, element.text_span());
}

/// Decrypts with the key of the push, or else with the other key, which is reported.
fn decrypt_with_either_key(
    encrypt: Element<'_, '_>,
    keys: &Keys<'_>,
    findings: &mut Findings<'_>,
) -> Option<Plaintext> {
    let error = match envelope::decrypt(keys.key, encrypt.text()) {
        Ok(plaintext) => return Some(plaintext),
        Err(error) => error,
    };
    let plaintext = keys.other.and_then(|other| envelope::decrypt(other, encrypt.text()).ok());
    let finding = if plaintext.is_some() { LintFinding::new(LintCode::EncryptOtherKey) } else { reason(&error) };
    findings.add_at(finding, encrypt.text_span());
    plaintext
}

fn reason(error: &DecryptError) -> LintFinding {
    match error {
        DecryptError::NotBase64 { source } => LintFinding::new(LintCode::EncryptNotBase64).with("reason", source),
        DecryptError::Length { bytes } => LintFinding::new(LintCode::EncryptBlockLength).with("bytes", bytes),
        DecryptError::BadLength { declared, available } => {
            LintFinding::new(LintCode::EncryptDeclaredLength).with("declared", declared).with("available", available)
        }
        DecryptError::BadPadding { .. } | DecryptError::TooShort { .. } | DecryptError::ReceiveIdNotUtf8 => {
            LintFinding::new(LintCode::EncryptNotOpened).with("reason", error)
        }
    }
}

/// Tells whether the bytes behind an AppID are padding that was added before WeChat's own: each holds their number.
fn is_padded(receive_id: &str) -> bool {
    let Some(&last) = receive_id.as_bytes().last().filter(|last| (1..=LARGEST_PAD).contains(*last)) else {
        return false;
    };
    let padding = receive_id.bytes().rev().take_while(|byte| *byte == last).count();
    padding >= usize::from(last)
}

/// Checks the AppID behind the message. If the length was counted in characters, the rest of the message precedes it.
fn check_app_id(plaintext: &Plaintext, encrypt: Element<'_, '_>, keys: &Keys<'_>, findings: &mut Findings<'_>) {
    let found = &*plaintext.receive_id;
    if is_padded(found) {
        findings.add_at(LintFinding::new(LintCode::PaddedTwice), encrypt.text_span());
        return;
    }
    let Some(expected) = keys.app_id.filter(|expected| *expected != found) else { return };
    let finding = if found.ends_with(expected) {
        LintFinding::new(LintCode::MessageLengthShort)
    } else {
        LintFinding::new(LintCode::AppIdDiffers).with("expected", expected).with("found", quoted(found))
    };
    findings.add_at(finding, encrypt.text_span());
}
