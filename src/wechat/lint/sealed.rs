//! A sealed reply: its four elements, its signature, and what opens it.

use super::findings::{Findings, quoted};
use super::names::{Children, Expected, check_value};
use super::{Code, Finding, Keys, Question, Sealing};
use crate::wechat::envelope::{self, OpenError, Opened};
use crate::wechat::signature::{msg_signature, same, signature};
use crate::wechat::tree::Element;

const ENCRYPT: &str = "Encrypt";

const ELEMENTS: Expected<'static> = Expected {
    within: "",
    required: &[ENCRYPT, "MsgSignature", "TimeStamp", "Nonce"],
    // Some kits address the envelope, too.
    optional: &["ToUserName", "FromUserName"],
    closed: true,
};

/// Whether it is the envelope of a sealed reply, however its names are cased. An empty Encrypt beside a MsgType seals nothing.
pub(super) fn is_sealed(root: Element<'_, '_>) -> bool {
    let is = |child: &Element<'_, '_>, name: &str| child.name().eq_ignore_ascii_case(name);
    let has_text = |child: &Element<'_, '_>| !child.text().is_empty();
    let mut children = root.children();
    let is_plain = root.child("MsgType").is_some();
    children.any(|child| is(&child, ENCRYPT) && has_text(&child))
        || (!is_plain && root.children().any(|child| is(&child, ENCRYPT) || is(&child, "MsgSignature")))
}

/// The message inside, if it can be got at; what is wrong with its envelope is reported.
pub(super) fn open(root: Element<'_, '_>, question: &Question<'_>, findings: &mut Findings<'_>) -> Option<Vec<u8>> {
    let keys = match question.sealing {
        Sealing::Plain => {
            findings.add_at(Finding::new(Code::SealedInPlain), super::elements::tag_of(root));
            return None;
        }
        Sealing::NotJudged => None,
        Sealing::Compat(keys) | Sealing::Safe(keys) => keys,
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
        findings.add_at(Finding::new(Code::SealedNotJudged), super::elements::tag_of(root));
        return None;
    };
    check_signature(&elements, encrypt.text(), &keys, findings);
    let opened = unlock(encrypt, &keys, findings)?;
    check_app_id(&opened, encrypt, &keys, findings);
    Some(opened.message)
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
        () if same(&signature(token, time, nonce), received) => Finding::new(Code::MsgSignatureWithoutEncrypt),
        () => Finding::new(Code::MsgSignatureWrong).with("computed", computed).with("received", quoted(received)),
    };
    findings.add_at(finding, element.text_span());
}

/// Opens it with the key of the push, or else tells whether the other key does.
fn unlock(encrypt: Element<'_, '_>, keys: &Keys<'_>, findings: &mut Findings<'_>) -> Option<Opened> {
    let error = match envelope::open(keys.key, encrypt.text()) {
        Ok(opened) => return Some(opened),
        Err(error) => error,
    };
    let opened = keys.other.and_then(|other| envelope::open(other, encrypt.text()).ok());
    let finding = if opened.is_some() { Finding::new(Code::EncryptOtherKey) } else { reason(&error) };
    findings.add_at(finding, encrypt.text_span());
    opened
}

fn reason(error: &OpenError) -> Finding {
    match error {
        OpenError::NotBase64 { source } => Finding::new(Code::EncryptNotBase64).with("reason", source),
        OpenError::Length { bytes } => Finding::new(Code::EncryptBlockLength).with("bytes", bytes),
        OpenError::BadLength { declared, available } => {
            Finding::new(Code::EncryptDeclaredLength).with("declared", declared).with("available", available)
        }
        OpenError::BadPadding { .. } | OpenError::TooShort { .. } | OpenError::ReceiveIdNotUtf8 => {
            Finding::new(Code::EncryptNotOpened).with("reason", error)
        }
    }
}

/// Whose message it says it is. A message whose length was counted in characters runs over into this.
fn check_app_id(opened: &Opened, encrypt: Element<'_, '_>, keys: &Keys<'_>, findings: &mut Findings<'_>) {
    let found = &*opened.receive_id;
    let Some(expected) = keys.app_id.filter(|expected| *expected != found) else { return };
    let finding = if found.ends_with(expected) {
        Finding::new(Code::MessageLengthShort)
    } else {
        Finding::new(Code::AppIdDiffers).with("expected", expected).with("found", quoted(found))
    };
    findings.add_at(finding, encrypt.text_span());
}
