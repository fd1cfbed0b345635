//! The codes of findings about a menu; their texts are in `assets/locales/menu_lint.yml`.
//!
//! Errors are what WeChat refuses; the detail `errcode` is the number in its answer, where that is known. Sources: the global
//! error codes of developers.weixin.qq.com and the pages of `menu/create` and `menu/addconditional`.

use crate::wechat::codes::{Finding, codes};

/// One finding about a menu.
pub type MenuFinding = Finding<MenuCode>;

/// The detail that holds WeChat's number of the error.
const ERRCODE: &str = "errcode";

codes! {
    /// The code of a finding about a menu; its spelling is part of its locale keys, `menu_lint.CODE.message` and `.remedy`.
    MenuCode "menu_lint" {
    /// It is not JSON: `variant` (see `JsonFault`), `reason`, `found`.
    NotJson "not-json" Error,
    /// It is larger than any menu: `limit`.
    TooLarge "too-large" Error,
    /// A byte order mark stands before it.
    Bom "bom" Error,
    /// A member has a value of another type: `name`.
    WrongType "wrong-type" Error,
    /// A member comes twice, and the last one counts: `name`.
    MemberRepeated "member-repeated" Warning,
    /// A text holds `\uxxxx`: `name`.
    TextEscaped "text-escaped" Error,
    /// There are no buttons, or too many: `count`, `limit`.
    ButtonCount "button-count" Error,
    /// A parent has too many sub-buttons: `count`, `limit`.
    SubButtonCount "sub-button-count" Error,
    /// A sub-button has sub-buttons of its own.
    SubButtonLevel "sub-button-level" Error,
    /// There is no name.
    NameMissing "name-missing" Error,
    /// The name has too many bytes: `bytes`, `limit`.
    NameTooLong "name-too-long" Error,
    /// The name holds a line break or another control character.
    NameControl "name-control" Warning,
    /// Phones cut the name: `shown`.
    NameCut "name-cut" Warning,
    /// There is neither a type nor a sub-button.
    TypeMissing "type-missing" Error,
    /// The type is unknown: `found`, `known`.
    TypeUnknown "type-unknown" Error,
    /// The type is written in another case: `found`, `name`.
    TypeCase "type-case" Error,
    /// The type is one of the web console's: `found`.
    TypeConsole "type-console" Error,
    /// A required member is missing or empty: `name`, `type`.
    MemberMissing "member-missing" Error,
    /// A required member is misspelt: `found`, `name`.
    MemberMisspelt "member-misspelt" Error,
    /// The AppID of a mini program is none: `found`.
    AppIdInvalid "appid-invalid" Error,
    /// The AppID of a mini program has a length that none has: `found`.
    AppIdUnusual "appid-unusual" Warning,
    /// The key has too many bytes: `bytes`, `limit`.
    KeyTooLong "key-too-long" Error,
    /// The url has too many bytes: `bytes`, `limit`.
    UrlTooLong "url-too-long" Error,
    /// The url does not begin with `http://` or `https://`, or has no host: `url`.
    UrlInvalid "url-invalid" Error,
    /// The urls of a conditional menu lead to too many domains: `count`, `limit`, `domains`.
    UrlDomains "url-domains" Error,
    /// A member that this type does not have: `name`, `type`.
    MemberSuperfluous "member-superfluous" Warning,
    /// A parent has a type, which is ignored: `type`.
    TypeOfParent "type-of-parent" Warning,
    /// Two buttons have one key: `key`, `first`.
    KeyRepeated "key-repeated" Warning,
    /// The listener never sees a tap on it: `type`.
    NeverPushes "never-pushes" Note,
    /// Older phones do not know the type: `type`.
    NeedsNewPhone "needs-new-phone" Note,
    /// The menu is switched off.
    MenuClosed "menu-closed" Warning,
    /// Conditional menus without a default menu.
    DefaultMenuMissing "default-menu-missing" Error,
    /// A conditional menu by itself, which needs a default menu in force.
    DefaultMenuNeeded "default-menu-needed" Note,
    /// A conditional menu has no rule, or one without values.
    RuleEmpty "rule-empty" Error,
    /// The rule has members that WeChat has withdrawn: `names`.
    RuleWithdrawn "rule-withdrawn" Error,
    /// The rule has members that do not exist: `name`.
    RuleUnknown "rule-unknown" Warning,
    /// A value of the rule is no number that it can have: `name`, `found`.
    RuleValue "rule-value" Error,
    }
}

impl MenuFinding {
    /// Adds WeChat's number of the error.
    #[must_use]
    pub(super) fn refused_with(self, errcode: u32) -> Self {
        self.with(ERRCODE, errcode)
    }

    /// WeChat's number of the error; `None` for what it takes, and where the number is not known.
    pub fn errcode(&self) -> Option<u32> {
        self.details.iter().find(|(name, _)| name == ERRCODE)?.1.parse().ok()
    }
}
