//! One connection to the broker, from the login to its end. It is never mended: another one follows, and all that hung on it begins anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;

use super::team_error::TeamError;
use super::team_setup::Broker;

/// The oldest broker that is known to work.
const OLDEST: (u64, u64) = (2, 10);

/// The time that connecting and a request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The interval of pings; after two without an answer the connection has ended.
const PING: Duration = Duration::from_secs(5);

/// The delay that keeps the library from connecting again: the connection has ended, and is about to be dropped.
const NEVER: Duration = Duration::from_secs(30);

/// Messages of one subscription that may wait here.
const SUBSCRIPTION: usize = 4_096;

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) jetstream: Context,
    /// The version of the broker's program.
    pub(super) version: String,
    ended: watch::Receiver<bool>,
}

impl Session {
    /// Connects, logs in, and makes sure that the broker will do.
    pub(super) async fn open(broker: &Broker, name: &str) -> Result<Self, TeamError> {
        let (end, ended) = watch::channel(false);
        let was_connected = Arc::new(AtomicBool::new(false));
        let again = Arc::clone(&was_connected);
        let options = logged_in(broker)
            .await?
            .name(name)
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .ping_interval(PING)
            .subscription_capacity(SUBSCRIPTION)
            .ignore_discovered_servers()
            .reconnect_delay_callback(move |_| if again.load(Ordering::Relaxed) { NEVER } else { Duration::ZERO })
            .event_callback(move |event| {
                if matches!(event, Event::Disconnected | Event::Closed) {
                    end.send_replace(true);
                }
                tracing::debug!("broker: {event}");
                std::future::ready(())
            });
        let unreachable = |cause: String| TeamError::Unreachable { broker: broker.name(), cause };
        let servers = servers(broker)?;
        let client = options.connect(servers).await.map_err(|error| match error.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                TeamError::Login { broker: broker.name() }
            }
            // A certificate file that cannot be used fails here as well.
            ConnectErrorKind::Tls => TeamError::Tls { broker: broker.name(), cause: with_causes(&error) },
            _ => match tls_fault(&error) {
                Some(cause) => TeamError::Tls { broker: broker.name(), cause },
                None => unreachable(with_causes(&error)),
            },
        })?;
        was_connected.store(true, Ordering::Relaxed);
        let version = client.server_info().version;
        if !is_new_enough(&version) {
            return Err(TeamError::OldServer { broker: broker.name(), found: version });
        }
        let mut jetstream = jetstream::new(client.clone());
        jetstream.set_timeout(PATIENCE);
        let session = Self { client, jetstream, version, ended };
        session.check_jetstream(broker).await?;
        Ok(session)
    }

    async fn check_jetstream(&self, broker: &Broker) -> Result<(), TeamError> {
        use async_nats::jetstream::ErrorCode;
        use async_nats::jetstream::context::AccountErrorKind;
        let Err(error) = self.jetstream.query_account().await else { return Ok(()) };
        let is_off = match error.kind() {
            AccountErrorKind::JetStreamUnavailable => true,
            AccountErrorKind::JetStream(error) => {
                let code = error.error_code();
                code == ErrorCode::JETSTREAM_NOT_ENABLED || code == ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
            }
            // A user may have no right to ask for this.
            _ => false,
        };
        if is_off { Err(TeamError::NoJetStream { broker: broker.name() }) } else { Ok(()) }
    }

    /// Resolves once the connection has ended.
    pub(super) async fn ended(&self) {
        // A dropped sender means the same.
        self.ended.clone().wait_for(|ended| *ended).await.ok();
    }

    /// Tells whether the connection has ended.
    pub(super) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }
}

/// The addresses as the library takes them.
pub(super) fn servers(broker: &Broker) -> Result<Vec<ServerAddr>, TeamError> {
    let servers: Result<Vec<ServerAddr>, std::io::Error> = broker.servers.iter().map(|server| server.parse()).collect();
    servers.map_err(|error| TeamError::Unreachable { broker: broker.name(), cause: error.to_string() })
}

/// Resolves once the flag is set; a dropped sender means the same.
pub(super) async fn is_set(flag: &mut watch::Receiver<bool>) {
    flag.wait_for(|is_set| *is_set).await.ok();
}

/// The options with the login.
async fn logged_in(broker: &Broker) -> Result<ConnectOptions, TeamError> {
    let unusable =
        |file: &std::path::Path, cause: String| TeamError::Credentials { file: file.display().to_string(), cause };
    let mut options = ConnectOptions::new();
    if let Some(file) = &broker.creds {
        let read = options.credentials_file(file).await;
        // The library's message may quote what it failed on.
        options = read.map_err(|error| unusable(file, format!("{:?}", error.kind())))?;
    } else if let Some(file) = &broker.nkey {
        let seed = std::fs::read_to_string(file).map_err(|error| unusable(file, error.to_string()))?;
        options = options.nkey(seed.trim().to_owned());
    } else if let Some(login) = &broker.login {
        options = match login.reveal().split_once(':') {
            Some((user, password)) => options.user_and_password(decoded(user), decoded(password)),
            None => options.token(decoded(login.reveal())),
        };
    }
    if let Some(file) = &broker.ca {
        std::fs::metadata(file).map_err(|error| unusable(file, error.to_string()))?;
        options = options.add_root_certificates(file.clone());
    }
    Ok(options)
}

/// The text with its percent escapes undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte =
            escaped.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The error with what is behind it; none of it quotes a login.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut text = String::new();
    for cause in causes.map(ToString::to_string) {
        if !text.contains(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

/// The fault of TLS behind an error, if there is one: the library reports it as one of input and output.
fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(fault) = error.downcast_ref::<rustls::Error>() {
        return Some(fault.to_string());
    }
    // The source of such an error is that of the one that it holds.
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    held.and_then(|held| tls_fault(held)).or_else(|| error.source().and_then(tls_fault))
}

/// Tells whether a version is [`OLDEST`] or newer. One that cannot be read is given a try.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split(['.', '-']).map(|number| number.parse::<u64>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= OLDEST,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_broker_is_told_by_its_version() {
        for (version, is_new) in
            [("2.9.10", false), ("1.4.1", false), ("2.10.27", true), ("2.11.0-RC.1", true), ("3.0", true), ("x", true)]
        {
            assert_eq!(is_new_enough(version), is_new, "{version}");
        }
    }

    #[test]
    fn a_fault_of_tls_is_found_behind_other_errors() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let hidden = std::io::Error::other(std::io::Error::new(std::io::ErrorKind::InvalidData, tls));
        assert_eq!(tls_fault(&hidden).as_deref(), Some("invalid peer certificate: UnknownIssuer"));
        assert_eq!(tls_fault(&std::io::Error::from(std::io::ErrorKind::ConnectionRefused)), None);
    }

    #[test]
    fn a_login_is_read_as_in_a_url() {
        assert_eq!(decoded("s3cr%40t%2F+"), "s3cr@t/+");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
