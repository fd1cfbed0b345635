//! Encrypts and decrypts messages with an `EncodingAESKey`, and writes the elements around the ciphertext.

mod key;

use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt as _, BlockModeEncrypt as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::{Decryptor, Encryptor};

use self::key::LENIENT;
pub use self::key::{AesKey, KEY_CHARACTERS, KeyError};
use super::tree::Format;
use super::xml;

/// Bytes in a block of AES, and so in the random prefix and in the IV.
const AES_BLOCK: usize = 16;
/// Random bytes, and then the length of the message as a big-endian `u32`.
const HEAD: usize = AES_BLOCK + 4;
/// WeChat pads to blocks of 32, twice the cipher's own.
const PAD_BLOCK: usize = 32;

/// The decrypted content of an `Encrypt` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plaintext {
    /// The random bytes before the message, the only part that a wrong IV damages.
    pub random: [u8; 16],
    /// The message, to the byte.
    pub message: Vec<u8>,
    /// The AppID behind the message, of the account or of the open platform.
    pub receive_id: String,
    /// The length of the padding in bytes, 1 to 32.
    pub pad: u8,
}

/// A ciphertext that cannot be decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// It is not base64.
    #[error("Encrypt is not base64: {source}")]
    NotBase64 { source: base64::DecodeError },
    /// It is empty, or not made of whole blocks.
    #[error("Encrypt holds {bytes} bytes, which is not a whole number of blocks of 16")]
    Length {
        /// The length of the decoded base64.
        bytes: usize,
    },
    /// The end is not padding, as after decrypting with another account's key.
    #[error("the decrypted message does not end in padding (its last byte is {last}): wrong key")]
    BadPadding {
        /// The last byte, which should say how long the padding is.
        last: u8,
    },
    /// Without its padding it is shorter than the random bytes and the length before a message.
    #[error("the decrypted message is cut short: {bytes} bytes, at least 20 are needed")]
    TooShort {
        /// The length without padding.
        bytes: usize,
    },
    /// The declared length of the message exceeds the plaintext.
    #[error("the decrypted message declares {declared} bytes, but {available} are there")]
    BadLength {
        /// The length in the message.
        declared: u32,
        /// The number of bytes that follow it.
        available: usize,
    },
    /// The bytes behind the message are not text.
    #[error("the AppID behind the decrypted message is not UTF-8")]
    ReceiveIdNotUtf8,
}

/// Decrypts the text of an `Encrypt` element.
///
/// The caller checks the `msg_signature` before, and the [`Plaintext::receive_id`] after.
pub fn decrypt(key: &AesKey, encrypt: &str) -> Result<Plaintext, DecryptError> {
    let mut buffer = LENIENT.decode(encrypt).map_err(|source| DecryptError::NotBase64 { source })?;
    let (blocks, rest) = Array::slice_as_chunks_mut(&mut buffer);
    if blocks.is_empty() || !rest.is_empty() {
        return Err(DecryptError::Length { bytes: buffer.len() });
    }
    key.cipher::<Decryptor<Aes256>>().decrypt_blocks(blocks);
    let pad = padding(&buffer)?;
    buffer.truncate(buffer.len() - usize::from(pad));
    split(buffer, pad)
}

/// Encrypts a message into the text of an `Encrypt` element. The caller draws the 16 random bytes.
pub fn encrypt(key: &AesKey, random: &[u8; 16], message: &[u8], receive_id: &str) -> String {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    let bare = HEAD + message.len() + receive_id.len();
    // An aligned plaintext still gets a whole block of padding.
    let pad = PAD_BLOCK - bare % PAD_BLOCK;
    let mut buffer = Vec::with_capacity(bare + pad);
    buffer.extend_from_slice(random);
    buffer.extend_from_slice(&length);
    buffer.extend_from_slice(message);
    buffer.extend_from_slice(receive_id.as_bytes());
    buffer.resize(bare + pad, pad as u8);
    let (blocks, _) = Array::slice_as_chunks_mut(&mut buffer);
    key.cipher::<Encryptor<Aes256>>().encrypt_blocks(blocks);
    STANDARD.encode(&buffer)
}

