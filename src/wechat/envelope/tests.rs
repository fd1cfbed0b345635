//! Tests of encryption and decryption: round trips, refusals and arbitrary input.

use proptest::prelude::*;

use super::*;

const SAMPLE_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const OTHER_KEY: &str = "0123456789ABCDEFGabcdefghijklmnopqrstuvwxyz";
const APP_ID: &str = "wxb11529c136998cb6";
const RANDOM: &[u8; 16] = b"0123456789abcdef";

fn sample_key() -> AesKey {
    AesKey::parse(SAMPLE_KEY).unwrap()
}

/// Encrypts whole blocks as they are, malformed ones included.
fn encrypted(key: &AesKey, plain: &[u8]) -> String {
    let mut buffer = plain.to_vec();
    let (blocks, rest) = Array::slice_as_chunks_mut(&mut buffer);
    assert!(rest.is_empty());
    key.cipher::<Encryptor<Aes256>>().encrypt_blocks(blocks);
    STANDARD.encode(&buffer)
}

#[test]
fn every_padding_from_1_to_32_opens() {
    let key = sample_key();
    let mut pads = Vec::new();
    for length in 0..32 {
        let message = vec![b'm'; length];
        let opened = decrypt(&key, &encrypt(&key, RANDOM, &message, APP_ID)).unwrap();
        assert_eq!(opened.message, message);
        pads.push(opened.pad);
    }
    pads.sort_unstable();
    assert_eq!(pads, (1..=32).collect::<Vec<_>>());
}

#[test]
fn an_aligned_plaintext_gets_a_whole_block_of_padding() {
    let key = sample_key();
    let opened = decrypt(&key, &encrypt(&key, RANDOM, &[b'm'; 12], "")).unwrap();
    assert_eq!(opened.pad, 32);
}

#[test]
fn a_sender_that_pads_to_blocks_of_16_is_understood() {
    let mut plain = RANDOM.to_vec();
    plain.extend([0, 0, 0, 4]);
    plain.extend(b"text");
    plain.extend(b"wx123456");
    plain.resize(48, 16);
    let opened = decrypt(&sample_key(), &encrypted(&sample_key(), &plain)).unwrap();
    assert_eq!((opened.message.as_slice(), opened.pad), (b"text".as_slice(), 16));
}

#[test]
fn a_wrong_iv_shows_in_the_random_bytes_alone() {
    let key = sample_key();
    let ciphertext = STANDARD.decode(encrypt(&key, RANDOM, b"message", APP_ID)).unwrap();
    let mut wrong = ciphertext.clone();
    let (blocks, _) = Array::slice_as_chunks_mut(&mut wrong);
    key.cipher_with_iv::<Decryptor<Aes256>>(|_| 0).decrypt_blocks(blocks);
    let right = decrypt(&key, &STANDARD.encode(&ciphertext)).unwrap();
    assert_eq!(&right.random, RANDOM);
    assert_ne!(wrong[..16], right.random);
    assert_eq!(&wrong[20..27], b"message");
}

#[test]
fn what_is_not_base64_is_told_with_its_place() {
    let error = decrypt(&sample_key(), "AAAA AAAA").unwrap_err();
    let source = base64::DecodeError::InvalidByte(4, b' ');
    assert_eq!(error, DecryptError::NotBase64 { source });
}

#[test]
fn what_is_empty_or_no_whole_number_of_blocks_is_told_its_length() {
    for (encrypt, bytes) in [("", 0), ("AAAA", 3), (&"A".repeat(44), 33)] {
        assert_eq!(decrypt(&sample_key(), encrypt).unwrap_err(), DecryptError::Length { bytes });
    }
}

#[test]
fn padding_of_0_of_33_or_of_several_minds_is_refused() {
    let mut uneven = [5; 32];
    uneven[28] = 4;
    for (plain, last) in [([0; 32], 0), ([33; 32], 33), (uneven, 5)] {
        let error = decrypt(&sample_key(), &encrypted(&sample_key(), &plain)).unwrap_err();
        assert_eq!(error, DecryptError::BadPadding { last });
    }
}

#[test]
fn padding_longer_than_the_message_is_refused() {
    let error = decrypt(&sample_key(), &encrypted(&sample_key(), &[20; 16])).unwrap_err();
    assert_eq!(error, DecryptError::BadPadding { last: 20 });
}

#[test]
fn nothing_but_padding_is_too_short() {
    let error = decrypt(&sample_key(), &encrypted(&sample_key(), &[32; 32])).unwrap_err();
    assert_eq!(error, DecryptError::TooShort { bytes: 0 });
}

