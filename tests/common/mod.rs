//! What tests of the listener share: a service on a port of its own, a client to the byte, and waiting for conditions.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of it")]
#![expect(unreachable_pub, reason = "shared by several test programs")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use menuscope::capture::{CaptureId, Reply, StoredCapture};
use menuscope::config::{Config, DataFolder, Overrides};
use menuscope::engine::{Rulebook, Service, runtime};
use menuscope::store::{Reader, StoreHead};
use menuscope::waker::Waker;
use menuscope::wechat::signature::signature;
use tokio::sync::watch;

/// Long enough for any machine; a test never asserts how long something took.
const PATIENCE: Duration = Duration::from_secs(30);

/// The token of the account in [`TOKEN_CONFIG`].
pub const TOKEN: &str = "pamtest";

/// A service on a free port, with a data folder of its own; dropping it stops it.
pub struct TestListener {
    pub service: Option<Service>,
    pub address: SocketAddr,
    pub folder: DataFolder,
    pub head: watch::Receiver<StoreHead>,
    pub rulebook: Rulebook,
    _directory: tempfile::TempDir,
}

impl TestListener {
    /// Without any configuration.
    pub fn start() -> Self {
        Self::with("", "")
    }

    /// With one account that has [`TOKEN`], the sample key and its AppID.
    pub fn with_token() -> Self {
        Self::with(
            "[accounts.default]\nsecrets = \"file\"\napp_id = \"wxb11529c136998cb6\"\n",
            "[default]\ntoken = \"pamtest\"\naes_key = \"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"\n",
        )
    }

    /// With these files in its data folder.
    pub fn with(config: &str, secrets: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.toml"), config).unwrap();
        std::fs::write(directory.path().join("secrets.toml"), secrets).unwrap();
        let folder = DataFolder::locate(Some(directory.path())).unwrap();
        let (mut service, head, rulebook) = open(&folder);
        let address = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { service: Some(service), address, folder, head, rulebook, _directory: directory }
    }

    /// Stops the listener and starts another one on the same folder.
    pub fn restart(&mut self) {
        self.service = None;
        let (mut service, head, rulebook) = open(&self.folder);
        self.rulebook = rulebook;
        self.address = service.listen("127.0.0.1:0".parse().unwrap()).unwrap();
        self.service = Some(service);
        self.head = head;
    }

    /// Posts a body to a target.
    pub fn post(&self, target: &str, body: &[u8]) -> Answer {
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: test\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat())
    }

    /// Sends bytes as they are and reads one answer.
    pub fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        Answer::read(&mut stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub fn reader(&self) -> Reader {
        Reader::open(&self.folder.database()).unwrap()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.database()
    }

    /// The newest capture, with its answer.
    pub fn newest(&self) -> StoredCapture {
        let id = self.reader().newest().unwrap();
        self.answered(id)
    }

    /// A capture once its answer is recorded.
    pub fn answered(&self, id: CaptureId) -> StoredCapture {
        let reader = self.reader();
        until("the answer is recorded", || reader.capture(id).unwrap().filter(|stored| stored.reply.is_some()))
    }
}

fn open(folder: &DataFolder) -> (Service, watch::Receiver<StoreHead>, Rulebook) {
    let config = Config::load(&folder.config_file()).unwrap();
    let accounts = config.accounts(folder, &Overrides::default()).unwrap();
    let (head, following) = watch::channel(StoreHead::default());
    let mut rulebook = Rulebook::new(folder.config_file(), None, Waker::silent());
    rulebook.apply(&config).unwrap();
    rulebook.follow();
    let (crafting, runtime) = (rulebook.policy().clone(), Arc::new(runtime().unwrap()));
    let service = Service::open(runtime, folder, &config, accounts, crafting, head, Waker::silent()).unwrap();
    (service, following, rulebook)
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads one answer: its head, and as much body as it announces.
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.map_or(0, |length| length.parse().unwrap());
                if bytes.len() >= end + 4 + length {
                    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                    return Self { status, head, body: bytes[end + 4..end + 4 + length].to_vec() };
                }
            }
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&piece[..read]);
        }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A query signed with this token.
pub fn signed(token: &str) -> String {
    let (timestamp, nonce) = (jiff::Timestamp::now().as_second().to_string(), "486452656");
    let signature = signature(token, &timestamp, nonce);
    format!("signature={signature}&timestamp={timestamp}&nonce={nonce}")
}

/// Waits until there is something, and gives it; fails with what was waited for.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "never came: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// The codes of a capture's diagnoses.
pub fn codes(stored: &StoredCapture) -> Vec<&'static str> {
    stored.capture.diagnoses.iter().map(|diagnosis| diagnosis.code.as_str()).collect()
}

/// One of the eight bodies.
pub fn sample(kind: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Posts, and leaves the answer to be read.
pub fn begin(listener: &TestListener, target: &str, body: &[u8]) -> TcpStream {
    let mut stream = listener.connect();
    let head = format!("POST {target} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    stream
}

pub fn reply_of(stored: StoredCapture) -> Reply {
    stored.reply.unwrap()
}

/// Everything until the connection ends.
pub fn rest(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map(|_| bytes)
}

pub fn with_rules(rules: &str) -> TestListener {
    TestListener::with(rules, "")
}
