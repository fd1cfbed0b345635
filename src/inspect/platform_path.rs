//! The AppID in the path of a third-party platform's pushes.

use crate::account::{Account, AccountKind, Accounts, PathAppId};
use crate::capture::RawRequest;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::tree::Tree;

/// Reports what stands in the place of the AppID, where it leaves a push to the platform. Pushes about the platform itself
/// (tickets, authorizations) have an `InfoType`, and an address of their own.
pub(super) fn diagnose(
    request: &RawRequest,
    account: &Account,
    accounts: &Accounts,
    tree: Option<&Tree<'_>>,
    diagnoses: &mut Vec<Diagnosis>,
) {
    let is_about_platform = tree.is_some_and(|tree| tree.root().text_of("InfoType").is_some());
    if account.kind != AccountKind::Platform || is_about_platform {
        return;
    }
    let form = || Diagnosis::new(Code::PathAppIdForm);
    diagnoses.extend(accounts.strange_app_id(request.path()).map(|found| match found {
        PathAppId::Placeholder => form().variant("placeholder"),
        PathAppId::Empty => form().variant("empty"),
        PathAppId::NotAppId(text) => form().with("found", text),
        PathAppId::Unlisted(app_id) => Diagnosis::new(Code::PathAppIdUnlisted).with("found", app_id),
    }));
}
