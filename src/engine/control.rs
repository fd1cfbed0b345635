//! The thread that carries out settings: opening, listening, keeping what was changed, sending samples.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::rulebook::Rulebook;
use super::service::{Service, StartError};
use super::worker::Worker;
use super::{AccountStatus, Command, Desk, KnownSender, ListenerState, Notice, Saved, Setup, Status};
use crate::account::{Accounts, Secrets};
use crate::config::{self, AccountConfig, Config, ConfigError, LookConfig};
use crate::sample::{self, SampleError};
use crate::store::{Reader, StoreError, StoreHead};
use crate::texts::user_error::UserError;

pub(super) fn start(
    setup: Setup,
    runtime: Arc<Runtime>,
    desk: Desk,
    status: watch::Sender<Status>,
    head: watch::Sender<StoreHead>,
    known: KnownSender,
    rulebook: Rulebook,
) -> std::io::Result<Worker<Command>> {
    Worker::start("control", move |commands| {
        Control { setup, runtime, desk, status, head, known, rulebook, service: None }.run(&commands);
    })
}

struct Control {
    setup: Setup,
    runtime: Arc<Runtime>,
    desk: Desk,
    status: watch::Sender<Status>,
    head: watch::Sender<StoreHead>,
    known: KnownSender,
    rulebook: Rulebook,
    /// `None` where another process has the folder, or something cannot be opened.
    service: Option<Service>,
}

