//! Stored events sent again: what goes out in each mode and form, at which pace, and what is said of the answers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/target.rs"]
mod target;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Barrier};

use common::{TestListener, sample, signed};
use menuscope::account::Accounts;
use menuscope::capture::{
    Against, Baseline, Capture, CaptureId, ForwardProblem, Mode, ReplayForm, ReplayMode, RunEnd, Signature,
    StoredReplay, StoredRun, Unmade, Verdict,
};
use menuscope::config::{Config, Overrides};
use menuscope::delivery::{Courier, Target};
use menuscope::progress::Progress;
use menuscope::replay::{Pace, ReplayPlan, Told, Tools, replay};
use menuscope::sample::signed as push;
use menuscope::store::Additions;
use menuscope::wechat::tree::Tree;
use target::TargetServer;

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
    mut hear: impl FnMut(&Told<'_>),
) -> (StoredRun, Vec<StoredReplay>) {
    let reader = listener.reader();
    let mut additions = Additions::open(&listener.database()).unwrap();
    let (accounts, courier) = (accounts(listener), Courier::new());
    let tools = Tools { reader: &reader, additions: &mut additions, accounts: &accounts, courier: &courier, progress };
    let mut replays = Vec::new();
    let mut told = |told: Told<'_>| {
        hear(&told);
        if let Told::Replayed { stored, .. } = told {
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

#[test]
fn verbatim_is_the_same_body_and_query_marked_as_our_own() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Verbatim, ReplayForm::AsCaptured, capture);
        assert_eq!((arrived.request.target, &arrived.request.body), (sent.request.target, &sent.request.body));
        assert_eq!(arrived.request.headers.iter().find(|(name, _)| name == "x-menuscope").unwrap().1, b"replay");
        assert!(arrived.replay, "the listener tells it from a tap");
        assert_eq!((arrived.signature, arrived.mode), (Signature::Valid, sent.mode));
    }
}

#[test]
fn signed_anew_it_is_the_same_message_with_another_signature_that_holds() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Resign, ReplayForm::AsCaptured, capture);
        assert_eq!(arrived.message(), sent.message());
        assert_ne!(arrived.request.target, sent.request.target);
        assert_eq!((arrived.signature, arrived.mode), (Signature::Valid, sent.mode));
        let names = |capture: &Capture| -> Vec<String> {
            capture.request.parameters().map(|(name, _)| name.into_owned()).collect()
        };
        assert_eq!(names(&arrived), names(&sent), "parameters keep their order");
    }
}

#[test]
fn a_fresh_one_differs_in_its_time_and_nothing_else() {
    for capture in [capture, capture_safe] {
        let (sent, arrived) = received(ReplayMode::Fresh, ReplayForm::AsCaptured, capture);
        assert_ne!(element(&arrived, "CreateTime"), element(&sent, "CreateTime"));
        let without = |capture: &Capture| {
            let text = String::from_utf8(capture.message().to_vec()).unwrap();
            text.replace(&element(capture, "CreateTime").unwrap(), "")
        };
        assert_eq!(without(&arrived), without(&sent));
        assert_eq!(arrived.signature, Signature::Valid);
    }
}

#[test]
fn fresh_messages_of_one_user_are_told_apart_by_who_compares_times_and_ids() {
    let listener = TestListener::with_token();
    let server = TargetServer::start(success);
    let mut events: Vec<i64> = (0..5).map(|_| capture(&listener, "CLICK")).collect();
    let text = "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>\
                <MsgType>text</MsgType><Content>a</Content><MsgId>1234567890123456</MsgId></xml>";
    listener.post(&format!("/wx?{}", signed(common::TOKEN)), text.as_bytes());
    events.push(listener.newest().placement.id.0);
    let plan = ReplayPlan { mode: ReplayMode::Fresh, ..plan(&events, &server.url("/")) };
    carried_out(&listener, &plan);
    let seen = server.seen();
    let text_of = |body: &[u8], name: &str| Tree::parse(body).unwrap().root().text_of(name).map(str::to_owned);
    let times: BTreeSet<_> = seen.iter().map(|seen| text_of(&seen.body, "CreateTime").unwrap()).collect();
    assert!(times.len() >= 5, "{times:?}");
    let id = seen.iter().find_map(|seen| text_of(&seen.body, "MsgId")).unwrap();
    assert_ne!(id, "1234567890123456");
    assert!(id.parse::<i64>().unwrap() > 0);
}

