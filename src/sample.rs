//! Sample pushes of any kind with a fresh time and nonce, for the first-run page and for `menuscope send`.

use jiff::Timestamp;

use crate::account::{Account, Accounts, OwnMark};
use crate::capture::{Capture, Headers, OWN_HEADER, RawRequest};
use crate::inspect::inspect;
use crate::texts::user_error::UserError;
use crate::wechat::compose::{self, ComposeError, Edit, Push, Signing};
use crate::wechat::custom_menu::ButtonPush;
use crate::wechat::tree::Tree;

/// The reasons why a sample cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// There is no sample of that kind.
    #[error("there is no event \"{kind}\" to send; known: {known}")]
    Unknown {
        kind: String,
        /// All kinds, for the message.
        known: String,
    },
    /// No listener runs that it could be posted to.
    #[error("a sample needs the listener; start it first")]
    NoListener,
    /// The message cannot be edited.
    #[error("cannot make the event: {0}")]
    Compose(#[from] ComposeError),
    /// A key or an AppID to encrypt with is missing.
    #[error("cannot encrypt without {what}; give it with {flag}, or in Settings")]
    Incomplete {
        what: &'static str,
        /// The flag that supplies it.
        flag: &'static str,
    },
    /// The key is unusable.
    #[error("cannot encrypt with this EncodingAESKey: {0}")]
    Key(#[from] crate::wechat::envelope::KeyError),
}

impl From<&SampleError> for UserError {
    fn from(error: &SampleError) -> Self {
        match error {
            SampleError::Unknown { kind, known } => {
                Self::of("user_error.sample.unknown", error).with("kind", kind).with("known", known)
            }
            SampleError::NoListener => Self::of("user_error.sample.no_listener", error),
            SampleError::Compose(cause) => Self::of("user_error.sample.compose", error).with("cause", cause),
            SampleError::Incomplete { .. } => Self::of("user_error.sample.incomplete", error),
            SampleError::Key(cause) => Self::of("user_error.sample.key", error).with("cause", cause),
        }
    }
}

/// The body of a sample, before any change.
pub fn template(kind: &str) -> Result<&'static str, SampleError> {
    compose::template(kind).ok_or_else(|| SampleError::Unknown {
        kind: kind.to_owned(),
        known: compose::TEMPLATES.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", "),
    })
}

/// Signs a message for an account as WeChat would, and encrypts it if asked for.
/// Without a token it is signed with an empty one: the account could not verify it anyway.
pub fn signed(message: &[u8], account: Option<&Account>, encrypt: bool, now: Timestamp) -> Result<Push, SampleError> {
    let timestamp = now.as_second().to_string();
    let nonce = nonce();
    let openid = Tree::parse(message).ok().and_then(|tree| tree.root().text_of("FromUserName").map(str::to_owned));
    let platform = platform_app_id(message);
    let encryption = match (encrypt, account) {
        (false, _) => None,
        (true, account) => {
            let key = account
                .and_then(Account::key)
                .ok_or(SampleError::Incomplete { what: "an EncodingAESKey", flag: "--aes-key" })?;
            let app_id = platform.as_deref().or_else(|| account?.receive_id());
            let app_id = app_id.ok_or(SampleError::Incomplete { what: "an AppID", flag: "--app-id" })?;
            Some((key.as_ref().map_err(Clone::clone)?, app_id, random_prefix()))
        }
    };
    let token = account.and_then(Account::token).unwrap_or_default();
    Ok(compose::push(
        message,
        &Signing { token, timestamp: &timestamp, nonce: &nonce, openid: openid.as_deref(), encryption },
    ))
}

/// A sample push, marked as our own, as the window's sample button sends it.
pub fn push(kind: &str, account: Option<&Account>, own_mark: &OwnMark, now: Timestamp) -> Result<Push, SampleError> {
    marked(kind, None, "sample", account, own_mark, now)
}

/// A tap on a button with that key, marked as our own, to see whether it arrives.
pub fn probe(key: &str, account: &Account, own_mark: &OwnMark, now: Timestamp) -> Result<Push, SampleError> {
    marked("CLICK", Some(key), "doctor", Some(account), own_mark, now)
}

