//! The account that a request belongs to, and the accounts of a platform, which have its secrets.

use super::app_id_path::{self, PathMatch};
use super::{Account, AccountKind, Accounts, PlatformName};

/// The AppID in the path of a platform's request, where it is none of its accounts'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathAppId<'a> {
    /// The placeholder itself: nobody has put an AppID in its place.
    Placeholder,
    /// Nothing stands there.
    Empty,
    /// A text that is no AppID.
    NotAppId(&'a str),
    /// The AppID of an account that is not configured, or not as one of this platform.
    Unlisted(&'a str),
}

impl Accounts {
    /// The account a request belongs to: the longest path prefix's, else the addressee's (`ToUserName`, or a platform's
    /// `AppId`), else the one for which `verifies` holds, else the default.
    ///
    /// The path of a platform gives the account whose AppID stands in it. With another text in that place it is the
    /// platform's, unless the addressee is known: never that of an account that merely has the platform's token.
    pub fn claim(&self, path: &str, addressee: Option<&str>, verifies: impl Fn(&Account) -> bool) -> &Account {
        let platform = self.platform_of(path);
        let is_well_formed = |found: &PathMatch<'_>| app_id_path::is_app_id(found.text) || self.is_known(found.text);
        let by_app_id = platform.filter(|(_, found)| is_well_formed(found));
        let by_app_id = by_app_id
            .map(|(platform, found)| (found.length, self.authorizer(platform, found.text).unwrap_or(platform)));
        let by_prefix = self.list.iter().filter_map(|account| Some((account.owns_path(path)?, account)));
        let by_path = by_app_id.into_iter().chain(by_prefix).max_by_key(|(length, _)| *length);
        if let Some((_, account)) = by_path {
            return account;
        }
        let by_user = addressee.and_then(|addressee| self.list.iter().find(|account| account.is_addressed(addressee)));
        if let Some(account) = by_user {
            return account;
        }
        let platform = platform.map(|(platform, _)| platform);
        let by_token = || {
            let own = self.list.iter().filter(|account| account.platform.is_none());
            platform.into_iter().chain(own).find(|account| verifies(account))
        };
        let by_token = if self.list.len() > 1 { by_token() } else { None };
        by_token.or(platform).unwrap_or_else(|| self.default_account())
    }

    /// Tells where the AppID in a path names none of the platform's accounts.
    pub fn strange_app_id<'a>(&self, path: &'a str) -> Option<PathAppId<'a>> {
        let (platform, found) = self.platform_of(path)?;
        let text = found.text;
        match () {
            () if self.authorizer(platform, text).is_some() => None,
            () if text.is_empty() => Some(PathAppId::Empty),
            () if app_id_path::is_place(text) => Some(PathAppId::Placeholder),
            () if app_id_path::is_app_id(text) || self.is_known(text) => Some(PathAppId::Unlisted(text)),
            () => Some(PathAppId::NotAppId(text)),
        }
    }

    /// The platform whose path this is, with the most of it given, and what stands in the place of the AppID.
    fn platform_of<'p>(&self, path: &'p str) -> Option<(&Account, PathMatch<'p>)> {
        let matched = |account| Some((account, app_id_path::matched(Account::path_of(account)?, path)?));
        self.list.iter().filter_map(matched).max_by_key(|(_, found)| found.length - found.text.len())
    }

    /// The account that a platform's request is about, by its AppID. WeChat's are in lower case, so that case tells none apart.
    fn authorizer(&self, platform: &Account, app_id: &str) -> Option<&Account> {
        let is_of = |account: &&Account| account.platform.as_ref().is_some_and(|of| of.name == platform.name);
        self.list.iter().filter(is_of).find(|account| account.has_app_id(app_id))
    }

    fn is_known(&self, app_id: &str) -> bool {
        self.list.iter().any(|account| account.has_app_id(app_id))
    }
}

impl Account {
    fn path_of(&self) -> Option<&str> {
        self.path.as_deref()
    }

    fn has_app_id(&self, app_id: &str) -> bool {
        self.app_id.as_deref().is_some_and(|own| !own.is_empty() && own.eq_ignore_ascii_case(app_id))
    }

    /// Tells whether messages to this `ToUserName` or `AppId` are for it.
    fn is_addressed(&self, addressee: &str) -> bool {
        let by_app_id = self.kind != AccountKind::Official && self.app_id.as_deref() == Some(addressee);
        self.to_user.as_deref() == Some(addressee) || by_app_id
    }
}

/// Gives the secrets of the platform to the accounts that have an AppID and none of their own: they have authorized it, and
/// their pushes come with its token, its key and its AppID.
pub(super) fn with_platform(mut list: Vec<Account>) -> Vec<Account> {
    let is_platform = |account: &&Account| account.kind == AccountKind::Platform && account.takes_app_ids();
    let Some(platform) = list.iter().find(is_platform).cloned() else { return list };
    for account in &mut list {
        let is_authorizer = account.kind != AccountKind::Platform
            && account.app_id.is_some()
            && account.path.is_none()
            && account.secrets.token.is_none()
            && account.secrets.aes_key.is_none();
        if is_authorizer {
            let app_secret = account.secrets.app_secret.clone();
            let secrets = super::Secrets { app_secret, ..platform.secrets.clone() };
            *account = account.clone().with_secrets(secrets);
            account.platform = Some(PlatformName { name: platform.name.clone(), app_id: platform.app_id.clone() });
        }
    }
    list
}