#[test]
fn the_form_is_what_was_asked_for_however_it_was_captured() {
    for (captured, form) in
        [(capture as fn(&TestListener, &str) -> i64, ReplayForm::Encrypted), (capture_safe, ReplayForm::Plain)]
    {
        for mode in [ReplayMode::Verbatim, ReplayMode::Resign, ReplayMode::Fresh] {
            let (sent, arrived) = received(mode, form, captured);
            let expected = if form == ReplayForm::Plain { Mode::Plain } else { Mode::Safe };
            assert_eq!((arrived.mode, arrived.signature), (expected, Signature::Valid), "{mode:?}");
            assert_eq!(element(&arrived, "EventKey"), element(&sent, "EventKey"));
            if mode != ReplayMode::Fresh {
                assert_eq!(arrived.message(), sent.message());
            }
            assert!(arrived.diagnoses.is_empty(), "{:?}", arrived.diagnoses);
        }
    }
}

#[test]
fn a_push_in_compatible_mode_keeps_its_plain_elements() {
    let (listener, server) = (TestListener::with_token(), TestListener::with_token());
    let accounts = accounts(&listener);
    let push = push(&sample("CLICK"), Some(accounts.default_account()), true, jiff::Timestamp::now()).unwrap();
    let encrypt = Tree::parse(&push.body).unwrap().root().text_of("Encrypt").unwrap().to_owned();
    let plain = String::from_utf8(sample("CLICK")).unwrap();
    let body = plain.replacen("</xml>", &format!("<Own a=\"1\"/><Encrypt>{encrypt}</Encrypt></xml>"), 1);
    listener.post(&format!("/wx?{}", push.query), body.as_bytes());
    let event = listener.newest();
    assert_eq!(event.capture.mode, Mode::Compat);
    for mode in [ReplayMode::Resign, ReplayMode::Fresh] {
        let id = event.placement.id.0;
        let plan = ReplayPlan { mode, ..plan(&[id], &format!("http://{}/wx", server.address)) };
        assert!(replayed(&listener, &plan).replayed.is_legal());
        let arrived = server.newest().capture;
        assert_eq!((arrived.mode, arrived.signature), (Mode::Compat, Signature::Valid));
        let outer = String::from_utf8(arrived.request.body.to_vec()).unwrap();
        assert!(outer.contains("<Own a=\"1\"/><Encrypt>") && !outer.contains(&encrypt), "{outer}");
        assert_eq!(arrived.diagnoses, event.capture.diagnoses);
    }
}

#[test]
fn what_nobody_can_open_is_signed_anew_with_its_encryption_as_it_is() {
    let listener = TestListener::with_token();
    let id = capture_safe(&listener, "CLICK");
    let stranger = TestListener::with("[accounts.default]\nsecrets = \"file\"\n", "[default]\ntoken = \"pamtest\"\n");
    let stored = listener.reader().capture(CaptureId(id)).unwrap().unwrap();
    stranger.post(&stored.capture.request.target, &stored.capture.request.body);
    let server = TargetServer::start(success);
    let sealed = plan(&[1], &server.url("/"));
    let resigned = replayed(&stranger, &ReplayPlan { mode: ReplayMode::Resign, ..sealed.clone() });
    assert_eq!(resigned.replayed.request.body, stored.capture.request.body);
    assert_ne!(server.seen()[0].parameter("msg_signature"), None);
    for impossible in [
        ReplayPlan { mode: ReplayMode::Fresh, ..sealed.clone() },
        ReplayPlan { form: ReplayForm::Plain, ..sealed.clone() },
    ] {
        let stored = replayed(&stranger, &impossible);
        let problem = Some(ForwardProblem::Unmade { why: Unmade::Sealed });
        assert_eq!((stored.replayed.answer.problem, stored.replayed.answer.status), (problem, None));
    }
    let without_key = ReplayPlan { form: ReplayForm::Encrypted, edited: Some(sample("VIEW")), ..sealed };
    let why = Unmade::NoKey;
    assert_eq!(replayed(&stranger, &without_key).replayed.answer.problem, Some(ForwardProblem::Unmade { why }));
    assert_eq!(server.seen().len(), 1, "what cannot be made is not sent");
}

