//! The thread `settings`: opens the database, listens, saves changes to `config.toml`, and sends samples.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::Setup;
use super::feed_switch::{FeedStartError, open_feed};
use super::notice::{SavedSetting, SettingsNotice};
use super::notice_sender::NoticeSender;
use super::priority::give_way_to_window;
use super::published::Published;
use super::rulebook::Rulebook;
use super::service::{Service, StartError};
use super::status::{AccountStatus, FeedState, ListenerState, Status};
use super::worker::Worker;
use crate::account::{Accounts, Secret, SecretName, Secrets};
use crate::config::{
    self, AccountConfig, Config, ConfigError, FilterConfig, HoldConfig, LookConfig, NotifyConfig, RetentionConfig,
    TargetConfig, TunnelConfig,
};
use crate::feed::Feed;
use crate::progress::Progress;
use crate::reach::{Tunnel, TunnelState};
use crate::rules::{BadAnswer, Rule};
use crate::store::{self, Reader, StoreError, StoreHead};
use crate::team::DesktopCommand;
use crate::texts::user_error::UserError;

mod joining;
mod saving;
mod sending;
mod tunnel_switch;

use joining::JoinedTeam;
pub use joining::TeamForm;

/// A command about the listener or the configuration. The `Save` commands replace a section as a whole.
#[derive(Clone, Debug)]
pub enum SettingsCommand {
    /// Listen at this `HOST:PORT` from now on, and save it.
    SetAddress {
        address: String,
    },
    /// Open the feed at this `HOST:PORT` from now on, or close it, and save it.
    SetFeed {
        address: Option<String>,
    },
    /// Save the feed's token, and take it from now on.
    SaveFeedToken {
        token: Secret,
    },
    /// Open the feed, after a failure.
    RetryFeed,
    /// Open the database and listen, after a failure or a stop.
    Retry,
    StopListening,
    /// Save an account, and use it with the next request.
    SaveAccount {
        name: String,
        account: Box<AccountConfig>,
        /// The secrets that changed; the others are kept.
        secrets: Box<Secrets>,
    },
    /// Delete one secret of an account and its predecessor, from the keyring and from files.
    ForgetSecret {
        name: String,
        which: SecretName,
    },
    /// Save the handling of pushes that wait for a person.
    SaveHold {
        hold: HoldConfig,
    },
    /// Send a handshake to the developer's own server, as WeChat's console does.
    TestServer {
        url: String,
    },
    /// Save language and theme.
    SaveLook {
        look: LookConfig,
    },
    /// Save the rules in this order, and use them with the next push.
    SaveRules {
        rules: Vec<Rule>,
    },
    /// Save the developer's own server, where pushes go that no rule decides.
    SaveForward {
        /// `None`: pushes are not forwarded.
        url: Option<String>,
        /// The answer to WeChat when the server's answer is no legal reply.
        bad_answer: BadAnswer,
    },
    /// Save the targets of replays, by name.
    SaveTargets {
        targets: BTreeMap<String, TargetConfig>,
    },
    /// Save the named filters.
    SaveFilters {
        filters: BTreeMap<String, FilterConfig>,
    },
    /// Save the limits of the database, and keep within them from now on.
    SaveRetention {
        retention: RetentionConfig,
    },
    /// Save the filter of desktop notifications.
    SaveNotify {
        notify: NotifyConfig,
    },
    /// Start the tunnel's client.
    StartTunnel,
    /// Save this tunnel and start its client; where its program is missing, neither.
    RunTunnel(TunnelConfig),
    /// End the tunnel's client.
    StopTunnel,
    /// Take the tunnel's URL for the one that WeChat's console has.
    AcknowledgeTunnelUrl,
    /// Save the tunnel's command and URL. A client that runs is started again with them.
    SaveTunnel {
        tunnel: TunnelConfig,
    },
    /// Save the team as it was typed, and join it.
    JoinTeam {
        form: Box<TeamForm>,
    },
    /// Leave the team.
    LeaveTeam,
    /// Join it again, after a failure.
    RetryTeam,
    /// Claim or release users.
    Team(DesktopCommand),
    /// Post a sample event of this kind to our own listener, as WeChat would.
    SendSample {
        kind: String,
    },
}

