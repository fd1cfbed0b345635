//! Errors of operations: each names what failed and what to do about it.

use crate::config::ConfigError;
use crate::delivery::DeliveryError;
use crate::exchange::FixtureError;
use crate::filter::FilterError;
use crate::replay::ReplayError;
use crate::sample::SampleError;
use crate::store::StoreError;
use crate::wechat::tree::TreeError;

/// An error of an operation.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// A filter that cannot be read; the mistake is named at its column.
    #[error("cannot read the filter {text:?}")]
    Filter {
        /// Its beginning.
        text: String,
        source: FilterError,
    },
    /// An event that is not in the database.
    #[error("there is no event {id}; list them with `menuscope events`")]
    NoEvent { id: String },
    /// No event that a filter finds.
    #[error("no event matches")]
    NothingMatches,
    /// A run of replays that is not in the database.
    #[error("there is no run {run} to compare with; take last, or one that `menuscope replay --runs` lists")]
    NoRun { run: String },
    /// A name that stands for no target.
    #[error("\"{name}\" is neither a URL nor a target in config.toml, where there are {known}")]
    UnknownTarget { name: String, known: String },
    /// A target by its name alone, which config.toml does not have.
    #[error(
        "there is no target \"{name}\" in config.toml ({known}); add it there as [targets.NAME] with url = \"http://…\", or in Settings"
    )]
    NoTarget { name: String, known: String },
    /// A reply or push that cannot be read as the message that it should be.
    #[error("the event {name} is no message")]
    NoMessage { name: String, source: TreeError },
    /// A message that cannot be made.
    #[error("cannot make {name}")]
    Unmade {
        name: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Arguments that do not go together, or a value that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// A file that cannot be read.
    #[error("cannot read {what}")]
    File { what: String, source: std::io::Error },
}

impl OperationError {
    /// Tells whether this is an answer, "no", rather than a failure: what was asked for is not there.
    pub fn is_no(&self) -> bool {
        matches!(
            self,
            Self::NoEvent { .. } | Self::NothingMatches | Self::NoRun { .. } | Self::Store(StoreError::Absent { .. })
        )
    }

    /// The error with its causes, on one line; most say themselves what is behind them.
    pub fn whole(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let words = error.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            cause = error.source();
        }
        text
    }
}
