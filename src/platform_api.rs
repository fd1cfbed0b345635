//! WeChat's API, for the few calls that a person asks for: an access token, and the menus of an account.
//!
//! Nothing here runs by itself. Secrets and access tokens stand in no error.

use serde_json::{Value, json};

use crate::account::{Account, Secret};
use crate::delivery::{ApiCall, DeliveryError, HttpClient};
use crate::texts::Language;
use crate::wechat::custom_menu::{MenuError, MenuFile};

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
        let made;
        let access_token = if let Some(given) = access_token {
            given
        } else {
            made = self.access_token().await?;
            &made
        };
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

    /// An access token, asked for so that the account's other tokens stay valid. Where the host does not know that call, the
    /// older one is made.
    async fn access_token(&self) -> Result<Secret, ApiError> {
        let missing = |what| ApiError::Incomplete { what, account: self.account.name.clone() };
        let app_id = self.account.app_id.as_deref().ok_or_else(|| missing("the AppID"))?;
        let secret = self.account.secrets.app_secret.as_ref().ok_or_else(|| missing("the AppSecret"))?;
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
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("access_token", access_token.reveal()).finish();
        self.call(path, &query, None).await
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

    #[test]
    fn remedies_name_the_address_that_is_not_listed() {
        let errmsg = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 5f";
        for language in Language::ALL {
            assert!(remedy(40_164, errmsg, language).contains("203.0.113.7"));
            for errcode in [1, 40_001, 40_013, 40_014, 40_125, 42_001, 45_009, 46_003, 48_001, 48_004, 50_002, 89_503] {
                assert!(language.has(&format!("platform_api.e{errcode}")), "{errcode}");
            }
            assert!(!remedy(99_999, errmsg, language).is_empty());
        }
    }
}