impl Control {
    fn run(mut self, commands: &Receiver<Command>) {
        self.open();
        self.rulebook.follow();
        while let Ok(command) = commands.recv() {
            let heard = match self.carry_out(command) {
                Ok(Some(notice)) => self.desk.put(notice),
                Ok(None) => true,
                Err(trouble) => self.desk.fail(trouble),
            };
            if !heard {
                return;
            }
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<Option<Notice>, UserError> {
        let told = |error: ConfigError| UserError::from(&error);
        match command {
            Command::SetAddress { address } => {
                self.set_address(&address).map_err(told)?;
                Ok(Some(Notice::Saved { what: Saved::Address }))
            }
            Command::Retry => {
                self.open();
                Ok(None)
            }
            Command::StopListening => {
                if let Some(service) = &mut self.service {
                    service.stop_listening();
                    self.publish(|status| status.listener = ListenerState::Stopped);
                }
                Ok(None)
            }
            Command::SaveAccount { name, account, secrets } => {
                self.save_account(&name, &account, &secrets).map_err(told)?;
                Ok(Some(Notice::Saved { what: Saved::Account { name } }))
            }
            Command::ForgetSecret { name, which } => {
                config::forget_secret(&self.setup.folder, &self.setup.config_file, &name, which)
                    .and_then(|()| self.take_accounts())
                    .map_err(told)?;
                Ok(Some(Notice::Saved { what: Saved::Secret }))
            }
            Command::SaveLook { look } => {
                self.save_look(look).map_err(told)?;
                Ok(Some(Notice::Saved { what: Saved::Look }))
            }
            Command::SendSample { kind } => self.send_sample(kind).map(Some),
            Command::SaveRules { rules } => {
                config::save_rules(&self.setup.folder, &self.setup.config_file, &rules).map_err(told)?;
                self.rulebook.reload();
                Ok(Some(Notice::Saved { what: Saved::Rules }))
            }
            Command::SaveTargets { targets } => {
                config::save_targets(&self.setup.folder, &self.setup.config_file, &targets).map_err(told)?;
                self.publish(|status| status.config.targets = targets);
                Ok(Some(Notice::Saved { what: Saved::Targets }))
            }
            Command::SaveFilters { filters } => {
                config::save_filters(&self.setup.folder, &self.setup.config_file, &filters).map_err(told)?;
                self.publish(|status| status.config.filters = filters);
                Ok(Some(Notice::Saved { what: Saved::Filters }))
            }
            Command::SaveRetention { retention } => {
                config::save_retention(&self.setup.folder, &self.setup.config_file, &retention).map_err(told)?;
                self.publish(|status| status.config.retention = retention);
                if let Some(service) = &self.service {
                    service.keep(&retention);
                }
                Ok(Some(Notice::Saved { what: Saved::Retention }))
            }
            Command::SaveForward { url, bad_answer } => {
                config::save_forward(&self.setup.folder, &self.setup.config_file, url.as_deref(), bad_answer)
                    .map_err(told)?;
                self.publish(|status| {
                    (status.config.listener.forward, status.config.listener.forward_bad_answer) = (url, bad_answer);
                });
                self.rulebook.reload();
                Ok(Some(Notice::Saved { what: Saved::Forward }))
            }
            _ => Ok(None),
        }
    }

    /// Opens what can be opened and listens; what cannot becomes the status.
    fn open(&mut self) {
        // First: the lock must be free, and the port.
        self.service = None;
        let (listener, database) = match self.try_open() {
            Ok(address) => (ListenerState::Listening { address }, None),
            Err(StartError::Config(error @ ConfigError::AlreadyListening { .. })) => {
                // Whoever listens there may be of an earlier version, and will not bring the database up to date.
                let older = Reader::open(&self.setup.folder.database());
                let older = older.err().filter(|error| matches!(error, StoreError::Older { .. }));
                (ListenerState::Elsewhere { trouble: (&error).into() }, older.as_ref().map(UserError::from))
            }
            Err(StartError::Store(error)) => {
                let trouble = UserError::from(&error);
                (ListenerState::Failed { trouble: trouble.clone() }, Some(trouble))
            }
            Err(error) => (ListenerState::Failed { trouble: (&error).into() }, None),
        };
        if let ListenerState::Failed { trouble } | ListenerState::Elsewhere { trouble } = &listener {
            tracing::error!("{trouble}");
        }
        self.publish(|status| {
            status.listener = listener;
            status.database = database;
        });
    }

    fn try_open(&mut self) -> Result<String, StartError> {
        let config = Config::load(&self.setup.config_file)?;
        self.publish(|status| status.config = config.clone());
        let accounts = config.accounts(&self.setup.folder, &self.setup.overrides)?;
        self.tell_accounts(&accounts);
        // A mistake in a rule keeps nobody from listening: it is told, and the former rules stay.
        self.rulebook.reload();
        let service = Service::open(
            Arc::clone(&self.runtime),
            &self.setup.folder,
            &config,
            accounts,
            self.rulebook.policy().clone(),
            self.head.clone(),
            self.desk.waker.clone(),
        )?;
        let address = config::parse_address(&config.listener.addr)?;
        Ok(self.service.insert(service).listen(address)?.to_string())
    }

    fn set_address(&mut self, text: &str) -> Result<(), ConfigError> {
        let address = config::parse_address(text)?;
        config::save_address(&self.setup.folder, &self.setup.config_file, text)?;
        self.publish(|status| text.clone_into(&mut status.config.listener.addr));
        let Some(service) = &mut self.service else {
            self.open();
            return Ok(());
        };
        let listener = match service.listen(address) {
            Ok(address) => ListenerState::Listening { address: address.to_string() },
            Err(error) => ListenerState::Failed { trouble: (&error).into() },
        };
        self.publish(|status| status.listener = listener);
        Ok(())
    }

    fn save_account(&mut self, name: &str, account: &AccountConfig, changed: &Secrets) -> Result<(), ConfigError> {
        let config = Config::load(&self.setup.config_file)?;
        // What cannot be read is replaced by what was typed: that is the way out of a locked keyring.
        let kept = config.kept_secrets(&self.setup.folder, name).unwrap_or_default();
        let secrets = kept.changed_by(changed.clone());
        config::save_account(&self.setup.folder, &self.setup.config_file, name, account, &secrets)?;
        self.take_accounts()
    }

    /// Goes on with the accounts as they are kept now.
    fn take_accounts(&mut self) -> Result<(), ConfigError> {
        let config = Config::load(&self.setup.config_file)?;
        let accounts = config.accounts(&self.setup.folder, &self.setup.overrides)?;
        self.tell_accounts(&accounts);
        self.publish(|status| status.config = config);
        match &self.service {
            Some(service) => service.set_accounts(accounts),
            None => self.open(),
        }
        Ok(())
    }

    fn save_look(&self, look: LookConfig) -> Result<(), ConfigError> {
        config::save_look(&self.setup.folder, &self.setup.config_file, &look)?;
        self.publish(|status| status.config.look = look);
        Ok(())
    }

    /// Through the real listener, over a real socket: what arrives is what a tap would have made.
    fn send_sample(&self, kind: String) -> Result<Notice, UserError> {
        let ListenerState::Listening { address } = self.status.borrow().listener.clone() else {
            return Err((&SampleError::NoListener).into());
        };
        let accounts = self.service.as_ref().map(Service::accounts);
        let account = accounts.as_ref().map(|accounts| accounts.default_account());
        let push = sample::push(&kind, account, Timestamp::now()).map_err(|error| UserError::from(&error))?;
        let target = format!("http://{address}{}", account.and_then(|account| account.path.as_deref()).unwrap_or("/"));
        let courier = self.rulebook.policy().http_client.clone();
        self.runtime.block_on(courier.post(&push, &target)).map_err(|error| UserError::from(&error))?;
        Ok(Notice::SampleSent { kind })
    }

    fn tell_accounts(&self, accounts: &Accounts) {
        self.known.send_replace(Some(Arc::new(accounts.clone())));
        let statuses = accounts.iter().map(|account| AccountStatus {
            name: account.name.clone(),
            has_token: account.secrets.token.is_some(),
            has_aes_key: account.secrets.aes_key.is_some(),
            has_app_secret: account.secrets.app_secret.is_some(),
        });
        self.publish(|status| status.accounts = statuses.collect());
    }

    fn publish(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(change);
        self.desk.waker.wake();
    }
}
