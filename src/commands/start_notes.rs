//! Preparations of every command: secrets moved out of `config.toml`, and a warning of an unknown language.

use crate::config::{Config, move_misplaced_secrets};
use crate::engine::Setup;
use crate::texts::Language;

/// Moves secrets out of `config.toml`, and warns of a language that is not known. Neither keeps a command from its work.
pub(super) fn prepare(setup: &Setup) {
    // A file that cannot be read is for those to report who need it.
    let Ok(config) = Config::load_without_rules(&setup.config_file) else { return };
    if let Err(error) = move_misplaced_secrets(&config, &setup.folder, &setup.config_file) {
        tracing::warn!("a secret stays in config.toml, which is meant to be shared: {error}");
    }
    if let Some(tag) = config.look.language.filter(|tag| Language::from_tag(tag).is_none()) {
        let known = Language::ALL.map(Language::tag).join(" and ");
        tracing::warn!(
            "[look] language \"{tag}\" in config.toml is unknown, so the system's is used; known are {known}"
        );
    }
}
