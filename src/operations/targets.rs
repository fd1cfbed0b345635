//! The servers that events are sent to: URLs, and the targets of `config.toml` by their names.

use super::OperationError;
use crate::config::Config;
use crate::delivery::Target;

/// Resolves the destination of events: a target of the configuration by its name, with the account that it is for, or a URL.
pub fn target(config: &Config, text: &str) -> Result<(Target, Option<String>), OperationError> {
    if let Some(target) = config.targets.get(text) {
        return Ok((Target::parse(&target.url)?, target.account.clone()));
    }
    match Target::parse(text) {
        Err(_) if !config.targets.is_empty() && !text.contains("://") => {
            Err(OperationError::UnknownTarget { name: text.to_owned(), known: known(config) })
        }
        target => Ok((target?, None)),
    }
}

/// Resolves a target of the configuration by its name alone: an agent is given no other way to choose a server.
pub fn named_target(config: &Config, name: &str) -> Result<(Target, Option<String>), OperationError> {
    let Some(target) = config.targets.get(name) else {
        let known =
            if config.targets.is_empty() { "it has none".to_owned() } else { format!("it has {}", known(config)) };
        return Err(OperationError::NoTarget { name: name.to_owned(), known });
    };
    Ok((Target::parse(&target.url)?, target.account.clone()))
}

fn known(config: &Config) -> String {
    config.targets.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}
