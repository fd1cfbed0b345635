//! The feed as the configuration has it, for the window and for `menuscope listen`.

use tokio::sync::watch;

use super::Setup;
use crate::config::{Config, ConfigError, parse_address};
use crate::feed::{Feed, FeedError, FeedSetup};
use crate::store::StoreHead;
use crate::texts::user_error::UserError;

/// A feed that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FeedStartError {
    /// From the address, or the token's place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Feed(#[from] FeedError),
}

impl From<&FeedStartError> for UserError {
    fn from(error: &FeedStartError) -> Self {
        match error {
            FeedStartError::Config(error) => error.into(),
            FeedStartError::Feed(error) => error.into(),
        }
    }
}

/// Opens the feed; `None` where nobody asked for one. `head` announces commits of this process.
pub fn open_feed(
    setup: &Setup,
    config: &Config,
    head: watch::Receiver<StoreHead>,
) -> Result<Option<Feed>, FeedStartError> {
    let Some(address) = setup.overrides.feed.as_ref().or(config.feed.addr.as_ref()) else { return Ok(None) };
    let address = parse_address(address)?;
    // On loopback nobody is asked for a token, and no keyring either.
    let token = match &setup.overrides.feed_token {
        _ if address.ip().is_loopback() => None,
        Some(token) => Some(token.clone()),
        None => config.feed_token(&setup.folder, &setup.config_file)?,
    };
    let (database, language) = (setup.folder.database(), config.look.language());
    Ok(Some(Feed::open(address, FeedSetup { database, head, language, token })?))
}