#[test]
fn an_edited_message_goes_out_as_it_was_edited() {
    let listener = TestListener::with_token();
    let server = TestListener::with_token();
    let id = capture_safe(&listener, "location_select");
    let mut edited = String::from_utf8(sample("location_select")).unwrap();
    edited = edited.replacen("<MsgType>", "<Unknown attribute=\"1\">&amp;</Unknown><MsgType>", 1);
    edited = edited.replace(OPENID, "oNobodyNobodyNobodyNobodyNo1");
    let plan = ReplayPlan {
        edited: Some(edited.clone().into_bytes()),
        ..plan(&[id], &format!("http://{}/wx", server.address))
    };
    assert!(replayed(&listener, &plan).replayed.is_legal());
    let arrived = server.newest().capture;
    assert_eq!(String::from_utf8_lossy(arrived.message()), edited);
    assert_eq!((arrived.mode, arrived.signature), (Mode::Safe, Signature::Valid));
    assert!(arrived.request.target.contains("openid=oNobody"), "{}", arrived.request.target);
}

#[test]
fn a_handshake_has_to_be_answered_with_its_echostr() {
    let listener = TestListener::with_token();
    listener.send(format!("GET /wx?{}&echostr=4375%20a HTTP/1.1\r\nhost: x\r\n\r\n", signed(common::TOKEN)).as_bytes());
    let id = listener.newest().placement.id.0;
    let (right, wrong) = (TestListener::with_token(), TargetServer::start(success));
    let at = |url: &str| {
        let plan = ReplayPlan { mode: ReplayMode::Resign, ..plan(&[id], url) };
        replayed(&listener, &plan).replayed.answer
    };
    assert_eq!(at(&format!("http://{}/wx", right.address)).problem, None);
    assert_eq!(at(&wrong.url("/")).problem, Some(ForwardProblem::Echo));
}

