//! WeChat's API, for the few calls that a person asks for: an access token, and the menus of an account.
//!
//! Nothing here runs by itself. Secrets and access tokens stand in no error.

use serde_json::{Value, json};

use crate::account::{Account, Secret};
use crate::delivery::{ApiCall, DeliveryError, HttpClient};
use crate::texts::Language;
use crate::texts::user_error::UserError;
use crate::wechat::custom_menu::{MenuError, MenuFile};
use crate::wechat::tree::Place;

/// The host of the API, unless an account's `api` names another.
pub const DEFAULT_HOST: &str = "https://api.weixin.qq.com";

/// WeChat's errcode where no menu was made by the API.
const NO_MENU: i64 = 46_003;

/// The most characters of WeChat's own words that an error quotes.
const MAX_WORDS: usize = 200;

/// The reasons why a call of the API has no result.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The account has no AppID or no AppSecret.
    #[error(
        "cannot ask WeChat without {what} of the account {account}; store it with `menuscope account set {account}`, or give \
         --access-token"
    )]
    Incomplete {
        /// The missing part.
        what: &'static str,
        /// The name of the account.
        account: String,
    },
    /// The host did not answer.
    #[error("cannot ask WeChat's API: {0}")]
    Delivery(#[from] DeliveryError),
    /// WeChat refused the call.
    #[error("WeChat refuses {call} with {errcode} ({errmsg}): {remedy}")]
    Refused {
        /// The path of the call.
        call: &'static str,
        /// WeChat's number of the error.
        errcode: i64,
        /// WeChat's words.
        errmsg: String,
        /// The remedy, in the language of the person.
        remedy: String,
    },
    /// The answer is none of the API's.
    #[error(
        "cannot read the answer to {call} (status {status}); check that the account's api is the address of WeChat's API"
    )]
    Unreadable {
        /// The path of the call.
        call: &'static str,
        /// The status of the answer.
        status: u16,
    },
    /// The answer holds no menu.
    #[error(transparent)]
    Menu(#[from] MenuError),
}

impl From<&ApiError> for UserError {
    fn from(error: &ApiError) -> Self {
        match error {
            ApiError::Incomplete { what, account } => {
                let key = if *what == NO_APP_ID { "user_error.api.no_app_id" } else { "user_error.api.no_app_secret" };
                Self::of(key, error).with("account", account)
            }
            ApiError::Delivery(cause) => Self::of("user_error.api.delivery", error).with("cause", cause),
            ApiError::Refused { call, errcode, errmsg, remedy } => Self::of("user_error.api.refused", error)
                .with("call", call)
                .with("errcode", errcode)
                .with("errmsg", errmsg)
                .with("remedy", remedy),
            ApiError::Unreadable { call, status } => {
                Self::of("user_error.api.unreadable", error).with("call", call).with("status", status)
            }
            ApiError::Menu(cause) => cause.into(),
        }
    }
}

impl From<&MenuError> for UserError {
    fn from(error: &MenuError) -> Self {
        let at = |said: Self, place: &Place| said.with("line", place.line).with("column", place.column);
        match error {
            MenuError::Json(cause) => match cause.place() {
                Some(place) => at(Self::of("user_error.menu.json", error).with("cause", cause), &place),
                None => Self::of("user_error.menu.empty", error),
            },
            MenuError::TooLarge { bytes, place } => {
                at(Self::of("user_error.menu.too_large", error).with("bytes", bytes), place)
            }
            MenuError::Xml => Self::of("user_error.menu.xml", error),
            MenuError::Refusal { errcode, errmsg } => {
                Self::of("user_error.menu.refusal", error).with("errcode", errcode).with("errmsg", errmsg)
            }
            MenuError::NotAMenu { place } => at(Self::of("user_error.menu.none", error), place),
            MenuError::Structure { name, place, .. } => {
                at(Self::of("user_error.menu.structure", error).with("name", name), place)
            }
        }
    }
}

/// The parts of an account that a call cannot do without.
const NO_APP_ID: &str = "the AppID";
const NO_APP_SECRET: &str = "the AppSecret";

/// A call that takes a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishCall {
    /// The default menu.
    Create,
    /// A conditional menu.
    AddConditional,
}

impl PublishCall {
    /// The path of the call.
    pub fn path(self) -> &'static str {
        match self {
            Self::Create => "/cgi-bin/menu/create",
            Self::AddConditional => "/cgi-bin/menu/addconditional",
        }
    }
}

/// The menu of an account as the API tells it.
#[derive(Clone, Debug)]
pub struct FetchedMenu {
    /// The JSON as it came: of `menu/get`, or of `get_current_selfmenu_info` where no menu was made by the API.
    pub json: Vec<u8>,
    /// The same, read.
    pub file: MenuFile,
}

/// The API of one account.
#[derive(Debug)]
pub struct PlatformApi<'a> {
    http_client: &'a HttpClient,
    account: &'a Account,
    language: Language,
}

impl<'a> PlatformApi<'a> {
    /// The API of an account; the remedies of its errors are in that language.
    pub fn new(http_client: &'a HttpClient, account: &'a Account, language: Language) -> Self {
        Self { http_client, account, language }
    }

    /// The account's menus: `menu/get` with its conditional menus, else `get_current_selfmenu_info`. Without an access token
    /// one is asked for with AppID and AppSecret.
    pub async fn menu(&self, access_token: Option<&Secret>) -> Result<FetchedMenu, ApiError> {
        let access_token = &self.token_or(access_token).await?;
        let own = self.get("/cgi-bin/get_current_selfmenu_info", access_token).await?;
        let mut file = MenuFile::read(&own)?;
        match self.get("/cgi-bin/menu/get", access_token).await {
            Ok(json) => {
                let is_open = file.is_open;
                file = MenuFile { is_open, ..MenuFile::read(&json)? };
                Ok(FetchedMenu { json, file })
            }
            Err(ApiError::Refused { errcode: NO_MENU, .. }) => Ok(FetchedMenu { json: own, file }),
            Err(error) => Err(error),
        }
    }

