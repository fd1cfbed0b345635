//! What is not perfect about a request, and the remedy: stable codes here, words in `assets/locales`.

use serde::{Deserialize, Serialize};

use crate::texts::Language;
use crate::wechat::tree::Place;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works today, and is likely to bite.
    Warning,
    /// Something was refused, or could not be read.
    Error,
}

impl Severity {
    /// The spelling in JSON, and the stem of the words shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The table of codes: variant, spelling, severity. A code that has been released never changes its meaning.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $text:literal $severity:ident),+ $(,)?) => {
        /// What can be diagnosed; each spelling is the stem of its texts, `diagnosis.CODE.message` and `.remedy`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The spelling in JSON, in the database and in `diagnosis:CODE`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// The code of that spelling, if there is one.
            pub fn from_spelling(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
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
    /// The sender stopped before the end of the body: `received`.
    BodyIncomplete "body-incomplete" Error,
}

/// One finding about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was found.
    pub code: Code,
    /// What the texts fill in, by name.
    pub details: Vec<(String, String)>,
    /// Where in the message, if it has a place there.
    pub place: Option<Place>,
}

impl Diagnosis {
    /// A finding with nothing to fill in.
    pub fn new(code: Code) -> Self {
        Self { code, details: Vec::new(), place: None }
    }

    /// Fills in one detail.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values and references alike, without a reference to a reference"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// What is wrong, in words.
    pub fn message(&self, language: Language) -> String {
        language.filled(&format!("diagnosis.{}.message", self.code.as_str()), &self.details)
    }

    /// What to do about it, in words.
    pub fn remedy(&self, language: Language) -> String {
        language.filled(&format!("diagnosis.{}.remedy", self.code.as_str()), &self.details)
    }
}

/// The worst of them.
pub fn worst(diagnoses: &[Diagnosis]) -> Option<Severity> {
    diagnoses.iter().map(|diagnosis| diagnosis.code.severity()).max()
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
        assert_eq!(worst(&[]), None);
    }
}
