//! Calls of WeChat's API for menus that a person asks for, on the runtime: a menu fetched, or published.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::SharedAccounts;
use super::menu_worker::{self, MenuCommand, MenuOrigin, opened};
use super::notice::{MenuNotice, Notice};
use super::notice_sender::NoticeSender;
use super::status::Status;
use super::worker::Worker;
use crate::account::{Account, Accounts};
use crate::config::{DataFolder, KeptMenu};
use crate::delivery::HttpClient;
use crate::platform_api::{PlatformApi, PublishCall};
use crate::texts::Language;
use crate::texts::user_error::UserError;

/// The thread `menu` and the calls beside it, whose tasks end with the runtime.
#[derive(Debug)]
pub(super) struct MenuHandle {
    worker: Worker<MenuCommand>,
    runtime: Arc<Runtime>,
    http_client: HttpClient,
    notices: NoticeSender,
    accounts: SharedAccounts,
    status: watch::Receiver<Arc<Status>>,
    folder: DataFolder,
}

/// Everything that a call needs, as of the moment in which it was asked for.
struct CallContext {
    http_client: HttpClient,
    accounts: Arc<Accounts>,
    account: Option<String>,
    language: Language,
    folder: DataFolder,
}

impl MenuHandle {
    /// Starts the thread of menus.
    pub(super) fn start(
        folder: DataFolder,
        notices: NoticeSender,
        (runtime, http_client): (&Arc<Runtime>, &HttpClient),
        (accounts, status): (&SharedAccounts, &watch::Receiver<Arc<Status>>),
    ) -> std::io::Result<Self> {
        let worker = menu_worker::start(folder.clone(), notices.clone())?;
        let (runtime, http_client) = (Arc::clone(runtime), http_client.clone());
        Ok(Self { worker, runtime, http_client, notices, accounts: accounts.clone(), status: status.clone(), folder })
    }

    /// Queues a command, or begins a call, without waiting; its outcome comes as a notice. `false`: the queue is full.
    pub(super) fn try_send(&self, command: MenuCommand) -> bool {
        match command {
            MenuCommand::Fetch { account } => {
                let context = self.context(account);
                let notices = self.notices.clone();
                self.runtime.spawn(async move { tell(notices, context.fetch().await).await });
            }
            MenuCommand::Publish { account, call, json } => {
                let context = self.context(account);
                let notices = self.notices.clone();
                self.runtime.spawn(async move { tell(notices, context.publish(call, json).await).await });
            }
            other => return self.worker.try_send(other),
        }
        true
    }

    fn context(&self, account: Option<String>) -> CallContext {
        CallContext {
            http_client: self.http_client.clone(),
            accounts: Arc::clone(&self.accounts.borrow()),
            account,
            language: self.status.borrow().config.look.language(),
            folder: self.folder.clone(),
        }
    }
}

/// Sends the outcome. That may wait for the window: nothing for a worker of the listener.
async fn tell(notices: NoticeSender, outcome: Result<Vec<Notice>, UserError>) {
    let send = move || match outcome {
        Ok(news) => news.into_iter().all(|notice| notices.send(notice)),
        Err(trouble) => notices.send(MenuNotice::Refused { trouble }),
    };
    tokio::task::spawn_blocking(send).await.ok();
}

impl CallContext {
    fn account(&self) -> &Account {
        let named = self.account.as_deref().and_then(|name| self.accounts.named(name));
        named.unwrap_or_else(|| self.accounts.default_account())
    }

    async fn fetch(&self) -> Result<Vec<Notice>, UserError> {
        let api = PlatformApi::new(&self.http_client, self.account(), self.language);
        let fetched = api.menu(None).await.map_err(|error| UserError::from(&error))?;
        let kept = self.keep(&fetched.json)?;
        let history = self.history()?;
        Ok(vec![history, opened(&fetched.json, MenuOrigin::Kept(kept))?])
    }

    async fn publish(&self, call: PublishCall, json: String) -> Result<Vec<Notice>, UserError> {
        let api = PlatformApi::new(&self.http_client, self.account(), self.language);
        api.publish(call, json.as_bytes(), None).await.map_err(|error| UserError::from(&error))?;
        let published = MenuNotice::Published { json: json.clone() }.into();
        // A conditional menu alone is not all that is in force: the next fetch tells it.
        if call == PublishCall::AddConditional {
            return Ok(vec![published]);
        }
        self.keep(json.as_bytes())?;
        Ok(vec![published, self.history()?])
    }

    fn keep(&self, json: &[u8]) -> Result<KeptMenu, UserError> {
        let name = &self.account().name;
        let now = crate::clock::now();
        self.folder.keep_menu(name, json, now).map_err(|error| UserError::from(&error))?;
        let newest = self.folder.menus(name).map_err(|error| UserError::from(&error))?.into_iter().next();
        Ok(newest.unwrap_or_else(|| KeptMenu { fetched_at: now, path: self.folder.path().to_owned() }))
    }

    fn history(&self) -> Result<Notice, UserError> {
        let name = &self.account().name;
        let kept = self.folder.menus(name).map_err(|error| UserError::from(&error))?;
        let history =
            crate::coverage::MenuHistory::read(&self.folder, name).map_err(|error| UserError::from(&error))?;
        Ok(MenuNotice::History { kept, in_force: history.newest().cloned().map(Box::new) }.into())
    }
}
