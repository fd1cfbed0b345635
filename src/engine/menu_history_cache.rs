//! The menus that were kept for an account, read again only when there is another one.

use std::sync::Arc;

use jiff::Timestamp;

use crate::account::DEFAULT_ACCOUNT;
use crate::config::DataFolder;
use crate::coverage::MenuHistory;

/// The history of the account that was asked for last.
#[derive(Debug)]
pub(super) struct MenuHistoryCache {
    folder: DataFolder,
    account: String,
    /// The times of the kept menus when they were read.
    kept: Vec<Timestamp>,
    history: Arc<MenuHistory>,
}

impl MenuHistoryCache {
    pub(super) fn new(folder: DataFolder) -> Self {
        Self { folder, account: String::new(), kept: Vec::new(), history: Arc::default() }
    }

    /// The menus that were kept for an account; none where they cannot be read.
    pub(super) fn of(&mut self, account: Option<&str>) -> Arc<MenuHistory> {
        let account = account.unwrap_or(DEFAULT_ACCOUNT).to_owned();
        let kept: Vec<Timestamp> = match self.folder.menus(&account) {
            Ok(menus) => menus.into_iter().map(|menu| menu.fetched_at).collect(),
            Err(error) => {
                tracing::warn!("{error}");
                Vec::new()
            }
        };
        if account != self.account || kept != self.kept {
            let history = MenuHistory::read(&self.folder, &account);
            let history = history.inspect_err(|error| tracing::warn!("{error}")).unwrap_or_default();
            (self.account, self.kept, self.history) = (account, kept, Arc::new(history));
        }
        Arc::clone(&self.history)
    }
}
