//! What is not perfect about a request, and the remedy: stable codes here, words in `assets/locales`.

use crate::texts::Language;
use crate::wechat::codes::codes;
pub use crate::wechat::codes::{Coded, Finding, Severity, worst};

codes! {
    /// What can be diagnosed; each spelling is the stem of its texts, `diagnosis.CODE.message` and `.remedy`.
    Code "diagnosis" {
    /// A query parameter that the check needs is not there: `name`.
    ParameterMissing "parameter-missing" Error,
    /// A query parameter comes twice: `name`.
    ParameterDoubled "parameter-doubled" Warning,
    /// A query parameter looks like one of WeChat's: `found`, `name`.
    ParameterMisspelt "parameter-misspelt" Error,
    /// The signature was not made with this token: `parts`, `joined`, `computed`, `received`.
    SignatureMismatch "signature-mismatch" Error,
    /// It matches when the token's surrounding white space goes.
    SignatureTokenTrimmed "signature-token-trimmed" Error,
    /// It matches when the token is cased differently.
    SignatureTokenCase "signature-token-case" Error,
    /// It matches the token in use before this one.
    SignatureTokenFormer "signature-token-former" Error,
    /// It matches the token of `account`.
    SignatureTokenOtherAccount "signature-token-other-account" Error,
    /// `msg_signature` carries what belongs in `signature`.
    SignatureForMsgSignature "signature-for-msg-signature" Error,
    /// `signature` carries what belongs in `msg_signature`.
    MsgSignatureForSignature "msg-signature-for-signature" Error,
    /// `msg_signature` is right, the `signature` beside it is not.
    SignatureBesideWrong "signature-beside-wrong" Warning,
    /// The account has no token, so nothing is checked.
    TokenMissing "token-missing" Warning,
    /// The token is not 3 to 32 letters and digits.
    TokenForm "token-form" Warning,
    /// The message is encrypted and the account has no EncodingAESKey.
    AesKeyMissing "aes-key-missing" Error,
    /// The EncodingAESKey is not 43 letters and digits: `reason`.
    AesKeyForm "aes-key-form" Error,
    /// The account has no AppID, so the tail was not compared: `found`.
    AppIdMissing "appid-missing" Note,
    /// `timestamp` is no number: `text`.
    TimestampNotNumber "timestamp-not-a-number" Warning,
    /// `timestamp` is far from the clock: `seconds`.
    TimestampFar "timestamp-far" Warning,
    /// The key in use before this one opened it.
    FormerKey "decrypted-with-former-key" Warning,
    /// The AppID at the message's end is not the account's: `expected`, `found`.
    AppIdForeign "appid-foreign" Error,
    /// The AppID at the message's end is that of `account`.
    AppIdOtherAccount "appid-other-account" Error,
    /// Encrypt is not base64: `reason`.
    CiphertextNotBase64 "ciphertext-not-base64" Error,
    /// Encrypt is no whole number of cipher blocks: `bytes`.
    CiphertextLength "ciphertext-length" Error,
    /// The message declares more bytes than there are: `declared`, `available`.
    CiphertextCut "ciphertext-cut" Error,
    /// What comes out is no message: most often the wrong key.
    DecryptFailed "decrypt-failed" Error,
    /// The account is set to another mode: `expected`, `found`.
    ModeUnexpected "mode-unexpected" Warning,
    /// `encrypt_type` says one thing and the body another: `declared`, `found`.
    EncryptTypeDisagrees "encrypt-type-disagrees" Warning,
    /// The payload is not well formed: `reason`, with its place.
    NotWellFormed "not-well-formed" Error,
    /// The payload is neither XML nor JSON.
    NotXmlOrJson "not-xml-or-json" Error,
    /// The payload has a document type, which is refused unread.
    Doctype "doctype" Error,
    /// The payload uses an entity that XML does not define: `name`.
    EntityUnknown "entity-unknown" Error,
    /// The payload is deeper, larger or has more elements than is read: `reason`.
    LimitExceeded "limit-exceeded" Error,
    /// The payload is not UTF-8.
    NotUtf8 "not-utf8" Error,
    /// The payload begins with a byte order mark.
    Bom "bom" Warning,
    /// The root element is not `<xml>`: `name`.
    RootNotXml "root-not-xml" Warning,
    /// There is neither MsgType nor InfoType.
    MsgTypeMissing "msgtype-missing" Error,
    /// MsgType is `event` and there is no Event.
    EventMissing "event-missing" Error,
    /// A kind that menuscope does not know: `kind`.
    KindUnknown "kind-unknown" Note,
    /// CreateTime is no whole number of seconds: `text`.
    CreateTimeNotInteger "createtime-not-integer" Warning,
    /// Count is no number: `text`.
    CountNotNumber "count-not-a-number" Warning,
    /// Count and the list differ: `count`, `found`.
    CountUnlikeList "count-unlike-list" Note,
    /// A coordinate is no number: `name`, `text`.
    CoordinateNotNumber "coordinate-not-a-number" Warning,
    /// A number is none: `name`, `text`.
    NumberExpected "number-expected" Warning,
    /// An element of the envelope comes twice, and the first counts: `name`.
    ElementRepeated "element-repeated" Warning,
    /// An element that belongs to this kind is not there: `name`.
    ElementMissing "element-missing" Note,
    /// In compat mode, the plain elements differ from the protected copy: `names`.
    CompatDiffers "compat-differs" Warning,
    /// The same event came before: `first`, `attempt`.
    Duplicate "duplicate" Note,
    /// There is no body.
    BodyEmpty "body-empty" Error,
    /// The body is over the limit: `bytes`, `limit`.
    BodyTooLarge "body-too-large" Error,
    /// Only the beginning of an unverified body is kept: `kept`, `bytes`.
    BodyCut "body-cut" Note,
    /// What this listener forwarded has come back to it.
    ForwardLoop "forward-loop" Error,
    /// The sender stopped before the end of the body: `received`.
    BodyIncomplete "body-incomplete" Error,
    }
}

/// One finding about one request.
pub type Diagnosis = Finding<Code>;

impl<C: Coded> Finding<C> {
    /// What is wrong, in words.
    pub fn message(&self, language: Language) -> String {
        self.words("message", language)
    }

    /// What to do about it, in words.
    pub fn remedy(&self, language: Language) -> String {
        self.words("remedy", language)
    }

    fn words(&self, part: &str, language: Language) -> String {
        language.filled(&format!("{}.{}.{part}", C::STEM, self.code.as_str()), &self.details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_in_every_language() {
        for code in Code::ALL {
            for language in Language::ALL {
                for part in ["message", "remedy"] {
                    let key = format!("diagnosis.{}.{part}", code.as_str());
                    assert!(language.has(&key), "{language:?} lacks {key}");
                }
            }
            assert_eq!(Code::from_spelling(code.as_str()), Some(*code));
        }
    }

    #[test]
    fn details_are_filled_into_the_words() {
        let diagnosis = Diagnosis::new(Code::ParameterMissing).with("name", "timestamp");
        assert!(diagnosis.message(Language::English).contains("timestamp"));
        assert!(diagnosis.message(Language::Chinese).contains("timestamp"));
    }

    #[test]
    fn an_error_outweighs_a_note() {
        let found = [Diagnosis::new(Code::KindUnknown), Diagnosis::new(Code::Doctype)];
        assert_eq!(worst(&found), Some(Severity::Error));
        assert_eq!(worst::<Code>(&[]), None);
    }
}
