//! The result of a check: its verdict, a stable code, and its words in both languages.

use serde_json::{Value, json};

use crate::texts::Language;

/// A check, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    DataFolder,
    Database,
    Secrets,
    Clock,
    Port,
    Listener,
    Accounts,
}

impl CheckName {
    /// Every check, in its order.
    pub const ALL: [Self; 7] =
        [Self::DataFolder, Self::Database, Self::Secrets, Self::Clock, Self::Port, Self::Listener, Self::Accounts];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DataFolder => "data-folder",
            Self::Database => "database",
            Self::Secrets => "secrets",
            Self::Clock => "clock",
            Self::Port => "port",
            Self::Listener => "listener",
            Self::Accounts => "accounts",
        }
    }
}

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckVerdict {
    Ok,
    /// It works, but not as it should.
    Warn,
    /// Nothing can arrive, or nothing can be told of it.
    Fail,
    /// There was nothing to check.
    Skipped,
}

impl CheckVerdict {
    /// The spelling in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// Declares the codes, each with its spelling, its check and its verdict.
macro_rules! doctor_codes {
    ($($(#[$doc:meta])* $variant:ident $text:literal $check:ident $verdict:ident,)+) => {
        /// The findings of all checks. The spelling is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DoctorCode { $($(#[$doc])* $variant),+ }

        impl DoctorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The spelling in JSON and in texts.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The check that finds it.
            pub fn check(self) -> CheckName {
                match self { $(Self::$variant => CheckName::$check),+ }
            }

            /// The verdict of the check that finds it.
            pub fn verdict(self) -> CheckVerdict {
                match self { $(Self::$variant => CheckVerdict::$verdict),+ }
            }
        }
    };
}

doctor_codes! {
    /// The folder is there: `path`.
    FolderOk "folder-ok" DataFolder Ok,
    /// It is made at the first start: `path`.
    FolderAbsent "folder-absent" DataFolder Skipped,
    /// Others may read it: `path`.
    FolderOpen "folder-open" DataFolder Warn,
    /// It cannot be used: `path`, `cause`.
    FolderUnusable "folder-unusable" DataFolder Fail,
    /// `config.toml` cannot be used: `cause`.
    ConfigUnusable "config-unusable" DataFolder Fail,
    /// The database can be read: `events`, `newest`.
    DatabaseOk "database-ok" Database Ok,
    /// There is none yet.
    DatabaseAbsent "database-absent" Database Skipped,
    /// The next listener brings it up to date: `cause`.
    DatabaseOlder "database-older" Database Warn,
    /// It cannot be read: `cause`.
    DatabaseUnusable "database-unusable" Database Fail,
    /// Secrets can be read: `accounts`.
    SecretsOk "secrets-ok" Secrets Ok,
    /// No account has any.
    SecretsNone "secrets-none" Secrets Warn,
    /// They should be there and cannot be read: `cause`.
    SecretsUnreadable "secrets-unreadable" Secrets Fail,
    /// `--account` names none that is there: `cause`.
    AccountUnknown "account-unknown" Secrets Fail,
    /// The configuration says where they are, and cannot be read.
    SecretsSkipped "secrets-skipped" Secrets Skipped,
    /// The clock agrees with WeChat's: `seconds`.
    ClockOk "clock-ok" Clock Ok,
    /// There is no recent push of WeChat's to compare with.
    ClockUnproven "clock-unproven" Clock Skipped,
    /// It is behind or ahead of WeChat's: `seconds`.
    ClockOff "clock-off" Clock Warn,
    /// It shows a date before this program was made: `now`.
    ClockWrong "clock-wrong" Clock Fail,
    /// Nobody uses the port: `address`.
    PortFree "port-free" Port Ok,
    /// The listener answers there: `address`.
    PortOurs "port-ours" Port Ok,
    /// Another program has it: `address`.
    PortTaken "port-taken" Port Fail,
    /// It is no address to listen at, or not of this computer: `address`, `cause`.
    PortUnusable "port-unusable" Port Fail,
    /// Other computers reach it, and there is an account without token: `address`, `names`.
    PortExposed "port-exposed" Port Warn,
    /// The configuration names it, and cannot be read.
    PortSkipped "port-skipped" Port Skipped,
    /// A window or listener listens: `address`.
    ListenerOk "listener-ok" Listener Ok,
    /// None does.
    ListenerAbsent "listener-absent" Listener Warn,
    /// One runs, but not at the configured address: `address`.
    ListenerElsewhere "listener-elsewhere" Listener Warn,
    /// All accounts have what they need: `count`.
    AccountsOk "accounts-ok" Accounts Ok,
    /// An account has no token: `account`.
    TokenAbsent "token-absent" Accounts Warn,
    /// A token is none that WeChat's console takes: `account`.
    TokenUnusual "token-unusual" Accounts Warn,
    /// A key cannot be used: `account`, `cause`.
    AesKeyUnusable "aes-key-unusable" Accounts Fail,
    /// The account is in safe or compat mode and has no key: `account`, `mode`.
    AesKeyAbsent "aes-key-absent" Accounts Fail,
    /// An account has a key and no AppID: `account`.
    AppIdAbsent "app-id-absent" Accounts Warn,
    /// An AppID is not `wx` and 16 digits: `account`, `app_id`.
    AppIdUnusual "app-id-unusual" Accounts Warn,
    /// Their secrets cannot be read.
    AccountsSkipped "accounts-skipped" Accounts Skipped,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    pub code: DoctorCode,
    details: Vec<(&'static str, String)>,
}

impl CheckResult {
    /// A result without details.
    pub(super) fn of(code: DoctorCode) -> Self {
        Self { code, details: Vec::new() }
    }

    /// Adds a detail, which the words name.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "details are numbers, errors and texts alike")]
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// Tells whether nothing can arrive because of it.
    pub fn is_failure(&self) -> bool {
        self.code.verdict() == CheckVerdict::Fail
    }

    /// The words for what was found.
    pub fn message(&self, language: Language) -> String {
        self.words("message", language)
    }

    /// The words for the remedy; empty where none is needed.
    pub fn remedy(&self, language: Language) -> String {
        if language.has(&self.key("remedy")) { self.words("remedy", language) } else { String::new() }
    }

    fn key(&self, part: &str) -> String {
        format!("doctor.{}.{part}", self.code.as_str())
    }

    fn words(&self, part: &str, language: Language) -> String {
        language.filled(&self.key(part), &self.details)
    }

    /// As one object.
    pub fn json(&self, language: Language) -> Value {
        json!({
            "check": self.code.check().as_str(), "verdict": self.code.verdict().as_str(), "code": self.code.as_str(),
            "message": self.message(language), "remedy": self.remedy(language),
        })
    }
}
