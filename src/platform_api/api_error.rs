//! Errors of calling WeChat's API, and of files that hold its answers, with the remedies for its errcodes.

use crate::delivery::DeliveryError;
use crate::texts::Language;
use crate::texts::user_error::UserError;
use crate::wechat::custom_menu::{JsonFault, MenuError};
use crate::wechat::tree::Place;

/// The most characters of WeChat's own words that an error quotes.
pub(super) const MAX_WORDS: usize = 200;

/// WeChat's errcode for an address that is not on the account's list.
const NOT_LISTED: i64 = 40_164;

/// The parts of an account that a call cannot do without.
pub(super) const NO_APP_ID: &str = "the AppID";
pub(super) const NO_APP_SECRET: &str = "the AppSecret";

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
    /// The call was redirected.
    #[error(
        "{call} is redirected (status {status}) to {location}, where no secret and no access token is sent; set the account's \
         api to the address of WeChat's API, or correct the proxy before it"
    )]
    Redirect {
        /// The path of the call.
        call: &'static str,
        /// The status of the answer.
        status: u16,
        /// The address that it leads to, without its query.
        location: String,
    },
    /// A file holds WeChat's refusal in place of a menu.
    #[error("cannot read the menu: this is WeChat's refusal {errcode} ({errmsg}) in place of a menu: {remedy}")]
    InPlaceOfMenu {
        /// WeChat's number of the error.
        errcode: String,
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
            ApiError::Redirect { call, status, location } => Self::of("user_error.api.redirect", error)
                .with("call", call)
                .with("status", status)
                .with("location", location),
            ApiError::InPlaceOfMenu { errcode, errmsg, remedy } => Self::of("user_error.menu.refusal", error)
                .with("errcode", errcode)
                .with("errmsg", errmsg)
                .with("remedy", remedy),
            ApiError::Menu(cause) => cause.into(),
        }
    }
}

impl From<&MenuError> for UserError {
    fn from(error: &MenuError) -> Self {
        let at = |said: Self, place: &Place| said.with("line", place.line).with("column", place.column);
        match error {
            MenuError::Json(fault) => {
                let said = Self::of(fault_key(fault), error);
                let said = match fault {
                    JsonFault::NotAnObject { found, .. } => said.with("found", found),
                    JsonFault::Malformed { reason, .. } => said.with("cause", reason),
                    _ => said,
                };
                match fault.place() {
                    Some(place) => at(said, &place),
                    None => said,
                }
            }
            MenuError::TooLarge { bytes, place } => {
                at(Self::of("user_error.menu.too_large", error).with("bytes", bytes), place)
            }
            MenuError::Xml => Self::of("user_error.menu.xml", error),
            MenuError::Refusal { errcode, errmsg } => {
                let (key, address) = remedy_key(errcode.parse().unwrap_or(0), errmsg);
                Self::of("user_error.menu.refusal", error).with("errcode", errcode).with("errmsg", errmsg).with_text(
                    "remedy",
                    key,
                    ("address", address),
                )
            }
            MenuError::Done => Self::of("user_error.menu.done", error),
            MenuError::NotAMenu { place } => at(Self::of("user_error.menu.none", error), place),
            MenuError::Structure { name, place, .. } => {
                at(Self::of("user_error.menu.structure", error).with("name", name), place)
            }
        }
    }
}

fn fault_key(fault: &JsonFault) -> &'static str {
    match fault {
        JsonFault::Empty => "user_error.menu.empty",
        JsonFault::NotUtf8 { .. } => "user_error.menu.json.not_utf8",
        JsonFault::NotAnObject { .. } => "user_error.menu.json.not_object",
        JsonFault::Comment { .. } => "user_error.menu.json.comment",
        JsonFault::Unfinished { .. } => "user_error.menu.json.unfinished",
        JsonFault::Malformed { .. } => "user_error.menu.json.malformed",
        JsonFault::TooDeep { .. } => "user_error.menu.json.too_deep",
        JsonFault::TooManyValues { .. } => "user_error.menu.json.too_many",
    }
}

impl ApiError {
    /// The error of a file that holds no menu; where it holds WeChat's refusal of a call, with the remedy of that.
    pub fn of_file(error: MenuError, language: Language) -> Self {
        match error {
            MenuError::Refusal { errcode, errmsg } => {
                let remedy = remedy(errcode.parse().unwrap_or(0), &errmsg, language);
                Self::InPlaceOfMenu { errcode, errmsg: errmsg.chars().take(MAX_WORDS).collect(), remedy }
            }
            other => Self::Menu(other),
        }
    }
}

/// The remedy for an errcode of the API.
pub(super) fn remedy(errcode: i64, errmsg: &str, language: Language) -> String {
    let (key, address) = remedy_key(errcode, errmsg);
    language.filled(&key, &[("address", address)])
}

