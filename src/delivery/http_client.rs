//! The HTTP client: sends one request and reads its answer, and tells how far it got, how long it took and why it failed.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::http::uri::Scheme;
use hyper::{Request, Response};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use tokio::sync::OnceCell;

use crate::wechat::lint::WECHAT_LIMIT_MS;

mod api;
mod fetch;
mod forward;
mod post;
mod resend;
mod verification;

pub use api::ApiCall;
pub use fetch::{FetchError, is_picture_url};
pub use forward::has_passed_through;
pub use post::PushResponse;
pub use resend::sent_request;

/// The time that WeChat waits for an answer.
const WECHAT_PATIENCE: Duration = Duration::from_millis(WECHAT_LIMIT_MS);

/// The time for a server to take a connection. It leaves room for one lost packet, which is sent again after a second, and
/// is well below any reply budget, so that an absent server is told apart from one that is slow to answer.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);

/// The time an unused connection is kept: less than servers keep theirs (Gunicorn 2 s, Node 5 s), so that a request seldom
/// meets a connection that is about to be closed, and enough to serve a burst over one.
const IDLE: Duration = Duration::from_secs(1);

type PlainClient = Client<HttpConnector, Full<Bytes>>;
type SecureClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The client for https, made for the first request that needs it: it takes the system's certificates, and a system may have
/// none.
type LazySecureClient = Arc<OnceCell<SecureClient>>;

/// A request's answer as far as it came.
#[derive(Debug, Default)]
struct HttpExchange {
    /// `None` if no head of an answer came.
    head: Option<Head>,
    /// As received, up to the limit.
    body: Bytes,
    /// The time from sending to the end, successful or not.
    elapsed: Duration,
    /// The reason if the answer is not complete.
    failure: Option<Failure>,
}

/// The head of an answer.
#[derive(Debug)]
struct Head {
    status: u16,
    /// Names in lower case and values, in their order.
    headers: Vec<(String, Vec<u8>)>,
    /// The time from sending to the head.
    after: Duration,
}

/// The reasons why an answer is not complete.
#[derive(Debug)]
enum Failure {
    /// No certificates to check an https server with.
    Certificates(io::Error),
    /// The host's name has no address.
    Unresolved(String),
    Unreachable(String),
    /// The connection broke off, or the answer is not HTTP.
    Broken(String),
    /// The body is longer than the limit.
    TooLarge,
    /// The time ran out.
    TooLate,
}

/// The part of an answer read so far, which is kept if the time runs out.
#[derive(Default)]
struct PartialAnswer {
    head: Option<Head>,
    body: BytesMut,
}

/// An HTTP client that keeps connections open between requests. It needs neither network nor certificates until it sends.
#[derive(Clone, Debug)]
pub struct HttpClient {
    plain: PlainClient,
    secure: LazySecureClient,
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient {
    /// A client without open connections.
    pub fn new() -> Self {
        Self { plain: client(tcp()), secure: LazySecureClient::default() }
    }

    /// Sends a request and reads at most `limit` bytes of the answer's body, within that time. No redirect is followed and
    /// nothing is decompressed.
    async fn exchange(&self, request: Request<Full<Bytes>>, limit: usize, within: Duration) -> HttpExchange {
        let began = Instant::now();
        let mut progress = PartialAnswer::default();
        let answer = async {
            let response = self.send(request).await?;
            progress.read(response, limit, began).await
        };
        let failure = match tokio::time::timeout(within, answer).await {
            Ok(ended) => ended.err(),
            Err(_) => Some(Failure::TooLate),
        };
        let PartialAnswer { head, body } = progress;
        HttpExchange { head, body: body.freeze(), elapsed: began.elapsed(), failure }
    }

    /// Sends the request; both clients try again if the server had closed the connection meanwhile.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failure> {
        let response = if request.uri().scheme() == Some(&Scheme::HTTPS) {
            self.secure.get_or_try_init(secure_client).await.map_err(Failure::Certificates)?.request(request)
        } else {
            self.plain.request(request)
        };
        response.await.map_err(|error| Failure::of(&error))
    }
}

impl PartialAnswer {
    async fn read(&mut self, response: Response<Incoming>, limit: usize, began: Instant) -> Result<(), Failure> {
        let (head, mut body) = response.into_parts();
        let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
        self.head = Some(Head { status: head.status.as_u16(), headers: headers.collect(), after: began.elapsed() });
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|error| Failure::Broken(cause(&error)))?.into_data() else { continue };
            let room = limit - self.body.len();
            self.body.extend_from_slice(&data[..room.min(data.len())]);
            if data.len() > room {
                return Err(Failure::TooLarge);
            }
        }
        Ok(())
    }
}

impl Failure {
    fn of(error: &legacy::Error) -> Self {
        if !error.is_connect() {
            return Self::Broken(cause(error));
        }
        // The error's type is private to the library, so its text has to do.
        if chain(error).any(|error| error.to_string() == "dns error") {
            return Self::Unresolved(cause(error));
        }
        let timed_out = chain(error)
            .filter_map(|error| error.downcast_ref::<io::Error>())
            .any(|error| error.kind() == io::ErrorKind::TimedOut);
        Self::Unreachable(if timed_out { "the connection timed out".to_owned() } else { cause(error) })
    }
}

/// The text of the innermost error: the outermost says little ("client error").
fn cause(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// The error and its sources, the outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// Reads the system's certificates, which are files on most systems.
async fn secure_client() -> io::Result<SecureClient> {
    let config = tokio::task::spawn_blocking(client_config);
    let mut tcp = tcp();
    tcp.enforce_http(false);
    let builder = HttpsConnectorBuilder::new().with_tls_config(config.await??);
    Ok(client(builder.https_only().enable_http1().wrap_connector(tcp)))
}

/// TLS with the system's certificates; blocks while their files are read.
pub(super) fn client_config() -> io::Result<ClientConfig> {
    ClientConfig::builder_with_details(provider(), Arc::new(TlsClock))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_native_roots()
        .map(|builder| builder.with_no_client_auth())
}

/// The cryptography of TLS.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The clock that certificates are checked by; rustls's own panics where it is set before 1970.
#[derive(Debug)]
struct TlsClock;

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(crate::clock::now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    // A request is one small packet: waiting to fill it would cost 40 ms.
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_PATIENCE));
    connector
}

fn client<C: legacy::connect::Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector)
}

#[cfg(test)]
mod tests;
