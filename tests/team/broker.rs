//! A real `nats-server -js` that tests start, kill and wipe.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than a broker takes to start on any machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The login of brokers that ask for one.
pub(crate) const LOGIN: &str = "ann:br0ker%2Dpassw0rd";

/// The password as the broker knows it.
pub(crate) const PASSWORD: &str = "br0ker-passw0rd";

/// The broker's program: `NATS_SERVER`, else what `tests/setup.sh` has put below `target`; `None` where it may be missing.
#[expect(clippy::print_stderr, reason = "a run without the broker has to say so")]
pub(crate) fn program() -> Option<PathBuf> {
    let named = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    let set_up = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/interop/nats/usr/sbin/nats-server"));
    let found = named.or_else(|| set_up.exists().then_some(set_up));
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "nats-server is missing: run tests/setup.sh, or name it in NATS_SERVER"
    );
    if found.is_none() {
        eprintln!("NOT TESTED: nats-server is missing; run tests/setup.sh, or name it in NATS_SERVER");
    }
    found
}

/// A broker on a port of its own, which stays the same over restarts.
pub(crate) struct TestBroker {
    program: PathBuf,
    pub(crate) address: SocketAddr,
    folder: tempfile::TempDir,
    has_login: bool,
    keeps: bool,
    /// The certificate of the fixtures, where it speaks TLS.
    certificate: Option<&'static str>,
    /// The public nkey of the one who is let in.
    nkey: Option<&'static str>,
    child: Option<Child>,
}

impl TestBroker {
    /// One that is not started yet.
    pub(crate) fn new(program: PathBuf) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            program,
            address,
            folder: tempfile::tempdir().unwrap(),
            has_login: false,
            keeps: true,
            certificate: None,
            nkey: None,
            child: None,
        }
    }

    pub(crate) fn started(program: PathBuf) -> Self {
        let mut broker = Self::new(program);
        broker.start();
        broker
    }

    /// One that asks for [`LOGIN`].
    pub(crate) fn with_login(program: PathBuf) -> Self {
        let mut broker = Self::new(program);
        broker.has_login = true;
        broker.start();
        broker
    }

    /// One that keeps nothing.
    pub(crate) fn forgetful(program: PathBuf) -> Self {
        let mut broker = Self::new(program);
        broker.keeps = false;
        broker.start();
        broker
    }

    /// One that takes connections by TLS alone, with this certificate.
    pub(crate) fn secure(program: PathBuf, certificate: &'static str) -> Self {
        let mut broker = Self::new(program);
        broker.certificate = Some(certificate);
        broker.start();
        broker
    }

    /// One that lets in the owner of an nkey alone, by TLS.
    pub(crate) fn with_nkey(program: PathBuf, certificate: &'static str, nkey: &'static str) -> Self {
        let mut broker = Self::new(program);
        (broker.certificate, broker.nkey) = (Some(certificate), Some(nkey));
        broker.start();
        broker
    }

    /// A file of the fixtures in the form that the broker reads.
    fn pem(&self, name: &str, title: &str) -> PathBuf {
        use base64::Engine as _;
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name);
        let text = base64::engine::general_purpose::STANDARD.encode(std::fs::read(from).unwrap());
        let path = self.folder.path().join(name).with_extension("pem");
        std::fs::write(&path, format!("-----BEGIN {title}-----\n{text}\n-----END {title}-----\n")).unwrap();
        path
    }

    pub(crate) fn url(&self) -> String {
        if self.certificate.is_some() {
            return format!("tls://localhost:{}", self.address.port());
        }
        let login = if self.has_login { format!("{LOGIN}@") } else { String::new() };
        format!("nats://{login}{}", self.address)
    }

    pub(crate) fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["-a", "127.0.0.1", "-p", &self.address.port().to_string()]);
        if self.keeps {
            command.arg("-js");
        }
        if let Some(certificate) = self.certificate {
            command.arg("--tls").arg("--tlscert").arg(self.pem(certificate, "CERTIFICATE"));
            command.arg("--tlskey").arg(self.pem("leaf.key.der", "PRIVATE KEY"));
        }
        command.arg("-sd").arg(self.folder.path());
        if self.has_login {
            command.args(["--user", "ann", "--pass", PASSWORD]);
        }
        if let Some(nkey) = self.nkey {
            let config = self.folder.path().join("broker.conf");
            std::fs::write(&config, format!("authorization {{ users: [ {{ nkey: {nkey} }} ] }}\n")).unwrap();
            command.arg("-c").arg(config);
        }
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(began.elapsed() < PATIENCE, "the broker does not start");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Forgets everything that it kept.
    pub(crate) fn wipe(&mut self) {
        self.kill();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        self.kill();
    }
}
