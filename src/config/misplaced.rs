//! Secrets that were written into `config.toml`, which is meant to be shared: moved to where secrets are kept.

use std::path::Path;

use super::{Config, ConfigError, DataFolder};

/// Moves the login of `[team] url` and the token of `[feed]` to the secrets, whether they are needed now or not.
pub fn move_misplaced_secrets(config: &Config, folder: &DataFolder, file: &Path) -> Result<(), ConfigError> {
    if config.team.url.as_ref().is_some_and(|url| url.login().is_some()) {
        config.team_login(folder, file)?;
    }
    if config.feed.has_misplaced_token() {
        config.feed_token(folder, file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Secret;

    #[test]
    fn both_are_moved_and_the_rest_stays() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let (file, token) = (folder.config_file(), "0123456789abcdef0123456789abcdef");
        let text = format!(
            "# ours\n[team]\nurl = \"tls://ann:s3cret@h:4222\" # broker\n[feed]\ntoken = \"{token}\"\n[[rules]]\nname = 3\n"
        );
        std::fs::write(&file, text).unwrap();
        for _ in 0..2 {
            let config = Config::load_without_rules(&file).unwrap();
            move_misplaced_secrets(&config, &folder, &file).unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("s3cret") && !text.contains(token), "{text}");
            assert!(text.contains("# ours") && text.contains("url = \"tls://h:4222\" # broker"), "{text}");
            let config = Config::load_without_rules(&file).unwrap();
            let login = config.team_login(&folder, &file).unwrap();
            assert_eq!(login.as_ref().map(Secret::reveal), Some("ann:s3cret"));
            assert_eq!(config.feed_token(&folder, &file).unwrap().as_ref().map(Secret::reveal), Some(token));
        }
    }
}
