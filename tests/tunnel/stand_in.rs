//! Stand-ins: a shell script in place of a client, and a server in place of its interface.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use menuscope::config::{DataFolder, TunnelConfig};
use menuscope::reach::{Tunnel, TunnelError, TunnelSetup, TunnelState, acknowledge_url};
use menuscope::waker::Waker;
use tokio::sync::watch;

use crate::{PATIENCE, data_folder};

/// A folder with a data folder and the scripts in it, and a runtime.
pub(crate) struct Stage {
    pub(crate) folder: DataFolder,
    directory: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    /// The port of the listener that is none: nothing here posts to it.
    pub(crate) const PORT: u16 = 18_989;

    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runtime = menuscope::engine::runtime().unwrap();
        Self { folder: data_folder(&directory), directory, runtime }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.directory.path().join(name), text).unwrap();
        self.path(name)
    }

    /// The command line of a client: a script of that name, with these arguments.
    pub(crate) fn command(&self, name: &str, script: &str, arguments: &str) -> String {
        // By the shell, since a script that was just written cannot always be executed at once.
        format!("sh {} {arguments}", self.file(name, script))
    }

    /// Starts a client that is a script of that name.
    pub(crate) fn run(&self, name: &str, script: &str, arguments: &str) -> Running {
        self.run_with(name, script, arguments, TunnelConfig::default())
    }

    pub(crate) fn run_with(&self, name: &str, script: &str, arguments: &str, config: TunnelConfig) -> Running {
        let command = Some(self.command(name, script, arguments));
        self.start_with(TunnelConfig { command, ..config }).unwrap()
    }

    pub(crate) fn start(&self, command: &str) -> Result<Running, TunnelError> {
        self.start_with(TunnelConfig { command: Some(command.to_owned()), url: None })
    }

    fn start_with(&self, config: TunnelConfig) -> Result<Running, TunnelError> {
        let (publish, state) = watch::channel(Arc::default());
        let address = format!("0.0.0.0:{}", Self::PORT).parse().unwrap();
        let setup = TunnelSetup { config, address, folder: self.folder.clone() };
        let tunnel = Tunnel::start(self.runtime.handle(), setup, publish.clone(), Waker::silent())?;
        Ok(Running { _tunnel: tunnel, state, publish, folder: self.folder.clone() })
    }
}

/// A tunnel that runs, and its state.
pub(crate) struct Running {
    _tunnel: Tunnel,
    state: watch::Receiver<Arc<TunnelState>>,
    publish: watch::Sender<Arc<TunnelState>>,
    folder: DataFolder,
}

impl Running {
    pub(crate) fn state(&self) -> Arc<TunnelState> {
        self.state.borrow().clone()
    }

    /// Waits until the state is so.
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&TunnelState) -> bool) -> Arc<TunnelState> {
        let began = Instant::now();
        loop {
            let state = self.state();
            if holds(&state) {
                return state;
            }
            assert!(began.elapsed() < PATIENCE, "never came: {what}; it is {state:?}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// The public URL, once there is one.
    pub(crate) fn url(&self) -> String {
        self.until("the URL", |state| state.url.is_some()).url.clone().unwrap()
    }

    pub(crate) fn acknowledge(&self) {
        acknowledge_url(&self.folder, &self.publish);
    }
}

/// What an interface answers, and how often it was asked.
#[derive(Debug, Default)]
struct Answers {
    path: String,
    answer: String,
    authorization: Option<String>,
    asked: usize,
}

/// A client's interface; its thread ends with the process of the test.
pub(crate) struct Api {
    address: String,
    answers: Arc<Mutex<Answers>>,
}

impl Api {
    pub(crate) fn answering(path: &str, answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answers = Answers { path: path.to_owned(), answer: answer.to_owned(), ..Answers::default() };
        let answers = Arc::new(Mutex::new(answers));
        let shared = Arc::clone(&answers);
        let serve = move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = Vec::new();
                let mut piece = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    let Ok(read @ 1..) = stream.read(&mut piece) else { break };
                    request.extend_from_slice(&piece[..read]);
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let answer = shared.lock().unwrap().answer_to(&request);
                stream.write_all(answer.as_bytes()).ok();
            }
        };
        std::thread::Builder::new().name("interface".to_owned()).spawn(serve).unwrap();
        Self { address, answers }
    }

    /// Answers only who sends this in `Authorization`.
    pub(crate) fn guarded(self, authorization: &str) -> Self {
        self.answers.lock().unwrap().authorization = Some(authorization.to_owned());
        self
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Answers this from now on; returns how often it was asked so far.
    pub(crate) fn answer(&self, answer: &str) -> usize {
        let mut answers = self.answers.lock().unwrap();
        answer.clone_into(&mut answers.answer);
        answers.asked
    }

    /// Waits until it was asked that often.
    pub(crate) fn until_asked(&self, times: usize) {
        let began = Instant::now();
        while self.answers.lock().unwrap().asked < times {
            assert!(began.elapsed() < PATIENCE, "never asked {times} times");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

impl Answers {
    fn answer_to(&mut self, request: &str) -> String {
        self.asked += 1;
        let is_path = request.starts_with(&format!("GET {} ", self.path));
        let may =
            self.authorization.as_ref().is_none_or(|needed| request.contains(&format!("Authorization: {needed}")));
        let status = if is_path && may { "200 OK" } else { "404 Not Found" };
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{}", self.answer.len(), self.answer)
    }
}
