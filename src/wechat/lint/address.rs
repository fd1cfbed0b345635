//! Checks sender and recipient of a reply: the two names of the push, swapped.

use super::children::{Children, check_value};
use super::findings::{Findings, quoted};
use super::{LintCode, LintFinding, PushInfo};

/// The number of hexadecimal digits of an AppID behind its `wx`.
const APP_ID_DIGITS: usize = 16;

pub(super) fn check(children: &Children<'_, '_>, push: &PushInfo<'_>, findings: &mut Findings<'_>) {
    let value = |name: &'static str, findings: &mut Findings<'_>| {
        let element = children.get(name)?;
        check_value(element, name, true, findings).then(|| (element, element.text().trim()))
    };
    let to = value("ToUserName", findings);
    let from = value("FromUserName", findings);
    let known = |name: Option<_>| name.filter(|name: &&str| !name.is_empty());
    let user = known(push.from_user);
    let account = known(push.to_user);
    if let (Some((element, to)), Some((_, from))) = (to, from)
        && is_unswapped(to, from, user, account)
    {
        findings.add_at(LintFinding::new(LintCode::ToFromNotSwapped), element.span());
        return;
    }
    if let (Some((element, found)), Some(expected)) = (to, user.filter(|user| to.is_some_and(|(_, to)| to != *user))) {
        findings.add_at(foreign(LintCode::ToForeign, expected, found), element.text_span());
    }
    let Some((element, found)) = from else { return };
    match account {
        _ if is_app_id(found) => {
            findings.add_at(LintFinding::new(LintCode::AppIdForAccount).with("found", found), element.text_span());
        }
        Some(expected) if found != expected => {
            findings.add_at(foreign(LintCode::FromForeign, expected, found), element.text_span());
        }
        _ => {}
    }
}

fn foreign(code: LintCode, expected: &str, found: &str) -> LintFinding {
    LintFinding::new(code).with("expected", quoted(expected)).with("found", quoted(found))
}

/// Tells whether both names are as in the push. If the push is unknown, the account is recognised by its `gh_`.
fn is_unswapped(to: &str, from: &str, user: Option<&str>, account: Option<&str>) -> bool {
    match (user, account) {
        (Some(user), Some(account)) => to == account && from == user && to != from,
        _ => is_account(to) && !is_account(from) && !is_app_id(from),
    }
}

fn is_account(name: &str) -> bool {
    name.starts_with("gh_")
}

fn is_app_id(name: &str) -> bool {
    name.strip_prefix("wx")
        .is_some_and(|digits| digits.len() == APP_ID_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
