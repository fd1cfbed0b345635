//! A TLS handshake by itself: tells whether a server's TLS and certificate are good, and else what is wrong with them.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, ProtocolVersion,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::http_client::{client_config, provider};

mod certificate;

use certificate::names_of;

/// The version of TLS that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    Tls12,
    Tls13,
}

impl TlsVersion {
    /// The name in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

/// The faults of a server's TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for these names.
    WrongName { names: String },
    /// The certificate is signed by itself.
    SelfSigned,
    /// The certificate is sent alone, and its issuer is none that the system knows: the one in between is missing.
    IncompleteChain,
    /// The certificate's issuer is none that the system trusts.
    UnknownIssuer,
    /// Something else is wrong with the certificate.
    Certificate { cause: String },
    /// The server refused the handshake, mostly because it serves no such name.
    Refused { cause: String },
    /// The server offers no version that is still taken.
    TooOld,
    /// The server speaks plain HTTP at this port.
    NotTls,
    /// The connection broke off during the handshake.
    Broken { cause: String },
    /// The connection could not be made.
    Unreachable { cause: String },
    /// The handshake was not over in time.
    TooLate,
    /// The host is no name that a certificate can be for.
    Name,
    /// This system has no certificates to check with.
    NoRoots { cause: String },
}

/// Makes a TLS handshake with the server at that address for a host, within that time, and closes the connection.
pub async fn probe_tls(address: SocketAddr, host: &str, within: Duration) -> Result<TlsVersion, TlsFault> {
    let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()) else { return Err(TlsFault::Name) };
    let attempt = async {
        let config = tokio::task::spawn_blocking(client_config).await.map_err(io::Error::other).flatten();
        let config = config.map_err(|error| TlsFault::NoRoots { cause: error.to_string() })?;
        match shake_hands(address, name.clone(), config).await? {
            Ok(version) => Ok(version),
            Err(Error::InvalidCertificate(error)) => Err(certificate_fault(&error, address, name).await),
            Err(error) => Err(fault(&error)),
        }
    };
    tokio::time::timeout(within, attempt).await.unwrap_or(Err(TlsFault::TooLate))
}

/// The outer error is about the connection, the inner one about TLS.
async fn shake_hands(
    address: SocketAddr,
    name: ServerName<'static>,
    config: ClientConfig,
) -> Result<Result<TlsVersion, Error>, TlsFault> {
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|error| TlsFault::Unreachable { cause: error.to_string() })?;
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => {
            let is_latest = stream.get_ref().1.protocol_version() == Some(ProtocolVersion::TLSv1_3);
            Ok(Ok(if is_latest { TlsVersion::Tls13 } else { TlsVersion::Tls12 }))
        }
        Err(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(inner) => Ok(Err(inner.clone())),
            None => Err(TlsFault::Broken { cause: error.to_string() }),
        },
    }
}

fn fault(error: &Error) -> TlsFault {
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFault::NotTls,
        Error::AlertReceived(AlertDescription::ProtocolVersion) | Error::PeerIncompatible(_) => TlsFault::TooOld,
        Error::AlertReceived(_) => TlsFault::Refused { cause: error.to_string() },
        _ => TlsFault::Broken { cause: error.to_string() },
    }
}

async fn certificate_fault(error: &CertificateError, address: SocketAddr, name: ServerName<'static>) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsFault::WrongName { names: presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ") }
        }
        CertificateError::NotValidForName => TlsFault::WrongName { names: String::new() },
        // The chain is looked at in a second handshake, which is always broken off.
        error => match presented_chain(address, name).await {
            Some(chain) if chain.is_self_signed => TlsFault::SelfSigned,
            Some(chain) if *error == CertificateError::UnknownIssuer && chain.length == 1 => TlsFault::IncompleteChain,
            _ if *error == CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            _ => TlsFault::Certificate { cause: Error::InvalidCertificate(error.clone()).to_string() },
        },
    }
}

/// The name alone of a text such as `DnsName("example.com")`.
fn bare(presented: &str) -> &str {
    presented.split('"').nth(1).unwrap_or(presented)
}

/// The certificates that a server shows.
#[derive(Clone, Copy, Debug)]
struct PresentedChain {
    length: usize,
    is_self_signed: bool,
}

async fn presented_chain(address: SocketAddr, name: ServerName<'static>) -> Option<PresentedChain> {
    let recorder = Arc::new(ChainRecorder::default());
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().ok()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::clone(&recorder) as _).with_no_client_auth();
    shake_hands(address, name, config).await.ok()?.err()?;
    *recorder.seen.lock().ok()?
}

/// A verifier that looks at the certificates and trusts none.
#[derive(Debug, Default)]
struct ChainRecorder {
    seen: Mutex<Option<PresentedChain>>,
}

impl ServerCertVerifier for ChainRecorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut seen) = self.seen.lock() {
            let is_self_signed = names_of(end_entity).is_some_and(|(issuer, subject)| issuer == subject);
            *seen = Some(PresentedChain { length: 1 + intermediates.len(), is_self_signed });
        }
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