/// Starts the thread, which opens the database and listens before its first command.
pub(super) fn start(
    setup: Setup,
    runtime: Arc<Runtime>,
    notices: NoticeSender,
    published: Published,
    rulebook: Rulebook,
) -> std::io::Result<Worker<SettingsCommand>> {
    Worker::start("settings", move |commands| {
        // With it the writer's thread, which is started here.
        give_way_to_window();
        let Published { status, head, accounts, tunnel: tunnel_state } = published;
        let (team, service, feed, tunnel) = (None, None, None, None);
        let worker = SettingsWorker {
            setup,
            runtime,
            notices,
            status,
            head,
            accounts,
            tunnel_state,
            rulebook,
            team,
            service,
            feed,
            tunnel,
        };
        worker.run(&commands);
    })
}

/// The state of the thread.
struct SettingsWorker {
    setup: Setup,
    runtime: Arc<Runtime>,
    notices: NoticeSender,
    status: watch::Sender<Arc<Status>>,
    head: watch::Sender<StoreHead>,
    accounts: watch::Sender<Arc<Accounts>>,
    tunnel_state: watch::Sender<Arc<TunnelState>>,
    rulebook: Rulebook,
    /// Dropped before the service, whose store it writes to.
    team: Option<JoinedTeam>,
    /// `None` while another process has the data folder's lock, or the database cannot be opened.
    service: Option<Service>,
    /// Dropped after the service, so that it gives out the last events.
    feed: Option<Feed>,
    /// Dropped after the service, so that the last answers reach WeChat.
    tunnel: Option<Tunnel>,
}

impl SettingsWorker {
    fn run(mut self, commands: &Receiver<SettingsCommand>) {
        self.open();
        self.open_feed();
        self.join_at_start();
        self.rulebook.follow();
        if self.setup.overrides.tunnel
            && let Err(error) = self.start_tunnel()
        {
            self.notices.fail(error);
        }
        while let Ok(command) = commands.recv() {
            let is_open = match self.carry_out(command) {
                Ok(Some(notice)) => self.notices.send(notice),
                Ok(None) => true,
                Err(error) => self.notices.fail(error),
            };
            if !is_open {
                return;
            }
        }
    }

    fn carry_out(&mut self, command: SettingsCommand) -> Result<Option<SettingsNotice>, UserError> {
        let saved = match command {
            SettingsCommand::Retry => {
                self.open();
                return Ok(None);
            }
            SettingsCommand::RetryFeed => {
                self.open_feed();
                return Ok(None);
            }
            SettingsCommand::RetryTeam => {
                self.join();
                return Ok(None);
            }
            SettingsCommand::Team(command) => {
                self.command_team(command);
                return Ok(None);
            }
            SettingsCommand::JoinTeam { form } => self.join_team(&form),
            SettingsCommand::LeaveTeam => self.leave_team(),
            SettingsCommand::StopListening => {
                let Some(service) = &mut self.service else { return Ok(None) };
                service.stop_listening();
                self.publish(|status| status.listener = ListenerState::Stopped);
                return Ok(None);
            }
            SettingsCommand::StartTunnel => return self.start_tunnel().map(|()| None),
            SettingsCommand::RunTunnel(tunnel) => return self.run_tunnel(tunnel),
            SettingsCommand::StopTunnel => {
                self.tunnel = None;
                return Ok(None);
            }
            SettingsCommand::AcknowledgeTunnelUrl => {
                self.acknowledge_url();
                return Ok(None);
            }
            SettingsCommand::TestServer { url } => return self.test_server(url).map(Some),
            SettingsCommand::SendSample { kind } => return self.send_sample(kind).map(Some),
            SettingsCommand::SetAddress { address } => self.set_address(&address),
            SettingsCommand::SetFeed { address } => self.set_feed(address),
            SettingsCommand::SaveFeedToken { token } => self.save_feed_token(&token),
            SettingsCommand::SaveAccount { name, account, secrets } => self.save_account(name, &account, &secrets),
            SettingsCommand::ForgetSecret { name, which } => self.forget_secret(&name, which),
            SettingsCommand::SaveHold { hold } => self.save_hold(hold),
            SettingsCommand::SaveLook { look } => self.save_look(look),
            SettingsCommand::SaveRules { rules } => self.save_rules(&rules),
            SettingsCommand::SaveForward { url, bad_answer } => self.save_forward(url, bad_answer),
            SettingsCommand::SaveTargets { targets } => self.save_targets(targets),
            SettingsCommand::SaveFilters { filters } => self.save_filters(filters),
            SettingsCommand::SaveRetention { retention } => self.save_retention(retention),
            SettingsCommand::SaveNotify { notify } => self.save_notify(notify),
            SettingsCommand::SaveTunnel { tunnel } => self.save_tunnel(tunnel),
        };
        saved.map(|setting| Some(SettingsNotice::Saved(setting))).map_err(|error| UserError::from(&error))
    }

