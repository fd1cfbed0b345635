//! The layers of an encrypted push: the ciphertext in its envelope, and the figures of the plaintext around the message.

use super::ciphertext::Ciphertext;
use super::compressed::ReadableBody;
use super::query::Query;
use crate::account::Account;
use crate::capture::Capture;
use crate::wechat::tree::Tree;

/// Characters of base64 in a group, and the bytes that it stands for.
const GROUP: (usize, usize) = (4, 3);

/// The ciphertext of a push, and its plaintext where the account's keys decrypt it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiphertextLayers {
    /// The number of characters of base64.
    pub characters: usize,
    /// The number of bytes that they stand for.
    pub bytes: usize,
    /// `None` if no key of the account decrypts it.
    pub plaintext: Option<PlaintextFigures>,
}

/// The figures around the message in a plaintext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaintextFigures {
    /// The random bytes at the beginning.
    pub random: [u8; 16],
    /// The length of the message in bytes, which stands behind them in network order.
    pub length: u32,
    /// The AppID behind the message.
    pub receive_id: String,
    /// The AppID of the account, if it is configured.
    pub expected_id: Option<String>,
    /// The number of padding bytes.
    pub pad: u8,
    /// True if the former key decrypted it.
    pub former_key: bool,
}

impl PlaintextFigures {
    /// The length as it stands in the plaintext.
    pub fn length_bytes(&self) -> [u8; 4] {
        self.length.to_be_bytes()
    }
}

/// Takes an encrypted push apart; `None` for one that is not encrypted. Without an account nothing is decrypted.
pub fn explain_ciphertext(capture: &Capture, account: Option<&Account>) -> Option<CiphertextLayers> {
    let body = ReadableBody::of(&capture.request, &mut Vec::new());
    let tree = Tree::parse_lenient(body.bytes()?).ok()?;
    let ciphertext = Ciphertext::of(&tree)?;
    let query = Query::of(&capture.request);
    let base64 = ciphertext.reading(&query, account.and_then(Account::token))?.base64;
    let padding = base64.bytes().rev().take_while(|byte| *byte == b'=').count();
    let plaintext = account.and_then(|account| {
        let (plaintext, former_key) = account.decrypt(base64)?;
        Some(PlaintextFigures {
            random: plaintext.random,
            length: u32::try_from(plaintext.message.len()).ok()?,
            receive_id: plaintext.receive_id,
            expected_id: account.receive_id().map(str::to_owned),
            pad: plaintext.pad,
            former_key,
        })
    });
    Some(CiphertextLayers { characters: base64.len(), bytes: (base64.len() - padding) * GROUP.1 / GROUP.0, plaintext })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Accounts, Secret, Secrets};
    use crate::capture::RawRequest;
    use crate::inspect::inspect;
    use crate::wechat::envelope::{AesKey, encrypt, encrypted_push};
    use crate::wechat::tree::Format;

    const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    fn capture(account: &Account, body: Vec<u8>) -> Capture {
        let request = RawRequest {
            received_at: jiff::Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx".to_owned(),
            headers: crate::capture::Headers::default(),
            peer: "127.0.0.1:1".to_owned(),
            body_length: body.len() as u64,
            body: body.into(),
        };
        inspect(request, &Accounts::new(vec![account.clone()], None)).capture
    }

    #[test]
    fn the_figures_are_those_that_the_sender_put_around_the_message() {
        let secrets = Secrets { aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
        let mut account = Account::named("default").with_secrets(secrets);
        account.app_id = Some("wx2".to_owned());
        let message = b"<xml><MsgType>event</MsgType><Event>CLICK</Event></xml>";
        let encrypted = encrypt(&AesKey::parse(KEY).unwrap(), &[7; 16], message, "wx1");
        let capture = capture(&account, encrypted_push(Format::Xml, "gh_1", &encrypted));
        let layers = explain_ciphertext(&capture, Some(&account)).unwrap();
        let plaintext = layers.plaintext.unwrap();
        assert_eq!((layers.characters, layers.bytes), (encrypted.len(), 96));
        assert_eq!((plaintext.random, plaintext.length as usize), ([7; 16], message.len()));
        assert_eq!((&*plaintext.receive_id, plaintext.expected_id.as_deref()), ("wx1", Some("wx2")));
        assert_eq!(16 + 4 + message.len() + 3 + usize::from(plaintext.pad), layers.bytes);
        assert!(!plaintext.former_key);
        assert_eq!(explain_ciphertext(&capture, None).unwrap().plaintext, None);
    }

    #[test]
    fn a_plain_push_has_no_layers() {
        let account = Account::named("default");
        let capture = capture(&account, b"<xml><MsgType>text</MsgType></xml>".to_vec());
        assert_eq!(explain_ciphertext(&capture, Some(&account)), None);
    }
}
