//! Numbers of `config.toml` that are refused where they would do harm.

use serde::de::{Deserialize as _, Deserializer, Error as _};

/// The least and the most that a reply may take, in milliseconds: less leaves no time for the commit, and WeChat hangs up
/// after 5 s.
const REPLY_BUDGET_MS: (i64, i64) = (200, 4_800);

/// Reads a reply budget within [`REPLY_BUDGET_MS`].
pub(super) fn reply_budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let (least, most) = REPLY_BUDGET_MS;
    let budget = i64::deserialize(deserializer)?;
    if !(least..=most).contains(&budget) {
        let reason = format!("reply_budget_ms is {budget}, and has to be {least} to {most}: WeChat hangs up after 5 s");
        return Err(D::Error::custom(reason));
    }
    Ok(budget.unsigned_abs())
}

/// Reads a number of 1 or more.
pub(super) fn positive<'de, D: Deserializer<'de>, N: TryFrom<i64>>(deserializer: D) -> Result<N, D::Error> {
    let number = i64::deserialize(deserializer)?;
    if number <= 0 {
        let reason = format!("{number} would keep nothing; write a whole number from 1");
        return Err(D::Error::custom(reason));
    }
    N::try_from(number).map_err(|_too_large| D::Error::custom(format!("{number} is too large")))
}

/// Reads a limit of 1 or more; one that is left out is no limit.
pub(super) fn limit<'de, D: Deserializer<'de>, N: TryFrom<i64>>(deserializer: D) -> Result<Option<N>, D::Error> {
    positive(deserializer).map(Some).map_err(|error: D::Error| {
        D::Error::custom(format!("{}, or leave the limit out to keep everything", error.to_string().trim_end()))
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigError};

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    #[test]
    fn what_would_do_harm_is_refused_with_its_line() {
        for wrong in [
            "[retention]\n\nevents = 0",
            "[retention]\n\nsize_mib = 0",
            "[retention]\n\ndays = 0",
            "[retention]\n\ndays = -1",
            "[retention]\n\nevents = -9223372036854775808",
            "[retention]\n\ndays = 4294967296",
            "[listener]\n\nunverified_limit_mib = 0",
            "[listener]\n\nreply_budget_ms = 4801",
            "[listener]\n\nreply_budget_ms = 12000",
            "[listener]\n\nreply_budget_ms = 199",
            "[listener]\n\nreply_budget_ms = 0",
            "[listener]\n\nreply_budget_ms = -1",
        ] {
            let error = load(wrong).unwrap_err();
            assert!(matches!(error, ConfigError::Malformed { line: 3, .. }), "{wrong}: {error}");
        }
        let words = load("[retention]\nevents = 0").unwrap_err().to_string();
        assert!(words.contains("line 2") && words.contains("0 would keep nothing; write a whole number"), "{words}");
    }

    #[test]
    fn what_is_within_the_bounds_is_taken() {
        let config = load(
            "[listener]\nreply_budget_ms = 200\nunverified_limit_mib = 1\n[retention]\ndays = 1\nevents = 1\nsize_mib = 1",
        );
        let config = config.unwrap();
        assert_eq!(config.listener.reply_budget_ms, 200);
        assert_eq!(
            (config.retention.days, config.retention.events, config.retention.size_mib),
            (Some(1), Some(1), Some(1))
        );
        assert_eq!(load("[listener]\nreply_budget_ms = 4800").unwrap().listener.reply_budget_ms, 4800);
        assert_eq!(load("[retention]").unwrap().retention.days, None);
    }
}
