//! Tests of replays: the requests of each mode and form, the pace, and the verdicts on the answers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "replay/runs.rs"]
mod runs;
#[path = "replay/sent.rs"]
mod sent;
#[path = "common/target.rs"]
mod target;

use std::num::NonZeroU32;

use common::{TestListener, sample, signed};
use menuscope::account::Accounts;
use menuscope::capture::{Against, Capture, CaptureId, ReplayForm, ReplayMode, StoredReplay, StoredRun};
use menuscope::config::{Config, Overrides};
use menuscope::delivery::{HttpClient, Target};
use menuscope::progress::Progress;
use menuscope::replay::{Pace, ReplayPlan, RunContext, RunEvent, replay};
use menuscope::sample::signed as push;
use menuscope::store::BulkWriter;
use menuscope::wechat::tree::Tree;

/// The user of the eight samples.
const OPENID: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";

fn plan(events: &[i64], target: &str) -> ReplayPlan {
    ReplayPlan {
        events: events.iter().copied().map(CaptureId).collect(),
        target: Target::parse(target).unwrap(),
        account: None,
        mode: ReplayMode::Verbatim,
        form: ReplayForm::AsCaptured,
        edited: None,
        as_retry: false,
        burst: NonZeroU32::MIN,
        pace: Pace::Fast,
        against: Against::Forward,
        ignored: vec!["CreateTime".to_owned()],
    }
}

fn accounts(listener: &TestListener) -> Accounts {
    let config = Config::load(&listener.folder.config_file()).unwrap();
    config.accounts(&listener.folder, &Overrides::default()).unwrap()
}

/// Carries a plan out beside the listener, and gives back the run and its replays in the order of their recording.
fn carried_out(listener: &TestListener, plan: &ReplayPlan) -> (StoredRun, Vec<StoredReplay>) {
    with_progress(listener, plan, &Progress::new(), |_| {})
}

fn with_progress(
    listener: &TestListener,
    plan: &ReplayPlan,
    progress: &Progress,
    mut hear: impl FnMut(&RunEvent<'_>),
) -> (StoredRun, Vec<StoredReplay>) {
    let reader = listener.reader();
    let mut additions = BulkWriter::open(&listener.database()).unwrap();
    let (accounts, http_client) = (accounts(listener), HttpClient::new());
    let tools = RunContext {
        reader: &reader,
        additions: &mut additions,
        accounts: &accounts,
        http_client: &http_client,
        progress,
    };
    let mut replays = Vec::new();
    let mut told = |told: RunEvent<'_>| {
        hear(&told);
        if let RunEvent::Answered { stored, .. } = told {
            replays.push(stored.clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let run = runtime.block_on(replay(plan, tools, &mut told)).unwrap();
    assert_eq!(reader.run(run.id).unwrap().unwrap(), run, "what is returned is what is on record");
    (run, replays)
}

/// The one replay of one event.
fn replayed(listener: &TestListener, plan: &ReplayPlan) -> StoredReplay {
    let (_, mut replays) = carried_out(listener, plan);
    assert_eq!(replays.len(), 1);
    replays.remove(0)
}

/// Captures an event in plain mode.
fn capture(listener: &TestListener, kind: &str) -> i64 {
    listener.post(&format!("/wx?{}&openid={OPENID}", signed(common::TOKEN)), &sample(kind));
    listener.newest().placement.id.0
}

/// Captures an event in safe mode.
fn capture_safe(listener: &TestListener, kind: &str) -> i64 {
    let accounts = accounts(listener);
    let push = push(&sample(kind), Some(accounts.default_account()), true, jiff::Timestamp::now()).unwrap();
    listener.post(&format!("/wx?{}", push.query), &push.body);
    listener.newest().placement.id.0
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the answers that a server may give, or not")]
fn success(_: &target::Seen) -> Option<String> {
    Some("success".to_owned())
}

/// A second listener of the same account: it verifies and decrypts what it is sent as a developer's server does.
fn received(mode: ReplayMode, form: ReplayForm, capture: impl Fn(&TestListener, &str) -> i64) -> (Capture, Capture) {
    let (listener, server) = (TestListener::with_token(), TestListener::with_token());
    let id = capture(&listener, "scancode_waitmsg");
    let plan = ReplayPlan { mode, form, ..plan(&[id], &format!("http://{}/wx", server.address)) };
    let stored = replayed(&listener, &plan);
    assert_eq!(stored.replayed.answer.problem, None);
    assert!(stored.replayed.is_legal());
    (listener.reader().capture(CaptureId(id)).unwrap().unwrap().capture, server.newest().capture)
}

fn element(capture: &Capture, name: &str) -> Option<String> {
    Tree::parse(capture.message()).unwrap().root().text_of(name).map(str::to_owned)
}
