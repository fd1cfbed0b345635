//! The `[tunnel]` section, and the record of the tunnel that runs, for other programs over the same data folder.

use std::io::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Value, json};

use super::edit::{edit, put, section};
use super::{ConfigError, DataFolder, privacy};
use crate::rules::is_web_address;

/// The section in `config.toml`.
const SECTION: &str = "tunnel";

/// The `[tunnel]` section. The command is run only when a person starts the tunnel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TunnelConfig {
    /// The command line of the client; `{addr}` stands for the listener's HOST:PORT.
    pub command: Option<String>,
    /// The public URL, where the client does not tell it.
    #[serde(deserialize_with = "url")]
    pub url: Option<String>,
}

/// Reads a URL that other people are to see. One with a password is not quoted.
fn url<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let takes = "write the public address in quotes, such as \"https://wx.example.com\"";
    let text = Option::<String>::deserialize(deserializer)?;
    match text {
        Some(text) if has_credentials(&text) => {
            Err(D::Error::custom(format!("url holds a user name or password, which WeChat does not send; {takes}")))
        }
        Some(text) if !is_web_address(&text) => Err(D::Error::custom(format!("url: \"{text}\" is no URL; {takes}"))),
        text => Ok(text),
    }
}

/// Tells whether a user name stands before the host of a URL.
pub fn has_credentials(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// The record of a tunnel, in the data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelRecord {
    /// The public URL of the tunnel that runs.
    pub url: Option<String>,
    /// The URL that WeChat's console has, as far as is known: the first one, or the last that the person said to have saved.
    pub known: Option<String>,
    /// The client that runs.
    pub client: Option<ClientRecord>,
}

/// The client of a tunnel, by which it is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    /// The number of its process group, which is that of its first process.
    pub group: u32,
    /// The program and its arguments.
    pub command: Vec<String>,
}

impl TunnelRecord {
    /// Reads the record; an empty one where there is none, or none that can be read.
    pub fn read(folder: &DataFolder) -> Self {
        let text = std::fs::read_to_string(folder.tunnel_file()).unwrap_or_default();
        let read: Value = serde_json::from_str(&text).unwrap_or_default();
        let member = |name: &str| read.get(name).and_then(Value::as_str).map(str::to_owned);
        let client = || {
            let command = read.get("command")?.as_array()?;
            let words = command.iter().map(|word| word.as_str().map(str::to_owned));
            let group = u32::try_from(read.get("group")?.as_u64()?).ok()?;
            Some(ClientRecord { group, command: words.collect::<Option<_>>()? })
        };
        Self { url: member("url"), known: member("known"), client: client() }
    }

    /// Writes the record at once.
    pub fn write(&self, folder: &DataFolder) -> Result<(), ConfigError> {
        let path = folder.tunnel_file();
        let beside = path.with_extension("json.new");
        let (group, command) = self.client.as_ref().map(|client| (client.group, &client.command)).unzip();
        let text = json!({ "url": self.url, "known": self.known, "group": group, "command": command }).to_string();
        privacy::private_file()
            .truncate(true)
            .open(&beside)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|source| ConfigError::Write { source, path })
    }
}

/// The public URL of this data folder: that of the tunnel that runs, else the one in `config.toml`.
pub fn public_url(folder: &DataFolder, config: &TunnelConfig) -> Option<String> {
    // A process that was killed leaves its record behind.
    let running = if folder.is_listening() { TunnelRecord::read(folder).url } else { None };
    running.or_else(|| config.url.clone())
}

/// Writes the command and the URL of the tunnel.
pub fn save_tunnel(folder: &DataFolder, config: &Path, tunnel: &TunnelConfig) -> Result<(), ConfigError> {
    folder.create()?;
    edit(config, |document| {
        let table = section(document.as_table_mut(), SECTION);
        put(table, "command", tunnel.command.as_deref());
        put(table, "url", tunnel.url.as_deref());
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        (directory, folder)
    }

    #[test]
    fn the_section_is_written_and_read_with_its_comments() {
        let (_directory, folder) = folder();
        let path = folder.config_file();
        std::fs::write(&path, "# mine\n[tunnel]\ncommand = \"ngrok http {addr}\" # here\n").unwrap();
        let mut tunnel = Config::load(&path).unwrap().tunnel;
        assert_eq!((tunnel.command.as_deref(), &tunnel.url), (Some("ngrok http {addr}"), &None));
        tunnel.url = Some("https://wx.example.com/".to_owned());
        save_tunnel(&folder, &path, &tunnel).unwrap();
        assert_eq!(Config::load(&path).unwrap().tunnel, tunnel);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine\n[tunnel]\ncommand = \"ngrok http {addr}\" # here\n"), "{text}");
    }

    #[test]
    fn an_address_that_is_none_is_refused_with_its_line() {
        let (_directory, folder) = folder();
        for wrong in ["wx.example.com", "https://me:secret@wx.example.com/", "ftp://wx.example.com/", ""] {
            std::fs::write(folder.config_file(), format!("[tunnel]\n\nurl = \"{wrong}\"\n")).unwrap();
            let error = Config::load(&folder.config_file()).unwrap_err();
            assert!(matches!(error, ConfigError::Malformed { line: 3, .. }), "{wrong}: {error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_record_of_a_tunnel_counts_while_somebody_listens() {
        let (_directory, folder) = folder();
        let config = TunnelConfig { command: None, url: Some("https://fixed.example/".to_owned()) };
        let client = ClientRecord { group: 7, command: vec!["ngrok".to_owned(), "http".to_owned()] };
        let record = TunnelRecord { url: Some("https://a.example".to_owned()), known: None, client: Some(client) };
        record.write(&folder).unwrap();
        assert_eq!(TunnelRecord::read(&folder), record);
        assert_eq!(public_url(&folder, &config).as_deref(), Some("https://fixed.example/"), "nobody listens");
        let _lock = folder.lock_listener().unwrap();
        assert_eq!(public_url(&folder, &config).as_deref(), Some("https://a.example"));
        std::fs::write(folder.tunnel_file(), "no JSON").unwrap();
        assert_eq!(TunnelRecord::read(&folder), TunnelRecord::default());
    }
}
