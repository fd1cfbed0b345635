//! Preparations of every command: secrets taken out of the wrong file, and a word about a language that nobody speaks.

use crate::config::{Config, move_misplaced_secrets};
use crate::engine::Setup;
use crate::texts::Language;

/// Moves secrets out of `config.toml`, and warns of a language that is not known. Neither keeps a command from its work.
pub(super) fn look_after(setup: &Setup) {
    if let Err(error) = move_misplaced_secrets(&setup.folder, &setup.config_file) {
        tracing::warn!("a secret stays in config.toml, which is meant to be shared: {error}");
    }
    let Ok(config) = Config::load_without_rules(&setup.config_file) else { return };
    if let Some(tag) = config.look.language.filter(|tag| Language::from_tag(tag).is_none()) {
        let known = Language::ALL.map(Language::tag).join(" and ");
        tracing::warn!(
            "[look] language \"{tag}\" in config.toml is not spoken here, so the system's is used; known are {known}"
        );
    }
}
