//! The address of a team's broker, apart from the login that may stand in it.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::ConfigError;
use crate::account::Secret;

/// The schemes of a broker's address: in the clear, and by TLS.
const SCHEMES: [&str; 2] = ["nats", "tls"];

/// The addresses of a broker, or of a cluster of them, without the login.
#[derive(Clone, PartialEq)]
pub struct TeamUrl {
    servers: Vec<String>,
    login: Option<Secret>,
}

impl TeamUrl {
    /// Reads one address, or several with commas between them: `nats://USER:PASSWORD@HOST:4222`, `tls://…`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let malformed = || ConfigError::TeamUrl { text: without_login(text) };
        let mut read = Self { servers: Vec::new(), login: None };
        for part in text.split(',') {
            let (scheme, rest) = part.trim().split_once("://").ok_or_else(malformed)?;
            let rest = rest.trim_end_matches('/');
            let (login, host) = rest.rsplit_once('@').map_or((None, rest), |(login, host)| (Some(login), host));
            let is_host = !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']) && has_port(host);
            if !SCHEMES.contains(&scheme) || !is_host {
                return Err(malformed());
            }
            read.servers.push(format!("{scheme}://{host}"));
            let login = login.filter(|login| !login.is_empty()).map(Secret::new);
            read.login = read.login.or(login);
        }
        Ok(read)
    }

    /// The addresses, each with its scheme.
    pub fn servers(&self) -> &[String] {
        &self.servers
    }

    /// `USER:PASSWORD`, or a token, as it stands in the address.
    pub fn login(&self) -> Option<&Secret> {
        self.login.as_ref()
    }

    /// The addresses with another login, or with none.
    #[must_use]
    pub fn with_login(self, login: Option<Secret>) -> Self {
        Self { login, ..self }
    }
}

/// Tells whether what follows the host's name is a port, or nothing.
fn has_port(host: &str) -> bool {
    // An IPv6 address stands in brackets.
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Without the login.
impl fmt::Display for TeamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.servers.join(","))
    }
}

impl fmt::Debug for TeamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TeamUrl({self})")
    }
}

impl<'de> Deserialize<'de> for TeamUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A mistaken address as errors quote it: nothing before an `@`.
fn without_login(text: &str) -> String {
    let shown = |part: &str| match part.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => part.to_owned(),
    };
    text.split(',').map(shown).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parted_from_its_login() {
        let url = TeamUrl::parse("nats://ann:s3cret%40@broker:4222, tls://[::1]:4223/").unwrap();
        assert_eq!(url.servers(), ["nats://broker:4222", "tls://[::1]:4223"]);
        assert_eq!(url.login().map(Secret::reveal), Some("ann:s3cret%40"));
        for shown in [url.to_string(), format!("{url:?}")] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        assert_eq!(TeamUrl::parse("nats://h").unwrap().login(), None);
    }

    #[test]
    fn what_is_no_broker_is_refused_without_its_password() {
        for text in [
            "",
            "h:4222",
            "http://h",
            "nats://",
            "nats://u:s3cret@",
            "nats://u:s3cret@h:x",
            "nats://h:0",
            "nats://u:s3cret@h/a b",
        ] {
            let error = TeamUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