    /// Opens the database and listens. A failure becomes the status.
    fn open(&mut self) {
        // First, to free the lock and the port; the team writes to the store.
        let has_team = self.team.is_some();
        if has_team {
            self.leave();
        }
        self.service = None;
        let (listener, database) = match self.try_open() {
            Ok(address) => (ListenerState::Listening { address }, None),
            Err(StartError::Config(error @ ConfigError::AlreadyListening { .. })) => {
                // The other process may be an earlier version, which does not migrate the database.
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
            status.given_address.clone_from(&self.setup.overrides.addr);
            status.database = database;
        });
        self.lead_tunnel_here();
        if has_team {
            self.join();
        }
    }

    /// Brings a database of an earlier version up to date, which the window shows and can stop.
    fn bring_up_to_date(&self) -> Result<(), StartError> {
        let database = self.setup.folder.database();
        if !store::is_older(&database) {
            return Ok(());
        }
        let progress = Progress::new();
        self.publish(|status| status.upgrade = Some(progress.clone()));
        let outcome = store::bring_up_to_date(&database, &progress);
        self.publish(|status| status.upgrade = None);
        match outcome {
            // Listening will say who has the right to listen.
            Err(StoreError::InUse { .. }) => Ok(()),
            outcome => outcome.map_err(StartError::Store),
        }
    }

    /// Opens the database and listens; returns the address.
    fn try_open(&mut self) -> Result<String, StartError> {
        let config = Config::load(&self.setup.config_file)?;
        self.publish(|status| status.config = config.clone());
        let accounts = config.accounts(&self.setup.folder, &self.setup.overrides)?;
        self.publish_accounts(&accounts);
        self.bring_up_to_date()?;
        // A mistake in a rule does not prevent listening: it is reported, and the former rules stay in force.
        self.rulebook.reload();
        let service = Service::open(
            Arc::clone(&self.runtime),
            &self.setup.folder,
            &config,
            accounts,
            self.rulebook.policy().clone(),
            self.head.clone(),
            self.notices.waker.clone(),
        )?;
        let address = self.setup.overrides.addr.as_deref().unwrap_or(&config.listener.addr);
        let address = config::parse_address(address)?;
        Ok(self.service.insert(service).listen(address)?.to_string())
    }

    fn set_address(&mut self, text: &str) -> Result<SavedSetting, ConfigError> {
        let address = config::parse_address(text)?;
        config::save_address(&self.setup.folder, &self.setup.config_file, text)?;
        self.publish(|status| text.clone_into(&mut status.config.listener.addr));
        // From now on, what was saved outranks the flag.
        self.setup.overrides.addr = None;
        self.publish(|status| status.given_address = None);
        let Some(service) = &mut self.service else {
            self.open();
            return Ok(SavedSetting::Address);
        };
        let listener = match service.listen(address) {
            Ok(address) => ListenerState::Listening { address: address.to_string() },
            Err(error) => ListenerState::Failed { trouble: (&error).into() },
        };
        self.publish(|status| status.listener = listener);
        self.lead_tunnel_here();
        Ok(SavedSetting::Address)
    }

    /// Opens the feed as the configuration has it, or closes it. A failure becomes the status.
    fn open_feed(&mut self) {
        // First, to free the port.
        self.feed = None;
        let opened = Config::load(&self.setup.config_file).map_err(FeedStartError::from);
        let opened = opened.and_then(|config| open_feed(&self.setup, &config, self.head.subscribe()));
        let state = match opened {
            Ok(Some(feed)) => FeedState::Open { address: self.feed.insert(feed).address().to_string() },
            Ok(None) => FeedState::Off,
            Err(error) => {
                tracing::error!("{error}");
                FeedState::Failed { trouble: (&error).into() }
            }
        };
        self.publish(|status| status.feed = state);
    }

    /// Hands the accounts to the other threads, and their state without secrets to the window.
    fn publish_accounts(&self, accounts: &Accounts) {
        self.accounts.send_replace(Arc::new(accounts.clone()));
        let statuses = accounts.iter().map(|account| AccountStatus {
            name: account.name.clone(),
            has_token: account.secrets.token.is_some(),
            has_aes_key: account.secrets.aes_key.is_some(),
            has_app_id: account.app_id.is_some(),
            has_app_secret: account.secrets.app_secret.is_some(),
        });
        self.publish(|status| status.accounts = statuses.collect());
    }

    fn publish(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(|status| change(Arc::make_mut(status)));
        self.notices.waker.wake();
    }
}
