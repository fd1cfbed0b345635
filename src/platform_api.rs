//! WeChat's API, for the few calls that a person asks for: an access token, and the menus of an account.
//!
//! Nothing here runs by itself. Secrets and access tokens stand in no error.
//!
//! - `api_error`: errors, with the remedies for WeChat's errcodes

use serde_json::{Value, json};

use crate::account::{Account, Secret};
use crate::delivery::{ApiCall, HttpClient};
use crate::texts::Language;
use crate::wechat::custom_menu::MenuFile;

mod api_error;

pub use api_error::ApiError;
use api_error::{MAX_WORDS, NO_APP_ID, NO_APP_SECRET, remedy, without_secrets};

/// The host of the API, unless an account's `api` names another.
pub const DEFAULT_HOST: &str = "https://api.weixin.qq.com";

/// WeChat's errcode where no menu was made by the API.
const NO_MENU: i64 = 46_003;

/// The statuses of hosts that do not know a call.
const UNKNOWN_CALL: [u16; 3] = [404, 405, 501];

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
            // Anything else, such as a redirect or a login page, is no reason to show the AppSecret a second time.
            Err(ApiError::Unreadable { status, .. }) if UNKNOWN_CALL.contains(&status) => {
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
        if let Some(location) = &answer.location {
            return Err(ApiError::Redirect { call: path, status: answer.status, location: without_secrets(location) });
        }
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
