//! Settings of each account, and whether they can be.

use super::{CheckResult, DoctorCode};
use crate::account::{Account, Accounts};
use crate::capture::Mode;

/// The hexadecimal digits of an AppID after its `wx`.
const APP_ID_DIGITS: usize = 16;

/// Checks all accounts: a result for each fault, or one where there is none.
pub(super) fn checks(accounts: Option<&Accounts>) -> Vec<CheckResult> {
    let Some(accounts) = accounts else { return vec![CheckResult::of(DoctorCode::AccountsSkipped)] };
    let faults: Vec<CheckResult> = accounts.iter().flat_map(faults).collect();
    if faults.is_empty() {
        return vec![CheckResult::of(DoctorCode::AccountsOk).with("count", accounts.iter().count())];
    }
    faults
}

/// The faults in the form of what is set of an account; what is not set is none.
pub(crate) fn form_faults(account: &Account) -> Vec<CheckResult> {
    let is_of_form = |result: &CheckResult| {
        matches!(
            result.code,
            DoctorCode::TokenUnusual
                | DoctorCode::AesKeyUnusable
                | DoctorCode::AppIdUnusual
                | DoctorCode::ToUserUnusual
        )
    };
    faults(account).into_iter().filter(is_of_form).collect()
}

fn faults(account: &Account) -> Vec<CheckResult> {
    let fault = |code| CheckResult::of(code).with("account", &account.name);
    let mut faults = Vec::new();
    match account.token() {
        None => faults.push(fault(DoctorCode::TokenAbsent)),
        Some(token) if !is_usual_token(token) => faults.push(fault(DoctorCode::TokenUnusual)),
        Some(_) => {}
    }
    match (account.key(), account.mode) {
        (Some(Err(error)), _) => faults.push(fault(DoctorCode::AesKeyUnusable).with("cause", error)),
        (None, Some(mode @ (Mode::Safe | Mode::Compat))) => {
            faults.push(fault(DoctorCode::AesKeyAbsent).with("mode", mode.as_str()));
        }
        _ => {}
    }
    match &account.app_id {
        None if account.key().is_some() => faults.push(fault(DoctorCode::AppIdAbsent)),
        Some(app_id) if !is_usual_app_id(app_id) => faults.push(fault(DoctorCode::AppIdUnusual).with("app_id", app_id)),
        _ => {}
    }
    if let Some(to_user) = account.to_user.as_deref().filter(|to_user| !to_user.starts_with("gh_")) {
        faults.push(fault(DoctorCode::ToUserUnusual).with("to_user", to_user));
    }
    faults
}

/// The tokens that WeChat's console takes: 3 to 32 letters and digits.
fn is_usual_token(token: &str) -> bool {
    (3..=32).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_usual_app_id(app_id: &str) -> bool {
    let digits = app_id.strip_prefix("wx").unwrap_or_default();
    digits.len() == APP_ID_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
