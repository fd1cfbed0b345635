//! The loop of a tunnel: starts the client, watches it, and starts it again where it ends by itself.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::client::{ClientInterface, ClientKind};
use super::command_line::CommandLine;
use super::output_lines::read_lines;
use super::process_group::ProcessGroup;
use super::public_url::{ToldUrl, told_in};
use super::tunnel_error::TunnelError;
use super::tunnel_state::Reporter;
use crate::config::ClientRecord;

/// The pauses before a client is started again: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A client that ran for this long was sound: the next pause is the first one again.
const SOUND_RUN: Duration = Duration::from_mins(1);

/// The pause between two questions to a client's interface: a new URL is to be seen within two seconds.
const ASK_AGAIN: Duration = Duration::from_millis(400);

/// The same for an interface that is a program of its own.
const ASK_PROGRAM_AGAIN: Duration = Duration::from_millis(1_200);

/// The pause between two publications of output.
const PUBLISH_AGAIN: Duration = Duration::from_millis(200);

/// The time after which a client that has told no URL is said to tell none.
const TELLING_PATIENCE: Duration = Duration::from_secs(15);

/// Lines of output that wait to be looked at; a client that writes faster waits.
const WAITING_LINES: usize = 256;

/// The client, and the listener that it leads to.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) command: CommandLine,
    pub(super) address: SocketAddr,
}

/// One tunnel, from its start to its end.
#[derive(Debug)]
pub(super) struct Supervisor {
    pub(super) watched: Watched,
    /// The URL that is configured, in place of the one that the client tells.
    pub(super) fixed_url: Option<String>,
    pub(super) reporter: Reporter,
    /// Turns true when the tunnel is to end.
    pub(super) stopping: watch::Receiver<bool>,
}

/// The end of one run of the client.
enum RunEnd {
    Stopped,
    Unstartable(TunnelError),
    Ended(Option<ExitStatus>),
}

/// The source of a URL: what the client's interface tells outweighs what stands in its output.
#[derive(Debug, Default)]
struct FoundUrl {
    of_interface: Option<String>,
    of_output: Option<ToldUrl>,
}

impl FoundUrl {
    fn url(&self) -> Option<&str> {
        self.of_interface.as_deref().or(self.of_output.as_ref().map(|told| &*told.url))
    }

    /// Takes note of a line; a URL in it counts where it is the first, or takes the former one's place.
    fn note(&mut self, line: &str) {
        let Some(told) = told_in(line) else { return };
        if self.of_output.as_ref().is_none_or(|former| told.replaces(former)) {
            self.of_output = Some(told);
        }
    }
}

impl Supervisor {
    /// Runs until the tunnel is to end, or cannot be started.
    pub(super) async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut restarts = 0;
        loop {
            let began = Instant::now();
            let status = match self.run_once(restarts).await {
                RunEnd::Stopped => break,
                RunEnd::Unstartable(error) => return self.reporter.failed(&error),
                RunEnd::Ended(status) => status,
            };
            if began.elapsed() >= SOUND_RUN {
                pause = FIRST_PAUSE;
            }
            let status = status.map_or_else(|| "?".to_owned(), |status| status.to_string());
            self.reporter.waiting(status, pause.as_secs());
            tokio::select! {
                () = sleep(pause) => {}
                () = stopped(&mut self.stopping) => break,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            restarts += 1;
        }
        self.reporter.stopped();
    }

