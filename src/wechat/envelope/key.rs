//! Parses an `EncodingAESKey`: 43 characters that encode an AES-256 key.

use std::fmt;

use aes::cipher::{Array, KeyIvInit};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// The length of an `EncodingAESKey`.
pub const KEY_CHARACTERS: usize = 43;
/// The length of the AES-256 key in bytes.
const KEY_BYTES: usize = 32;

/// Accepts keys and ciphertexts whose last character carries unused bits.
///
/// The official sample key is such a one; a strict decoder refuses it.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The AES key encoded by an `EncodingAESKey`. Wiped when dropped, never printed.
///
/// Two different texts may encode the same key: compare keys, never texts.
#[derive(Clone, ZeroizeOnDrop)]
pub struct AesKey([u8; KEY_BYTES]);

/// A text that is not an `EncodingAESKey`. Reveals nothing of the key beyond the wrong character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It has another number of characters than 43.
    #[error("an EncodingAESKey has 43 characters, this one has {characters}")]
    Length {
        /// The length of the text.
        characters: usize,
    },
    /// It holds a character that is neither a letter nor a digit.
    #[error("an EncodingAESKey is of A-Z, a-z and 0-9; character {position} is {character:?}")]
    Character {
        character: char,
        /// The place of the character, counted from 1.
        position: usize,
    },
}

impl AesKey {
    /// Reads the 43 characters that the platform's console shows.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if let Some((index, character)) =
            text.chars().enumerate().find(|(_, character)| !character.is_ascii_alphanumeric())
        {
            return Err(KeyError::Character { character, position: index + 1 });
        }
        let wrong_length = KeyError::Length { characters: text.len() };
        if text.len() != KEY_CHARACTERS {
            return Err(wrong_length);
        }
        // The decoder estimates generously: 43 characters need room for 33 bytes.
        let mut decoded = Zeroizing::new([0; KEY_BYTES + 1]);
        match LENIENT.decode_slice(text, decoded.as_mut_slice()) {
            Ok(KEY_BYTES) => Ok(Self(std::array::from_fn(|index| decoded[index]))),
            Ok(_) | Err(_) => Err(wrong_length),
        }
    }

    /// A cipher in CBC mode whose IV is the first half of the key.
    pub(super) fn cipher<C: KeyIvInit>(&self) -> C {
        self.cipher_with_iv(|index| self.0[index])
    }

    /// A cipher with an IV given byte by byte.
    pub(super) fn cipher_with_iv<C: KeyIvInit>(&self, iv: impl FnMut(usize) -> u8) -> C {
        C::new(&Array::from_fn(|index| self.0[index]), &Array::from_fn(iv))
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesKey(…)")
    }
}

impl PartialEq for AesKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for AesKey {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    fn sample_key() -> AesKey {
        AesKey::parse(SAMPLE_KEY).unwrap()
    }

    #[test]
    fn a_key_with_trailing_bits_is_a_good_key() {
        let hex = sample_key().0.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(hex, "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051");
    }

    #[test]
    fn texts_that_differ_in_trailing_bits_are_one_key() {
        let stem = &SAMPLE_KEY[..42];
        for last in ["E", "F", "H"] {
            assert_eq!(AesKey::parse(&format!("{stem}{last}")).unwrap(), sample_key(), "{last}");
        }
        assert_ne!(AesKey::parse(&format!("{stem}I")).unwrap(), sample_key());
    }

    #[test]
    fn a_key_of_another_length_is_told_its_length() {
        for text in ["", "abc", &SAMPLE_KEY[1..], &format!("{SAMPLE_KEY}A")] {
            assert_eq!(AesKey::parse(text).unwrap_err(), KeyError::Length { characters: text.len() });
        }
    }

    #[test]
    fn a_character_that_no_key_has_is_told_with_its_place() {
        for (text, character, position) in [
            (format!("{SAMPLE_KEY}="), '=', 44),
            (format!(" {SAMPLE_KEY}"), ' ', 1),
            (SAMPLE_KEY.replace('c', "+"), '+', 3),
            (SAMPLE_KEY.replace('c', "微"), '微', 3),
        ] {
            let error = AesKey::parse(&text).unwrap_err();
            assert_eq!(error, KeyError::Character { character, position }, "{text}");
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", sample_key()), "AesKey(…)");
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_a_key_only_if_it_is_43_letters_and_digits(text in ".{0,60}") {
            let good = text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            prop_assert_eq!(AesKey::parse(&text).is_ok(), good);
        }

        #[test]
        fn every_text_of_43_letters_and_digits_is_a_key(text in "[A-Za-z0-9]{43}") {
            prop_assert!(AesKey::parse(&text).is_ok());
        }
    }
}
