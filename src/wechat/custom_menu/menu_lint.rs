//! Lint of a menu: findings with WeChat's errcode, place and remedy.

use std::collections::HashMap;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::button_type::{ButtonType, Origin};
use super::definition::{Button, Menu, MenuFile, MenuMember, MenuShape};
use super::fault_lint::{button_count, sub_button_count};
use super::menu_code::{MenuCode, MenuFinding};
use super::menu_error::MenuError;
use super::menu_outline::{MAX_BUTTONS, MAX_SUB_BUTTONS, MenuOutline};
use super::url_lint::{MAX_URL_BYTES, host};
use crate::wechat::tree::{BOM, MAX_BYTES, TextForm};

/// The limit of a key in bytes.
const MAX_KEY_BYTES: usize = 128;
/// The most findings about one file: ten thousand misspelt buttons need no ten thousand lines.
const MAX_FINDINGS: usize = 200;

/// WeChat's errcode for what is no JSON, or has a value of the wrong type.
pub(super) const DATA_FORMAT: u32 = 47_001;
/// WeChat's errcode for `\uxxxx` in a text.
const TEXT_ESCAPED: u32 = 40_033;
/// WeChat's errcode for a third level.
pub(super) const SUB_LEVEL: u32 = 40_022;
/// WeChat's errcode for an invalid AppID.
const APP_ID: u32 = 40_013;
/// WeChat's errcode for an invalid media id.
const MEDIA_ID: u32 = 40_007;
/// WeChat's errcode for an invalid path of a mini program's page.
const PAGE_PATH: u32 = 40_165;
/// WeChat's errcode for an invalid article id.
const ARTICLE_ID: u32 = 53_600;

/// The beginning of every AppID, and its length with the 16 characters behind it.
const APP_ID_PREFIX: &str = "wx";
const APP_ID_LENGTH: usize = 18;

/// The limits and errcodes of one level of buttons.
struct Level {
    name_bytes: usize,
    /// The columns of a name that phones show, a Chinese character taking two.
    shown_columns: usize,
    type_code: u32,
    name_code: u32,
    key_code: u32,
    url_code: u32,
    domain_code: u32,
}

/// The buttons of the bar.
const BAR: Level = Level {
    name_bytes: 16,
    shown_columns: 8,
    type_code: 40_017,
    name_code: 40_018,
    key_code: 40_019,
    url_code: 40_020,
    domain_code: 40_055,
};

/// Sub-buttons.
const SUB: Level = Level {
    name_bytes: 60,
    shown_columns: 14,
    type_code: 40_024,
    name_code: 40_025,
    key_code: 40_026,
    url_code: 40_027,
    domain_code: 40_054,
};

/// Lints a menu of any shape.
///
/// # Errors
/// [`MenuError`] for what is JSON and no menu, and for a web page. What else is no JSON is a finding: WeChat refuses it.
pub fn lint(payload: &[u8]) -> Result<Vec<MenuFinding>, MenuError> {
    let mut lint = MenuLint { payload, findings: Vec::new() };
    match MenuFile::read(payload) {
        Ok(file) => lint.file(&file),
        Err(MenuError::Json(fault)) => lint.fault(fault)?,
        Err(MenuError::TooLarge { place, .. }) => {
            let finding = MenuFinding::new(MenuCode::TooLarge).with("limit", format!("> {} MiB", MAX_BYTES >> 20));
            lint.findings.push(finding.at(Some(place)));
        }
        Err(error) => return Err(error),
    }
    lint.findings.sort_by_key(|finding| finding.place.map(|place| place.offset));
    Ok(lint.findings)
}

/// The findings about one file so far.
pub(super) struct MenuLint<'p> {
    pub(super) payload: &'p [u8],
    pub(super) findings: Vec<MenuFinding>,
}