    /// Publishes a menu: the JSON of `menu/create`, or of `menu/addconditional`.
    pub async fn publish(&self, call: PublishCall, json: &[u8], access_token: Option<&Secret>) -> Result<(), ApiError> {
        let access_token = self.token_or(access_token).await?;
        self.call(call.path(), &token_query(&access_token), Some(json)).await.map(drop)
    }

    async fn token_or(&self, given: Option<&Secret>) -> Result<Secret, ApiError> {
        match given {
            Some(given) => Ok(given.clone()),
            None => self.access_token().await,
        }
    }

    /// An access token, asked for so that the account's other tokens stay valid. Where the host does not know that call, the
    /// older one is made.
    async fn access_token(&self) -> Result<Secret, ApiError> {
        let missing = |what| ApiError::Incomplete { what, account: self.account.name.clone() };
        let app_id = self.account.app_id.as_deref().ok_or_else(|| missing(NO_APP_ID))?;
        let secret = self.account.secrets.app_secret.as_ref().ok_or_else(|| missing(NO_APP_SECRET))?;
        let asked =
            json!({ "grant_type": "client_credential", "appid": app_id, "secret": secret.reveal() }).to_string();
        let answer = match self.call("/cgi-bin/stable_token", "", Some(asked.as_bytes())).await {
            Err(ApiError::Unreadable { .. }) => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credential")
                    .append_pair("appid", app_id)
                    .append_pair("secret", secret.reveal())
                    .finish();
                self.call("/cgi-bin/token", &query, None).await?
            }
            answer => answer?,
        };
        let token = serde_json::from_slice::<Value>(&answer).ok();
        let token = token.as_ref().and_then(|answer| answer["access_token"].as_str());
        token.map(Secret::new).ok_or(ApiError::Unreadable { call: "/cgi-bin/stable_token", status: 200 })
    }

    async fn get(&self, path: &'static str, access_token: &Secret) -> Result<Vec<u8>, ApiError> {
        self.call(path, &token_query(access_token), None).await
    }

    async fn call(&self, path: &'static str, query: &str, body: Option<&[u8]>) -> Result<Vec<u8>, ApiError> {
        let host = self.account.api.as_deref().unwrap_or(DEFAULT_HOST);
        let answer = self.http_client.call(&ApiCall { host, path, query, body }).await?;
        let unreadable = || ApiError::Unreadable { call: path, status: answer.status };
        if answer.status != 200 {
            return Err(unreadable());
        }
        let read: Value = serde_json::from_slice(&answer.body).map_err(|_malformed| unreadable())?;
        match read["errcode"].as_i64() {
            None | Some(0) => Ok(answer.body.to_vec()),
            Some(errcode) => {
                let errmsg: String = read["errmsg"].as_str().unwrap_or_default().chars().take(MAX_WORDS).collect();
                let remedy = remedy(errcode, &errmsg, self.language);
                Err(ApiError::Refused { call: path, errcode, errmsg, remedy })
            }
        }
    }
}

fn token_query(access_token: &Secret) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("access_token", access_token.reveal()).finish()
}

/// The remedy for an errcode of the API.
fn remedy(errcode: i64, errmsg: &str, language: Language) -> String {
    let key = format!("platform_api.e{}", errcode.unsigned_abs());
    let key = if language.has(&key) { key } else { "platform_api.other".to_owned() };
    let address = refused_address(errmsg).unwrap_or_default();
    language.filled(&key, &[("address", address)])
}

/// The address in WeChat's words for 40164: `invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist`.
fn refused_address(errmsg: &str) -> Option<&str> {
    let mut words = errmsg.split_whitespace().skip_while(|word| *word != "ip");
    words.nth(1).map(|address| address.trim_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The errcodes of the pages of these calls, and of the global list as far as it is about menus, tokens and quotas.
    const DOCUMENTED: [i64; 49] = [
        1, 40_001, 40_007, 40_013, 40_014, 40_015, 40_016, 40_017, 40_018, 40_019, 40_020, 40_022, 40_023, 40_024,
        40_025, 40_026, 40_027, 40_033, 40_035, 40_054, 40_055, 40_125, 40_164, 40_243, 41_001, 41_002, 41_004, 42_001,
        44_002, 45_009, 45_010, 45_011, 45_058, 46_003, 47_001, 48_001, 48_004, 50_001, 50_002, 65_301, 65_303, 65_304,
        65_305, 65_312, 65_316, 65_318, 65_320, 85_005, 89_503,
    ];

    #[test]
    fn errors_are_said_in_both_languages() {
        for error in [
            ApiError::Incomplete { what: NO_APP_ID, account: "a".to_owned() },
            ApiError::Incomplete { what: NO_APP_SECRET, account: "a".to_owned() },
            ApiError::Refused { call: "/c", errcode: 1, errmsg: "m".to_owned(), remedy: "r".to_owned() },
            ApiError::Unreadable { call: "/c", status: 404 },
            ApiError::Menu(MenuError::Xml),
        ] {
            UserError::from(&error).assert_said();
        }
    }

    #[test]
    fn remedies_name_the_address_that_is_not_listed() {
        let errmsg = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 5f";
        for language in Language::ALL {
            assert!(remedy(40_164, errmsg, language).contains("203.0.113.7"));
            for errcode in DOCUMENTED {
                assert!(language.has(&format!("platform_api.e{errcode}")), "{errcode}");
            }
            assert!(!remedy(99_999, errmsg, language).is_empty());
        }
    }
}
