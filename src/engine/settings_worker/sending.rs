//! Sends from the settings: a handshake to the developer's own server, and samples to our own listener.

use super::SettingsWorker;
use crate::delivery::Target;
use crate::engine::notice::SettingsNotice;
use crate::engine::server_test::ServerTest;
use crate::engine::service::Service;
use crate::engine::status::ListenerState;
use crate::sample::{self, SampleError};
use crate::texts::user_error::UserError;

impl SettingsWorker {
    /// Waits for the answer for as long as WeChat would.
    pub(super) fn test_server(&self, url: String) -> Result<SettingsNotice, UserError> {
        let target = Target::parse(&url).map_err(|error| UserError::from(&error))?;
        let accounts = self.accounts.borrow().clone();
        let client = &self.rulebook.policy().http_client;
        let test = ServerTest::of(url, &target, accounts.default_account(), client);
        Ok(SettingsNotice::ServerTested(Box::new(self.runtime.block_on(test))))
    }

    /// Posts over a real socket to the real listener: the capture is the same as of a tap.
    pub(super) fn send_sample(&self, kind: String) -> Result<SettingsNotice, UserError> {
        let ListenerState::Listening { address } = self.status.borrow().listener.clone() else {
            return Err((&SampleError::NoListener).into());
        };
        let accounts = self.service.as_ref().map(Service::accounts);
        let account = accounts.as_ref().map(|accounts| accounts.default_account());
        let own_mark = accounts.as_ref().map(|accounts| accounts.own_mark().clone()).unwrap_or_default();
        let push =
            sample::push(&kind, account, &own_mark, crate::clock::now()).map_err(|error| UserError::from(&error))?;
        let target = format!("http://{address}{}", account.and_then(|account| account.path.as_deref()).unwrap_or("/"));
        let http_client = self.rulebook.policy().http_client.clone();
        self.runtime.block_on(http_client.post(&push, &target)).map_err(|error| UserError::from(&error))?;
        Ok(SettingsNotice::SampleSent { kind })
    }
}
