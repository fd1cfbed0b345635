//! Diagnoses of requests: stable codes here, messages and remedies in `assets/locales/diagnosis.yml`.

use crate::texts::Language;
use crate::wechat::codes::codes;
pub use crate::wechat::codes::{Coded, Finding, Severity, worst};

codes! {
    /// The codes of diagnoses; each spelling is the stem of its texts, `diagnosis.CODE.message` and `.remedy`.
    Code "diagnosis" {
    /// A query parameter that verification needs is missing: `name`.
    ParameterMissing "parameter-missing" Error,
    /// A query parameter comes twice: `name`.
    ParameterDoubled "parameter-doubled" Warning,
    /// A query parameter is nearly one of WeChat's: `found`, `name`.
    ParameterMisspelt "parameter-misspelt" Error,
    /// The parameters are joined by something other than `&`: `separator`, `names`.
    QuerySeparator "query-separator" Error,
    /// The signature was not made with this token: `parts`, `joined`, `computed`, `received`.
    SignatureMismatch "signature-mismatch" Error,
    /// The signature matches without the white space around the token.
    SignatureTokenTrimmed "signature-token-trimmed" Error,
    /// The signature matches with the token in another case.
    SignatureTokenCase "signature-token-case" Error,
    /// The signature matches with the former token.
    SignatureTokenFormer "signature-token-former" Error,
    /// The signature matches with the token of `account`.
    SignatureTokenOtherAccount "signature-token-other-account" Error,
    /// `msg_signature` has the value that belongs in `signature`.
    SignatureForMsgSignature "signature-for-msg-signature" Error,
    /// `signature` has the value that belongs in `msg_signature`.
    MsgSignatureForSignature "msg-signature-for-signature" Error,
    /// `msg_signature` is right, the `signature` beside it is not.
    SignatureBesideWrong "signature-beside-wrong" Warning,
    /// The account has no token, so nothing is checked.
    TokenMissing "token-missing" Warning,
    /// An unsigned push of cloud hosting, taken by its header and its sender.
    CloudUnsigned "cloud-unsigned" Note,
    /// An unsigned push to an account of cloud hosting, without the header that it sends.
    CloudSourceMissing "cloud-source-missing" Error,
    /// An unsigned push to an account of cloud hosting, from an address that is not trusted: `peer`.
    CloudPeerUntrusted "cloud-peer-untrusted" Error,
    /// The token is not 3 to 32 letters and digits.
    TokenForm "token-form" Warning,
    /// The message is encrypted and the account has no EncodingAESKey.
    AesKeyMissing "aes-key-missing" Error,
    /// The EncodingAESKey is not 43 letters and digits: `reason`.
    AesKeyForm "aes-key-form" Error,
    /// The account has no AppID to compare with the one in the message: `found`.
    AppIdMissing "appid-missing" Note,
    /// `timestamp` is not a number: `text`.
    TimestampNotNumber "timestamp-not-a-number" Warning,
    /// `timestamp` is far from the clock: `seconds`.
    TimestampFar "timestamp-far" Warning,
    /// The former key decrypted the message.
    FormerKey "decrypted-with-former-key" Warning,
    /// The AppID at the message's end is not the account's: `expected`, `found`.
    AppIdForeign "appid-foreign" Error,
    /// The AppID at the message's end is that of `account`.
    AppIdOtherAccount "appid-other-account" Error,
    /// In the place of the AppID in a platform's path stands none: `found`; the variants are `placeholder` and `empty`.
    PathAppIdForm "path-appid-form" Warning,
    /// The AppID in a platform's path is that of no account of the platform: `found`.
    PathAppIdUnlisted "path-appid-unlisted" Note,
    /// Encrypt is not base64: `reason`.
    CiphertextNotBase64 "ciphertext-not-base64" Error,
    /// White space stands around or within the base64 of Encrypt: `count`.
    CiphertextWhiteSpace "ciphertext-white-space" Warning,
    /// Encrypt is not a whole number of cipher blocks: `bytes`.
    CiphertextLength "ciphertext-length" Error,
    /// The message declares more bytes than there are: `declared`, `available`.
    CiphertextCut "ciphertext-cut" Error,
    /// Decryption yields no message: most often the wrong key.
    DecryptFailed "decrypt-failed" Error,
    /// The account is set to another mode: `expected`, `found`.
    ModeUnexpected "mode-unexpected" Warning,
    /// `encrypt_type` says one thing and the body another: `declared`, `found`.
    EncryptTypeDisagrees "encrypt-type-disagrees" Warning,
    /// The payload is not well formed: `reason`, with its place; the variant `json` has a remedy of its own.
    NotWellFormed "not-well-formed" Error,
    /// The payload is neither XML nor JSON.
    NotXmlOrJson "not-xml-or-json" Error,
    /// The payload has a document type, which is refused unread.
    Doctype "doctype" Error,
    /// The payload uses an entity that XML does not define: `name`.
    EntityUnknown "entity-unknown" Error,
    /// The payload is deeper, larger or has more elements than is read: `reason`.
    LimitExceeded "limit-exceeded" Error,
    /// The payload is not UTF-8; in the variant `value` only within single values: `element`, `bytes`.
    NotUtf8 "not-utf8" Error,
    /// A value holds a character that XML forbids, or, in the variant `json`, one that JSON wants escaped: `element`,
    /// `character`.
    ControlCharacter "control-character" Warning,
    /// Values are padded with white space: `names`.
    ValuePadded "value-padded" Note,
    /// The request is one of `WeCom`'s: `sign`.
    WeCom "wecom" Warning,
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
    /// CreateTime is not a whole number of seconds: `text`.
    CreateTimeNotInteger "createtime-not-integer" Warning,
    /// Count is not a number: `text`.
    CountNotNumber "count-not-a-number" Warning,
    /// Count and the list differ: `count`, `found`.
    CountUnlikeList "count-unlike-list" Note,
    /// A coordinate is not a number: `name`, `text`.
    CoordinateNotNumber "coordinate-not-a-number" Warning,
    /// Another number is not one: `name`, `text`.
    NumberExpected "number-expected" Warning,
    /// An element of the envelope comes twice, and the first counts: `name`.
    ElementRepeated "element-repeated" Warning,
    /// An element that belongs to this kind is missing: `name`.
    ElementMissing "element-missing" Note,
    /// In compat mode, the plain elements differ from the encrypted copy: `names`.
    CompatDiffers "compat-differs" Warning,
    /// The same event came before: `first`, `attempt`; `case` is [`ANSWERED_IN_TIME`] where that is so.
    Duplicate "duplicate" Note,
    /// There is no body.
    BodyEmpty "body-empty" Error,
    /// The body is compressed, and was read: `encoding`.
    BodyCompressed "body-compressed" Warning,
    /// The body is compressed, and cannot be read: `encoding`, `reason`.
    CompressionUnread "compression-unread" Error,
    /// `Content-Encoding` says that the body is compressed, and it is not: `encoding`.
    NotCompressed "not-compressed" Warning,
    /// The body is over the limit: `bytes`, `limit`.
    BodyTooLarge "body-too-large" Error,
    /// Only the beginning of an unverified body is kept: `kept`, `bytes`.
    BodyCut "body-cut" Note,
    /// A request that this listener forwarded has come back to it.
    ForwardLoop "forward-loop" Error,
    /// A web page of another origin made the request, and the account has no token.
    CrossSite "cross-site" Error,
    /// The sender stopped before the end of the body: `received`.
    BodyIncomplete "body-incomplete" Error,
    }
}