fn marked(
    kind: &str,
    key: Option<&str>,
    word: &str,
    account: Option<&Account>,
    own_mark: &OwnMark,
    now: Timestamp,
) -> Result<Push, SampleError> {
    let edit = |name: &str, value: String| Edit { name: name.to_owned(), value };
    let template = template(kind)?;
    let mut edits = vec![edit("CreateTime", now.as_second().to_string())];
    edits.extend(key.map(|key| edit("EventKey", key.to_owned())));
    let (app_id, to_user) =
        account.map_or((None, None), |account| (account.app_id.as_deref(), account.to_user.as_deref()));
    edits.extend(addressed(template.as_bytes(), app_id, to_user));
    let message = compose::edited(template.as_bytes(), &edits)?;
    let encrypt = account.is_some_and(|account| {
        matches!(account.mode, Some(crate::capture::Mode::Safe))
            && account.app_id.is_some()
            && matches!(account.key(), Some(Ok(_)))
    });
    let mut push = signed(&message, account, encrypt, now)?;
    push.headers.push((OWN_HEADER, own_mark.value(word, &push.body)));
    Ok(push)
}

/// The capture of a push made here, as if it had arrived at that account's path, marked as our own.
pub fn own_capture(push: &Push, account: &Account, accounts: &Accounts, now: Timestamp) -> Capture {
    let mut headers: Headers = push.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    if headers.get(OWN_HEADER).is_none() {
        headers.push(OWN_HEADER, accounts.own_mark().value("send", &push.body).as_bytes());
    }
    let request = RawRequest {
        received_at: now,
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: format!("{}?{}", account.path.as_deref().unwrap_or("/"), push.query),
        headers,
        peer: "127.0.0.1".to_owned(),
        body_length: push.body.len() as u64,
        body: push.body.clone().into(),
    };
    // Also where the mark has no key: it was made here.
    Capture { replay: true, group_key: None, ..inspect(request, accounts).capture }
}

/// A handshake signed with the account's token, and its `echostr` of digits, like WeChat's. Without a token it is signed
/// with an empty one.
pub fn handshake(account: &Account, now: Timestamp) -> (Push, String) {
    let echostr = fastrand::i64(1_000_000_000_000_000_000..i64::MAX).to_string();
    let token = account.token().unwrap_or_default();
    (compose::handshake(token, &now.as_second().to_string(), &nonce(), &echostr), echostr)
}

/// A nonce of digits, like WeChat's.
pub fn nonce() -> String {
    fastrand::u32(100_000_000..).to_string()
}

/// The edits that make a new message of one: that CreateTime, in seconds, and a new MsgId if it has one. Receivers tell
/// duplicates by these.
pub fn renewed(message: &Tree<'_>, created: i64) -> Vec<Edit> {
    let root = message.root();
    // Events about template messages spell it otherwise.
    let ids = ["MsgId", "MsgID"].into_iter().filter(|name| root.child(name).is_some());
    // Of as many digits as WeChat's.
    let id = |name| Edit { name, value: fastrand::i64(1_000_000_000_000_000..i64::MAX).to_string() };
    let created = Edit { name: "CreateTime".to_owned(), value: created.to_string() };
    [created].into_iter().chain(ids.map(str::to_owned).map(id)).collect()
}

/// The AppID of the open platform that a message is for; `None` for a message to an account. It is encrypted for that one.
pub fn platform_app_id(message: &[u8]) -> Option<String> {
    let tree = Tree::parse(message).ok()?;
    let root = tree.root();
    let is_to_platform = root.child("InfoType").is_some() && root.child("ToUserName").is_none();
    root.text_of("AppId").filter(|app_id| is_to_platform && !app_id.is_empty()).map(str::to_owned)
}

/// The edits that make it a message to that account: ToUserName, or the AppID of its open platform.
pub fn addressed(message: &[u8], app_id: Option<&str>, to_user: Option<&str>) -> Vec<Edit> {
    let (name, value) = if platform_app_id(message).is_some() { ("AppId", app_id) } else { ("ToUserName", to_user) };
    value.into_iter().map(|value| Edit { name: name.to_owned(), value: value.to_owned() }).collect()
}

/// The edits that make a sample body a message of this moment to that account.
pub fn edits_for(template: &str, account: &Account) -> Vec<Edit> {
    let tree = Tree::parse(template.as_bytes()).ok();
    let fresh = tree.map(|tree| renewed(&tree, crate::clock::now().as_second())).unwrap_or_default();
    let address = addressed(template.as_bytes(), account.app_id.as_deref(), account.to_user.as_deref());
    fresh.into_iter().chain(address).collect()
}