impl MenuLint<'_> {
    pub(super) fn add(&mut self, finding: MenuFinding, span: &Range<usize>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding.over(self.payload, span.clone()));
        }
    }

    fn file(&mut self, file: &MenuFile) {
        if self.payload.starts_with(BOM) {
            self.add(MenuFinding::new(MenuCode::Bom).refused_with(DATA_FORMAT), &(0..BOM.len()));
        }
        if file.is_open == Some(false) {
            self.add(MenuFinding::new(MenuCode::MenuClosed), &(0..0));
        }
        for menu in file.menus() {
            self.menu(menu, file.shape);
        }
        self.conditional_menus(file);
        for (name, span) in MenuOutline::of(self.payload).repeated {
            self.add(MenuFinding::new(MenuCode::MemberRepeated).with("name", name), &span);
        }
    }

    fn menu(&mut self, menu: &Menu, shape: MenuShape) {
        let count = menu.buttons.len();
        // Of an account without a menu the console says so, and nobody publishes that.
        let is_absent = count == 0 && shape == MenuShape::SelfMenu;
        if !is_absent && (count == 0 || count > MAX_BUTTONS) {
            let span = menu.buttons.get(MAX_BUTTONS).map_or(&menu.span, |button| &button.span);
            self.add(button_count(count), span);
        }
        for button in &menu.buttons {
            self.button(button, &BAR, shape);
            let below = button.sub_buttons.len();
            if let Some(first_beyond) = button.sub_buttons.get(MAX_SUB_BUTTONS) {
                self.add(sub_button_count(below), &first_beyond.span);
            }
            for sub_button in &button.sub_buttons {
                self.button(sub_button, &SUB, shape);
                if let Some(too_deep) = sub_button.sub_buttons.first() {
                    self.add(MenuFinding::new(MenuCode::SubButtonLevel).refused_with(SUB_LEVEL), &too_deep.span);
                }
            }
        }
        self.repeated_keys(menu);
    }

    fn button(&mut self, button: &Button, level: &Level, shape: MenuShape) {
        for (index, member) in button.members.iter().enumerate() {
            self.member(member);
            if button.members.iter().take(index).any(|before| before.name == member.name) {
                self.add(MenuFinding::new(MenuCode::MemberRepeated).with("name", &member.name), &member.span);
            }
        }
        self.name(button, level);
        if button.is_parent() {
            if let Some(member) = button.member("type").filter(|member| !member.value.is_empty()) {
                self.add(MenuFinding::new(MenuCode::TypeOfParent).with("type", &member.value), &member.span);
            }
            return;
        }
        if let Some(known) = self.button_type(button, level, shape) {
            self.content(button, known, level, shape);
        }
    }

    /// Checks the notation of a text.
    fn member(&mut self, member: &MenuMember) {
        const TEXTS: [&str; 8] = ["name", "type", "key", "url", "media_id", "article_id", "appid", "pagepath"];
        let is_text =
            matches!(member.form, TextForm::JsonString) || member.value.is_empty() && member.is_null(self.payload);
        if TEXTS.contains(&member.name.as_str()) && !is_text {
            let finding = MenuFinding::new(MenuCode::WrongType).with("name", &member.name);
            self.add(finding.refused_with(DATA_FORMAT), &member.span);
        }
        let source = self.payload.get(member.span.clone()).unwrap_or_default();
        if member.form == TextForm::JsonString && has_unicode_escape(source) {
            let finding = MenuFinding::new(MenuCode::TextEscaped).with("name", &member.name);
            self.add(finding.refused_with(TEXT_ESCAPED), &member.span);
        }
    }

    fn name(&mut self, button: &Button, level: &Level) {
        let Some(member) = button.member("name").filter(|member| !member.value.trim().is_empty()) else {
            self.add(MenuFinding::new(MenuCode::NameMissing).refused_with(level.name_code), &button.span);
            return;
        };
        let (bytes, name) = (member.value.len(), member.value.as_str());
        if name.chars().any(char::is_control) {
            self.add(MenuFinding::new(MenuCode::NameControl), &member.span);
        }
        if bytes > level.name_bytes {
            let finding = MenuFinding::new(MenuCode::NameTooLong).with("bytes", bytes).with("limit", level.name_bytes);
            self.add(finding.refused_with(level.name_code), &member.span);
        } else if name.width() > level.shown_columns {
            let finding = MenuFinding::new(MenuCode::NameCut).with("shown", cut(name, level.shown_columns));
            self.add(finding, &member.span);
        }
    }

    /// The type, where it is one that can be checked further.
    fn button_type(&mut self, button: &Button, level: &Level, shape: MenuShape) -> Option<&'static ButtonType> {
        let Some(member) = button.member("type").filter(|member| !member.value.is_empty()) else {
            self.add(MenuFinding::new(MenuCode::TypeMissing).refused_with(level.type_code), &button.span);
            return None;
        };
        let found = member.value.as_str();
        let finding = match (ButtonType::named(found), ButtonType::in_any_case(found)) {
            (Some(known), _) if known.origin == Origin::Api || shape == MenuShape::SelfMenu => {
                if known.event.is_none() {
                    self.add(MenuFinding::new(MenuCode::NeverPushes).with("type", found), &member.span);
                }
                if known.needs_5_4 {
                    self.add(MenuFinding::new(MenuCode::NeedsNewPhone).with("type", found), &member.span);
                }
                return Some(known);
            }
            (Some(_), _) => MenuFinding::new(MenuCode::TypeConsole).with("found", found),
            (None, Some(known)) => MenuFinding::new(MenuCode::TypeCase).with("found", found).with("name", known.name),
            (None, None) => {
                let known: Vec<&str> = ButtonType::api_names().collect();
                MenuFinding::new(MenuCode::TypeUnknown).with("found", found).with("known", known.join(", "))
            }
        };
        self.add(finding.refused_with(level.type_code), &member.span);
        None
    }

    /// Checks the members that a type needs, and those that it does not have.
    fn content(&mut self, button: &Button, known: &ButtonType, level: &Level, shape: MenuShape) {
        if known.origin == Origin::Api {
            for name in std::iter::once(&known.content).chain(known.also) {
                self.required(button, known, name, level);
            }
        }
        for member in &button.members {
            let superfluous = !known.takes(&member.name) && !member.value.is_empty();
            if superfluous && shape != MenuShape::SelfMenu && misspelling_of(member, known, button).is_none() {
                let finding = MenuFinding::new(MenuCode::MemberSuperfluous).with("name", &member.name);
                self.add(finding.with("type", known.name), &member.span);
            }
        }
    }

    fn required(&mut self, button: &Button, known: &ButtonType, name: &str, level: &Level) {
        let errcode = match name {
            "key" => Some(level.key_code),
            "url" => Some(level.url_code),
            "appid" => Some(APP_ID),
            "media_id" => Some(MEDIA_ID),
            "article_id" => Some(ARTICLE_ID),
            "pagepath" => Some(PAGE_PATH),
            _ => None,
        };
        let refused = |finding: MenuFinding| match errcode {
            Some(errcode) => finding.refused_with(errcode),
            None => finding,
        };
        let Some(member) = button.member(name).filter(|member| !member.value.is_empty()) else {
            let misspelt = button.members.iter().find(|member| misspelling_of(member, known, button) == Some(name));
            let (finding, span) = match misspelt {
                Some(member) => {
                    let finding = MenuFinding::new(MenuCode::MemberMisspelt).with("found", &member.name);
                    (finding, &member.span)
                }
                None => (MenuFinding::new(MenuCode::MemberMissing).with("type", known.name), &button.span),
            };
            return self.add(refused(finding.with("name", name)), span);
        };
        let bytes = member.value.len();
        if name == "appid" {
            self.app_id(member);
        }
        if name == "key" && bytes > MAX_KEY_BYTES {
            let finding = MenuFinding::new(MenuCode::KeyTooLong).with("bytes", bytes).with("limit", MAX_KEY_BYTES);
            self.add(refused(finding), &member.span);
        }
        if name == "url" {
            if bytes > MAX_URL_BYTES {
                let finding = MenuFinding::new(MenuCode::UrlTooLong).with("bytes", bytes).with("limit", MAX_URL_BYTES);
                self.add(refused(finding), &member.span);
            } else if host(&member.value).is_none() {
                let finding = MenuFinding::new(MenuCode::UrlInvalid).with("url", &member.value);
                self.add(finding.refused_with(level.domain_code), &member.span);
            }
        }
    }

    fn app_id(&mut self, member: &MenuMember) {
        let app_id = member.value.as_str();
        let rest = app_id.strip_prefix(APP_ID_PREFIX);
        if !rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            let finding = MenuFinding::new(MenuCode::AppIdInvalid).with("found", app_id);
            self.add(finding.refused_with(APP_ID), &member.span);
        } else if app_id.len() != APP_ID_LENGTH {
            self.add(MenuFinding::new(MenuCode::AppIdUnusual).with("found", app_id), &member.span);
        }
    }

    fn repeated_keys(&mut self, menu: &Menu) {
        let mut seen: HashMap<(&str, &str), String> = HashMap::new();
        for (path, button) in menu.all_buttons() {
            let Some(push) = button.push() else { continue };
            match seen.get(&(push.kind, push.key)) {
                None => {
                    seen.insert((push.kind, push.key), path);
                }
                Some(first) => {
                    let finding = MenuFinding::new(MenuCode::KeyRepeated).with("key", push.key).with("first", first);
                    self.add(finding, &button.span);
                }
            }
        }
    }
}

