//! Encryption and signatures made anew with the published key and token; what was wrong stays wrong.

use super::elements::Role;
use super::key::Key;
use super::pass::Pass;
use super::{Identifier, published};
use crate::account::{Account, Accounts};
use crate::capture::diagnosis::Code;
use crate::capture::{Capture, Signature};
use crate::wechat::compose::{Edit, edited};
use crate::wechat::envelope::{AesKey, KEY_CHARACTERS, encrypt};
use crate::wechat::lint::{self, LintCode};
use crate::wechat::signature::{msg_signature, signature};
use crate::wechat::tree::Tree;

/// A body with an `Encrypt`.
#[derive(Clone, Debug)]
pub(super) struct EncryptedBody {
    /// The text of `Encrypt`.
    pub(super) encrypt: String,
    /// `None` where no key opens it.
    pub(super) plaintext: Option<Plaintext>,
}

/// The content of an `Encrypt`.
#[derive(Clone, Debug)]
pub(super) struct Plaintext {
    pub(super) message: Vec<u8>,
    /// The AppID behind the message.
    pub(super) receive_id: String,
    /// The key before the current one opened it.
    pub(super) former_key: bool,
}

impl EncryptedBody {
    /// The body, if it has an `Encrypt`.
    pub(super) fn of(tree: &Tree<'_>, account: Option<&Account>, accounts: &Accounts) -> Option<Self> {
        let encrypt = tree.root().text_of("Encrypt").filter(|encrypt| !encrypt.is_empty())?;
        let opened = account.into_iter().chain(accounts.iter()).find_map(|account| account.decrypt(encrypt));
        let plaintext = opened.map(|(opened, former_key)| Plaintext {
            message: opened.message,
            receive_id: opened.receive_id,
            former_key,
        });
        Some(Self { encrypt: encrypt.to_owned(), plaintext })
    }
}

/// The facts on which the new encryption of an answer depends.
pub(super) struct EncryptionContext<'a> {
    /// The answer in plaintext with pseudonyms, where that is known, in case no key opens it.
    pub(super) plain: Option<&'a [u8]>,
    /// The findings about it.
    pub(super) lint: &'a [lint::LintFinding],
    /// `true` if the former key opened the push; `None` where that is not known.
    pub(super) push_key: Option<bool>,
    /// The AppID that the push is encrypted for now.
    pub(super) app_id: &'a str,
    pub(super) account: Option<&'a Account>,
    pub(super) accounts: &'a Accounts,
}

/// Findings about an `Encrypt` that no key opens.
const DAMAGED: [LintCode; 3] =
    [LintCode::EncryptNotBase64, LintCode::EncryptBlockLength, LintCode::EncryptDeclaredLength];

/// The key of a new encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyChoice {
    Published,
    /// A key that is nobody's, where a wrong one was used before.
    Foreign,
}

impl Pass<'_> {
    /// An `Encrypt` with the message inside, the same each time; `None` while identifiers are learnt.
    pub(super) fn encrypted(&self, message: &[u8], receive_id: &str, key: KeyChoice) -> Option<String> {
        if self.is_learning() {
            return None;
        }
        let key = match key {
            KeyChoice::Published => AesKey::parse(published::AES_KEY).ok()?,
            KeyChoice::Foreign => foreign(self.key)?,
        };
        let mut draw = self.key.draw("random", message);
        let mut random = [0; 16];
        for byte in &mut random {
            *byte = draw.of(b"0123456789abcdef")?;
        }
        Some(encrypt(&key, &random, message, receive_id))
    }

    /// Random Base64 in place of a ciphertext that cannot be decrypted; the ciphertext itself while identifiers are learnt.
    pub(super) fn random_ciphertext(&self, encrypt: &str) -> String {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if self.is_learning() {
            return encrypt.to_owned();
        }
        let mut draw = self.key.draw("shut", encrypt.as_bytes());
        // Noise of one block again and again is noise enough.
        let noise: Vec<char> = (0..64).filter_map(|_| draw.of(BASE64)).map(char::from).collect();
        let other = |(letter, noise): (char, &char)| match u8::try_from(letter) {
            Ok(byte) if BASE64.contains(&byte) => *noise,
            Ok(_) | Err(_) => letter,
        };
        encrypt.chars().zip(noise.iter().cycle()).map(other).collect()
    }

    /// The envelope of an encrypted answer with other contents, signed anew. One that is no envelope is a body like any
    /// other.
    pub(super) fn encrypted_answer(&mut self, body: &[u8], of: &EncryptionContext<'_>) -> Vec<u8> {
        let tree = Tree::parse(body).ok();
        let Some(found) = tree.as_ref().and_then(|tree| EncryptedBody::of(tree, of.account, of.accounts)) else {
            return self.parsed_document(body, tree.as_ref(), Role::Reply);
        };
        let was = |codes: &[LintCode]| of.lint.iter().any(|finding| codes.contains(&finding.code));
        let encrypt = match (&found.plaintext, of.plain) {
            (Some(plaintext), _) => {
                let message = self.document(&plaintext.message, Role::Reply);
                let same = of.push_key.is_none_or(|former| former == plaintext.former_key);
                let receive_id = self.identifier(Identifier::AppId, &plaintext.receive_id);
                self.encrypted(&message, &receive_id, if same { KeyChoice::Published } else { KeyChoice::Foreign })
            }
            (None, Some(plain)) if was(&[LintCode::EncryptOtherKey, LintCode::EncryptNotOpened]) => {
                self.encrypted(plain, of.app_id, KeyChoice::Foreign)
            }
            // The key that was right then is not known any more.
            (None, Some(plain)) if !was(&DAMAGED) => self.encrypted(plain, of.app_id, KeyChoice::Published),
            (None, _) => None,
        };
        let encrypt = encrypt.unwrap_or_else(|| self.random_ciphertext(&found.encrypt));
        if self.is_learning() {
            return self.parsed_document(body, tree.as_ref(), Role::Reply);
        }
        self.signed_answer(body, &found.encrypt, &encrypt, of.account)
    }

    fn signed_answer(&mut self, body: &[u8], old: &str, new: &str, account: Option<&Account>) -> Vec<u8> {
        let edit = |name: &str, value: String| Edit { name: name.to_owned(), value };
        let mut edits = vec![edit("Encrypt", new.to_owned())];
        if let Ok(tree) = Tree::parse(body) {
            let text = |name| tree.root().text_of(name);
            if let (Some(found), Some(timestamp), Some(nonce)) =
                (text("MsgSignature"), text("TimeStamp"), text("Nonce"))
            {
                let token = account.and_then(Account::token);
                let [before, after] = [(token, old), (Some(published::TOKEN), new)].map(|(token, encrypt)| {
                    token.map(|token| {
                        [msg_signature(token, timestamp, nonce, encrypt), signature(token, timestamp, nonce)]
                    })
                });
                let other = match (before, after) {
                    (Some([right, _]), Some([other, _])) if right == found => other,
                    // The mistake of taking one signature for the other is still that mistake.
                    (Some([_, mistaken]), Some([_, other])) if mistaken == found => other,
                    (None, Some([other, _])) => other,
                    _ => self.wrong_signature(found),
                };
                edits.push(edit("MsgSignature", other));
            }
        }
        let changed = self.document(body, Role::Reply);
        edited(&changed, &edits).unwrap_or(changed)
    }

    /// A wrong signature: of the same shape, and as wrong.
    pub(super) fn wrong_signature(&mut self, found: &str) -> String {
        self.identifier(Identifier::Secret, found)
    }
}