#[test]
fn a_retry_is_the_same_request_three_times_one_after_the_other() {
    let listener = TestListener::with_token();
    let server = TargetServer::start(success);
    let id = capture(&listener, "CLICK");
    let plan = ReplayPlan { as_retry: true, mode: ReplayMode::Fresh, ..plan(&[id], &server.url("/")) };
    let (run, replays) = carried_out(&listener, &plan);
    assert_eq!(replays.iter().map(|stored| stored.replayed.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((run.run.planned, run.tally.sent), (3, 3));
    let seen = server.seen();
    assert!(seen.iter().all(|one| one.body == seen[0].body && one.line == seen[0].line));
}

#[test]
fn the_copies_of_a_burst_are_on_their_way_at_once() {
    const COPIES: u32 = 7;
    let listener = TestListener::with_token();
    // Nobody is answered before all have arrived.
    let all_there = Arc::new(Barrier::new(COPIES as usize));
    let server = TargetServer::start(move |_| {
        all_there.wait();
        Some("success".to_owned())
    });
    let id = capture(&listener, "CLICK");
    let burst = NonZeroU32::new(COPIES).unwrap();
    let (run, replays) = carried_out(&listener, &ReplayPlan { burst, ..plan(&[id], &server.url("/")) });
    let copies: Vec<u32> = replays.iter().map(|stored| stored.replayed.copy).collect();
    assert_eq!(copies, (1..=COPIES).collect::<Vec<_>>());
    assert_eq!((run.end, run.tally.new), (Some(RunEnd::Finished), u64::from(COPIES)));
}

#[test]
fn composed_events_go_out_in_turn() {
    let listener = TestListener::with_token();
    let server = TargetServer::start(success);
    let events: Vec<i64> = (0..20).map(|_| capture(&listener, "CLICK")).collect();
    let plan = ReplayPlan { pace: Pace::InTurn, ..plan(&events, &server.url("/")) };
    let (_, replays) = carried_out(&listener, &plan);
    let order: Vec<i64> = replays.iter().map(|stored| stored.replayed.event.0).collect();
    assert_eq!(order, events);
}

/// Replays one event at servers that answer so, one after the other: each answer is compared with the one before.
fn verdicts(answers: &[&str]) -> Vec<(Verdict, Option<Baseline>)> {
    let listener = TestListener::with_token();
    let id = capture(&listener, "scancode_waitmsg");
    let reply = |content: &str, created: i64| {
        format!(
            "<xml><ToUserName>{OPENID}</ToUserName><FromUserName>gh_e136c6e50636</FromUserName>\
             <CreateTime>{created}</CreateTime><MsgType>text</MsgType><Content>{content}</Content></xml>"
        )
    };
    let mut created = 1_700_000_000;
    answers
        .iter()
        .map(|content| {
            created += 1;
            let answer = if content.starts_with('<') { (*content).to_owned() } else { reply(content, created) };
            let server = TargetServer::start(move |_| Some(answer.clone()));
            let plan = ReplayPlan { against: Against::Last, ..plan(&[id], &server.url("/")) };
            let stored = replayed(&listener, &plan);
            assert_eq!(stored.replayed.is_legal(), !content.starts_with('<'), "{:?}", stored.replayed.answer);
            (stored.replayed.verdict, stored.replayed.baseline)
        })
        .collect()
}

#[test]
fn a_planted_regression_is_found_and_so_is_its_repair() {
    use Verdict::{Different, Fixed, New, Regressed, Same};
    let found = verdicts(&["a", "a", "b", "<html>", "<html>", "b"]);
    let verdicts: Vec<Verdict> = found.iter().map(|(verdict, _)| *verdict).collect();
    assert_eq!(verdicts, [New, Same, Different, Regressed, Same, Fixed]);
    assert_eq!(found[0].1, None);
    assert!(found[1..].iter().all(|(_, baseline)| matches!(baseline, Some(Baseline::Replay(_)))));
}

#[test]
fn the_answer_to_a_forward_is_a_baseline_and_a_run_can_be_chosen() {
    let server = TargetServer::start(|seen| {
        let content = seen.parameter("v").unwrap_or("1").to_owned();
        let from = "<FromUserName>gh_e136c6e50636</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>";
        Some(format!("<xml><ToUserName>{OPENID}</ToUserName>{from}<Content>{content}</Content></xml>"))
    });
    let listener = TestListener::with(&format!("[listener]\nforward = \"{}\"\n", server.url("/")), "");
    let id = capture(&listener, "scancode_waitmsg");
    let at = |rest: &str, against: Against| {
        let plan = ReplayPlan { against, ..plan(&[id], &server.url(rest)) };
        let replayed = replayed(&listener, &plan).replayed;
        (replayed.verdict, replayed.baseline, replayed.run)
    };
    let (verdict, baseline, first) = at("/?v=1", Against::Forward);
    assert_eq!((verdict, baseline), (Verdict::Same, Some(Baseline::Forward)));
    assert_eq!(at("/?v=2", Against::Forward).0, Verdict::Different);
    assert_eq!(at("/?v=1", Against::Last).0, Verdict::Different);
    assert_eq!(at("/?v=1", Against::Run(first)).0, Verdict::Same);
}

#[test]
fn a_target_that_is_not_there_ends_the_run_and_what_was_done_stays() {
    let listener = TestListener::with_token();
    let events: Vec<i64> = (0..40).map(|_| capture(&listener, "CLICK")).collect();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (run, replays) = carried_out(&listener, &plan(&events, &format!("http://{gone}/")));
    assert_eq!(run.end, Some(RunEnd::Dead));
    assert!((3..40).contains(&replays.len()), "{}", replays.len());
    assert!(replays.iter().all(|stored| stored.replayed.answer.status.is_none()));
    let (run, replays) = carried_out(&listener, &plan(&events[..1], &format!("http://{gone}/")));
    assert_eq!((run.end, replays.len()), (Some(RunEnd::Dead), 1));
}

#[test]
fn a_server_that_hangs_up_on_each_is_no_dead_one() {
    let listener = TestListener::with_token();
    let events: Vec<i64> = (0..10).map(|_| capture(&listener, "CLICK")).collect();
    let server = TargetServer::start(|_| None);
    let (run, replays) = carried_out(&listener, &plan(&events, &server.url("/")));
    assert_eq!((run.end, replays.len(), run.tally.failed), (Some(RunEnd::Finished), 10, 10));
}

#[test]
fn a_cancelled_run_keeps_what_was_done() {
    let listener = TestListener::with_token();
    let events: Vec<i64> = (0..30).map(|_| capture(&listener, "CLICK")).collect();
    let progress = Progress::new();
    let cancel = progress.clone();
    let server = TargetServer::start(move |_| {
        cancel.cancel();
        Some("success".to_owned())
    });
    let plan = ReplayPlan { pace: Pace::InTurn, ..plan(&events, &server.url("/")) };
    let (run, replays) = with_progress(&listener, &plan, &progress, |_| {});
    assert_eq!(run.end, Some(RunEnd::Cancelled));
    assert_eq!((replays.len(), run.tally.sent), (1, 1));
}

#[test]
fn a_paused_run_waits_until_it_may_go_on() {
    let listener = TestListener::with_token();
    let events: Vec<i64> = (0..5).map(|_| capture(&listener, "CLICK")).collect();
    let progress = Progress::new();
    let server = TargetServer::start(success);
    progress.pause(true);
    let (begun, begins) = std::sync::mpsc::sync_channel(1);
    let (resume, seen) = (progress.clone(), server.watch());
    let resumes = move || {
        begins.recv().unwrap();
        // Without the pause all five would have arrived by then.
        std::thread::park_timeout(std::time::Duration::from_millis(300));
        assert_eq!(seen.lock().unwrap().len(), 0);
        resume.pause(false);
    };
    let resumes = std::thread::Builder::new().name("resume".to_owned()).spawn(resumes).unwrap();
    let plan = ReplayPlan { pace: Pace::PerSecond(1000.0), ..plan(&events, &server.url("/")) };
    let (run, _) = with_progress(&listener, &plan, &progress, |told| {
        if let Told::Begun(_) = told {
            begun.send(()).unwrap();
        }
    });
    resumes.join().unwrap();
    assert_eq!((run.end, run.tally.sent, progress.done(), progress.total()), (Some(RunEnd::Finished), 5, 5, 5));
}

#[test]
fn an_account_that_is_named_signs_for_every_event() {
    let listener = TestListener::with(
        "[accounts.default]\nsecrets = \"file\"\n[accounts.other]\nsecrets = \"file\"\n",
        "[default]\ntoken = \"pamtest\"\n[other]\ntoken = \"other\"\n",
    );
    let id = capture(&listener, "CLICK");
    let server = TargetServer::start(success);
    let plan =
        ReplayPlan { mode: ReplayMode::Resign, account: Some("other".to_owned()), ..plan(&[id], &server.url("/")) };
    carried_out(&listener, &plan);
    let seen = &server.seen()[0];
    let of = |name: &str| seen.parameter(name).unwrap();
    assert_eq!(of("signature"), menuscope::wechat::signature::signature("other", of("timestamp"), of("nonce")));
}

#[test]
fn what_nobody_took_is_no_baseline() {
    let listener = TestListener::with_token();
    let id = capture(&listener, "CLICK");
    let server = TargetServer::start(success);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let at = |url: &str| {
        let plan = ReplayPlan { against: Against::Last, ..plan(&[id], url) };
        replayed(&listener, &plan).replayed.verdict
    };
    assert_eq!(at(&server.url("/")), Verdict::New);
    at(&format!("http://{gone}/"));
    assert_eq!(at(&server.url("/")), Verdict::Same, "it is compared with the last that was answered");
}

#[test]
fn nothing_is_sent_for_an_account_that_does_not_exist() {
    let listener = TestListener::with_token();
    let id = capture(&listener, "CLICK");
    let server = TargetServer::start(success);
    let plan = ReplayPlan { account: Some("typo".to_owned()), ..plan(&[id], &server.url("/")) };
    let reader = listener.reader();
    let mut additions = Additions::open(&listener.database()).unwrap();
    let (accounts, courier, progress) = (accounts(&listener), Courier::new(), Progress::new());
    let tools = Tools {
        reader: &reader,
        additions: &mut additions,
        accounts: &accounts,
        courier: &courier,
        progress: &progress,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(replay(&plan, tools, &mut |_| {})).unwrap_err();
    assert!(error.to_string().contains("typo"), "{error}");
    assert_eq!((server.seen().len(), reader.runs(10).unwrap().len()), (0, 0));
}

#[test]
fn an_answer_is_on_record_while_the_next_event_is_waited_for() {
    let listener = TestListener::with_token();
    let events: Vec<i64> = (0..2).map(|_| capture(&listener, "CLICK")).collect();
    let server = TargetServer::start(success);
    let progress = Progress::new();
    let (told, tells) = std::sync::mpsc::sync_channel(4);
    let cancel = progress.clone();
    // The second is due in half an hour; it is given up once the first is told.
    let ends = std::thread::Builder::new().name("end".to_owned()).spawn(move || {
        tells.recv().unwrap();
        cancel.cancel();
    });
    let plan = ReplayPlan { pace: Pace::PerSecond(1.0 / 1800.0), ..plan(&events, &server.url("/")) };
    let (run, replays) = with_progress(&listener, &plan, &progress, |heard| {
        if let Told::Replayed { .. } = heard {
            told.send(()).unwrap();
        }
    });
    ends.unwrap().join().unwrap();
    assert_eq!((run.end, replays.len()), (Some(RunEnd::Cancelled), 1));
}