impl Code {
    /// Tells whether it holds for every event of the account until its settings change.
    pub fn is_about_account(self) -> bool {
        matches!(self, Self::TokenMissing | Self::TokenForm | Self::AppIdMissing)
    }
}

/// The detail that chooses among several wordings of one code.
const VARIANT: &str = "variant";

/// The variant of a duplicate whose earlier attempt was answered in time: it may be a second tap in the same second.
pub const ANSWERED_IN_TIME: &str = "answered";

/// One finding about one request.
pub type Diagnosis = Finding<Code>;

impl<C: Coded> Finding<C> {
    /// The words for what is wrong.
    pub fn message(&self, language: Language) -> String {
        self.words("message", language)
    }

    /// The words for the remedy.
    pub fn remedy(&self, language: Language) -> String {
        self.words("remedy", language)
    }

    /// Chooses the wording of that variant, where it has one of its own.
    #[must_use]
    pub fn variant(self, name: &str) -> Self {
        self.with(VARIANT, name)
    }

    fn words(&self, part: &str, language: Language) -> String {
        let stem = format!("{}.{}", C::STEM, self.code.as_str());
        let variant = self.details.iter().find(|(name, _)| name == VARIANT);
        let key = variant.map(|(_, variant)| format!("{stem}.{variant}.{part}")).filter(|key| language.has(key));
        language.filled(&key.unwrap_or_else(|| format!("{stem}.{part}")), &self.details)
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
    fn a_variant_has_words_of_its_own_or_those_of_its_code() {
        let diagnosis = Diagnosis::new(Code::NotWellFormed).with("reason", "x");
        let json = diagnosis.clone().variant("json");
        for language in Language::ALL {
            assert!(diagnosis.remedy(language).contains("CDATA"));
            assert!(!json.remedy(language).contains("CDATA"), "JSON knows no CDATA");
            assert_eq!(json.message(language), diagnosis.message(language));
            assert_eq!(json.clone().variant("none").message(language), diagnosis.message(language));
        }
    }

    #[test]
    fn a_duplicate_of_an_answered_attempt_may_be_a_second_tap() {
        let duplicate = Diagnosis::new(Code::Duplicate).with("first", 1).with("attempt", 2);
        let answered = duplicate.clone().variant(ANSWERED_IN_TIME);
        for language in Language::ALL {
            assert_ne!(answered.message(language), duplicate.message(language));
            assert_ne!(answered.remedy(language), duplicate.remedy(language));
        }
        assert!(answered.message(Language::English).contains("second tap"));
    }

    #[test]
    fn an_error_outweighs_a_note() {
        let found = [Diagnosis::new(Code::KindUnknown), Diagnosis::new(Code::Doctype)];
        assert_eq!(worst(&found), Some(Severity::Error));
        assert_eq!(worst::<Code>(&[]), None);
    }
}