/// A key that nobody has.
fn foreign(key: &Key) -> Option<AesKey> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut draw = key.draw("foreign key", b"");
    let text: String = (0..KEY_CHARACTERS).filter_map(|_| draw.of(LETTERS)).map(char::from).collect();
    AesKey::parse(&text).ok()
}

/// The signatures of a request, before and now: of the query, and of the message where that is encrypted.
pub(super) struct Signer {
    /// By the account's token; `None` where it has none, or has not the one any more that was right then.
    old: Option<[Option<String>; 2]>,
    new: [Option<String>; 2],
    /// The index of the signature that decides.
    deciding: usize,
    recorded: Signature,
    beside_wrong: bool,
}

/// The parameters in the order in which [`Signer`] has them.
const SIGNATURES: [&str; 2] = ["signature", "msg_signature"];

impl Signer {
    /// `encrypt` is the one that arrived, and the one in its place.
    pub(super) fn of(capture: &Capture, account: Option<&Account>, encrypt: Option<(&str, &str)>) -> Self {
        let parameter = |name: &str| {
            capture.request.parameters().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
        };
        let stamp = parameter("timestamp").zip(parameter("nonce"));
        let both = |token: &str, encrypt: Option<&str>| {
            let Some((timestamp, nonce)) = &stamp else { return [None, None] };
            let of_message = encrypt.map(|encrypt| msg_signature(token, timestamp, nonce, encrypt));
            [Some(signature(token, timestamp, nonce)), of_message]
        };
        let deciding = usize::from(encrypt.is_some());
        let recorded = capture.signature;
        let is_stale = |old: &[Option<String>; 2]| {
            recorded == Signature::Valid && parameter(SIGNATURES[deciding]) != old[deciding]
        };
        let old = account.and_then(Account::token).map(|token| both(token, encrypt.map(|(old, _)| old)));
        Self {
            old: old.filter(|old| !is_stale(old)),
            new: both(published::TOKEN, encrypt.map(|(_, new)| new)),
            deciding,
            recorded,
            beside_wrong: capture.diagnoses.iter().any(|diagnosis| diagnosis.code == Code::SignatureBesideWrong),
        }
    }

    /// The parameter's new value: right where the old one was, and mistaken where that was the other one; `None` where
    /// it was just wrong, or is none of the two.
    pub(super) fn signed(&self, name: &str, value: &str) -> Option<&str> {
        let own = SIGNATURES.iter().position(|known| *known == name)?;
        let other = 1 - own;
        let is = |which: usize| self.old.as_ref().is_some_and(|old| old[which].as_deref() == Some(value));
        let is_right = match self.recorded {
            // What was found on arrival counts, whatever token the account has now.
            Signature::Valid if own == self.deciding => true,
            Signature::Invalid | Signature::Missing if own == self.deciding => false,
            Signature::Valid | Signature::Unchecked => is(own) || self.old.is_none() && !self.beside_wrong,
            Signature::Invalid | Signature::Missing => is(own),
        };
        let which = if is_right {
            own
        } else if is(other) {
            other
        } else {
            return None;
        };
        self.new[which].as_deref()
    }

    /// Tells whether a parameter is a signature.
    pub(super) fn is_signature(name: &str) -> bool {
        SIGNATURES.contains(&name)
    }
}
