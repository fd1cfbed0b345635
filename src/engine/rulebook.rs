//! The rules and the forward target that are in force, kept in step with `config.toml`.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Zoned;
use tokio::sync::watch;

use crate::config::{Config, ConfigError, ConfigWatch, line_of_rule};
use crate::delivery::{DeliveryError, HttpClient, Target};
use crate::listener::{ArmedFault, ForwardSetup, HeldPushes, ReplyPolicy, UsageByRule};
use crate::rules::{RuleError, RuleSet};
use crate::texts::user_error::UserError;
use crate::waker::Waker;

/// Why rules could not be put in force.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// The file cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A rule is not one.
    #[error("{}{error}", line.map(|line| format!("{}, line {line}: ", file.display())).unwrap_or_default())]
    Rule {
        /// What is wrong with it.
        error: Box<RuleError>,
        /// Where it begins, if it is in the file as it stands.
        line: Option<usize>,
        /// In which file.
        file: PathBuf,
    },
    /// The forward target is none.
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

/// Everything that decides answers, and the file that some of it comes from. It outlives a listener that starts anew.
#[derive(Debug)]
pub struct Rulebook {
    pages: Arc<Pages>,
    policy: ReplyPolicy,
    watch: Option<ConfigWatch>,
}

/// What an edit of the file changes; also in the hands of the thread that follows it.
#[derive(Debug)]
struct Pages {
    config_file: PathBuf,
    rules: watch::Sender<Arc<RuleSet>>,
    forward: watch::Sender<Option<Arc<ForwardSetup>>>,
    /// Comes before what the file says.
    forced: Option<Arc<ForwardSetup>>,
    /// What is wrong with the file as it stands, while the former rules stay in force.
    trouble: watch::Sender<Option<UserError>>,
    waker: Waker,
}

impl Rulebook {
    /// An empty one. `forward` comes before what the file says.
    pub fn new(config_file: PathBuf, forward: Option<ForwardSetup>, waker: Waker) -> Self {
        let pages = Pages {
            config_file,
            rules: watch::Sender::default(),
            forced: forward.map(Arc::new),
            forward: watch::Sender::default(),
            trouble: watch::Sender::default(),
            waker: waker.clone(),
        };
        let policy = ReplyPolicy {
            rules: pages.rules.subscribe(),
            rule_usage: watch::Sender::default(),
            held: HeldPushes::new(waker),
            forward: pages.forward.subscribe(),
            armed_fault: ArmedFault::default(),
            http_client: HttpClient::new(),
            instance: format!("{:08x}", fastrand::u32(..)).into(),
        };
        Self { pages: Arc::new(pages), policy, watch: None }
    }

    /// What has a say in answers.
    pub fn policy(&self) -> &ReplyPolicy {
        &self.policy
    }

    /// What the rules have done.
    pub fn fired(&self) -> watch::Receiver<UsageByRule> {
        self.policy.rule_usage.subscribe()
    }

    /// What is wrong with the file as it stands.
    pub fn trouble(&self) -> watch::Receiver<Option<UserError>> {
        self.pages.trouble.subscribe()
    }

    /// Puts in force what the configuration says.
    pub fn apply(&self, config: &Config) -> Result<(), RulebookError> {
        self.pages.apply(config)
    }

    /// Reads the file again. Where it has a mistake, that is told, and the former rules stay.
    pub fn reload(&self) -> bool {
        self.pages.reload()
    }

    /// From now on every edit of the file is picked up.
    pub fn follow(&mut self) {
        let pages = Arc::clone(&self.pages);
        match ConfigWatch::start(&self.pages.config_file, move || {
            pages.reload();
        }) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => tracing::warn!(
                "edits of {} are only picked up after a restart, since it cannot be watched: {error}",
                self.pages.config_file.display()
            ),
        }
    }
}

impl Pages {
    fn reload(&self) -> bool {
        let outcome =
            Config::load(&self.config_file).map_err(RulebookError::from).and_then(|config| self.apply(&config));
        let trouble = outcome.as_ref().err().map(UserError::from);
        if let Some(trouble) = &trouble {
            tracing::error!("{trouble}; the former rules stay in force");
        }
        self.trouble.send_replace(trouble);
        self.waker.wake();
        outcome.is_ok()
    }

    /// All or nothing.
    fn apply(&self, config: &Config) -> Result<(), RulebookError> {
        let rules = RuleSet::compile(config.rules.clone(), &Zoned::now()).map_err(|error| RulebookError::Rule {
            line: line_of_rule(&self.config_file, &error),
            file: self.config_file.clone(),
            error: Box::new(error),
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
        self.trouble.send_replace(None);
        self.waker.wake();
        Ok(())
    }
}
