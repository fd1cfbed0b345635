//! The codes of findings about passive replies; their texts are in `assets/locales/lint.yml`.

use crate::wechat::codes::codes;

codes! {
    /// The code of a finding about a reply; its spelling is part of its locale keys, `lint.CODE.message` and `.remedy`.
    LintCode "lint" {
    /// A rule could not make its reply, and the default went out: `rule`, `reason`.
    RuleFailed "rule-failed" Warning,
    /// A fault of encryption had no effect, because the push was plain: `fault`.
    FaultIdle "fault-idle" Note,
    /// The answer to a handshake came in chunks, without a `Content-Length`.
    EchoChunked "echo-chunked" Note,
    /// An error status: `status`.
    StatusError "status-error" Error,
    /// A redirect, which WeChat does not follow: `status`.
    Redirect "redirect" Error,
    /// A success status other than the documented 200: `status`.
    StatusNot200 "status-not-200" Warning,
    /// The response came after WeChat's limit: `elapsed`, `limit`, in milliseconds.
    TooLate "too-late" Error,
    /// The response came shortly before WeChat's limit: `elapsed`, `limit`, in milliseconds.
    NearlyLate "nearly-late" Warning,
    /// The body is larger than the limit: `bytes`, `limit`.
    BodyTooLarge "body-too-large" Error,
    /// The body is not UTF-8.
    NotUtf8 "not-utf8" Error,
    /// A byte order mark stands before it.
    Bom "bom" Error,
    /// White space stands around the root.
    WhiteAround "white-around" Note,
    /// There is nothing but white space.
    WhiteOnly "white-only" Error,
    /// Text stands before the root: `text`.
    TextBefore "text-before" Error,
    /// Text stands after the root: `text`.
    TextAfter "text-after" Error,
    /// The reply is written twice.
    ReplyTwice "reply-twice" Error,
    /// It is neither XML nor JSON nor `success`: `text`.
    NotAReply "not-a-reply" Error,
    /// `success` is in quotes.
    SuccessQuoted "success-quoted" Error,
    /// `success` is written with capitals: `found`.
    SuccessCase "success-case" Error,
    /// White space stands around `success`.
    SuccessWhite "success-white" Error,
    /// JSON in reply to an XML push.
    JsonBody "json-body" Error,
    /// XML in reply to a JSON push.
    XmlForJson "xml-for-json" Warning,
    /// An HTML page that is not recognised.
    HtmlPage "html-page" Error,
    /// The error page of a framework or server: `name`.
    ErrorPage "error-page" Error,
    /// A page that asks for a password.
    LoginPage "login-page" Error,
    /// A page of the tunnel instead of the server's response: `name`.
    TunnelPage "tunnel-page" Error,
    /// A framework's debug bar follows the reply: `name`.
    DebugBar "debug-bar" Error,
    /// HTML follows the reply.
    HtmlAfter "html-after" Error,
    /// PHP has printed a notice, a warning or an error: `text`.
    PhpOutput "php-output" Error,
    /// A stack trace as plain text: `name` of the language.
    StackTrace "stack-trace" Error,
    /// It is not well formed: `reason`.
    NotWellFormed "not-well-formed" Error,
    /// JSON, in reply to a JSON push, that is not well formed: `reason`.
    JsonNotWellFormed "json-not-well-formed" Error,
    /// It holds a character that XML cannot carry in any form: `character`.
    CharacterForbidden "character-forbidden" Error,
    /// It has a document type.
    Doctype "doctype" Error,
    /// It uses an entity that XML does not define: `name`.
    EntityUnknown "entity-unknown" Error,
    /// It exceeds a limit of depth, elements or size: `reason`.
    LimitExceeded "limit-exceeded" Error,
    /// The root element is not `<xml>`: `name`.
    RootNotXml "root-not-xml" Error,
    /// The elements stand in a second `<xml>` within the first.
    RootNested "root-nested" Error,
    /// A required element is not there: `name`.
    ElementMissing "element-missing" Error,
    /// A required element is misspelt: `found`, `name`.
    ElementMisspelt "element-misspelt" Error,
    /// An optional element is misspelt: `found`, `name`.
    OptionalMisspelt "optional-misspelt" Warning,
    /// A required element is empty: `name`.
    ElementEmpty "element-empty" Error,
    /// A required element stands outside the one it belongs in: `name`, `within`.
    ElementMisplaced "element-misplaced" Error,
    /// An element comes twice: `name`.
    ElementRepeated "element-repeated" Warning,
    /// An element that this kind of reply does not have: `name`.
    ElementUnknown "element-unknown" Note,
    /// A value holds elements instead of text: `name`.
    MarkupInValue "markup-in-value" Error,
    /// White space stands around a value that is compared: `name`.
    ValuePadded "value-padded" Error,
    /// Text stands between the elements: `text`.
    StrayText "stray-text" Warning,
    /// There is no MsgType.
    MsgTypeMissing "msgtype-missing" Error,
    /// MsgType is none of the seven: `found`.
    MsgTypeUnknown "msgtype-unknown" Error,
    /// MsgType is in another case: `found`, `name`.
    MsgTypeCase "msgtype-case" Error,
    /// There is no CreateTime.
    CreateTimeMissing "createtime-missing" Warning,
    /// CreateTime is no whole number: `text`.
    CreateTimeNotInteger "createtime-not-integer" Warning,
    /// CreateTime is in milliseconds: `text`.
    CreateTimeMilliseconds "createtime-milliseconds" Warning,
    /// ToUserName and FromUserName are as in the push.
    ToFromNotSwapped "to-from-not-swapped" Error,
    /// ToUserName is not the user of the push: `expected`, `found`.
    ToForeign "to-foreign" Error,
    /// FromUserName is not the account of the push: `expected`, `found`.
    FromForeign "from-foreign" Error,
    /// FromUserName is an AppID: `found`.
    AppIdForAccount "appid-for-account" Error,
    /// Content is empty.
    ContentEmpty "content-empty" Error,
    /// Content is longer than the quoted limit: `bytes`, `limit`.
    TextTooLong "text-too-long" Warning,
    /// A text holds a backslash and an n in place of a line break: `name`.
    LineBreakEscaped "line-break-escaped" Warning,
    /// A piece of music has no `ThumbMediaId`.
    ThumbMissing "thumb-missing" Warning,
    /// `KfAccount` is empty.
    KfAccountEmpty "kf-account-empty" Warning,
    /// `KfAccount` is not of the form `name@wechatid`: `found`.
    KfAccountMalformed "kf-account-malformed" Warning,
    /// `ArticleCount` is no number: `text`.
    ArticleCountNotNumber "article-count-not-number" Error,
    /// `ArticleCount` is not the number of items: `count`, `found`.
    ArticleCountDiffers "article-count-differs" Error,
    /// Articles has no item.
    ArticlesEmpty "articles-empty" Error,
    /// An article lacks a documented element: `name`.
    ArticleLacks "article-lacks" Warning,
    /// The link of an article is there and empty: `name`.
    ArticleUrlEmpty "article-url-empty" Warning,
    /// More articles than WeChat shows in reply to this kind of push: `found`, `limit`.
    TooManyArticles "too-many-articles" Warning,
    /// The user has left the chat and does not see the reply: `kind`.
    ReplyUnseen "reply-unseen" Note,
    /// The push belongs to no conversation that a reply could go to: `kind`.
    ReplyWithoutConversation "reply-without-conversation" Warning,
    /// Only `success` and a transfer to customer service have an effect in this channel: `kind`.
    OnlyTransferSeen "only-transfer-seen" Warning,
    /// A message in answer to an `unsubscribe`, which WeChat reports as not legal.
    ReplyToUnsubscribe "reply-to-unsubscribe" Error,
    /// The push was encrypted and the reply is not.
    PlainInSafe "plain-in-safe" Error,
    /// The push was plain and the reply is encrypted.
    EncryptedInPlain "sealed-in-plain" Error,
    /// The reply is encrypted, and the keys to decrypt it are missing.
    EncryptedUnchecked "sealed-not-judged" Note,
    /// The decrypted reply is encrypted again.
    EncryptedTwice "sealed-twice" Error,
    /// `success`, or an empty message, was encrypted.
    EncryptedSuccess "encrypted-success" Error,
    /// The plaintext was padded a second time before it was encrypted.
    PaddedTwice "padded-twice" Error,
    /// Encrypt is not base64: `reason`.
    EncryptNotBase64 "encrypt-not-base64" Error,
    /// Encrypt is no whole number of cipher blocks: `bytes`.
    EncryptBlockLength "encrypt-block-length" Error,
    /// The declared length of the message exceeds the plaintext: `declared`, `available`.
    EncryptDeclaredLength "encrypt-declared-length" Error,
    /// The plaintext is not a message, most often because of a wrong key: `reason`.
    EncryptNotOpened "encrypt-not-opened" Error,
    /// The reply was encrypted with the account's other key, not with that of the push.
    EncryptOtherKey "encrypt-other-key" Error,
    /// The declared length ends the message early, so that its rest precedes the AppID.
    MessageLengthShort "message-length-short" Error,
    /// The AppID at the end is not the account's: `expected`, `found`.
    AppIdDiffers "appid-differs" Error,
    /// `MsgSignature` does not match token and parts: `computed`, `received`.
    MsgSignatureWrong "msg-signature-wrong" Error,
    /// `MsgSignature` was computed without Encrypt.
    MsgSignatureWithoutEncrypt "msg-signature-without-encrypt" Error,
    /// The `echostr` of a handshake is in quotes.
    EchoQuoted "echo-quoted" Error,
    /// The `echostr` stands in JSON: `text`.
    EchoInJson "echo-in-json" Error,
    /// The `echostr` has become a floating-point number: `text`.
    EchoRounded "echo-rounded" Error,
    /// White space stands around the `echostr`.
    EchoWhite "echo-white" Error,
    /// Other text stands around the `echostr`: `text`.
    EchoNotAlone "echo-not-alone" Error,
    /// The answer to a handshake is empty.
    EchoMissing "echo-missing" Error,
    /// The answer to a handshake is another text: `text`.
    EchoDiffers "echo-differs" Error,
    /// The server refused the signature of a handshake: `status`.
    EchoRefused "echo-refused" Error,
    /// The `echostr` had not come in time: `elapsed`, `limit`, in milliseconds.
    EchoLate "echo-late" Error,
    }
}