    /// Runs the client once.
    async fn run_once(&mut self, restarts: u32) -> RunEnd {
        let Watched { command, address } = &self.watched;
        let interface = tokio::select! {
            interface = ClientInterface::before_start(command, address.port()) => interface,
            () = stopped(&mut self.stopping) => return RunEnd::Stopped,
        };
        let mut group = match ProcessGroup::start(command) {
            Ok(group) => group,
            Err(error) => return RunEnd::Unstartable(error),
        };
        let words = std::iter::once(&command.program).chain(&command.arguments);
        let client = group.id().map(|group| ClientRecord { group, command: words.cloned().collect() });
        self.reporter.started(client, restarts);
        // Dropping the set ends the tasks in it.
        let mut tasks = JoinSet::new();
        let (lines_in, lines) = mpsc::channel(WAITING_LINES);
        if let Some(stdout) = group.child().stdout.take() {
            tasks.spawn(read_lines(stdout, lines_in.clone()));
        }
        if let Some(stderr) = group.child().stderr.take() {
            tasks.spawn(read_lines(stderr, lines_in));
        }
        let is_program = command.kind == ClientKind::Tailscale;
        let (interface, asked) = watch::channel(interface);
        let (urls_in, urls) = watch::channel(None);
        tasks.spawn(ask(asked, urls_in, if is_program { ASK_PROGRAM_AGAIN } else { ASK_AGAIN }));
        self.watch(group, lines, interface, urls).await
    }

    /// Follows the client until it ends, or is to end.
    async fn watch(
        &mut self,
        mut group: ProcessGroup,
        mut lines: mpsc::Receiver<String>,
        interface: watch::Sender<ClientInterface>,
        mut urls: watch::Receiver<Option<String>>,
    ) -> RunEnd {
        let mut found = FoundUrl::default();
        let mut shown = None;
        let mut publishing = interval(PUBLISH_AGAIN);
        publishing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let silence = sleep(TELLING_PATIENCE);
        tokio::pin!(silence);
        loop {
            if let Some(url) = self.fixed_url.as_deref().or(found.url())
                && shown.as_deref() != Some(url)
            {
                self.reporter.online(url);
                shown = Some(url.to_owned());
            }
            tokio::select! {
                () = stopped(&mut self.stopping) => {
                    group.end().await;
                    return RunEnd::Stopped;
                }
                status = group.ended() => {
                    self.take_last(&mut lines).await;
                    return RunEnd::Ended(status);
                }
                Some(line) = lines.recv() => {
                    found.note(&line);
                    interface.send_if_modified(|interface| interface.note(&line));
                    self.reporter.line(line);
                }
                Ok(()) = urls.changed() => found.of_interface.clone_from(&urls.borrow_and_update()),
                () = &mut silence, if shown.is_none() && !silence.is_elapsed() => self.reporter.without_url(),
                _ = publishing.tick() => self.reporter.publish_lines(),
            }
        }
    }

    /// Takes the last lines of a client that has ended, which say why; something that it left behind may keep its output open.
    async fn take_last(&mut self, lines: &mut mpsc::Receiver<String>) {
        let rest = async {
            while let Some(line) = lines.recv().await {
                self.reporter.line(line);
            }
        };
        tokio::time::timeout(PUBLISH_AGAIN, rest).await.ok();
    }
}

/// Asks the client's interface again and again; a URL that it told stays where it does not answer for a while.
async fn ask(interface: watch::Receiver<ClientInterface>, urls: watch::Sender<Option<String>>, pause: Duration) {
    loop {
        let asked = interface.borrow().clone();
        if let Some(url) = asked.public_url().await {
            urls.send_if_modified(|told| {
                let is_new = told.as_ref() != Some(&url);
                *told = Some(url);
                is_new
            });
        }
        sleep(pause).await;
    }
}

/// Resolves once the tunnel is to end.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    stopping.wait_for(|stopping| *stopping).await.map(drop).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_interface_tells_outweighs_the_output() {
        let mut found = FoundUrl::default();
        found.note("Tunnel established at http://a.cpolar.cn");
        assert_eq!(found.url(), Some("http://a.cpolar.cn"));
        found.note("Tunnel established at https://a.cpolar.cn");
        assert_eq!(found.url(), Some("https://a.cpolar.cn"));
        found.note("read the manual at https://manual.elsewhere.test/");
        assert_eq!(found.url(), Some("https://a.cpolar.cn"));
        found.of_interface = Some("https://b.example".to_owned());
        assert_eq!(found.url(), Some("https://b.example"));
    }
}