impl MenuMember {
    fn is_null(&self, payload: &[u8]) -> bool {
        payload.get(self.span.clone()).is_some_and(|source| source == b"null")
    }
}

/// The required member that a member of a button stands for in another spelling: `appId` for `appid`, `page_path` for
/// `pagepath`.
fn misspelling_of(member: &MenuMember, known: &ButtonType, button: &Button) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let required = std::iter::once(known.content).chain(known.also.iter().copied());
    let mut missing = required.filter(|name| button.value_of(name).is_none());
    missing.find(|name| member.name != *name && plain(&member.name) == plain(name))
}

/// Tells whether the source of a string holds `\u` and four digits.
fn has_unicode_escape(source: &[u8]) -> bool {
    let mut bytes = source.iter();
    while let Some(byte) = bytes.next() {
        // The escape of a backslash is no beginning of another one.
        if *byte == b'\\' && bytes.next() == Some(&b'u') {
            return true;
        }
    }
    false
}

/// The beginning of a name that fits so many columns, as phones show it.
fn cut(name: &str, columns: usize) -> String {
    let mut width = 0;
    let fits = |character: &char| {
        width += character.width().unwrap_or(0);
        width <= columns
    };
    format!("{}…", name.chars().take_while(fits).collect::<String>())
}

#[cfg(test)]
mod tests;
