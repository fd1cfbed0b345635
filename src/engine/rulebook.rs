//! The rules and the forward target in force, kept in step with `config.toml`.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use super::Engine;
use crate::config::{Config, ConfigError, ConfigWatch, line_of_rule};
use crate::delivery::{DeliveryError, HttpClient, Target};
use crate::listener::{ArmedFault, ForwardSetup, HeldPushes, ReplyPolicy, TeamDesktops};
use crate::rules::{RuleError, RuleSet};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

impl Engine {
    /// The rules in force.
    pub fn rules(&self) -> watch::Ref<'_, Arc<RuleSet>> {
        self.rules.borrow()
    }

    /// The mistake in `config.toml` as it stands. Meanwhile the former rules stay in force.
    pub fn rules_error(&self) -> watch::Ref<'_, Option<UserError>> {
        self.rules_error.borrow()
    }
}

/// Rules or a forward target that cannot be put in force.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{}{error}", line.map(|line| format!("{}, line {line}: ", file.display())).unwrap_or_default())]
    Rule {
        error: Box<RuleError>,
        /// The line where the rule begins; `None` if the file as it stands does not have it.
        line: Option<usize>,
        file: PathBuf,
    },
    #[error(transparent)]
    Target(#[from] DeliveryError),
}

impl From<&RulebookError> for UserError {
    fn from(error: &RulebookError) -> Self {
        match error {
            RulebookError::Config(error) => error.into(),
            RulebookError::Rule { error, line: Some(line), file } => {
                Self::from(&**error).at_line(file.display(), *line)
            }
            RulebookError::Rule { error, line: None, .. } => (&**error).into(),
            RulebookError::Target(error) => error.into(),
        }
    }
}

/// The rules, and all other state that decides replies. It outlives restarts of the listener.
#[derive(Debug)]
pub struct Rulebook {
    source: Arc<RuleSource>,
    policy: ReplyPolicy,
    watch: Option<ConfigWatch>,
}

/// The state that `config.toml` decides, shared with the thread `config-watch`.
#[derive(Debug)]
struct RuleSource {
    config_file: PathBuf,
    rules: watch::Sender<Arc<RuleSet>>,
    forward: watch::Sender<Option<Arc<ForwardSetup>>>,
    /// A forward target that takes precedence over the file's.
    forced: Option<Arc<ForwardSetup>>,
    /// The mistake in the file as it stands; meanwhile the former rules stay in force.
    error: watch::Sender<Option<UserError>>,
    waker: Waker,
}

impl Rulebook {
    /// A rulebook without rules, before the file is read. `forward` takes precedence over the file's target.
    pub fn new(config_file: PathBuf, forward: Option<ForwardSetup>, waker: Waker) -> Self {
        let source = RuleSource {
            config_file,
            rules: watch::Sender::default(),
            forced: forward.map(Arc::new),
            forward: watch::Sender::default(),
            error: watch::Sender::default(),
            waker: waker.clone(),
        };
        let policy = ReplyPolicy {
            rules: source.rules.subscribe(),
            rule_usage: watch::Sender::default(),
            held: HeldPushes::new(waker),
            forward: source.forward.subscribe(),
            desktops: TeamDesktops::default(),
            armed_fault: ArmedFault::default(),
            http_client: HttpClient::new(),
            instance: format!("{:08x}", fastrand::u32(..)).into(),
        };
        Self { source: Arc::new(source), policy, watch: None }
    }

    /// The state that decides replies, for the listener.
    pub fn policy(&self) -> &ReplyPolicy {
        &self.policy
    }

    /// The mistake in the file as it stands.
    pub fn error(&self) -> watch::Receiver<Option<UserError>> {
        self.source.error.subscribe()
    }

    /// Puts the configuration's rules and forward target in force.
    pub fn apply(&self, config: &Config) -> Result<(), RulebookError> {
        self.source.apply(config)
    }

    /// Reads the file again. With a mistake in it, returns `false`, reports it, and keeps the former rules.
    pub fn reload(&self) -> bool {
        self.source.reload()
    }

    /// Starts the thread `config-watch`, which reloads after every edit of the file.
    pub fn follow(&mut self) {
        let source = Arc::clone(&self.source);
        match ConfigWatch::start(&self.source.config_file, move || {
            source.reload();
        }) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => tracing::warn!(
                "edits of {} are only picked up after a restart, since it cannot be watched: {error}",
                self.source.config_file.display()
            ),
        }
    }
}

impl RuleSource {
    fn reload(&self) -> bool {
        let outcome =
            Config::load(&self.config_file).map_err(RulebookError::from).and_then(|config| self.apply(&config));
        let error = outcome.as_ref().err().map(UserError::from);
        if let Some(error) = &error {
            tracing::error!("{error}; the former rules stay in force");
        }
        self.error.send_replace(error);
        self.waker.wake();
        outcome.is_ok()
    }

    /// Puts rules and forward target in force, or neither.
    fn apply(&self, config: &Config) -> Result<(), RulebookError> {
        let rules = RuleSet::compile(config.rules.clone(), &crate::clock::local_now()).map_err(|error| {
            RulebookError::Rule {
                line: line_of_rule(&self.config_file, &error),
                file: self.config_file.clone(),
                error: Box::new(error),
            }
        })?;
        let forward = match (&self.forced, &config.listener.forward) {
            (Some(forced), _) => Some(Arc::clone(forced)),
            (None, Some(url)) => Some(Arc::new(ForwardSetup {
                target: Target::parse(url)?,
                bad_answer: config.listener.forward_bad_answer,
            })),
            (None, None) => None,
        };
        self.rules.send_replace(Arc::new(rules));
        self.forward.send_replace(forward);
        self.error.send_replace(None);
        self.waker.wake();
        Ok(())
    }
}