/// The event of a tap on a menu's button, by a user or the sample's.
pub fn tap(
    push: ButtonPush<'_>,
    menu_id: Option<&str>,
    openid: Option<&str>,
    account: &Account,
) -> Result<Vec<u8>, SampleError> {
    let template = template(push.kind)?;
    let mut edits = edits_for(template, account);
    let mut edit = |name: &str, value: &str| edits.push(Edit { name: name.to_owned(), value: value.to_owned() });
    edit("EventKey", push.key);
    // Of the nine events these two carry the number of their menu.
    if let Some(menu_id) = menu_id.filter(|_| matches!(push.kind, "VIEW" | "view_miniprogram")) {
        edit("MenuId", menu_id);
    }
    if let Some(openid) = openid {
        edit("FromUserName", openid);
    }
    Ok(compose::edited(template.as_bytes(), &edits)?)
}

/// A random prefix of a plaintext: 16 hexadecimal digits, like WeChat's. It only has to differ, so no cryptographic source
/// is needed: the message is a test, made by the owner of the key.
pub fn random_prefix() -> [u8; 16] {
    std::array::from_fn(|_| fastrand::choice(*b"0123456789abcdef").unwrap_or(b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Secret, Secrets};
    use crate::wechat::envelope::KeyError;

    #[test]
    fn every_button_is_found_again_by_its_event() {
        use crate::wechat::custom_menu::MenuFile;
        use crate::wechat::kind::MENU_EVENTS;
        let keys = ["K", "菜单_1", "a<b>&\"]]>'", "http://e.com/?a=1&b=2", " blank "];
        for (kind, key) in MENU_EVENTS.into_iter().flat_map(|kind| keys.map(|key| (kind, key))) {
            let message = tap(ButtonPush { kind, key }, Some("42"), Some("oUser"), &Account::named("default")).unwrap();
            let tree = Tree::parse(&message).unwrap();
            let text = |name: &str| tree.root().text_of(name).unwrap();
            assert_eq!((text("Event"), text("EventKey"), text("FromUserName")), (kind, key, "oUser"));
            let content = if kind == "VIEW" {
                "url"
            } else if kind == "view_miniprogram" {
                "pagepath"
            } else {
                "key"
            };
            let button_type = match kind {
                "CLICK" => "click",
                "VIEW" => "view",
                "view_miniprogram" => "miniprogram",
                other => other,
            };
            let menu = serde_json::json!({ "button": [{ "type": button_type, "name": "A", content: key }] });
            let file = MenuFile::read(menu.to_string().as_bytes()).unwrap();
            let (_, button) = file.default.as_ref().unwrap().all_buttons().remove(0);
            let push = button.push().unwrap();
            assert_eq!((push.kind, push.key), (text("Event"), text("EventKey")));
        }
    }

    #[test]
    fn a_push_to_an_open_platform_names_one_app_id() {
        const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
        let secrets = Secrets { aes_key: Some(Secret::new(KEY)), ..Secrets::default() };
        let mut account = Account::named("platform").with_secrets(secrets);
        for app_id in [None, Some("wx1234567890abcdef")] {
            account.app_id = app_id.map(str::to_owned);
            for kind in ["component_verify_ticket", "authorized", "unauthorized", "notify_third_fasteregister"] {
                let template = template(kind).unwrap().as_bytes();
                let message = compose::edited(template, &addressed(template, app_id, None)).unwrap();
                let push = signed(&message, Some(&account), true, Timestamp::UNIX_EPOCH).unwrap();
                let tree = Tree::parse(&push.body).unwrap();
                let (opened, _) = account.decrypt(tree.root().text_of("Encrypt").unwrap()).unwrap();
                let inside = platform_app_id(&opened.message).unwrap();
                assert_eq!(tree.root().text_of("AppId"), Some(&*inside), "{kind}");
                assert_eq!(opened.receive_id, inside, "{kind}");
                assert_eq!(inside, app_id.unwrap_or("wxb11529c136998cb6"), "{kind}");
            }
        }
        let click = template("CLICK").unwrap().as_bytes();
        assert_eq!((platform_app_id(click), addressed(click, Some("wx1"), None)), (None, Vec::new()));
    }

    #[test]
    fn both_languages_say_why_there_is_no_sample() {
        let errors = [
            SampleError::Unknown { kind: "a".to_owned(), known: "b".to_owned() },
            SampleError::NoListener,
            SampleError::Compose(ComposeError::Name { name: "<".to_owned() }),
            SampleError::Incomplete { what: "an AppID", flag: "--app-id" },
            SampleError::Key(KeyError::Length { characters: 1 }),
        ];
        for error in &errors {
            UserError::from(error).assert_said();
        }
    }
}
