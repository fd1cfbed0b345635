//! The result of a check: its verdict, a stable code, and its words in both languages.

use serde_json::{Value, json};

use super::doctor_code::DoctorCode;
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
    /// The client that makes the listener public.
    Tunnel,
    /// The public URL as it is written.
    Url,
    /// The name in it, and the addresses that it leads to.
    Name,
    /// Its port.
    PublicPort,
    Connect,
    Tls,
    Redirect,
    /// The page that a plain GET finds there.
    Page,
    /// The signed GET that the console sends when a URL is saved.
    Handshake,
    /// A signed POST, which has to arrive in the database.
    Push,
    /// The way from WeChat's own servers.
    Route,
}

impl CheckName {
    /// The checks of this computer, in their order.
    pub const LOCAL: [Self; 8] = [
        Self::DataFolder,
        Self::Database,
        Self::Secrets,
        Self::Clock,
        Self::Port,
        Self::Listener,
        Self::Accounts,
        Self::Tunnel,
    ];

    /// The checks from outside, in their order.
    pub const OUTSIDE: [Self; 10] = [
        Self::Url,
        Self::Name,
        Self::PublicPort,
        Self::Connect,
        Self::Tls,
        Self::Redirect,
        Self::Page,
        Self::Handshake,
        Self::Push,
        Self::Route,
    ];

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
            Self::Tunnel => "tunnel",
            Self::Url => "url",
            Self::Name => "name",
            Self::PublicPort => "public-port",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Redirect => "redirect",
            Self::Page => "page",
            Self::Handshake => "handshake",
            Self::Push => "push",
            Self::Route => "route",
        }
    }

    /// The key of its name in `assets/locales`.
    pub fn name_key(self) -> &'static str {
        match self {
            Self::DataFolder => "doctor.check.data-folder",
            Self::Database => "doctor.check.database",
            Self::Secrets => "doctor.check.secrets",
            Self::Clock => "doctor.check.clock",
            Self::Port => "doctor.check.port",
            Self::Listener => "doctor.check.listener",
            Self::Accounts => "doctor.check.accounts",
            Self::Tunnel => "doctor.check.tunnel",
            Self::Url => "doctor.check.url",
            Self::Name => "doctor.check.name",
            Self::PublicPort => "doctor.check.public-port",
            Self::Connect => "doctor.check.connect",
            Self::Tls => "doctor.check.tls",
            Self::Redirect => "doctor.check.redirect",
            Self::Page => "doctor.check.page",
            Self::Handshake => "doctor.check.handshake",
            Self::Push => "doctor.check.push",
            Self::Route => "doctor.check.route",
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

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The check that found it.
    pub check: CheckName,
    pub code: DoctorCode,
    details: Vec<(&'static str, String)>,
}

impl CheckResult {
    /// A result without details.
    pub(super) fn of(code: DoctorCode) -> Self {
        Self { check: code.check(), code, details: Vec::new() }
    }

    /// The same as found by another check.
    #[must_use]
    pub(super) fn at(self, check: CheckName) -> Self {
        Self { check, ..self }
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

    /// The message in the words of the window, which has no flags.
    pub fn window_message(&self, language: Language) -> String {
        let part = if language.has(&self.key("window_message")) { "window_message" } else { "message" };
        self.words(part, language)
    }

    /// The remedy in the words of the window, which has no commands; empty where none is needed.
    pub fn window_remedy(&self, language: Language) -> String {
        if language.has(&self.key("window_remedy")) {
            self.words("window_remedy", language)
        } else {
            self.remedy(language)
        }
    }

    /// The result as lines of text: verdict, check, code and message, then the remedy.
    pub fn lines(&self, language: Language) -> String {
        let (verdict, name) = (self.code.verdict().as_str(), language.text(self.check.name_key()));
        let remedy = self.remedy(language);
        let remedy = if remedy.is_empty() { remedy } else { format!("         → {remedy}\n") };
        format!("{verdict:<7}  {name} [{}]: {}\n{remedy}", self.code.as_str(), self.message(language))
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
            "check": self.check.as_str(), "verdict": self.code.verdict().as_str(), "code": self.code.as_str(),
            "message": self.message(language), "remedy": self.remedy(language),
        })
    }
}