/// The key of the remedy for an errcode of the API, and the address that it names.
fn remedy_key(errcode: i64, errmsg: &str) -> (String, String) {
    let key = format!("platform_api.e{}", errcode.unsigned_abs());
    match refused_address(errmsg) {
        _ if !Language::English.has(&key) => ("platform_api.other".to_owned(), String::new()),
        None if errcode == NOT_LISTED => (format!("{key}_unnamed"), String::new()),
        address => (key, address.unwrap_or_default().to_owned()),
    }
}

/// The address that a redirect leads to, without its query, which may repeat a secret, and without credentials.
pub(super) fn without_secrets(location: &str) -> String {
    let address = location.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("//") else { return address.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}//{host}{path}")
}

/// The address in WeChat's words for 40164: `invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist`.
fn refused_address(errmsg: &str) -> Option<&str> {
    let mut words = errmsg.split_whitespace().skip_while(|word| *word != "ip");
    words.nth(1).map(|address| address.trim_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::custom_menu::MenuFile;

    /// The errcodes of the pages of these calls, and of the global list as far as it is about menus, tokens and quotas.
    const DOCUMENTED: [i64; 51] = [
        1, 40_001, 40_007, 40_013, 40_014, 40_015, 40_016, 40_017, 40_018, 40_019, 40_020, 40_022, 40_023, 40_024,
        40_025, 40_026, 40_027, 40_033, 40_035, 40_054, 40_055, 40_125, 40_164, 40_165, 40_243, 41_001, 41_002, 41_004,
        42_001, 44_002, 45_009, 45_010, 45_011, 45_058, 46_003, 47_001, 48_001, 48_004, 50_001, 50_002, 53_600, 65_301,
        65_303, 65_304, 65_305, 65_312, 65_316, 65_318, 65_320, 85_005, 89_503,
    ];

    #[test]
    fn errors_are_said_in_both_languages() {
        for error in [
            ApiError::Incomplete { what: NO_APP_ID, account: "a".to_owned() },
            ApiError::Incomplete { what: NO_APP_SECRET, account: "a".to_owned() },
            ApiError::Refused { call: "/c", errcode: 1, errmsg: "m".to_owned(), remedy: "r".to_owned() },
            ApiError::Unreadable { call: "/c", status: 404 },
            ApiError::Redirect { call: "/c", status: 302, location: "l".to_owned() },
            ApiError::InPlaceOfMenu { errcode: "1".to_owned(), errmsg: "m".to_owned(), remedy: "r".to_owned() },
            ApiError::Menu(MenuError::Xml),
            ApiError::Menu(MenuError::Done),
            ApiError::Menu(MenuError::Refusal { errcode: "40164".to_owned(), errmsg: "m".to_owned() }),
        ] {
            UserError::from(&error).assert_said();
        }
    }

    #[test]
    fn every_fault_of_json_is_said_in_both_languages() {
        let giant = format!("{{\"button\":[{}]}}", vec!["{}"; 10_001].join(","));
        let deep = format!("{{\"button\":{}", "[".repeat(99));
        for text in ["", "{\"button\":\"\u{0}\"}", "[]", "// x", "{", "{]", &giant, &deep] {
            let error = MenuFile::read(text.as_bytes()).unwrap_err();
            UserError::from(&error).assert_said();
        }
        UserError::from(&MenuFile::read(b"{\xFF").unwrap_err()).assert_said();
    }

    #[test]
    fn a_refusal_in_a_file_has_the_remedy_of_a_refused_call() {
        let read = |text: &str| MenuFile::read(text.as_bytes()).unwrap_err();
        let unlisted =
            r#"{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"}"#;
        let [english, chinese] = Language::ALL.map(|language| UserError::from(&read(unlisted)).words(language));
        assert!(english.contains("refusal 40164") && english.contains("the address 203.0.113.7"), "{english}");
        assert!(chinese.contains("203.0.113.7 不在该账号的 IP 白名单中"), "{chinese}");
        let said = ApiError::of_file(read(unlisted), Language::English).to_string();
        assert!(said.contains("add it in the console under IP whitelist"), "{said}");
        let unnamed = ApiError::of_file(read(r#"{"errcode":40164,"errmsg":"x"}"#), Language::English).to_string();
        assert!(unnamed.contains("the address that asked is not"), "{unnamed}");
        let busy = ApiError::of_file(read(r#"{"errcode":-1,"errmsg":"system error"}"#), Language::English).to_string();
        assert!(busy.contains("try again in a minute"), "{busy}");
    }

    #[test]
    fn a_redirect_is_named_without_what_it_repeats() {
        for (location, shown) in [
            ("https://user:pw@e.com/a/b?secret=s#f", "https://e.com/a/b"),
            ("https://e.com", "https://e.com"),
            ("//e.com?access_token=t", "//e.com"),
            ("/login?next=%2Fcgi-bin", "/login"),
        ] {
            assert_eq!(without_secrets(location), shown);
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
