//! Lint of conditional menus: the default menu, the rule, and the domains.

use super::definition::{MatchRule, Menu, MenuFile, MenuShape, WITHDRAWN};
use super::menu_code::{MenuCode, MenuFinding};
use super::menu_lint::MenuLint;
use super::resolution::Platform;
use super::url_lint::{MAX_DOMAINS, domains};

/// WeChat's errcodes for conditional menus, from the page of `menu/addconditional`.
const NO_DEFAULT_MENU: u32 = 65_303;
const RULE_EMPTY: u32 = 65_304;
const TOO_MANY_DOMAINS: u32 = 65_316;
const RULE_WITHDRAWN: u32 = 65_320;
/// An invalid parameter of any call.
const INVALID_PARAMETER: u32 = 40_035;

/// The members that a rule can have.
const KNOWN: [&str; 3] = ["tag_id", "group_id", "client_platform_type"];

impl MenuLint<'_> {
    pub(super) fn conditional_menus(&mut self, file: &MenuFile) {
        match (file.shape, &file.default, file.conditional.first()) {
            (MenuShape::Get, None, Some(first)) => {
                let finding = MenuFinding::new(MenuCode::DefaultMenuMissing).refused_with(NO_DEFAULT_MENU);
                self.add(finding, &first.span);
            }
            (MenuShape::AddConditional, _, Some(menu)) => {
                self.add(MenuFinding::new(MenuCode::DefaultMenuNeeded), &menu.span);
            }
            _ => {}
        }
        for menu in &file.conditional {
            self.rule(menu);
            let domains = domains(menu);
            if domains.len() > MAX_DOMAINS {
                let finding = MenuFinding::new(MenuCode::UrlDomains)
                    .with("count", domains.len())
                    .with("limit", MAX_DOMAINS)
                    .with("domains", domains.join(", "));
                self.add(finding.refused_with(TOO_MANY_DOMAINS), &menu.span);
            }
        }
    }

    fn rule(&mut self, menu: &Menu) {
        let Some(rule) = menu.rule.as_ref().filter(|rule| !rule.is_empty()) else {
            let span = menu.rule.as_ref().map_or(&menu.span, |rule| &rule.span);
            self.add(MenuFinding::new(MenuCode::RuleEmpty).refused_with(RULE_EMPTY), span);
            return;
        };
        let withdrawn = rule.withdrawn();
        if !withdrawn.is_empty() {
            let finding = MenuFinding::new(MenuCode::RuleWithdrawn).with("names", withdrawn.join(", "));
            self.add(finding.refused_with(RULE_WITHDRAWN), &rule.span);
        }
        self.rule_members(rule);
    }

    fn rule_members(&mut self, rule: &MatchRule) {
        for member in &rule.members {
            let name = member.name.as_str();
            if !KNOWN.contains(&name) && !WITHDRAWN.contains(&name) {
                self.add(MenuFinding::new(MenuCode::RuleUnknown).with("name", name), &member.span);
            }
            let is_valid = match name {
                "client_platform_type" => Platform::ALL.iter().any(|known| known.number() == member.value),
                "tag_id" | "group_id" => member.value.bytes().all(|byte| byte.is_ascii_digit()),
                _ => true,
            };
            if !is_valid && !member.value.is_empty() {
                let finding = MenuFinding::new(MenuCode::RuleValue).with("name", name).with("found", &member.value);
                self.add(finding.refused_with(INVALID_PARAMETER), &member.span);
            }
        }
    }
}