#[test]
fn a_length_beyond_the_end_is_told_beside_what_is_there() {
    let mut plain = [1; 32];
    plain[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    let error = decrypt(&sample_key(), &encrypted(&sample_key(), &plain)).unwrap_err();
    assert_eq!(error, DecryptError::BadLength { declared: u32::MAX, available: 11 });
}

#[test]
fn an_app_id_that_is_not_text_is_an_error_of_its_own() {
    let mut plain = [1; 32];
    plain[16..20].copy_from_slice(&0_u32.to_be_bytes());
    plain[20] = 0xff;
    let error = decrypt(&sample_key(), &encrypted(&sample_key(), &plain)).unwrap_err();
    assert_eq!(error, DecryptError::ReceiveIdNotUtf8);
}

#[test]
fn an_encrypted_push_looks_like_a_genuine_one() {
    assert_eq!(
        encrypted_push(Format::Xml, "gh_680bdefc8c5d", "MNn4+jJ/"),
        b"<xml>\n    <ToUserName><![CDATA[gh_680bdefc8c5d]]></ToUserName>\n    \
          <Encrypt><![CDATA[MNn4+jJ/]]></Encrypt>\n</xml>"
    );
    assert_eq!(
        encrypted_push(Format::Json, "gh_680bdefc8c5d", "MNn4+jJ/"),
        br#"{"ToUserName":"gh_680bdefc8c5d","Encrypt":"MNn4+jJ/"}"#
    );
    assert_eq!(
        encrypted_platform_push(Format::Json, "wx134c8103faa5a59e", "MNn4+jJ/"),
        br#"{"AppId":"wx134c8103faa5a59e","Encrypt":"MNn4+jJ/"}"#
    );
}

#[test]
fn an_encrypted_reply_has_the_documented_elements() {
    assert_eq!(
        encrypted_reply(Format::Xml, "ab+/", "0a1b", "1713424427", "415670741"),
        b"<xml>\n<Encrypt><![CDATA[ab+/]]></Encrypt>\n<MsgSignature><![CDATA[0a1b]]>\
          </MsgSignature>\n<TimeStamp>1713424427</TimeStamp>\n\
          <Nonce><![CDATA[415670741]]></Nonce>\n</xml>"
    );
    assert_eq!(
        encrypted_reply(Format::Json, "ab+/", "0a1b", "1713424427", "415670741"),
        br#"{"Encrypt":"ab+/","MsgSignature":"0a1b","TimeStamp":1713424427,"Nonce":"415670741"}"#
    );
}

#[test]
fn a_timestamp_that_is_no_number_stays_text_in_a_json_reply() {
    let body = encrypted_reply(Format::Json, "", "", "017", "");
    assert!(String::from_utf8(body).unwrap().contains(r#""TimeStamp":"017""#));
}

proptest! {
    #[test]
    fn what_was_encrypted_decrypts_to_the_same(
        random: [u8; 16],
        message in prop::collection::vec(any::<u8>(), 0..600),
        receive_id in ".{0,40}",
    ) {
        let key = sample_key();
        let opened = decrypt(&key, &encrypt(&key, &random, &message, &receive_id)).unwrap();
        prop_assert_eq!(opened.random, random);
        prop_assert_eq!(opened.message, message);
        prop_assert_eq!(opened.receive_id, receive_id);
    }

    #[test]
    fn another_key_does_not_open_it(
        random: [u8; 16],
        message in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let ciphertext = encrypt(&sample_key(), &random, &message, APP_ID);
        let other = AesKey::parse(OTHER_KEY).unwrap();
        prop_assert!(decrypt(&other, &ciphertext).is_err());
    }

    #[test]
    fn arbitrary_text_is_an_answer_and_never_a_panic(text in ".{0,200}") {
        prop_assert!(decrypt(&sample_key(), &text).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_an_answer_and_never_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(decrypt(&sample_key(), &STANDARD.encode(bytes)).is_err());
    }

    #[test]
    fn arbitrary_plaintexts_are_an_answer_and_never_a_panic(
        blocks in prop::collection::vec(any::<[u8; 16]>(), 1..6),
        pad in 0_usize..=33,
        length in 0_u32..120,
    ) {
        let mut plain = blocks.concat();
        if plain.len() > 20 {
            plain[16..20].copy_from_slice(&length.to_be_bytes());
        }
        let from = plain.len().saturating_sub(pad);
        plain[from..].fill(pad as u8);
        decrypt(&sample_key(), &encrypted(&sample_key(), &plain)).ok();
    }

    #[test]
    fn a_changed_byte_is_an_error_or_another_message(
        message in prop::collection::vec(any::<u8>(), 0..200),
        place: prop::sample::Index,
        change in 1_u8..,
    ) {
        let key = sample_key();
        let ciphertext = encrypt(&key, RANDOM, &message, APP_ID);
        let original = decrypt(&key, &ciphertext).unwrap();
        let mut bytes = STANDARD.decode(ciphertext).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        if let Ok(opened) = decrypt(&key, &STANDARD.encode(bytes)) {
            prop_assert_ne!(opened, original);
        }
    }
}
