//! A public side with a fault: it stands where tunnel, proxy and firewall stand, and passes on to a listener what it does not
//! answer itself.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longer than any check waits.
const SILENCE: Duration = Duration::from_mins(1);

/// A request to the public side.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Tells whether it is a handshake.
    pub(crate) fn is_handshake(&self) -> bool {
        self.target.contains("echostr=")
    }

    /// The `echostr` of a handshake.
    pub(crate) fn echostr(&self) -> String {
        let value = self.target.split("echostr=").nth(1).unwrap_or_default();
        value.split('&').next().unwrap_or_default().to_owned()
    }

    /// Tells whether it goes by WeChat's name.
    pub(crate) fn is_wechats(&self) -> bool {
        self.head.to_ascii_lowercase().contains("user-agent: mozilla/4.0")
    }
}

/// The public side's treatment of one request.
pub(crate) enum Treatment {
    /// Pass it on as it is.
    Pass,
    /// Pass it on with this head and this body.
    PassChanged { head: String, body: Vec<u8> },
    /// Answer these bytes.
    Answer(Vec<u8>),
    /// Close the connection.
    Close,
    /// Never answer.
    Silence,
}

/// An answer with that status and those headers, each with its line end.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Treatment {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    Treatment::Answer([head.as_bytes(), body].concat())
}

/// A page in HTML.
pub(crate) fn page(status: &str, body: &str) -> Treatment {
    answer(status, "content-type: text/html; charset=utf-8\r\n", body)
}

/// The treatment of all requests.
pub(crate) type Treat = dyn Fn(&Asked) -> Treatment + Send + Sync;

/// The public side; its threads end with the process of the test.
pub(crate) struct PublicSide {
    pub(crate) port: u16,
}

impl PublicSide {
    /// One in front of a listener at this address.
    pub(crate) fn before(listener: &str, treat: Box<Treat>) -> Self {
        Self::start(listener, treat, None)
    }

    /// The same behind TLS, with these certificates of the fixtures.
    pub(crate) fn secure(listener: &str, certificates: &[&str]) -> Self {
        Self::start(listener, Box::new(|_| Treatment::Pass), Some(config(certificates)))
    }

    fn start(listener: &str, treat: Box<Treat>, tls: Option<Arc<ServerConfig>>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let listener: SocketAddr = listener.parse().unwrap();
        let treat: Arc<Treat> = treat.into();
        let accept = move || {
            for stream in socket.incoming().map_while(Result::ok) {
                let (treat, tls) = (Arc::clone(&treat), tls.clone());
                let serve = move || {
                    match tls {
                        None => serve(stream, listener, &*treat),
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            serve(StreamOwned::new(connection, stream), listener, &*treat)
                        }
                    };
                };
                std::thread::Builder::new().name("public request".to_owned()).spawn(serve).unwrap();
            }
        };
        std::thread::Builder::new().name("public side".to_owned()).spawn(accept).unwrap();
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/wx", self.port)
    }

    pub(crate) fn secure_url(&self) -> String {
        format!("https://localhost:{}/wx", self.port)
    }
}

/// A file of the fixtures.
pub(crate) fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

fn config(certificates: &[&str]) -> Arc<ServerConfig> {
    let read = |name: &&str| CertificateDer::from(std::fs::read(fixture(name)).unwrap());
    let key = PrivateKeyDer::try_from(std::fs::read(fixture("leaf.key.der")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = certificates.iter().map(read).collect();
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// Treats one request; the connection ends with it.
fn serve(mut stream: impl Read + Write, listener: SocketAddr, treat: &Treat) -> Option<()> {
    let asked = read_request(&mut stream)?;
    match treat(&asked) {
        Treatment::Pass => stream.write_all(&passed(listener, &asked.head, &asked.body)?),
        Treatment::PassChanged { head, body } => stream.write_all(&passed(listener, &head, &body)?),
        Treatment::Answer(bytes) => stream.write_all(&bytes),
        Treatment::Close => Ok(()),
        Treatment::Silence => {
            std::thread::park_timeout(SILENCE);
            Ok(())
        }
    }
    .ok()?;
    stream.flush().ok()
}

fn read_request(stream: &mut impl Read) -> Option<Asked> {
    let (head, body) = read_message(stream)?;
    let mut words = head.lines().next()?.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    Some(Asked { method, target, head, body })
}

/// Head and body of a request or an answer.
fn read_message(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.unwrap_or_default() {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    Some((head, body))
}

/// The answer of the listener at that address to a request.
pub(crate) fn passed_to(listener: &str, asked: &Asked) -> Option<Vec<u8>> {
    passed(listener.parse().ok()?, &asked.head, &asked.body)
}

/// The listener's answer to a request, as it is.
fn passed(listener: SocketAddr, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(listener).ok()?;
    stream.write_all(&[head.as_bytes(), b"\r\n\r\n", body].concat()).ok()?;
    let (head, body) = read_message(&mut stream)?;
    Some([head.as_bytes(), b"\r\nconnection: close\r\n\r\n", &body].concat())
}
