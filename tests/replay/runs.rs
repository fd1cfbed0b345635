//! Runs: attempts and bursts, pace, pause and end, whose account signs, and what answers are compared with.

use std::num::NonZeroU32;
use std::sync::{Arc, Barrier};

use crate::common::TestListener;
use crate::target::TargetServer;
use crate::{OPENID, accounts, capture, carried_out, plan, replayed, success, with_progress};
use menuscope::capture::{Against, Baseline, ReplayMode, RunEnd, Verdict};
use menuscope::delivery::HttpClient;
use menuscope::progress::Progress;
use menuscope::replay::{Pace, ReplayPlan, RunContext, RunEvent, replay};
use menuscope::store::BulkWriter;

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

/// A server that answers with the text of the parameter `v`, and with `1` to a forward, which has none.
fn answering_as_asked() -> TargetServer {
    TargetServer::start(|seen| {
        let content = seen.parameter("v").unwrap_or("1").to_owned();
        let from = "<FromUserName>gh_e136c6e50636</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>";
        Some(format!("<xml><ToUserName>{OPENID}</ToUserName>{from}<Content>{content}</Content></xml>"))
    })
}

#[test]
fn the_answer_to_a_forward_is_a_baseline_and_a_run_can_be_chosen() {
    let server = answering_as_asked();
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
fn the_first_replay_is_compared_with_the_answer_to_the_forward_and_a_later_one_with_the_replay_before() {
    let server = answering_as_asked();
    let listener = TestListener::with(&format!("[listener]\nforward = \"{}\"\n", server.url("/")), "");
    let id = capture(&listener, "scancode_waitmsg");
    let at = |rest: &str| {
        let plan = ReplayPlan { against: Against::Last, ..plan(&[id], &server.url(rest)) };
        let replayed = replayed(&listener, &plan).replayed;
        (replayed.verdict, replayed.baseline)
    };
    assert_eq!(at("/?v=2"), (Verdict::Different, Some(Baseline::Forward)));
    let (verdict, baseline) = at("/?v=2");
    assert_eq!(verdict, Verdict::Same);
    assert!(matches!(baseline, Some(Baseline::Replay(_))), "{baseline:?}");
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
        if let RunEvent::Begun(_) = told {
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
    let mut additions = BulkWriter::open(&listener.database()).unwrap();
    let (accounts, http_client, progress) = (accounts(&listener), HttpClient::new(), Progress::new());
    let tools = RunContext {
        reader: &reader,
        additions: &mut additions,
        accounts: &accounts,
        http_client: &http_client,
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
        if let RunEvent::Answered { .. } = heard {
            told.send(()).unwrap();
        }
    });
    ends.unwrap().join().unwrap();
    assert_eq!((run.end, replays.len()), (Some(RunEnd::Cancelled), 1));
}
