//! The records that a running listener leaves in the data folder, for commands and agents over the same folder.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use super::{ConfigError, DataFolder, privacy};

/// The listener of a data folder that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenerRecord {
    /// The address that it listens at; `None` for a window that does not listen, and for a desktop of a team.
    pub address: Option<SocketAddr>,
}

impl ListenerRecord {
    /// Reads the record; `None` where nobody has the right to listen, or a program without records has it.
    pub fn of_running(folder: &DataFolder) -> Option<Self> {
        let read = running(folder, &folder.listener_file())?;
        let address = read.get("address")?.as_str().map(str::parse).transpose().ok()?;
        Some(Self { address })
    }

    /// Writes the record at once.
    pub fn write(&self, folder: &DataFolder) -> Result<(), ConfigError> {
        let address = self.address.map(|address| address.to_string());
        replace(&folder.listener_file(), &json!({ "address": address }))
    }
}

/// The part in a team of a listener or desktop that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamRecord {
    /// `relay` or `desktop`.
    pub role: String,
    pub team: String,
    /// The own name in the team.
    pub name: String,
    pub is_connected: bool,
    /// The reason why the broker is away, without a login.
    pub problem: Option<String>,
}

impl TeamRecord {
    /// Reads the record; `None` where nobody runs, or nobody in a team.
    pub fn of_running(folder: &DataFolder) -> Option<Self> {
        let read = running(folder, &folder.team_file())?;
        let text = |name: &str| read.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            role: text("role")?,
            team: text("team")?,
            name: text("name")?,
            is_connected: read.get("connected")?.as_bool()?,
            problem: text("problem"),
        })
    }

    /// Writes the record at once.
    pub fn write(&self, folder: &DataFolder) -> Result<(), ConfigError> {
        replace(&folder.team_file(), &self.json())
    }

    /// Takes the record of a team that was left away.
    pub fn clear(folder: &DataFolder) -> Result<(), ConfigError> {
        let path = folder.team_file();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ConfigError::Write { source: error, path })
            }
            _ => Ok(()),
        }
    }

    /// As one object.
    pub fn json(&self) -> Value {
        let Self { role, team, name, is_connected, problem } = self;
        json!({ "role": role, "team": team, "name": name, "connected": is_connected, "problem": problem })
    }
}

/// A record of the process that has the right to listen. One that was killed leaves its records behind.
fn running(folder: &DataFolder, path: &Path) -> Option<Value> {
    folder
        .is_listening()
        .then(|| std::fs::read_to_string(path).ok())
        .flatten()
        .and_then(|text| serde_json::from_str(&text).ok())
}

fn replace(path: &Path, record: &Value) -> Result<(), ConfigError> {
    let beside = path.with_extension("json.new");
    privacy::private_file()
        .truncate(true)
        .open(&beside)
        .and_then(|mut file| file.write_all(record.to_string().as_bytes()))
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|source| ConfigError::Write { source, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_count_while_somebody_has_the_right_to_listen() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let listener = ListenerRecord { address: Some("127.0.0.1:9100".parse().unwrap()) };
        let team =
            TeamRecord { role: "relay".into(), team: "shop".into(), name: "hub-1".into(), ..TeamRecord::default() };
        listener.write(&folder).unwrap();
        team.write(&folder).unwrap();
        let read = || (ListenerRecord::of_running(&folder), TeamRecord::of_running(&folder));
        assert_eq!(read(), (None, None), "nobody runs");
        let _lock = folder.lock_listener().unwrap();
        assert_eq!(read(), (Some(listener), Some(team)));
        TeamRecord::clear(&folder).unwrap();
        TeamRecord::clear(&folder).unwrap();
        ListenerRecord::default().write(&folder).unwrap();
        assert_eq!(read(), (Some(ListenerRecord::default()), None));
        for broken in ["", "no JSON", "{}", "{\"address\": \"x\"}"] {
            std::fs::write(folder.listener_file(), broken).unwrap();
            assert_eq!(ListenerRecord::of_running(&folder), None, "{broken}");
        }
    }
}
