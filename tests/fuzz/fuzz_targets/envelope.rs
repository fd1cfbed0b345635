//! Keys and sealed messages: what is sealed opens as it was, and what opens says no more than there is.
//!
//! An input is a key, a line break, an AppID, a line break, and bytes.
#![no_main]

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use cbc::cipher::{Array, BlockModeEncrypt as _, KeyIvInit as _};
use libfuzzer_sys::fuzz_target;
use menuscope::wechat::envelope::{AesKey, KEY_CHARACTERS, KeyError, Plaintext, decrypt, encrypt};
use menuscope_fuzz::AES_KEY;

/// The last of 43 characters stands for more bits than the key has.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (text, app_id, rest) = (String::from_utf8_lossy(part()), String::from_utf8_lossy(part()), part());
    let (key, text) = match AesKey::parse(&text) {
        Ok(key) => (key, &*text),
        Err(error) => {
            check_error(&text, &error);
            (AesKey::parse(AES_KEY).unwrap(), AES_KEY)
        }
    };
    check_sealed(&key, rest, &app_id);
    if let Ok(encrypt) = std::str::from_utf8(rest) {
        check_opened(&key, encrypt);
    }
    check_opened(&key, &encrypted(text, rest));
});

fn check_error(text: &str, error: &KeyError) {
    match error {
        KeyError::Length { characters } => {
            assert_eq!(*characters, text.chars().count());
            assert_ne!(*characters, KEY_CHARACTERS);
        }
        KeyError::Character { character, position } => assert_eq!(text.chars().nth(position - 1), Some(*character)),
    }
}

fn check_sealed(key: &AesKey, message: &[u8], receive_id: &str) {
    let random = *b"0123456789abcdef";
    let opened = decrypt(key, &encrypt(key, &random, message, receive_id)).unwrap();
    let pad = opened.pad;
    assert_eq!(opened, Plaintext { random, message: message.to_vec(), receive_id: receive_id.to_owned(), pad });
    assert_eq!((20 + message.len() + receive_id.len() + usize::from(pad)) % 32, 0);
}

fn check_opened(key: &AesKey, ciphertext: &str) {
    let Ok(opened) = decrypt(key, ciphertext) else { return };
    let length = 20 + opened.message.len() + opened.receive_id.len() + usize::from(opened.pad);
    assert!((1..=32).contains(&opened.pad) && length <= ciphertext.len());
    let again = decrypt(key, &encrypt(key, &opened.random, &opened.message, &opened.receive_id)).unwrap();
    assert_eq!(Plaintext { pad: opened.pad, ..again }, opened);
}

/// The bytes as they are, encrypted: padding and lengths are whatever they say.
fn encrypted(key: &str, plain: &[u8]) -> String {
    let key = LENIENT.decode(format!("{key}=")).unwrap();
    let mut buffer = plain[..plain.len() / 16 * 16].to_vec();
    let (blocks, _) = Array::slice_as_chunks_mut(&mut buffer);
    let key: [u8; 32] = key.try_into().unwrap();
    let iv: [u8; 16] = std::array::from_fn(|index| key[index]);
    cbc::Encryptor::<Aes256>::new(&Array::from(key), &Array::from(iv)).encrypt_blocks(blocks);
    STANDARD.encode(&buffer)
}