/// The length of the padding: 1 to 32 bytes, each of which holds their number.
fn padding(plain: &[u8]) -> Result<u8, DecryptError> {
    let last = plain.last().copied().unwrap_or_default();
    let wrong = DecryptError::BadPadding { last };
    let length = usize::from(last);
    if !(1..=PAD_BLOCK).contains(&length) || length > plain.len() {
        return Err(wrong);
    }
    if plain[plain.len() - length..].iter().all(|byte| *byte == last) { Ok(last) } else { Err(wrong) }
}

/// Splits a plaintext without padding into its parts. Its buffer becomes the message's.
fn split(mut plain: Vec<u8>, pad: u8) -> Result<Plaintext, DecryptError> {
    let too_short = DecryptError::TooShort { bytes: plain.len() };
    let Some((&random, rest)) = plain.split_first_chunk::<AES_BLOCK>() else {
        return Err(too_short);
    };
    let Some((&length, rest)) = rest.split_first_chunk::<4>() else {
        return Err(too_short);
    };
    let declared = u32::from_be_bytes(length);
    let bad_length = DecryptError::BadLength { declared, available: rest.len() };
    let end = usize::try_from(declared).unwrap_or(usize::MAX);
    let Some((_, tail)) = rest.split_at_checked(end) else {
        return Err(bad_length);
    };
    let Ok(receive_id) = std::str::from_utf8(tail).map(str::to_owned) else {
        return Err(DecryptError::ReceiveIdNotUtf8);
    };
    plain.truncate(HEAD + end);
    plain.drain(..HEAD);
    Ok(Plaintext { random, message: plain, receive_id, pad })
}

/// The body of a push in safe mode, in the layout of genuine ones.
pub fn encrypted_push(format: Format, to_user: &str, encrypt: &str) -> Vec<u8> {
    addressed(format, "ToUserName", to_user, encrypt)
}

/// The body of an open platform's encrypted push, which is addressed by its AppID.
pub fn encrypted_platform_push(format: Format, app_id: &str, encrypt: &str) -> Vec<u8> {
    addressed(format, "AppId", app_id, encrypt)
}

fn addressed(format: Format, name: &'static str, value: &str, encrypt: &str) -> Vec<u8> {
    let body = match format {
        Format::Xml => {
            let (value, encrypt) = (xml::cdata(value), xml::cdata(encrypt));
            format!("<xml>\n    <{name}>{value}</{name}>\n    <Encrypt>{encrypt}</Encrypt>\n</xml>")
        }
        Format::Json => serde_json::json!({ name: value, "Encrypt": encrypt }).to_string(),
    };
    body.into_bytes()
}

/// The envelope of an encrypted passive reply.
///
/// `msg_signature` is over this timestamp and nonce, which are the replier's own choice.
pub fn encrypted_reply(format: Format, encrypt: &str, msg_signature: &str, timestamp: &str, nonce: &str) -> Vec<u8> {
    let body = match format {
        Format::Xml => format!(
            "<xml>\n<Encrypt>{}</Encrypt>\n<MsgSignature>{}</MsgSignature>\n\
             <TimeStamp>{}</TimeStamp>\n<Nonce>{}</Nonce>\n</xml>",
            xml::cdata(encrypt),
            xml::cdata(msg_signature),
            xml::escape_text(timestamp),
            xml::cdata(nonce),
        ),
        Format::Json => serde_json::json!({
            "Encrypt": encrypt,
            "MsgSignature": msg_signature,
            "TimeStamp": number_or_text(timestamp),
            "Nonce": nonce,
        })
        .to_string(),
    };
    body.into_bytes()
}

/// A number if it keeps the text, as in the platform's own JSON reply.
fn number_or_text(text: &str) -> serde_json::Value {
    match text.parse::<u64>() {
        Ok(number) if number.to_string() == text => number.into(),
        Ok(_) | Err(_) => text.into(),
    }
}

#[cfg(test)]
mod tests;
